"""Stocks and time: the losses of a disruption month by month, and the first day uncovered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.cover import Cover, cover
from graphkit.answers.answer import Answer, without_empty
from graphkit.answers.columns import COUNT, NUMBER, Column, schema_of
from graphkit.answers.note import Note
from graphkit.arrow import SHARE
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError, UsageError
from graphkit.period import Period
from graphkit.questions.question import checked
from graphkit.questions.shared.assumptions import ASSUMED, ENDS
from graphkit.questions.shared.blocs import bloc
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.supply import Supply
from graphkit.questions.shared.supply_answer import imports_of_products
from graphkit.questions.supply.disruptions import UNCOVERED, Disruption
from graphkit.questions.supply.endings import UNKNOWN_COVERAGE
from graphkit.questions.supply.terms import Slack, Stocked

YEAR = 12
"""Months of an answer that is told no number of them."""
MOST_NAMED = 4
"""Number of countries that a caption names."""
COVERED = (
    Column("consumer", "Consumer"),
    Column("product", "Product"),
    Column("period", "Period"),
    Column("month", "Month", "1: the first month of the stop", rank=0, type=COUNT),
    Column("arrivals", "Arrives", "0 to 1, share of the month's need that arrives; the need is a "
           "month's part of the consumer's imports of the product", SHARE, NUMBER),
    Column("from_slack", "From slack", "0 to 1, share of the same that the slack of the remaining "
           "suppliers replaces", SHARE, NUMBER, rank=2),
    Column("from_substitutes", "From substitutes", "0 to 1, share of the same that other goods "
           "replace", SHARE, NUMBER, rank=2),
    Column("from_stocks", "From stocks", "0 to 1, share of the same that stocks cover", SHARE,
           NUMBER),
    Column("uncovered", "Uncovered", "0 to 1, share of the same that nothing covers", SHARE,
           NUMBER, rank=0),
    Column("uncovered_low", "month at least", "0 to 1, the least that share can be, given all "
           "published data; 0 where the stock is unknown", SHARE, NUMBER, rank=9),
    Column("uncovered_high", "month at most", "0 to 1, the most that share can be", SHARE, NUMBER,
           rank=9),
    Column("stock_days", "Stock, days", "days of the consumer's imports of the product that its "
           "stock lasts, as asked or published; empty: unknown, and none is counted", rank=3,
           type=NUMBER),
    Column("first_day", "First day uncovered", "first day of the stop on which something is "
           "uncovered; empty: none in these months", rank=1, type=COUNT),
    Column("first_day_earliest", "earliest", "the earliest that day can be, given all published "
           "data", rank=5, type=COUNT),
    Column("first_day_latest", "latest", "the latest; empty: perhaps none in these months",
           rank=6, type=COUNT),
    Column("uncovered_in_all", "In all", "0 to 1, share of the need of all months that nothing "
           "covers", SHARE, NUMBER, rank=0),
    Column("low", "at least", "0 to 1, the least that share can be, given all published data; 0 "
           "where the stock is unknown", SHARE, NUMBER, rank=4),
    Column("high", "at most", "0 to 1, the most that share can be", SHARE, NUMBER, rank=4),
    *ASSUMED,
    Column("need", doc="the month's need, in the unit of the network", type=NUMBER),
    Column("measure"),
    Column("loss", doc="0 to 1, share of the exports that is cut, as asked", type=NUMBER),
    Column("slack", doc="share by which the remaining suppliers can deliver more, as asked",
           type=NUMBER),
    Column("substitution", doc="0 to 1, share of the need that other goods can replace, as asked",
           type=NUMBER),
    Column("restart", doc="month in which exports go on, as asked; empty: none", type=COUNT),
)  # fmt: skip
GOODS = ("consumer", "product")
IN_BETWEEN = Note(
    "Stocks of sellers in between, of makers of later products and on the way are not counted, and "
    "no stock is filled again: losses through others begin in month 1."
)
_Key = tuple[str, str]


@dataclass(frozen=True)
class Course:
    """The months of a stop, and the stocks at its beginning."""

    months: int
    restart: int | None
    stock_days: float | None
    """Stock of everybody, in days of imports. None: as published, else unknown."""
    sharing: Sequence[str]
    """Countries that share their stocks of a product."""
    substitution: float = 0.0
    """Share of each need that other goods can replace."""


@checked(COVERED, (FIT,))
def stocks(
    catalog: Catalog,
    who: str | None = None,
    *,
    scope: str | None = None,
    to: str | None = None,
    restriction: str | None = None,
    period: str | None = None,
    by: str = "usd",
    loss: float = 1.0,
    slack: float = 0.0,
    of: str | None = None,
    view: str = "control",
    months: int = YEAR,
    stock_days: float | None = None,
    restart: int | None = None,
    substitution: float = 0.0,
    min_loss: float = 0.01,
    top: int | None = None,
    assume: Sequence[str] | None = None,
    returns: bool = False,
    dataset: str | None = None,
) -> Answer:
    """Compute what covers each consumer's need in the months of a stop, and what stays uncovered.

    A stock is used as soon as something is missing. The members of a group that ``of`` names share
    theirs, where the uncovered share is largest.

    Returns
    -------
    Answer
        One row for each consumer, product and month.

    Raises
    ------
    UsageError
        Unknown name or restriction, invalid period or number, or a restart beyond the months.
    GraphkitError
        None of it is traded; or no part of what stops is known.
    """
    if restart is not None and not 2 <= restart <= months:
        wanted = f"2 to {months}, a month after the first" if months > 1 else "none in one month"
        raise UsageError(f"`restart`: found {restart}, wanted {wanted}")
    catalog = catalog.using(dataset)
    sharing = () if of is None or not catalog.place(of).is_group else bloc(catalog, of)[1]
    plan = Course(months, restart, stock_days, sharing, substitution)
    stop = Disruption.read(
        catalog, who, scope=scope, to=to, restriction=restriction, period=period, by=by, view=view,
        of=None if sharing else of, assume=assume, returns=returns, sharing=sharing,
    )  # fmt: skip
    if stop.ending is not None and not stop.ending.stop.known:
        raise GraphkitError(
            f"{stop.ending.stop.name}: {UNKNOWN_COVERAGE}, so that no month can be told"
        )
    losses = stop.losses(loss, slack, min_loss)
    answer = stop.answer(losses, loss, slack, min_loss, top)
    losses = losses.filter(pc.greater(losses["high"], min_loss))
    return _month_by_month(catalog, answer, losses, stop.supply, plan)


def _month_by_month(
    catalog: Catalog, answer: Answer, losses: pa.Table, supply: Supply, plan: Course
) -> Answer:
    """Turn an answer on the losses that are shown into one on what covers the need of each month.

    Of all losses some may share stocks.
    """
    covered = Covered.of_losses(catalog, losses, supply, plan, imports_of_products(supply)[0])
    stocks, slack = covered.stocks, answer.scope.the(Slack).slack
    result = [month for row in answer.rows.to_pylist() for month in covered.by_month(row)]
    table = pa.Table.from_pylist(
        [{c.name: row.get(c.name) for c in COVERED} for row in result], schema_of(COVERED)
    )
    pairs = list(map(pair_of, answer.rows.to_pylist()))
    columns = [
        replace(c, doc=f"the month's need, in {supply.network.unit}") if c.name == "need" else c
        for c in COVERED
    ]
    unused = {"from_slack": not slack, "from_substitutes": not plan.substitution}
    names = [c.name for c in COVERED if c.header and not unused.get(c.name)]
    return replace(
        answer,
        question=f"{answer.question.rstrip('?')}, month by month?",
        scope=answer.scope.adding(Stocked(
            plan.months, plan.restart, plan.stock_days, tuple(plan.sharing), plan.substitution
        )),
        rows=table, columns=columns, sources=stocks.sources(catalog, answer),
        notes=(*stocks.notes(catalog, pairs), IN_BETWEEN, *answer.notes),
        caption=_caption(supply, plan, slack) + stocks.unknown(catalog, pairs),
        shown=without_empty(table, names, "month", "first_day", "stock_days"),
        grouped_by=GOODS if len(pairs) > 1 else (),
    )  # fmt: skip


def _caption(supply: Supply, plan: Course, slack: float) -> str:
    end = "" if plan.restart is None else f" The exports go on in month {plan.restart}."
    return (
        f"Shares are of a month's need: the consumer's imports of the product, {supply.in_words}, "
        f"evenly over the year; slack {100 * slack:g} %. {_in_use(plan)}{end}"
    )


def _in_use(plan: Course) -> str:
    """Say how stocks and substitutes are used."""
    shared = " Shared stocks are used where the uncovered share is largest." if plan.sharing else ""
    other = (
        f" Other goods replace up to {100 * plan.substitution:g} % of each need from month 1 on, "
        "as assumed."
    ) * (plan.substitution > 0)
    return (
        "Losses begin in month 1, and stocks are used as soon as something is missing."
        f"{shared}{other}"
    )


def pair_of(row: Mapping[str, Any]) -> _Key:
    """Return the consumer and product of a row."""
    return row["consumer"], row["product"]


def _unharmed(
    plan: Course, imports: Mapping[_Key, float], known: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Make rows of those that share stocks and lose nothing."""
    harmed = {(row["consumer"], row["product"]) for row in known}
    products = sorted({row["product"] for row in known})
    nothing = dict.fromkeys(("lost_share", "low", "high", *ENDS, *UNCOVERED.values()), 0.0)
    return [
        {**nothing, "consumer": country, "product": product}
        for product in products for country in plan.sharing
        if (country, product) in imports and (country, product) not in harmed
    ]  # fmt: skip


@dataclass(frozen=True)
class Stocks:
    """The stocks of some consumers of products."""

    pairs: Sequence[_Key]
    """Each consumer and product."""
    days: Sequence[float | None]
    """Days that the stock of each lasts; None: unknown."""
    published: Sequence[Mapping[str, Any]]
    """Published stocks that are counted or named."""
    assumed: bool
    """True if the question says how much everybody has."""

    @classmethod
    def read(cls, catalog: Catalog, plan: Course, pairs: Sequence[_Key]) -> Stocks:
        """Take the stocks that a question gives, or the newest published ones."""
        countries = {consumer for consumer, _ in pairs}
        rows = [
            row for row in catalog.rows("stockpiles").to_pylist() if row["country"] in countries
        ]
        if plan.stock_days is not None:
            return cls(pairs, [plan.stock_days] * len(pairs), rows, True)
        newest: dict[_Key, Mapping[str, Any]] = {}
        for row in sorted(rows, key=lambda row: Period(row["as_of"]).end):
            for product in row["products"] or ():
                if row["days"] is not None:
                    newest[row["country"], product] = row
        days = [newest[pair]["days"] if pair in newest else None for pair in pairs]
        return cls(pairs, days, rows, False)

    def sources(self, catalog: Catalog, answer: Answer) -> pa.Table:
        """Add the sources of the published stocks to those of an answer."""
        cited = pa.table({"source": pa.array([s["source"] for s in self.published], pa.string())})
        earlier = answer.sources.rename_columns(["source", *answer.sources.column_names[1:]])
        return catalog.sources(cited, earlier)

    def notes(self, catalog: Catalog, pairs: Sequence[_Key]) -> list[Note]:
        """Note the published stocks of the consumers, counted or not."""
        materials, places = catalog.materials, catalog.place_in_text
        products = {product for _, product in pairs}
        elements = set().union(*(materials.main.get(product, set()) for product in products))
        shown = {consumer for consumer, _ in pairs}
        notes = []
        for row in self.published:
            named = set(row["elements"] or ())
            named |= set().union(*(materials.members.get(key, set()) for key in named))
            if row["country"] not in shown or (named and not named & elements):
                continue
            counted = not self.assumed and row["days"] is not None
            goods = products & set(row["products"] or ()) if counted else set()
            days = "not disclosed" if row["days"] is None else f"{row['days']:g} days"
            aim = "" if row["target_days"] is None else f", {row['target_days']:g} aimed at"
            use = f"counted for {materials.in_text(*sorted(goods))}" if goods else "not counted"
            notes.append(
                Note(
                    f"Published stock of {places(row['country'])}: {days}{aim} of {row['covers']} "
                    f"({row['as_of']}; {row['source']}); {use}."
                )
            )
        return notes

    def unknown(self, catalog: Catalog, pairs: Sequence[_Key]) -> str:
        """Say whose stock is unknown, as a sentence of a caption; empty if nobody's is."""
        days = dict(zip(self.pairs, self.days, strict=True))
        unknown = sorted({pair[0] for pair in pairs if days[pair] is None})
        if not unknown:
            return ""
        names = ", ".join(map(catalog.place_in_text, unknown))
        whose = names if len(unknown) <= MOST_NAMED else f"{len(unknown)} consumers"
        return f" The stock of {whose} is unknown: none is counted, and the low ends allow any."


def _covers(
    rows: Sequence[Mapping[str, Any]], stocks: Stocks, imports: Mapping[_Key, float], plan: Course
) -> dict[str, Cover]:
    """Cover the needs at the figure and at both ends of each loss, by the name of its column."""
    need = [imports.get((row["consumer"], row["product"]), 0.0) for row in rows]
    days = [value or 0.0 for value in stocks.days]
    groups: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        if row["consumer"] in plan.sharing and need[place] > 0:
            groups.setdefault(row["product"], []).append(place)
    covers = {}
    for name, uncovered in UNCOVERED.items():
        lost = np.asarray([row[name] or 0.0 for row in rows])
        gap = np.asarray([row[uncovered] or 0.0 for row in rows])
        covers[name] = cover(
            lost, lost - gap, days, months=plan.months, restart=plan.restart, need=need,
            shared=list(groups.values()), substitution=plan.substitution,
        )  # fmt: skip
    return covers


@dataclass(frozen=True, eq=False)
class Covered:
    """Cover of the needs of a disruption in the months of its course."""

    plan: Course
    stocks: Stocks
    covers: Mapping[str, Cover]
    """The cover at the figure and at both ends of each loss, by the name of its column."""
    places: Mapping[_Key, int]
    """The place of each consumer and product."""
    needs: Mapping[_Key, float]
    """The need of a month, in the unit of the network, where imports are known."""

    @classmethod
    def of_losses(
        cls, catalog: Catalog, losses: pa.Table, supply: Supply, plan: Course,
        imports: Mapping[_Key, float],
    ) -> Covered:  # fmt: skip
        """Cover all losses, of which some may share stocks, out of imports of the period."""
        known = losses.to_pylist()
        rows = [*known, *_unharmed(plan, imports, known)]
        pairs = list(map(pair_of, rows))
        stocks = Stocks.read(catalog, plan, pairs)
        months = Period(supply.period).months
        return cls(
            plan, stocks, _covers(rows, stocks, imports, plan),
            {pair: place for place, pair in enumerate(pairs)},
            {pair: amount / months for pair, amount in imports.items()},
        )  # fmt: skip

    def _may_have_any_stock(self, row: Mapping[str, Any]) -> bool:
        """Return True if a stock that a need may use, its own or a shared one, is unknown."""
        consumer, product = pair_of(row)
        sharing = self.plan.sharing if consumer in self.plan.sharing else (consumer,)
        places = [self.places.get((country, product)) for country in sharing]
        return any(place is not None and self.stocks.days[place] is None for place in places)

    def in_all(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Describe what is uncovered in all months of one loss, with its range."""
        place = self.places[pair_of(row)]
        figure, low, high = (self.covers[name] for name in ("lost_share", "low", "high"))
        is_unknown = self._may_have_any_stock(row)
        in_all = {name: float(part.uncovered_in_all[place]) for name, part in self.covers.items()}
        ends = [None if row[name] is None else in_all[name] for name in ENDS]
        return {
            "first_day": figure.first_days[place], "first_day_earliest": high.first_days[place],
            "first_day_latest": None if is_unknown else low.first_days[place],
            "uncovered_in_all": in_all["lost_share"], "low": 0.0 if is_unknown else in_all["low"],
            "high": in_all["high"],
            "assumed_low": ends[0] if ends[0] is None or not is_unknown else 0.0,
            "assumed_high": ends[1],
            "stock_days": self.stocks.days[place], "need": self.needs.get(pair_of(row)),
            "restart": self.plan.restart, "substitution": self.plan.substitution,
        }  # fmt: skip

    def by_month(self, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Make the rows of one loss, one a month."""
        place, whole = self.places[pair_of(row)], self.in_all(row)
        figure, low, high = (self.covers[name] for name in ("lost_share", "low", "high"))
        is_unknown = self._may_have_any_stock(row)
        return [
            {
                **row, **whole, "month": month + 1,
                "arrivals": float(figure.arrivals[place, month]),
                "from_slack": float(figure.slack[place, month]),
                "from_substitutes": float(figure.substitutes[place, month]),
                "from_stocks": float(figure.stocks[place, month]),
                "uncovered": float(figure.uncovered[place, month]),
                "uncovered_low": 0.0 if is_unknown else float(low.uncovered[place, month]),
                "uncovered_high": float(high.uncovered[place, month]),
            }
            for month in range(self.plan.months)
        ]  # fmt: skip
