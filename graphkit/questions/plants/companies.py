"""Companies: who made what, beside what the world or a country made, by company or by seat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import pyarrow as pa

from graphkit.analysis.company_output import (
    WHOLE,
    Made,
    Output,
    added,
    counting,
    without_parts,
)
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import FLAG, NUMBER, TEXTS, Column, schema_of
from graphkit.answers.coverage import About, Coverage, Entry, lines
from graphkit.answers.note import Note
from graphkit.answers.terms import By, Measure, Places, Role, Time, terms
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.errors import GraphkitError
from graphkit.names import Entity
from graphkit.questions.plants.capacity_coverage import in_percent, is_enough, production_of
from graphkit.questions.plants.company_outputs import (
    Figure,
    Sites,
    behind,
    figures_of_companies,
    told_once,
)
from graphkit.questions.plants.facilities import Plants, elements_of, known_plants
from graphkit.questions.plants.owners import UNKNOWN, controlled
from graphkit.questions.question import checked

UNSEATED = "unknown seat"
"""Seat of companies of whose seat no source speaks."""
COMPANIES = (
    Column("country", "Country", "where it was made; empty: anywhere"),
    Column("product", "Product", "product in whose production the figure counts", rank=1),
    Column("name", "Company", "company that reports it; unknown: what nobody is known to have made",
           rank=0),
    Column("company", "", "key of the company", ref="company"),
    Column("seat", "Seat", "country of the seat of those who control it, where a source states it",
           ref="place", rank=0),
    Column("state_owned", "State", "yes, if those who control it are a state, or a source says "
           "that a state has most of it", type=FLAG, rank=4),
    Column("counts", "Counts", "whole: all that the company or its plants made, whoever owns "
           "them; equity: its share of that; sales: what it sold. Only the first are added up",
           rank=2),
    Column("tonnes_low", "Made", "metric tons in the period, at least", "t", NUMBER, rank=0),
    Column("tonnes_high", "", "metric tons in the period, at most; null where no figure is of the "
           "company as a whole", "t", NUMBER),
    Column("share_low", "Share", "0 to 1, share of what the place made, at least", SHARE, NUMBER,
           rank=0),
    Column("share_high", "At most", "0 to 1, the same with all that nobody is known to have made, "
           "where its figures allow it", SHARE, NUMBER, rank=0),
    Column("total_tonnes_low", "", "metric tons that the place made, at least", "t", NUMBER),
    Column("total_tonnes_high", "", "metric tons that the place made, at most", "t", NUMBER),
    Column("basis", "Of", "what the tonnes count", rank=3),
    Column("coverage_low", "Known of all", "share of what the place made of which it is known who "
           "made it, at least", SHARE, NUMBER, rank=5),
    Column("coverage_high", "", "the same, at most", SHARE, NUMBER),
    Column("period", "Year", "year of the output", rank=2),
    Column("plants", "", "plants of which a figure is", type=TEXTS),
    Column("companies", "", "companies of the seat", type=TEXTS),
    Column("estimated", "", "yes, if a figure is an estimate or of a weak source: it decides no "
           "first place", type=FLAG),
    Column("why", "Why", "what limits the figure", rank=3),
    Column("production_source", "", "source of what the place made"),
    Column("source", "Source", rank=4),
)  # fmt: skip
CAPTION = (
    "Output, never capacity. Shares are of what {place} made, as published; known: by figures of "
    "companies that count all of their plants, whoever owns them. A figure of the whole company is "
    "of a country only where all its known plants are there."
)


@dataclass(frozen=True)
class Known(Entry):
    """The part of the output of a product that has a known maker."""

    product: str
    period: str
    basis: str | None
    companies: int
    known_tonnes: float
    output_tonnes_low: float | None
    output_tonnes_high: float | None
    output_source: str | None
    coverage_low: float | None
    coverage_high: float | None

    def about(self) -> About:
        """Return it in words: how much is known, and of what it is a part."""
        words = f"{self.known_tonnes:,.0f} t in {self.period} have a known maker"
        if self.output_source:
            words += f", {in_percent(self.coverage_low, self.coverage_high)} of the output"
        return About(self.product, words)


@checked(COMPANIES)
def companies(
    catalog: Catalog,
    country: str | None = None,
    *,
    scope: str | None = None,
    by: str = "company",
    period: str | None = None,
) -> Answer:
    """Set what companies made beside what the world or a country made.

    Returns
    -------
    Answer
        Of each product one row for each company, or seat of those who control companies, the
        largest first (by name where less than half is known), and a row ``unknown``; then figures
        of companies' own shares and of sales, which are not added up.

    Raises
    ------
    UsageError
        Unknown name, with the nearest.
    GraphkitError
        No output of a company is known.
    """
    place = None if country is None else catalog.place(country)
    goods = catalog.materials.scope(scope)
    known = known_plants(catalog, goods, None)
    outputs = told_once(_outputs(catalog, goods), known.owners)
    rows: list[dict[str, Any]] = []
    summaries: list[Known] = []
    other_periods = 0
    chosen: list[_Market] = []
    for product in dict.fromkeys(row["product"] for row in outputs):
        some = [row for row in outputs if row["product"] == product]
        years = sorted({row["period"] for row in some if row["period"].isdigit()}, reverse=True)
        sites = Sites.of(catalog, known.owners, product, some)
        markets = [
            _Market(catalog, known, sites, place, product, year, some)
            for year in ([period] if period else years)
        ]  # fmt: skip
        markets = [market for market in markets if market.amounts]
        if not markets:
            continue
        most = max(markets, key=lambda m: (m.coverage[0] or 0.0, m.period))
        market = next((m for m in markets if is_enough(m.coverage[0])), most)
        other_periods += sum(row["period"] != market.period for row in some)
        chosen.append(market)
    chosen.sort(key=lambda m: (not is_enough(m.coverage[0]), m.output is None, -len(m.amounts)))
    for market in chosen:
        summaries.append(market.summary())
        rows += market.answer_rows(by)
    if not rows:
        where = f" in {place.in_text}" if place else ""
        meaning = f" for {goods.meaning}" if goods.text else ""
        dated = f" in {period}" if period else ""
        raise GraphkitError(f"no output of a company{where}{meaning}{dated} is in the graph")
    for row in rows:
        row["country"] = place.key if place else None
    table = pa.Table.from_pylist(
        [{column.name: row.get(column.name) for column in COMPANIES} for row in rows],
        schema_of(COMPANIES),
    )
    published = controlled(catalog, goods, place)
    about = f" of {goods.meaning}" if goods.text else ""
    where = f" in {place.in_text}" if place else ""
    return Answer(
        f"Who made how much{about}{where}, by {by}?",
        terms(Places(Role.COUNTRY, place.key if place else None), goods.material, By(by),
              Time(period), Measure("share of the output in tonnes")),
        table,
        COMPANIES,
        Coverage(lines({"products": tuple(summaries), "figures_of_other_periods": other_periods})),
        catalog.sources(
            table, pa.table({"source": table["production_source"].unique()}), published
        ),
        claims=published,
        notes=(*goods.notes, *_notes(catalog, summaries, place)),
        caption=CAPTION.format(place=place.in_text if place else "the world"),
        shown=without_empty(
            table,
            [c.name for c in COMPANIES if c.header and c.name not in _hidden(by)],
            "seat" if by == "seat" else "name", "share_low",
        ),
        grouped_by=("country",),
    )  # fmt: skip


def _hidden(by: str) -> tuple[str, ...]:
    """Name the columns that the other kind of rows has."""
    return ("country", "name", "state_owned") if by == "seat" else ("country",)


def _outputs(catalog: Catalog, goods: Scope) -> list[Figure]:
    """Read the figures of companies in scope."""
    return [
        row
        for row in figures_of_companies(catalog, elements_of(catalog, goods))
        if not goods.text or row["product"] in goods.products
    ]


class _Market:
    """The output of one product in one year, in a place, among companies."""

    def __init__(
        self, catalog: Catalog, known: Plants, sites: Sites, place: Entity | None, product: str,
        period: str, figures: Sequence[Figure],
    ) -> None:  # fmt: skip
        self.sites, self.known, self.product, self.period = sites, known, product, period
        self.places = None if place is None else set(catalog.members(place))
        self.figures = [row for row in figures if row["period"] == period]
        whole = [row for row in self.figures if row["scope"] == WHOLE]
        self.basis = max({row["basis"] for row in whole}, default=None, key=lambda basis: sum(
            row["basis"] == basis for row in whole))  # fmt: skip
        self.amounts = self._made(whole)
        self.output = production_of(catalog, product, period, self.places or {"WLD"})
        low, high = (self.output.low, self.output.high) if self.output else (0.0, inf)
        self.above = {key: self._above(key, whole) for key in self.amounts}
        self.whole = Output(without_parts(self.amounts, self.above), low, high)

    def _made(self, whole: Iterable[Figure]) -> dict[str, Made]:
        """Bound what each company made in the place."""
        amounts = self.sites.made(whole, self.places)
        return {company: own for company, own in amounts.items() if self._is_here(company, own)}

    def _above(self, company: str, whole: Iterable[Figure]) -> frozenset[str]:
        """Collect who may be behind a company, or behind the plants that all its figures are of.

        What others own of a plant that it controls is counted in its figure alone.
        """
        owners = self.known.owners
        plants = {row["plant"] for row in whole if row["company"] == company}
        above = owners.above(company)
        if None in plants:
            return above
        shared = [plant for plant in plants if owners.control(plant).parts != {company: 1.0}]
        return above.union(*(behind(owners, plant) for plant in shared))

    def _is_here(self, company: str, amount: Made) -> bool:
        """Return True if a company surely made something in the place, or has a plant there."""
        if self.places is None or amount.low:
            return amount.high > 0
        plants = self.sites.of_company.get(company, ())
        countries = {self.sites.country_of[plant] for plant in plants}
        return amount.high > 0 and not countries.isdisjoint(self.places)

    @property
    def coverage(self) -> tuple[float | None, float | None]:
        """The part of the output of which it is known who made it."""
        return self.whole.coverage() if self.output else (None, None)

    def summary(self) -> Known:
        """Sum up how much is known."""
        output = self.output
        return Known(
            self.product, self.period, self.basis, len(self.whole.amounts), self.whole.known,
            output.low if output else None,
            output.high if output and output.high < inf else None,
            output.source if output else None, *self.coverage,
        )  # fmt: skip

    def answer_rows(self, by: str) -> Iterator[dict[str, Any]]:
        """Yield rows of companies or seats, of what nobody is known to have made, and of others."""
        low, high = self.coverage
        output = self.output
        shared = {
            "product": self.product, "period": self.period, "basis": self.basis,
            "coverage_low": low, "coverage_high": high,
            "total_tonnes_low": output.low if output else None,
            "total_tonnes_high": output.high if output and output.high < inf else None,
            "production_source": output.source if output else None,
        }  # fmt: skip
        owners = self.known.owners
        tops = {key: owners.controller(key) for key in self.amounts}
        seats = {key: owners.seat(top, control=True) or UNSEATED for key, top in tops.items()}
        groups = {key: seats[key] if by == "seat" else key for key in self.whole.amounts}
        shares = Output(added(self.whole.amounts, groups), self.whole.low, self.whole.high)
        order = sorted(shares.amounts, key=(
            (lambda key: (-shares.amounts[key].low, key)) if is_enough(low)
            else (lambda key: (0.0, self.known.names.get(key, key)))
        ))  # fmt: skip
        for key in order:
            keys = [company for company, group in groups.items() if group == key]
            yield {
                **shared, **self._who(key, keys, by, seats, tops), **self._amount(shares, key),
                "counts": WHOLE, **self._behind(keys, WHOLE),
            }  # fmt: skip
        if shares.rest > 0 and output:
            amount, (least, most) = shares.of_nobody(), shares.share_of_nobody()
            yield {
                **shared, "seat" if by == "seat" else "name": UNKNOWN, "counts": WHOLE,
                "tonnes_low": amount.low,
                "tonnes_high": amount.high if amount.high < inf else None,
                "share_low": least, "share_high": most,
                "why": "no figure of a company in the graph", "source": output.source,
            }  # fmt: skip
        if by == "company":
            yield from self._others(shared, seats, tops)

    def _who(
        self, key: str, companies: Sequence[str], by: str, seats: Mapping[str, str],
        tops: Mapping[str, str],
    ) -> dict[str, Any]:  # fmt: skip
        """Name a company with its seat, or a seat with its companies."""
        names = self.known.names
        if by == "seat":
            return {"seat": key, "companies": sorted(names[company] for company in companies)}
        state = self.known.owners.is_state(key) or self.known.owners.is_state(tops[key])
        return {
            "name": names[key], "company": key, "state_owned": True if state else None,
            "seat": seats[key] if seats[key] != UNSEATED else None,
        }  # fmt: skip

    def _amount(self, shares: Output, key: str) -> dict[str, Any]:
        """Give what one made, and its share of the output."""
        amount = shares.amounts[key]
        low, high = shares.share(key) if self.output else (None, None)
        return {
            "tonnes_low": amount.low, "tonnes_high": amount.high if amount.high < inf else None,
            "share_low": low, "share_high": high,
        }  # fmt: skip

    def _behind(self, companies: Sequence[str], counts: str) -> dict[str, Any]:
        """Give the plants and sources of figures, and what limits them."""
        rows = [row for row in self.figures
                if row["company"] in companies and row["scope"] == counts]  # fmt: skip
        plants = {row["plant_name"] for row in rows if row["plant"]}
        reasons = []
        if any(row["estimated"] for row in rows):
            reasons.append("an estimate")
        if any(row["bought"] for row in rows):
            reasons.append("counts what it bought too")
        if counts == WHOLE and all(row["plant"] for row in rows):
            reasons.append("figures of plants alone")
        return {
            "estimated": any(row["estimated"] for row in rows) or None,
            "plants": sorted(plants) or None, "why": "; ".join(reasons) or None,
            "source": "+".join(sorted({row["source"] for row in rows})),
        }  # fmt: skip

    def _others(
        self, shared: Mapping[str, Any], seats: Mapping[str, str], tops: Mapping[str, str]
    ) -> Iterator[dict[str, Any]]:
        """Yield figures of companies' own shares and of sales, and of parts of other companies."""
        owners, names = self.known.owners, self.known.names
        groups: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
        for row in self.figures:
            if row["scope"] != WHOLE and not row["plant"] and self.places is None:
                groups[row["company"], row["scope"]].append(row)
        others = {
            key: Made(min(tonnes), max(tonnes))
            for key, rows in groups.items() if (tonnes := [row["content_tonnes"] for row in rows])
        }  # fmt: skip
        parts = self.amounts.keys() - self.whole.amounts.keys()
        others |= {(company, WHOLE): self.amounts[company] for company in parts}
        for (company, counts), amount in sorted(others.items()):
            top = tops.get(company) or owners.controller(company)
            seat = seats.get(company) or owners.seat(top, control=True)
            row = {
                **shared, **self._who(company, [company], "company", {company: seat or UNSEATED},
                                      {company: top}),
                "counts": counts, "tonnes_low": amount.low,
                "tonnes_high": amount.high if amount.high < inf else None,
                **self._behind([company], counts),
            }  # fmt: skip
            if counts == WHOLE:
                whose = " or ".join(
                    names[key] for key in counting(company, self.amounts, self.above)
                )
                row["why"] = "; ".join(filter(None, (row["why"], f"may be counted with {whose}")))
            yield row


def _notes(catalog: Catalog, summaries: Sequence[Known], place: Entity | None) -> Iterator[Note]:
    """State of each product how much of its output has a known maker."""
    where = place.in_text if place else "the world"
    for known in summaries:
        name = catalog.materials.in_text(known.product)
        amount = f"{known.known_tonnes:,.0f} t of {name} in {known.period}"
        if known.output_source is None:
            text = f"no production of {where} is published to set them beside"
        else:
            part = in_percent(known.coverage_low, known.coverage_high)
            text = f"{part} of what {where} made ({known.output_source})"
            if not is_enough(known.coverage_low):
                text += "; less than half is known, so that no company is the first"
        yield Note(f"Companies are known for {amount}: {text}.", (known.product,))
