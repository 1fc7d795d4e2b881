"""Endings: the plants of one name, one company or the owners of one seat that a question stops."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from graphkit.analysis.supply.nodes import shortened
from graphkit.analysis.supply.production_cut import Part
from graphkit.answers.coverage import Capacity
from graphkit.answers.goods import Goods
from graphkit.answers.note import Note
from graphkit.catalog.catalog import KIND_OF, PROFILED, Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import capitalized, with_article
from graphkit.questions.act.controls import ControlCut
from graphkit.questions.plants.stoppages import (
    COMPANY,
    HALF,
    PLANT,
    SEAT,
    Stoppage,
    Stoppages,
    coverage_notes,
    doubt_notes,
    stoppages,
)
from graphkit.questions.shared.supply import Supply
from graphkit.questions.supply.terms import Stop, Stopped

UNKNOWN_COVERAGE = "no production is published beside its capacity"
NOTHING_SURE = "it stands still, or newer facts speak against its capacity"
HOW = {
    "control": "Control: a plant stops whole if its owner, or the owners of the seat, have more "
    "than half of it, along chains of owners.",
    "equity": "Equity: of each plant the owners' share stops, through parents.",
}
MOST_PRODUCTS = 4
"""Products that a question names."""
PLACES = PROFILED["country"]
_PREFIXED = re.compile(rf"(?:(?P<exporter>.+?)\+)?(?P<kind>{PLANT}|{COMPANY}|{SEAT}):(?P<name>.+)")
Stopper = tuple[str, str]
"""Kind of the end, ``plant``, ``company`` or ``seat``, and its name."""


@dataclass(frozen=True, eq=False)
class Ending:
    """Plants that a question stops, and how far the capacities behind them go."""

    stoppages: Stoppages
    stop: Stoppage
    key: str

    @property
    def markets(self) -> tuple[Capacity, ...]:
        """The capacities that it is a part of, with their coverage."""
        return self.stoppages.described(self.stop.markets)

    @property
    def sources(self) -> Sequence[pa.Table]:
        """The sources of these."""
        return self.stoppages.sources(self.stop.markets)

    @property
    def term(self) -> Stopped:
        """The end, as an answer states it."""
        low, high = self.stop.coverage
        level = self.stoppages.level
        parts = [
            Stop(country, product, part.low, part.high)
            for (country, product), part in sorted(self.stop.parts.items())
        ]
        known = "under half" if ((high if low is None else low) or 0.0) < HALF else "half or more"
        return Stopped(
            level, self.key, self.stop.name, tuple(parts),
            None if level == PLANT else self.stoppages.view,
            "unknown" if low is None and high is None else known,
        )  # fmt: skip

    @property
    def _subject(self) -> str:
        """The end, in a sentence."""
        name, level = self.stop.name, self.stoppages.level
        if level == PLANT:
            return name
        return (
            f"the plants of {f'owners seated in {with_article(name)}' if level == SEAT else name}"
        )

    @property
    def caption(self) -> str:
        """Say what stops, as sentences of a caption."""
        sites = shortened(self.stop.sites, 4)
        text = f" Stops: {sites}." if sites and self.stoppages.level != PLANT else ""
        how = "" if self.stoppages.level == PLANT else f" {HOW[self.stoppages.view]}"
        if self.stop.known:
            return f"{text}{how}"
        has_output = any(market.output for market in self.stop.markets)
        reason = NOTHING_SURE if has_output else UNKNOWN_COVERAGE
        return f"{text}{how} {capitalized(reason)}: only the most that it may be is known."

    def question(self, cut: ControlCut, loss: float) -> str:
        """Write the question that it answers."""
        exports = f"{cut.name} stops its exports and " if cut.exporters else ""
        one = "s" if self.stoppages.level == PLANT else ""
        verb = f"stop{one} making" if loss == 1 else f"make{one} {100 * loss:g} % less"
        return f"Who loses what if {exports}{self._subject} {verb} {cut.scope.meaning}?"

    def notes(self, catalog: Catalog, supply: Supply) -> Iterator[Note]:
        """Note each part that stops with its coverage, and what the network cannot follow."""
        yield from coverage_notes(catalog, self.stop, self.markets)
        yield from doubt_notes(catalog, self.stop)
        network = supply.network
        nodes = set(zip(network.nodes.country.tolist(), network.nodes.product.tolist(),
                        strict=True))  # fmt: skip
        places = {name: place for place, name in enumerate(network.countries)}
        goods = {name: place for place, name in enumerate(network.products)}
        lacking = [
            f"{catalog.materials.in_text(product)} of {catalog.place_in_text(country)}"
            for country, product in sorted(self.stop.parts)
            if (places.get(country), goods.get(product)) not in nodes
        ]
        if lacking:
            yield Note(
                f"Neither trade nor production is known of {shortened(lacking, 4)}: its loss is "
                "counted only in the upper ends."
            )


def who_in(catalog: Catalog, text: str) -> tuple[str | None, Stopper | None]:
    """Find who stops: a country or bloc, of its exports, or a plant, company or seat, or both.

    Raises
    ------
    UsageError
        The name is unknown, ambiguous, or that of a plant and of a company.

    Examples
    --------
    >>> import graphkit
    >>> with graphkit.open() as graph:
    ...     for text in ("CHN+HKG", "Mutanda Mine", "seat:CHE", "CHN+seat:CHN"):
    ...         print(who_in(graph.catalog, text))
    ('CHN+HKG', None)
    (None, ('plant', 'COD056'))
    (None, ('seat', 'CHE'))
    ('CHN', ('seat', 'CHN'))
    """
    if prefixed := _PREFIXED.fullmatch(text):
        return prefixed["exporter"], (prefixed["kind"], prefixed["name"].strip())
    places = [next(catalog.places.all(part.strip(), PLACES), None) for part in text.split(",")]
    if "+" in text or all(places):
        return text, None
    first, *others = catalog.named(text, "country", PLANT, COMPANY)
    if others:
        raise UsageError(
            f"found {text!r}, a plant and a company; wanted {PLANT}:{text} or {COMPANY}:{text}"
        )
    return None, (KIND_OF[first.kind], first.key)


def _key(catalog: Catalog, stopper: Stopper) -> tuple[str, str]:
    """Find the key and the name of what stops."""
    level, text = stopper
    if level == SEAT:
        place = catalog.place(text)
        if place.is_group:
            raise UsageError(f"{SEAT}: found {text!r}, a group; wanted a country")
        return place.key, place.in_text
    entity = next(catalog.named(text, level))
    return entity.key, entity.name


def _stopped(every: Stoppages, key: str, name: str) -> Stoppage | None:
    """Select what stops; a member of a group takes at most the group's part."""
    if every.level != PLANT or key in every.stoppages:
        return every.stoppages.get(key)
    stop = Stoppage(key, name)
    for group, members in every.plants.members.items():
        if key in members and (whole := every.stoppages.get(group)) is not None:
            stop.markets += whole.markets
            stop.tonnes |= whole.tonnes
            for place, part in whole.parts.items():
                stop.parts[place] = Part(0.0, max(part.high, stop.parts.get(place, part).high))
    return stop if stop.parts else None


def ending_in(
    catalog: Catalog, stopper: Stopper, goods: Scope | None, period: str | None, view: str
) -> Ending:
    """Find what stops, in some goods or in all that there is capacity for.

    Raises
    ------
    UsageError
        A name is unknown or ambiguous.
    GraphkitError
        No capacity of it is known in tonnes; the message says what is.
    """
    key, name = _key(catalog, stopper)
    products = sorted(catalog.materials.products if goods is None else goods.products)
    every = stoppages(catalog, products, period, stopper[0], view)
    if (stop := _stopped(every, key, name)) is not None:
        return Ending(every, stop, key)
    meaning = f" for {goods.meaning}" if goods is not None else ""
    where = "`graphkit owners`" if stopper[0] != PLANT else "`graphkit plants`"
    whose = f"of owners seated in {name}" if stopper[0] == SEAT else f"of {name}"
    raise GraphkitError(
        f"no capacity {whose}{meaning} is known in tonnes a year, so that its part of any "
        f"production is unknown; see {where}"
    )


def goods_of_stop(catalog: Catalog, stopper: Stopper, goods: Scope | None, view: str) -> Scope:
    """Return the products of a network that follows what stops: those that stop, if traded.

    Beside one that is not traded stand all products that are bought for one of its elements.
    """
    ending = ending_in(catalog, stopper, goods, None, view)
    products = sorted({product for _, product in ending.stop.parts})
    traded = set(catalog.traded["product"].to_pylist())
    if goods is not None and traded & {*goods.products}:
        return goods
    main: Mapping[str, set[str]] = catalog.materials.main
    unseen = set().union(*(main.get(key, set()) for key in products if key not in traded))
    behind = [key for key in catalog.materials.products if main.get(key, set()) & unseen]
    meaning = catalog.materials.in_text(*products)
    if len(products) > MOST_PRODUCTS:
        meaning = f"{len(products)} products"
    return Scope(meaning, tuple(dict.fromkeys([*products, *behind])), meaning, Goods(meaning))
