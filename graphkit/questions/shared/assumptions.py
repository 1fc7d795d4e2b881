"""Ranges under named assumptions: lists of makers near the period, columns and notes of answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply.assumptions import (
    MAKERS,
    POINTS,
    ROUNDING,
    Assumptions,
    contradicting_sellers,
    met_ranges,
)
from graphkit.analysis.supply.look_through import THROUGH
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.production import MOST, SHARE_ROUNDING
from graphkit.analysis.supply.tracing import ANY_OTHER
from graphkit.answers.columns import NUMBER, Column
from graphkit.answers.figures import (
    IN_SOME_ROWS,
    ceiling_percent,
    floor_percent,
    number_of,
    percent,
)
from graphkit.answers.note import Note
from graphkit.answers.terms import Term
from graphkit.arrow import SHARE, number
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.tables import COUNTRIES
from graphkit.names import capitalized
from graphkit.period import Period
from graphkit.questions.shared.supply import Supply
from graphkit.questions.shared.supply_production import makes_some
from graphkit.verbs.shared import ASSUME

WHO, FED = ASSUME.allowed
"""Assumptions: who makes a product, and what feeds its makers."""
WIDE = 1 / 3
"""Width of a range from which an answer adds that under an assumption unasked."""
WHOLE = 0.98
"""Part of the world's production that a list names, below which an older one adds names."""
FARTHEST = 10
"""Years between a list and the period."""
STAND_INS = frozenset({"magnesite"})
"""Products that stand for more than their name in a chain: magnesium is made of dolomite too."""
LARGE = 0.01
"""Part of a product's sales from which a seller that is on no list is named."""
MOST_NAMED = 6
"""Number of such sellers that a note names."""
ENDS = ("assumed_low", "assumed_high")
FIGURES = ("lost_share", "loss", "share")
"""Columns of the figure that a range is of: the first that a row has."""
PLACES = {"consumer": "of", "country": "of", "origin": "from", "supplier": "from",
          "removed": "without"}  # fmt: skip
"""Columns of the places that a row is of, with what stands before them in a sentence."""
CONTRADICTED, NOT_TESTED = "contradicted", "not tested against anything"
ASSUMED = (
    Column("assumed_low", "assumed at least",
           "0 to 1, the least that share can be under the assumption; empty where the range "
           "without it is at most a third wide, unless it is asked for, and where it says nothing",
           type=NUMBER),
    Column("assumed_high", "at most", "0 to 1, the most that share can be under the assumption",
           type=NUMBER),
    Column("assumption", doc="what is assumed; contradicted: the data rule it out, and the range "
           "is that without it"),
    Column("makers_of", doc="years of the lists of makers that are assumed to hold still"),
    Column("assumption_test", doc="contradicted: by a seller on no list, by a figure of the period "
           "that is more than 10 points off, or by the range; else whether figures of the period "
           "agree with all that is assumed, or with a part of it; not tested against anything: "
           "there are none"),
)  # fmt: skip
"""Columns of the range under assumptions."""


@dataclass(frozen=True)
class Assuming(Term):
    """Names of what is assumed of makers."""

    assume: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Assumed:
    """A supply network under assumptions, and what they are in words."""

    catalog: Catalog
    supply: Supply
    names: tuple[str, ...]
    """The assumptions: ``makers``, ``inputs``."""
    everywhere: bool
    """True to add the range wherever it says something, however narrow that without it is."""

    @cached_property
    def makers(self) -> pa.Table:
        """The lists of makers of the chain."""
        if WHO not in self.names:
            return MAKERS.empty_table()
        return makers_near(self.catalog, self.supply)

    @cached_property
    def network(self) -> SupplyNetwork:
        """The network under the assumptions."""
        return self.supply.under(Assumptions(self.makers, FED in self.names))

    @cached_property
    def networks(self) -> list[SupplyNetwork]:
        """The network under the assumptions, and those under each of several by itself."""
        if len(self.names) < 2:
            return [self.network]
        none = MAKERS.empty_table()
        alone = [Assumptions(self.makers), Assumptions(none, inputs=True)]
        return [self.network, *map(self.supply.under, alone)]

    def with_ranges(
        self, rows: pa.Table, keys: Sequence[str],
        ask: Callable[[SupplyNetwork, pa.Table], pa.Table], *, stage: str = "", least: float = 0.0,
    ) -> pa.Table:  # fmt: skip
        """Add the columns :data:`ASSUMED` to rows with a range.

        Parameters
        ----------
        rows : pyarrow.Table
            ``product``, ``low``, ``high`` and the ``keys``; of origins the last is the country.
        ask : callable
            Asks the network under the assumption for the ranges of the rows that get one.
        stage : str
            Column of the stage that a row is traced to, if any.
        least : float
            Upper end of ranges that ``ask`` leaves out.
        """
        steps = [
            (row["product"], row.get(stage))
            for row in rows.select(["product", *([stage] if stage else [])]).to_pylist()
        ]
        words = [None if stage and step[1] is None else self._words(*step) for step in steps]
        wide = pc.greater(pc.subtract(rows["high"], rows["low"]), WIDE)
        wide = pc.or_(pc.is_valid(rows["low"]), False) if self.everywhere else wide
        says = pa.array([text is not None for text in words], pa.bool_())
        wide = pc.and_(pc.fill_null(wide, False), says)
        ends: dict[str, Any] = dict.fromkeys(ENDS, pa.nulls(len(rows), pa.float64()))
        texts = pa.nulls(len(rows), pa.string())
        if pc.any(wide).as_py():
            met = self._met(rows, rows.filter(wide), keys, ask, by_stage=bool(stage), least=least)
            ends = {name: pc.if_else(wide, met[name], None) for name in ENDS}
            texts = pc.if_else(met["contradicted"], CONTRADICTED, pa.array(words, pa.string()))
            texts = pc.if_else(wide, texts, None)
        for name in ENDS:
            rows = rows.append_column(number(name, SHARE + IN_SOME_ROWS), ends[name])
        years: list[str | None] = []
        tests: list[str | None] = []
        for step, text in zip(steps, texts.to_pylist(), strict=True):
            years.append(", ".join(self._years(*step)) or None if text else None)
            tests.append(CONTRADICTED if text == CONTRADICTED else self._test(*step))
            tests[-1] = tests[-1] if text else None
        rows = rows.append_column("assumption", texts)
        rows = rows.append_column("makers_of", pa.array(years, pa.string()))
        return rows.append_column("assumption_test", pa.array(tests, pa.string()))

    def _met(
        self, rows: pa.Table, wide: pa.Table, keys: Sequence[str],
        ask: Callable[[SupplyNetwork, pa.Table], pa.Table], *, by_stage: bool, least: float,
    ) -> pa.Table:  # fmt: skip
        """Meet ranges with those under the assumptions, and under each of several by itself.

        A world in which several hold is one in which each does, so that no set of assumptions
        leaves a range wider than a part of it.
        """
        met, contradicted = rows, pa.array([False] * len(rows))
        for network in self.networks:
            others = sorted({*network.countries} - {*self.supply.network.countries})
            met = met_ranges(
                rows.select([*keys]).append_column("low", met["low"]).append_column(
                    "high", met["high"]),
                ask(network, wide), keys, others=others if by_stage else (), least=least,
            )  # fmt: skip
            contradicted = pc.or_(contradicted, met["contradicted"])
            met = met.select([*keys, *ENDS]).rename_columns([*keys, "low", "high"])
        ends = {
            name: pc.if_else(contradicted, rows[end], met[end])
            for name, end in zip(ENDS, ("low", "high"), strict=True)
        }
        return pa.table({**ends, "contradicted": contradicted})

    def _words(self, product: str, stage: str | None) -> str | None:
        """Say what is assumed of the chain of a product back to a stage; None if nothing is."""
        return self._in_words(self._years(product, stage))

    def _in_words(self, years: Sequence[str]) -> str | None:
        texts = []
        if years:
            before = all(Period(text).end <= Period(self.supply.period).start for text in years)
            makers = f"the makers of {_listed(years)} still make it"
            if not before:
                makers = f"only the makers of {_listed(years)} make it"
            texts.append(f"{makers}, within {100 * POINTS:g} points")
        if FED in self.names:
            texts.append("own inputs feed what they can")
        return ", and ".join(texts) or None

    def caption(self, rows: pa.Table) -> str:
        """Say in the caption of rows what is assumed."""
        years = {year for row in rows.select(["product", "assumption"]).to_pylist()
                 if row["assumption"] for year in self._years(row["product"], None)}  # fmt: skip
        text = self._in_words(sorted(years)) if self._narrowed(rows) else None
        tests = " or ".join(sorted({*rows["assumption_test"].to_pylist()} - {None}))
        return f" Assumed ({tests}): {text}." if text else ""

    def _years(self, product: str, stage: str | None) -> tuple[str, ...]:
        """Collect the years of the lists behind a product, back to a stage."""
        return tuple(sorted({years for years, _ in self._lists_behind(product, stage)}))

    def _lists_behind(self, product: str, stage: str | None) -> list[tuple[str, str]]:
        """Select the lists behind a product, back to a stage: years and product of each."""
        key = product, stage
        if key not in self._behind:
            network = self.supply.network
            places = {name: place for place, name in enumerate(network.products)}
            behind = network.inputs.behind[places[product]]
            orders = dict(zip(network.stages, network.nodes.orders, strict=True))
            first = orders[stage] if stage else 0
            self._behind[key] = [
                (years, name) for years, name in self._lists
                if name in places and behind[places[name]]
                and network.nodes.orders[places[name]] >= first
            ]  # fmt: skip
        return self._behind[key]

    @cached_property
    def _behind(self) -> dict[tuple[str, str | None], list[tuple[str, str]]]:
        return {}

    @cached_property
    def _lists(self) -> list[tuple[str, str]]:
        """Years and product of each list."""
        pairs = zip(self.makers["years"].to_pylist(), self.makers["product"].to_pylist(),
                    strict=True)  # fmt: skip
        return sorted({pair for pair in pairs if pair[0]})

    def _test(self, product: str, stage: str | None) -> str:
        """Say whether figures of the period agree with what is assumed back to a stage."""
        lists = {name for _, name in self._lists_behind(product, stage)}
        if not self._contradicted.isdisjoint(lists):
            return CONTRADICTED
        if self._tested.isdisjoint(lists):
            return NOT_TESTED
        in_part = "" if self._tested >= lists and FED not in self.names else ", in part"
        return f"agrees with figures of {self.supply.period}{in_part}"

    @cached_property
    def _tested(self) -> set[str]:
        """Products of whose makers the period has a figure."""
        return {row["product"] for row in self.makers.to_pylist() if row["moved"] is not None}

    @cached_property
    def _contradicted(self) -> set[str]:
        """Products with a large seller that is on no list, or a figure that is far off the list."""
        sellers = contradicting_sellers(self.network, self.makers).to_pylist()
        return {row["product"] for row in sellers if row["share"] >= LARGE} | {
            row["product"] for row in self.makers.to_pylist() if row["moved"]
        }

    @property
    def term(self) -> Assuming:
        """The assumptions, as an answer states them."""
        return Assuming(tuple(self.names))

    def makers_used(self, rows: pa.Table) -> pa.Table:
        """Return the lists behind the rows, for their sources; none if no row has a range."""
        used = self._used(rows)
        return self.makers if used else MAKERS.empty_table()

    def _narrowed(self, rows: pa.Table) -> bool:
        """Return True if an assumption moves an end of any range."""
        return any(
            row["assumption"] and (row["low"], row["high"]) != tuple(row[name] for name in ENDS)
            for row in rows.select(["low", "high", *ENDS, "assumption"]).to_pylist()
        )

    def _used(self, rows: pa.Table) -> bool:
        return bool(rows["assumption"].null_count < len(rows))

    def notes(self, rows: pa.Table) -> list[Note]:
        """Write the first range both ways, what is assumed by which lists, and what contradicts."""
        if not self._used(rows):
            return []
        in_text = self.catalog.materials.in_text
        notes = [self._both_ways(rows)]
        if self._lists:
            by_years: dict[str, list[str]] = {}
            for years, product in self._lists:
                by_years.setdefault(years, []).append(product)
            lists = "; ".join(f"{in_text(*keys)} ({years})" for years, keys in by_years.items())
            notes.append(
                Note(
                    "Assumption makers: only those whom published lists name make it, each within "
                    f"{100 * POINTS:g} points of its share where the list has one of this product. "
                    f"Lists: {lists}."
                )
            )
        if FED in self.names:
            notes.append(
                Note(
                    "Assumption inputs: what a country's own pool of an input could feed of its "
                    "output, it did feed; trade does not show all inputs."
                )
            )
        if sellers := self._sellers():
            notes.append(
                Note(
                    "Contradicts a list: these sell more than they buy and are on none, so that it "
                    f"stays open whose goods those are: {'; '.join(sellers)}."
                )
            )
        contradicted = pc.sum(pc.equal(rows["assumption"], CONTRADICTED)).as_py()
        if contradicted:
            notes.append(Note(f"The data rule the assumption out for {contradicted:,} rows."))
        return [*notes, *self._figures_outside(rows)]

    def _figures_outside(self, rows: pa.Table) -> list[Note]:
        """Count the figures that lie outside a range under the assumption, and write the first."""
        outside = []
        for row in rows.to_pylist():
            figure = next((row[name] for name in FIGURES if row.get(name) is not None), None)
            if figure is None or row["assumption"] in (None, CONTRADICTED):
                continue
            low, high = (row[name] for name in ENDS)
            if not low - ROUNDING <= figure <= high + ROUNDING:
                outside.append((row, figure))
        if not outside:
            return []
        row, figure = outside[0]
        number = number_of(len(outside), "figure lies", "figures lie")
        text = (
            "Figures are without assumption, and estimate what is not published: "
            f"{number} outside the range under it, such as {self._subject(row)}: {percent(figure)} "
            f"beside {_span(*(row[name] for name in ENDS))}."
        )
        return [Note(text, tuple(dict.fromkeys(row["product"] for row, _ in outside)))]

    def _both_ways(self, rows: pa.Table) -> Note:
        """Write the first range that an assumption narrows, without and under it."""
        for row in rows.to_pylist():
            passed = str(row.get("origin")).startswith(THROUGH)
            if passed or row["assumption"] in (None, CONTRADICTED):
                continue
            free, assumed = (row["low"], row["high"]), tuple(row[name] for name in ENDS)
            if free != assumed:
                return Note(
                    f"{self._subject(row)}: without assumption {_span(*free)}; if "
                    f"{row['assumption']}: {_span(*assumed)}."
                )
        return Note("The assumption narrows no range of these rows.")

    def _subject(self, row: Mapping[str, Any]) -> str:
        """Write what a row is of, at the beginning of a sentence."""
        text = capitalized(self.catalog.materials.in_text(row["product"]))
        for name, before in PLACES.items():
            if key := row.get(name):
                place = key if key == ANY_OTHER else self.catalog.place(key).in_text
                text += f" {before} {place}"
        if "point" in row:
            text += f" without {row['name']}"
        stage = row.get("traced_to")
        return f"{text}, {self.catalog.materials.in_text(stage).lower()}" if stage else text

    def _sellers(self) -> list[str]:
        """Name the large sellers that are on no list, by product; count the others."""
        sellers = contradicting_sellers(self.network, self.makers).to_pylist()
        large = [row for row in sellers if row["share"] >= LARGE]
        in_text, place = self.catalog.materials.in_text, self.catalog.place_in_text
        by_product: dict[str, list[str]] = {}
        for row in large[:MOST_NAMED]:
            text = f"{place(row['country'])} {percent(row['share'])}"
            by_product.setdefault(row["product"], []).append(text)
        texts = [
            f"of the sales of {in_text(product)}, {', '.join(names)}"
            for product, names in by_product.items()
        ]
        rest = len(sellers) - len(large[:MOST_NAMED])
        return [*texts, f"{rest:,} more"] if texts and rest else texts


def _span(low: float, high: float) -> str:
    """Write a range in whole percents, rounded outwards.

    >>> _span(0.671, 1.0)
    '67 to 100 %'
    """
    return f"{floor_percent(low)} to {ceiling_percent(high)} %"


def _listed(years: Sequence[str]) -> str:
    """Join years in words.

    >>> _listed(["2016-2020", "2023", "2024"])
    '2016-2020, 2023 and 2024'
    """
    return " and ".join([", ".join(years[:-1]), years[-1]]) if len(years) > 1 else years[0]


def assuming(catalog: Catalog, supply: Supply, assume: Sequence[str] | None) -> Assumed:
    """Put the assumptions of a question on a supply network: by default all."""
    names = tuple(name for name in ASSUME.allowed if assume is None or name in assume)
    return Assumed(catalog, supply, names, assume is not None)


def makers_near(catalog: Catalog, supply: Supply) -> pa.Table:
    """List the makers of the products of a chain: who makes each, and shares where one has any.

    A list is a table of production or of shares of it that names the makers of four fifths of the
    world's output, of the period or of years near it; the nearest counts, of two the newest. Where
    it names less than nearly all, an older one adds names. A table that counts several products
    together names the makers of each, without shares. Whoever a source names as a maker in the
    period is on the list.

    Returns
    -------
    pyarrow.Table
        :data:`~graphkit.analysis.supply.assumptions.MAKERS`, with the members of a group merged.
    """
    products = supply.network.products
    baskets: dict[str, list[str]] = {key: [] for key in products}
    for key, row in catalog.materials.products.items():
        for part in row.get("counts") or ():
            if part in baskets:
                baskets[part].append(key)
    wanted = {*products}.union(*baskets.values())
    tables = _tables_near(catalog, wanted, supply.period)
    named: dict[str, dict[str, dict[str, Any]]] = {}
    figures: dict[tuple[str, str], float] = {}
    for row in supply.production.to_pylist():
        if row["share"] is not None:
            figures[row["product"], row["country"]] = row["share"]
        if makes_some(row) or (row["loose"] and row["share"]):
            share = None if row["loose"] else row["share"]
            named.setdefault(row["product"], {})[row["country"]] = {
                "share": share, "source": row["source"], "years": supply.period
            }  # fmt: skip
    lists: dict[str, dict[str, dict[str, Any]]] = {}
    for product in products:
        if product in STAND_INS:
            continue
        if rows := _together(tables.get(product, [])):
            lists[product] = rows
            continue
        of_baskets = [_together(tables.get(key, [])) for key in baskets[product]]
        if of_baskets and all(of_baskets):
            lists[product] = {
                country: {**row, "share": None}
                for rows in of_baskets
                for country, row in rows.items()
            }
    for product, rows in lists.items():
        total = max(1.0, fsum(row["share"] or 0.0 for row in rows.values()))
        shares = {country: row["share"] for country, row in rows.items()}
        for country, row in named.get(product, {}).items():
            if row["share"] is not None or country not in rows:
                rows[country] = row
        for country in rows:
            figure, listed = figures.get((product, country)), shares.get(country, 0.0)
            if figure is not None:
                moved = listed is not None and abs(figure - listed / total) > POINTS
                rows[country] = {**rows[country], "moved": moved}
    merged = supply.merged
    members = set() if merged is None else {*catalog.members(merged)}
    group = "" if merged is None else merged.key
    return pa.Table.from_pylist(
        [
            {"country": country, "product": product, **row}
            for product, rows in lists.items()
            for country, row in _with_group(rows, members, group).items()
        ],
        MAKERS,
    )


Table = Mapping[str, dict[str, Any]]
"""Makers of one product by one table, by country."""


def _together(tables: Sequence[Table]) -> dict[str, dict[str, Any]]:
    """Take the nearest table that names most makers, with names of the next while it lacks some."""

    def total(makers: Table) -> float:
        return fsum(row["share"] or 0.0 for row in makers.values())

    rows: dict[str, dict[str, Any]] = {}
    for table in tables:
        if total(table) >= MOST - SHARE_ROUNDING and total(rows) < WHOLE:
            rows = {**table, **rows}
    return rows


def _with_group(rows: Table, members: set[str], group: str) -> dict[str, dict[str, Any]]:
    """Put a group in the place of its members."""
    merged: dict[str, dict[str, Any]] = {}
    for country, row in rows.items():
        key = group if country in members else country
        if key in merged:
            shares = [merged[key]["share"], row["share"]]
            row = {**merged[key], "share": None if None in shares else sum(shares)}
        merged[key] = row
    return merged


def _tables_near(
    catalog: Catalog, products: set[str], period: str
) -> dict[str, list[dict[str, dict[str, Any]]]]:
    """Read the tables of production near a period, nearest first, then newest, by product."""
    span = Period(period)

    def distance(text: str) -> int:
        other = Period(text)
        return max(0, other.start - span.end + 1, span.start - other.end + 1)

    periods = catalog.rows("production-periods").to_pylist()
    near = {row["period"] for row in periods
            if row["product"] in products and distance(row["period"]) <= 12 * FARTHEST}  # fmt: skip
    wanted = sorted({row["product"] for row in periods} & products)
    if not near:
        return {}
    published = {row["key"]: row["published"] or "" for row in catalog.nodes("Source").to_pylist()}
    rows = catalog.rows("production", products=wanted, periods=sorted(near)).to_pylist()
    tables: dict[tuple[str, ...], dict[str, dict[str, Any]]] = {}
    for row in rows:
        if row["type"] in COUNTRIES and (row["share"] or row["qualifier"] == "withheld"):
            table = row["product"], row["period"], row["source"], row["basis"] or ""
            tables.setdefault(table, {})[row["country"]] = {
                "share": row["share"], "source": row["source"], "years": row["period"]
            }  # fmt: skip
    order = sorted(tables, key=lambda table: published[table[2]], reverse=True)
    order.sort(key=lambda table: distance(table[1]))
    by_product: dict[str, list[dict[str, dict[str, Any]]]] = {}
    for key in order:
        by_product.setdefault(key[0], []).append(tables[key])
    return by_product
