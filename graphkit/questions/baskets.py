"""What figures of a product count beside what was asked for."""

from __future__ import annotations

from collections.abc import Iterable

from graphkit.questions.scope import Materials, Scope


def basket_notes(materials: Materials, scope: Scope, products: Iterable[str]) -> list[str]:
    """Of each product, whether it holds more than was asked for, and its own note."""
    notes = []
    for key in dict.fromkeys(products):
        said = [materials.products[key]["note"]]
        if key in scope.mixed:
            some, every = scope.mixed[key]
            of = f"{some} of its {every} elements {'is' if some == 1 else 'are'} in scope"
            said.insert(0, f"{of}; its figures count the whole basket, a proxy.")
        if any(said):
            notes.append(f"{key}: {' '.join(filter(None, said))}")
    return notes
