"""What is cut in a disruption: by name, or as an export control of the graph says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.errors import GraphkitError, UsageError
from graphkit.queries import rows_of
from graphkit.questions.facts import Facts
from graphkit.questions.scope import Scope


@dataclass(frozen=True)
class Cut:
    """Who cuts exports of what, for whom."""

    name: str
    exporters: list[str]
    scope: Scope
    destinations: list[str] | None = None
    whom: str = ""
    """The destinations as they were named."""
    notes: list[str] = field(default_factory=list)
    sources: list[pa.Table] = field(default_factory=list)


def restriction_cut(facts: Facts, text: str) -> Cut:
    """The cut that an export control means: its products, or the traded baskets they are in."""
    controls = rows_of(facts.store, "restrictions")
    rows = [row for row in controls.to_pylist() if _is_called(row, text)]
    if not rows:
        known = sorted({row["announcement"] for row in controls.to_pylist()} - {None})
        raise UsageError(f"no restriction is called {text!r}; there are {'; '.join(known)}")
    traded = set(rows_of(facts.store, "trade-periods")["product"].to_pylist())
    products: dict[str, list[str]] = {}
    for row in rows:
        for basket in _baskets(facts, row["product"], traded):
            products.setdefault(basket, []).append(row["product"])
    if not products:
        lacking = [row["product"] for row in rows]
        raise GraphkitError(
            f"{text}: no trade is known of {', '.join(lacking)}, so that it cannot be played"
        )
    played = {inside for every in products.values() for inside in every}
    notes = []
    for basket, inside in sorted(products.items()):
        parts = sorted({*inside} - {basket})
        own = sorted({row["note"] or "" for row in rows if row["product"] == basket} - {""})
        said = [f"It is on {', '.join(parts)} in it."] if parts else []
        if said or own:
            why = " ".join([*own, *said])
            notes.append(f"{basket} is cut whole, more than the control covers: {why}")
    lacking = sorted({row["product"] for row in rows} - played)
    if lacking:
        notes.append(f"No trade is known of {', '.join(lacking)}: not in the answer.")
    notes.append("A licence is no stop: --loss says which part of the exports it holds back.")
    names = {row["announcement"] or _identity(row) for row in rows}
    scope = Scope(text, tuple(sorted(products)), f"what {', '.join(sorted(names))} names")
    targets = sorted({row["target"] for row in rows} - {None})
    exporters = sorted({row["country"] for row in rows})
    table = controls.filter(pc.is_in(controls["key"], pa.array([row["key"] for row in rows])))
    return Cut(
        "+".join(exporters), exporters, scope, targets or None, ", ".join(targets), notes, [table]
    )


def _is_called(row: Mapping[str, Any], text: str) -> bool:
    wanted = text.casefold().strip()
    return wanted in (_identity(row).casefold(), (row["announcement"] or "").casefold())


def _identity(row: Mapping[str, Any]) -> str:
    """What makes it this control, as text: ``CHN|ree-metals|2025-04-04|licence|``."""
    parts = ("country", "product", "since", "measure", "target")
    return "|".join(row[part] or "" for part in parts)


def _baskets(facts: Facts, product: str, traded: set[str]) -> list[str]:
    """A traded product, or those of its stage that hold all its elements."""
    if product in traded:
        return [product]
    contents, products = facts.materials.contents, facts.materials.products
    held = contents.get(product, set())
    return sorted(
        other
        for other in traded
        if products[other]["stage"] == products[product]["stage"]
        and held
        and held <= contents.get(other, set())
    )
