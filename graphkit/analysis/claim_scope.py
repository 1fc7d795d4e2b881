"""What a claim speaks of: which products, and whether all of them have trade data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphkit.analysis.loaded import Loaded, time_of

MOSTLY = 0.9
"""Part of a product's elements that must be of a group for the product to be of the group.

HS 2805.30 and 2846 hold scandium beside the rare earths; magnets hold boron and cobalt too.
"""


@dataclass(frozen=True)
class Basket:
    """The products of one series that a claim is held against."""

    products: tuple[str, ...]
    named: bool = False
    """The claim says that it means these."""
    missing: str | None = None
    """What else it means, so that these are only a part of it."""


def products_of(loaded: Loaded, claim: Mapping[str, Any]) -> list[str]:
    """The products a claim speaks of: the one it names, else those of its element."""
    if claim["product"]:
        return [claim["product"]]
    wanted = {claim["element"], *loaded.groups.get(claim["element"], ())}
    return sorted(
        product
        for product, inside in loaded.elements.items()
        if len(inside & wanted) >= MOSTLY * len(inside)
        and claim["stage"] in (None, loaded.stages[product])
    )


def holders_of(loaded: Loaded, claim: Mapping[str, Any]) -> list[str]:
    """Products with trade that hold what a claim speaks of among others, at its stages."""
    own = products_of(loaded, claim)
    wanted = set().union(*(loaded.elements.get(p, ()) for p in own)) or {claim["element"]}
    stages = {loaded.stages[p] for p in own}
    return sorted(
        product
        for product in loaded.periods.keys() - set(own)
        if wanted <= loaded.elements.get(product, set()) and loaded.stages[product] in stages
    )


def newest(loaded: Loaded, claim: Mapping[str, Any]) -> str | None:
    """The newest period with trade or production of the products a claim speaks of."""
    products = set(products_of(loaded, claim))
    have = {p for product in products for p in loaded.periods.get(product, ())}
    have |= {period for _, product, period in loaded.made if product in products}
    return max(have, key=time_of) if have else None


def basket(loaded: Loaded, claim: Mapping[str, Any], having: Iterable[str]) -> Basket:
    """The products a claim means together, of those with trade, and how sure that is.

    A basis names a product by the last word of its name ("compounds and metals"). One that
    names none means every product of the element that has an HS code of its own. One that
    states no measure is the name of a basket as a source prints it ("Total metal and
    oxide"): every word of it must be understood.
    """
    there, wanted = sorted(set(having)), products_of(loaded, claim)
    if claim["product"]:
        return Basket(tuple(there), named=True)
    said = _words(claim["basis"])
    named = [p for p in wanted if _form(loaded.names[p]) in said]
    strange = (said & _forms(loaded)) - {_form(loaded.names[p]) for p in named}
    if not said & _MEASURED:
        known = {w for p in wanted for w in _words(loaded.names[p])} | _ALL
        strange |= said - known - {_stem((claim["element"] or "").lower())}
    if strange:
        lack = f"trade in what the source calls {claim['basis']!r}"
        return Basket(tuple(there), missing=lack)
    if named:
        lacking = [p for p in named if p not in there and _on_its_own(loaded, p, there)]
        found = tuple(p for p in named if p in there)
    else:
        lacking = [p for p in wanted if p not in there and _on_its_own(loaded, p, there)]
        found = tuple(there)
    missing = f"trade in {', '.join(lacking)}" if lacking else None
    return Basket(found, named=bool(named), missing=missing)


def _on_its_own(loaded: Loaded, product: str, there: Sequence[str]) -> bool:
    """Whether a product has an HS code of its own and is no part of one that is there."""
    fits = loaded.fits.get(product, set())
    return bool(fits & {"exact", "dominant"}) and not any(
        loaded.stages[p] == loaded.stages[product]
        and loaded.elements[product] <= loaded.elements[p]
        for p in there
    )


def no_trade(claim: Mapping[str, Any], loaded: Loaded, products: Sequence[str]) -> str:
    """What is missing where no product in scope has trade data, and what is there instead."""
    what = ", ".join(products) or f"a product of {claim['element']}"
    than = f" and {claim['than']}" if claim["than"] else ""
    text = f"trade in {what} in {claim['period']}{than}"
    if holders := holders_of(loaded, claim):
        spans = [f"{p} ({_span(loaded.periods[p])})" for p in holders]
        text += f"; there is trade in {', '.join(spans)}, which holds other elements too"
    return text


def _span(periods: Sequence[str]) -> str:
    return periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"


_ALL = frozenset(["all", "total", "import", "form", "of", "and", "the"])
_MEASURED = frozenset(["stated", "value", "weight", "gros"])


def _words(text: str | None) -> set[str]:
    return {_stem(word) for word in re.findall(r"[a-z]+", (text or "").lower())}


def _stem(word: str) -> str:
    """A word without the s of its plural."""
    return word.removesuffix("s")


def _form(name: str) -> str:
    """What kind of thing a product is, from its name."""
    return _stem(re.findall(r"[a-z]+", name.lower())[-1])


def _forms(loaded: Loaded) -> frozenset[str]:
    """Words that product names end in: ore, oxide, metal, magnet ..."""
    return frozenset(_form(name) for name in loaded.names.values())
