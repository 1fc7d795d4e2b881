"""The coverage of an answer: the data that its rows rest on, and the data that they lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from graphkit.period import Period


def _plain(value: Any) -> Any:
    """Return a value as plain data."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.as_object() if isinstance(value, Entry) else value


@dataclass(frozen=True)
class Entry:
    """A thing that a coverage holds, of which its class tells the kind."""

    def as_object(self) -> Any:
        """Return it as plain data: what it holds, by name."""
        return {entry.name: _plain(getattr(self, entry.name)) for entry in fields(self)}

    def about(self) -> About:
        """Return it in words: the key of what it is on, and what is said of that."""
        key, *rest = (str(value) for value in self.as_object().values() if value is not None)
        return About(key, ", ".join(rest))


@dataclass(frozen=True)
class About(Entry):
    """A key with what is said of it, such as a product with its periods."""

    key: str
    words: str

    def as_object(self) -> str:
        """Return both in one text."""
        return f"{self.key} {self.words}"


@dataclass(frozen=True)
class NamedFigures(Entry):
    """Figures by name."""

    figures: tuple[tuple[str, float], ...]

    def as_object(self) -> dict[str, float]:
        """Return the figures by name."""
        return dict(self.figures)


@dataclass(frozen=True)
class YearsByProduct(Entry):
    """Years that each product lacks."""

    years: tuple[MissingYears, ...]

    def as_object(self) -> dict[str, list[str]]:
        """Return the years by product."""
        return {missing.product: [*missing.years] for missing in self.years}


Value = int | float | str | None | Entry | tuple[str | Entry, ...]
"""Value of a line; a text in a list is the key of a thing, or is written as it is."""


@dataclass(frozen=True)
class Line:
    """A number, text or list by its name."""

    name: str
    value: Value
    in_text: bool = True
    """False: text leaves it out, or says it in another sentence."""


def lines(values: Mapping[str, Value]) -> tuple[Line, ...]:
    """Make lines of values by name.

    >>> lines({"claims": 2})
    (Line(name='claims', value=2, in_text=True),)
    """
    return tuple(Line(name, value) for name, value in values.items())


@dataclass(frozen=True)
class Span:
    """The periods of a series, and how they are written."""

    periods: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Series(Entry):
    """Flows that one reporter of one data set counted, of one product in one period or several."""

    product: str
    period: str
    """As it is written: a period, or the first and the last of several."""
    reporter: str
    dataset: str
    source: str
    hs: str
    """Codes, joined by ``+``; empty without any, as the next three."""
    hs_revision: str
    basis: str
    valuation: str
    flows: int
    usd: float | None
    tonnes: float | None
    flows_without_tonnes: int
    usd_without_tonnes: float | None
    periods: tuple[str, ...]
    """Each of its periods."""
    fit: str | None = None
    """Fit of its codes to what was asked for; None until that is told."""
    earlier: tuple[str, ...] = ()
    """Goods of earlier stages that its codes hold too."""

    @property
    def goods(self) -> tuple[str, str]:
        """Its product and codes."""
        return self.product, self.hs

    @property
    def codes(self) -> tuple[str, ...]:
        """Its HS codes."""
        return tuple(filter(None, self.hs.split("+")))

    @property
    def years(self) -> range:
        """The years from the first to the last of its periods."""
        spans = [Period(text) for text in self.periods]
        return range(min(span.start for span in spans) // 12, max(s.year for s in spans) + 1)

    def as_object(self) -> dict[str, Any]:
        """Return it as plain data, with its fit where that is told."""
        left_out = {"periods"} if self.fit else {"periods", "fit", "earlier"}
        return {k: value for k, value in super().as_object().items() if k not in left_out}


@dataclass(frozen=True)
class TradeCount(Entry):
    """The flows of trade that an answer counts, and their gaps."""

    flows: int
    usd: float | None
    """Null where two series, such as the reports of both sides, cover the same trade."""
    flows_without_tonnes: int
    usd_share_without_tonnes: float | None
    flows_without_usd: int
    products: int


@dataclass(frozen=True)
class Pool(Entry):
    """The data behind one product of a supply network; see ``SupplyNetwork.coverage``."""

    product: str
    stage: str
    measure: str
    nodes: int
    flows: int
    flows_without_measure: int
    self_flows: int
    amount: float
    observed: int
    inferred: int
    missing: int
    observed_share: float | None
    inferred_share: float | None
    missing_share: float | None
    oversold: int
    untraceable: int
    without_upstream: int
    short_of_input: int
    short_share: float | None
    traded: bool


@dataclass(frozen=True)
class ProductionSource(Entry):
    """The figures of production of one product that a source gives on one basis."""

    product: str
    source: str
    basis: str | None
    figures: int

    def as_object(self) -> dict[str, Any]:
        """Return it as plain data, without a basis that is not known."""
        return {name: v for name, v in super().as_object().items() if v is not None}


@dataclass(frozen=True)
class ProductionCount:
    """The figures of production that an answer counts, and the products without any."""

    of_countries: int
    """Figures of countries; the next two are of them."""
    estimated: int
    without_a_figure: int
    products: int
    products_without: tuple[str, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """Figures that it counts, by name."""
        return lines(
            {
                "production_figures_of_countries": self.of_countries,
                "of_these_estimated": self.estimated,
                "of_these_without_a_figure": self.without_a_figure,
                "products_with_production_figures": self.products,
                "products_without_production_figures": self.products_without,
            }
        )


@dataclass(frozen=True)
class PublishedRun(Entry):
    """The sum of the amounts that were published of the months of a period."""

    supplier: str
    consumer: str | None
    """Buyer; none: all countries together."""
    goods: str
    measure: str
    period: str
    tonnes_low: float
    tonnes_high: float | None
    """None: a month has neither an amount nor one of all buyers together."""
    months: tuple[str, ...]
    """Periods with an amount."""
    at_most_all_buyers: tuple[str, ...]
    """Months without one, which can have what the supplier sold to all."""
    without_amount: tuple[str, ...]

    def about(self) -> About:
        """Return it in words: of which goods, then of whom, how much, and what it lacks."""
        buyer = self.consumer or "all countries"
        text = f"from {self.supplier} to {buyer}, {self.measure}, {self.period}: "
        ends = [f"{end:,.12g}" for end in (self.tonnes_low, self.tonnes_high) if end is not None]
        text += "at least " * (len(ends) == 1) + f"{' to '.join(dict.fromkeys(ends))} t"
        if self.at_most_all_buyers:
            text += f"; {', '.join(self.at_most_all_buyers)}: at most what went to all countries"
        if self.without_amount:
            text += f"; {', '.join(self.without_amount)}: not published"
        return About(self.goods, text)


class Lacking(StrEnum):
    """The data that a product lacks in some years."""

    TRADE = "trade_data"
    REPORTS = "reports_of_both_sides"
    PRODUCTION = "production_figures"


@dataclass(frozen=True)
class MissingYears:
    """Years of the question that sums leave out of one product, for want of data."""

    lacking: Lacking
    product: str
    years: tuple[str, ...]


@dataclass(frozen=True)
class Capacity(Entry):
    """Known capacity of a country beside its published production of a product."""

    country: str
    product: str
    basis: str | None
    capacity_tonnes: float
    coverage_low: float | None
    """Capacity divided by production; null if none is published."""
    coverage_high: float | None
    capacity_as_of: str | None
    """Years of the capacities, and how many have none."""
    output_tonnes_low: float | None
    output_tonnes_high: float | None
    output_period: str | None
    output_source: str | None


@dataclass(frozen=True)
class MissingFlow(Entry):
    """A flow of which most is missing in the data, its value too."""

    product: str
    period: str
    supplier: str
    consumer: str


@dataclass(frozen=True)
class OwnTrade(Entry):
    """A market that a user's data set has as well, which an answer does not take."""

    product: str
    period: str
    dataset: str
    flows: int
    usd: float | None


@dataclass(frozen=True)
class SplitTrade(Entry):
    """Trade between two countries that may stand under the codes of two products in some years."""

    product: str
    other: str
    supplier: str
    consumer: str
    years: tuple[str, ...]


@dataclass(frozen=True)
class UnreportedTrade(Entry):
    """A country that publishes no trade by product: its partners alone report it."""

    country: str
    since: str
    until: str | None
    unpublished: str
    source: str
    periods: tuple[str, ...]
    """Periods of the answer in which that is so."""


class Word(StrEnum):
    """The word beside a figure that its publisher does not give as final."""

    PROVISIONAL = "provisional"
    """It may still be revised, as its publisher says of the period."""
    ESTIMATED = "estimated"
    """Its publisher marks it as an estimate."""


@dataclass(frozen=True)
class Unsettled(Entry):
    """Figures behind an answer that their publisher does not give as final."""

    word: Word
    period: str
    source: str


@dataclass(frozen=True)
class Change:
    """One measure of a total in two periods: the amounts, their change, and the concentration."""

    before: float | None
    after: float | None
    change: float | None
    ratio: float | None
    per_month_before: float | None
    per_month_after: float | None
    per_month_ratio: float | None
    hhi_before: float | None
    hhi_after: float | None

    def as_object(self, measure: str) -> dict[str, float | None]:
        """Return the figures by name, with the measure in each."""
        return {
            f"{measure}_before": self.before,
            f"{measure}_after": self.after,
            f"{measure}_change": self.change,
            f"{measure}_ratio": self.ratio,
            f"{measure}_per_month_before": self.per_month_before,
            f"{measure}_per_month_after": self.per_month_after,
            f"{measure}_per_month_ratio": self.per_month_ratio,
            f"hhi_{measure}_before": self.hhi_before,
            f"hhi_{measure}_after": self.hhi_after,
        }


@dataclass(frozen=True)
class Total(Entry):
    """The trade of one party in a product in two periods, as one series counts it."""

    consumer: str | None
    supplier: str | None
    """Either is None: the other is the party."""
    on: str | None
    """The partner, if the trade is with one alone."""
    product: str
    reporter: str
    dataset: str
    source: str
    before: str
    after: str
    months_before: int
    months_after: int
    usd: Change
    tonnes: Change
    partners_before: int | None
    partners_after: int | None
    largest_before: str | None
    largest_after: str | None
    new: tuple[str, ...] | None
    lost: tuple[str, ...] | None
    missing: str | None
    most_usd: tuple[float | None, float | None] | None = None
    """The values with all that is not listed, None where nothing bounds that; of one partner alone
    they are not told."""
    undoubted: Total | None = None
    """The total without weights in doubt, if it differs."""

    @property
    def party(self) -> str:
        """Whose trade it is."""
        return self.consumer or self.supplier or ""

    @property
    def identity(self) -> tuple[str | None, ...]:
        """Tells it from other totals of an answer."""
        parties = (self.consumer, self.supplier, self.on)
        return (*parties, self.product, self.reporter, self.dataset, self.source)

    def as_object(self) -> dict[str, Any]:
        """Return it as plain data, what differs without weights in doubt beside it."""
        row = self._figures()
        revised = {} if self.undoubted is None else self.undoubted._figures()
        return row | {f"{k}_without": value for k, value in revised.items() if value != row[k]}

    def _figures(self) -> dict[str, Any]:
        most = self.most_usd
        return {
            "supplier" if self.consumer is None else "consumer": self.party,
            "product": self.product, "reporter": self.reporter, "dataset": self.dataset,
            "source": self.source, "before": self.before, "after": self.after,
            "months_before": self.months_before, "months_after": self.months_after,
            **self.usd.as_object("usd"), **self.tonnes.as_object("tonnes"),
            "partners_before": self.partners_before, "partners_after": self.partners_after,
            "largest_before": self.largest_before, "largest_after": self.largest_after,
            "new": _plain(self.new), "lost": _plain(self.lost), "missing": self.missing,
            **({} if self.on is None else {"on": self.on}),
            **({} if most is None else {"usd_before_high": most[0], "usd_after_high": most[1]}),
        }  # fmt: skip


@dataclass(frozen=True)
class Coverage:
    """The data behind the rows of an answer, and the data they lack.

    An answer has the parts that it counts. An answer to several questions has the coverage of each
    in ``by_question``, by the values that it is about, unless all are equal.
    """

    counts: tuple[Line, ...] = ()
    """Counts that only answers of one kind have."""
    failed_claims: tuple[str, ...] | None = None
    """Claims that the data were expected to bear out and do not; None if none was checked."""
    trade: TradeCount | None = None
    network: tuple[Pool, ...] = ()
    """Products of a supply network; empty: the answer is of none."""
    series: tuple[Series, ...] = ()
    production: tuple[ProductionSource, ...] = ()
    """Figures of production behind a supply network."""
    without_trade: tuple[str, ...] = ()
    """Products in scope that are not counted for want of trade."""
    steps_without_data: tuple[str, ...] = ()
    """Other steps of the chain that are not counted for want of data."""
    missing_years: tuple[MissingYears, ...] = ()
    flows_left_out: int = 0
    """Number of flows left out: of groups of countries, or of a country to itself."""
    capacity: tuple[Capacity, ...] | None = None
    figures: ProductionCount | None = None
    others: tuple[Line, ...] = ()
    """Counts that only answers of one kind have, after those of trade and production."""
    totals: tuple[Total, ...] | None = None
    """Totals of the products of a comparison of two periods; None for other answers."""
    missing_flows: tuple[MissingFlow, ...] = ()
    own_trade: tuple[OwnTrade, ...] = ()
    partial: tuple[About, ...] = ()
    """Products with data sets that list only some flows."""
    split_trade: tuple[SplitTrade, ...] = ()
    unreported: tuple[UnreportedTrade, ...] = ()
    published: tuple[PublishedRun, ...] = ()
    """Sums of amounts that were published by month."""
    unsettled: tuple[Unsettled, ...] = ()
    """Figures that are provisional or estimated."""
    by_question: Mapping[str, Coverage] = field(default_factory=dict)

    @property
    def parts(self) -> Mapping[str, Coverage]:
        """The coverage of each question by its values; of one question, the coverage itself."""
        return self.by_question or {"": self}

    def lacking(self, *data: Lacking) -> dict[str, tuple[str, ...]]:
        """Return the years without some data, by product."""
        return {years.product: years.years for years in self.missing_years if years.lacking in data}

    def as_lines(self) -> Iterator[Line]:
        """Yield what the coverage of one question holds, in order."""
        yield from self.counts
        if self.failed_claims is not None:
            yield Line("expected_but_not_borne_out", self.failed_claims)
        yield from self._of_network() if self.network else self._of_trade()
        if self.flows_left_out:
            yield Line("flows_left_out", self.flows_left_out)
        if self.capacity is not None:
            yield Line("capacity", self.capacity)
        if self.figures is not None:
            yield from self.figures.lines
        if not self.network:
            yield from self._years(Lacking.PRODUCTION)
        yield from self.others
        if self.totals is not None:
            yield Line("totals", self.totals, in_text=False)
        if self.missing_flows:
            yield Line("missing_flows", self.missing_flows)
        if self.own_trade:
            yield Line("own_trade", self.own_trade, in_text=False)
        if self.partial:
            yield Line("partial_data_sets", self.partial)
        if self.split_trade:
            yield Line("split_trade", self.split_trade)
        if self.unreported:
            yield Line("unreported_trade", self.unreported)
        if self.published:
            yield Line("published_over_months", self.published)
        if self.unsettled:
            yield Line("unsettled", self.unsettled)

    def _of_trade(self) -> Iterator[Line]:
        """Yield what an answer from trade counts and lacks."""
        if self.trade is not None:
            for name, value in self.trade.as_object().items():
                yield Line(name, value, in_text=False)
            yield Line("products_without_trade_data", self.without_trade, in_text=False)
        yield from self._years(Lacking.TRADE, Lacking.REPORTS)
        if self.trade is not None or self.series:
            yield Line("series", self.series, in_text=False)

    def _of_network(self) -> Iterator[Line]:
        """Yield what a supply network is made of and lacks."""
        yield Line("network", self.network, in_text=False)
        yield Line("series", self.series, in_text=False)
        yield Line("production", self.production, in_text=False)
        yield from self._years(Lacking.TRADE, Lacking.PRODUCTION)
        yield Line("products_without_trade_data", self.without_trade, in_text=False)
        if self.steps_without_data:
            yield Line("steps_of_the_chain_without_data", self.steps_without_data)

    def _years(self, *kinds: Lacking) -> Iterator[Line]:
        """Yield the years that products lack, an entry for each kind of data."""
        for kind in kinds:
            years = tuple(years for years in self.missing_years if years.lacking is kind)
            if years:
                yield Line(f"years_without_{kind}", YearsByProduct(years))

    def as_object(self) -> dict[str, Any]:
        """Return it as plain data, as JSON has it."""
        if self.by_question:
            return {"each": {label: part.as_object() for label, part in self.by_question.items()}}
        return {line.name: _plain(line.value) for line in self.as_lines()}
