"""Single points of failure below countries: plants, companies, and all that a state can stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import replace
from itertools import product
from math import nextafter

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.nodes import shortened
from graphkit.analysis.supply.production_cut import Parts
from graphkit.analysis.supply.removal import point_verdicts, removal_losses
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import COUNT, NUMBER, TEXTS, Column
from graphkit.answers.figures import IN_SOME_ROWS
from graphkit.answers.note import Note
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.names import Entity
from graphkit.questions.plants.capacity_coverage import years_of
from graphkit.questions.plants.stoppages import (
    COMPANY,
    PLANT,
    SEAT,
    Market,
    Stoppage,
    Stoppages,
    stoppages,
)
from graphkit.questions.shared.assumptions import ASSUMED, Assumed
from graphkit.questions.shared.claim_scope import ClaimScope
from graphkit.questions.shared.supply import Supply
from graphkit.questions.shared.supply_answer import supply_answer, with_scope
from graphkit.questions.supply.endings import HOW
from graphkit.questions.supply.exposures import SUMS, exposed
from graphkit.questions.supply.terms import Definition, Level, Threshold

CONTROLLER = "controller"
LEAST = 0.01
"""Loss from which a plant, company or state is listed, if the question gives none."""
UNKNOWN = "?"
"""Name of the set of all production that is of no known plant or owner."""
SITES = 3
"""Plants that a row names."""
IN_SOME = f"{SHARE}{IN_SOME_ROWS}"
POINTS = (
    Column("name", "Without", "the plant, company or state whose end it is", rank=0),
    Column("point", "", "its key"),
    Column("place", "In", "countries of its plants, the largest part first", type=TEXTS,
           ref="place", rank=3),
    Column("consumer", "Consumer"),
    Column("product", "Product", rank=0),
    Column("period", "Period"),
    Column("stage"),
    Column("loss", "Loses", "0 to 1, share of the consumer's imports that passes through what "
           "stops at any stage, lost in proportion and not replaced, as far as known capacity "
           "beside published production tells", SHARE, NUMBER, rank=0),
    Column("low", "at least", "0 to 1, the least that share can be, given all published data and "
           "the coverage of capacities", SHARE, NUMBER, rank=2),
    Column("high", "at most", "0 to 1, the most that share can be of plants with a known capacity, "
           "with all of those where they are that have no known owner, share or seat", SHARE,
           NUMBER, rank=2),
    *ASSUMED,
    Column("territory", "By law", "0 to 1, of the loss, what stops on the state's own territory "
           "alone", IN_SOME, NUMBER, rank=3),
    Column("states", "By states", "0 to 1, the loss if abroad only plants of states stop, and of "
           "companies of which a source says that a state has most", IN_SOME, NUMBER, rank=4),
    Column("unknown", "Not known", "0 to 1, share of the consumer's imports that passes through "
           "production of no known plant or, of companies and states, of no known owner: it may "
           "be anybody's", SHARE, NUMBER, rank=4),
    Column("verdict", "Verdict", rank=4),
    Column("plants", "Plants", "number of plants, or groups with one capacity, that stop",
           type=COUNT, rank=5),
    Column("sites", "", "the largest of them", type=TEXTS),
    Column("members", "", "mines and plants of a group with one capacity", type=TEXTS),
    Column("coverage_low", "Coverage", "known capacity divided by published production, of the "
           "country and product of which it has the largest part; empty: no production is "
           "published", SHARE, NUMBER, rank=3),
    Column("coverage_high", "", "the same with the least production", SHARE, NUMBER),
    Column("output_period", "", "year of that production"),
    Column("as_of", "", "years of the capacities of that country and product, where their sources "
           "state them"),
    Column("chain", "Strongest chain", rank=6),
    Column("chain_share", "", "0 to 1, product of the shares of supply along the chain", SHARE,
           NUMBER),
    Column("source", "Source", rank=9),
)  # fmt: skip
POINT = ("name", "point", "place", "product", "stage", "period")
SUMMED = (
    *(column for column in POINTS if column.name in POINT), *SUMS,
    *(column for column in POINTS
      if column.name in ("plants", "sites", "members", "coverage_low", "coverage_high",
                         "output_period", "as_of", "source")),
)  # fmt: skip
VERDICTS = (
    "Verdict: certain, if even the least share reaches the threshold; as traced, if the one by "
    "known capacity and production does; possible, if only the largest does."
)


def plant_points(
    catalog: Catalog, buyer: Entity | None, goods: Scope, assumed: Assumed,
    consumers: list[str] | None, level: str, view: str, threshold: float, *, possible: bool,
    each: bool,
) -> Answer:  # fmt: skip
    """Find the plants, companies or states without which a consumer loses most.

    Raises
    ------
    GraphkitError
        No mine or plant of the chain is known.
    """
    supply = assumed.supply
    every = stoppages(
        catalog, supply.network.products, supply.period, SEAT if level == CONTROLLER else level,
        view,
    )  # fmt: skip
    ends = _Ends(catalog, every, supply, consumers, level, _members(catalog, buyer))
    losses = ends.losses(
        possible=possible or consumers is not None, minimum=nextafter(threshold, 0.0)
    )
    verdicts = point_verdicts(losses["low"], losses["loss"], threshold)
    losses, unsure = _sure(losses.append_column("verdict", verdicts), every, possible)

    def ranges(network: SupplyNetwork, rows: pa.Table) -> pa.Table:
        return ends.losses(rows["removed"].to_pylist(), network=network, possible=True)

    losses = assumed.with_ranges(losses, ("removed", "consumer", "product"), ranges)
    rows = ends.described(with_scope(losses, supply))
    markets = ends.markets(rows)
    importer = buyer.in_text if buyer else "anybody"
    what = "a stop by one state" if level == CONTROLLER else f"the end of one {level}"
    how = "" if level == PLANT else f" {HOW[view]}"
    answer = supply_answer(
        catalog, f"What would {what} cost {importer} in {goods.meaning}?",
        ClaimScope(buyer, None, goods, supply.period), supply, rows, _columns(level),
        caption=f"Loses: share of the imports, {supply.in_words}, that passes through what stops "
        f"at any stage, if nobody substitutes. {LEVELS[level]}{how} Not known: what passes through "
        f"production of no known {'plant' if level == PLANT else 'owner'}."
        f"{assumed.caption(rows)}",
        notes=[Note(VERDICTS), *assumed.notes(rows), *supply.return_notes(catalog), *supply.notes,
               *(map(Note, unsure) if len(rows) else ())],
        nothing=Absence(" ".join([
            f"No {level} is known to reach {100 * threshold:g} %.", *(() if possible else unsure)
        ])),
        more=[Definition("structural"), Level(level, None if level == PLANT else view),
              Threshold(threshold), assumed.term, supply.ranges_assume],
        also=[assumed.makers_used(rows), *every.sources(markets)], grouped_by=("product",),
    )  # fmt: skip
    answer = replace(
        answer, coverage=replace(answer.coverage, capacity=every.described(markets)),
        shown=without_empty(rows, [c.name for c in POINTS if c.header], "name", "loss"),
    )  # fmt: skip
    return answer if buyer is not None or each else _summed(answer, supply)


LEVELS = {
    PLANT: "A plant stops: its part of what its country makes, by capacity.",
    COMPANY: "A company stops: its plants' part of what their countries make, by capacity "
    "and by what it is published to have made.",
    CONTROLLER: "A state stops: all on its territory, by its law, and the plants of owners seated "
    "there in other countries, by capacity.",
}


def _columns(level: str) -> list[Column]:
    """Return the columns, of which one has keys of plants, companies or countries."""
    ref = "place" if level == CONTROLLER else level
    return [replace(column, ref=ref) if column.name == "point" else column for column in POINTS]


def _members(catalog: Catalog, buyer: Entity | None) -> frozenset[str]:
    """Return the countries of a group that buys as one: what stops there is at home."""
    is_group = buyer is not None and buyer.is_group
    return frozenset(catalog.members(buyer)) if buyer is not None and is_group else frozenset()


class _Ends:
    """The plants, companies or states that end one at a time, and what their rows say."""

    def __init__(
        self, catalog: Catalog, every: Stoppages, supply: Supply, consumers: list[str] | None,
        level: str, members: frozenset[str],
    ) -> None:  # fmt: skip
        self._every, self._supply, self._level = every, supply, level
        self._consumers, self._members = consumers, members
        states = supply.network.countries if level == CONTROLLER else ()
        self._territories = {country: (country,) for country in states}
        self._stops = {
            **{key: Stoppage(key, catalog.name_of(key) or key) for key in states},
            **{key: stop for key, stop in every.stoppages.items() if key not in members},
        }

    def losses(
        self, names: Iterable[str] | None = None,
        parts: Callable[[Stoppage], Parts] = lambda stop: stop.parts, *,
        network: SupplyNetwork | None = None, possible: bool = False, minimum: float = 0.0,
    ) -> pa.Table:  # fmt: skip
        """Compute the losses without each of some, and the parts of production that they stop."""
        chosen = set(self._stops if names is None else names)
        stops = {
            key: {
                place: part for place, part in parts(stop).items()
                if place[0] not in self._members and (key, place[0]) not in self._home
            }
            for key, stop in self._stops.items() if key in chosen
        }  # fmt: skip
        territories = {key: own for key, own in self._territories.items() if key in chosen}
        return removal_losses(
            network or self._supply.network, territories, consumers=self._consumers,
            products=self._supply.products_in_scope, stops=stops, possible=possible,
            minimum=minimum,
        )  # fmt: skip

    @property
    def _home(self) -> Set[tuple[str, str]]:
        """Each state with its own territory, on which all stops anyway."""
        return {(country, country) for country in self._territories}

    def described(self, losses: pa.Table) -> pa.Table:
        """Add who it is, the coverage, and what is not known, the largest loss first."""
        names = losses["removed"].unique().to_pylist()
        beside: dict[str, dict[tuple[str, str, str], float]] = {}
        if self._territories and names:
            beside["territory"] = _by_row(self.losses(names, lambda _: {}))
            beside["states"] = _by_row(self.losses(names, lambda stop: stop.states))
        unknown = self._unknown() if names else {}
        rows = []
        for row in losses.to_pylist():
            stop = self._stops[row["removed"]]
            key = row["removed"], row["consumer"], row["product"]
            low, high = stop.coverage
            largest = stop.largest
            output = largest.output if largest else None
            rows.append({
                **row, "name": stop.name, "point": stop.key, "place": stop.countries or None,
                "unknown": unknown.get(key[1:], 0.0), "plants": len(stop.tonnes) or None,
                "sites": stop.sites[:SITES] or None,
                "members": [*self._every.plants.members.get(stop.key, {}).values()] or None,
                "coverage_low": low, "coverage_high": high,
                "output_period": output.period if output else None,
                "as_of": years_of(largest.capacities) if largest else None,
                "source": "+".join(stop.sources) or None,
                **{column: parts.get(key, 0.0) for column, parts in beside.items()},
            })  # fmt: skip
        rows.sort(key=lambda row: (-row["loss"], -row["high"], row["product"], row["consumer"],
                                   row["point"]))  # fmt: skip
        fields = {column.name: column.type for column in POINTS} | {"measure": pa.string()}
        return pa.Table.from_pylist(
            [{name: row.get(name) for name in fields} for row in rows], pa.schema(fields.items())
        )

    def _unknown(self) -> dict[tuple[str, str], float]:
        """Compute the share of imports that passes through production of nobody who is known."""
        network = self._supply.network
        parts = self._every.unknown(product(network.countries, network.products))
        table = removal_losses(
            network, stops={UNKNOWN: parts}, consumers=self._consumers,
            products=self._supply.products_in_scope,
        )  # fmt: skip
        return {key[1:]: loss for key, loss in _by_row(table).items()}

    def markets(self, rows: pa.Table) -> list[Market]:
        """List the markets of the points in some rows."""
        points = rows["point"].unique().to_pylist()
        return list(dict.fromkeys(market for key in points for market in self._stops[key].markets))


def _summed(answer: Answer, supply: Supply) -> Answer:
    """Add up the rows of all consumers."""
    facts = {(row["point"], row["product"]): row for row in answer.rows.to_pylist()}
    point = [column.name for column in SUMMED[:2]] + ["product", "stage", "period", "measure"]
    sums = exposed(answer.rows, supply, point, "loss").to_pylist()
    rows = [{**facts[row["point"], row["product"]], **row} for row in sums]
    fields = {column.name: column.type for column in SUMMED} | {"measure": pa.string()}
    return replace(
        answer,
        rows=pa.Table.from_pylist(
            [{name: row[name] for name in fields} for row in rows], pa.schema(fields.items())
        ),
        columns=SUMMED, shown=[column.name for column in SUMMED if column.header],
        notes=(*answer.notes, Note("`each` lists every consumer.")),
    )  # fmt: skip


def _by_row(losses: pa.Table) -> dict[tuple[str, str, str], float]:
    """Return losses by who ends, consumer and product."""
    return {
        (row["removed"], row["consumer"], row["product"]): row["loss"]
        for row in losses.select(["removed", "consumer", "product", "loss"]).to_pylist()
    }


def _sure(losses: pa.Table, every: Stoppages, possible: bool) -> tuple[pa.Table, list[str]]:
    """Leave out what only the upper end of a range shows, and note it."""
    if possible:
        return losses, []
    unsure = pc.equal(losses["verdict"], "possible")
    keys = losses["removed"].filter(unsure).unique().to_pylist()
    names = sorted({every.stoppages[key].name for key in keys if key in every.stoppages})
    note = f"Possible, at the upper end of a range: {shortened(names, 6)}; see `possible`."
    return losses.filter(pc.invert(unsure)), [note] if names else []
