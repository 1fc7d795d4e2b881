"""Disruptions: losses, direct and passed on, if a country stops selling or plants stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply import disruption as spreading
from graphkit.analysis.supply.disruption import disruptions
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.nodes import shortened
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer
from graphkit.answers.columns import COUNT, FLAG, NUMBER, Column
from graphkit.answers.note import Note
from graphkit.answers.terms import Places, Role, Term
from graphkit.arrow import SHARE, number
from graphkit.catalog.catalog import Catalog
from graphkit.errors import GraphkitError, UsageError
from graphkit.names import Entity
from graphkit.questions.act.controls import ControlCut, control_cut
from graphkit.questions.question import checked
from graphkit.questions.shared.assumptions import ASSUMED, ENDS, Assumed, assuming
from graphkit.questions.shared.blocs import bloc, members_with_data
from graphkit.questions.shared.claim_scope import ClaimScope
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.supply import RANGE, Supply, supply_of, unseen_goods
from graphkit.questions.shared.supply_answer import buyer_in, supply_answer, with_scope
from graphkit.questions.shared.sweep import read_sweep
from graphkit.questions.supply.endings import (
    UNKNOWN_COVERAGE,
    Ending,
    ending_in,
    goods_of_stop,
    stopper_in,
)
from graphkit.questions.supply.industries import INDUSTRIES, reached
from graphkit.questions.supply.stocks import COVERED, UNCOVERED, course, month_by_month
from graphkit.questions.supply.swept_losses import LOSSES, swept_losses
from graphkit.questions.supply.terms import Cut, Failure, Lost, Slack

COLUMNS = (
    Column("consumer", "Consumer"),
    Column("product", "Product"),
    Column("period", "Period"),
    Column("direct", "Loses directly",
           "0 to 1, share of the consumer's imports of the product that is cut itself", rank=3,
           type=NUMBER),
    Column("indirect", "through others", "0 to 1, share of the same that others lose and pass on",
           rank=3, type=NUMBER),
    Column("lost_share", "Loses in all", "0 to 1, the sum of both", rank=0, type=NUMBER),
    Column("low", "at least", "0 to 1, the least that sum can be, given all published data",
           rank=4, type=NUMBER),
    Column("high", "at most", "0 to 1, the most that sum can be", rank=4, type=NUMBER),
    *ASSUMED,
    Column("recovered", "Slack recovers",
           "0 to 1, share of the same that the slack of the remaining suppliers replaces", rank=2,
           type=NUMBER),
    Column("uncovered", "Uncovered", "0 to 1, loss minus recovered", type=NUMBER),
    Column("uncovered_low", "at least", "0 to 1, the least that can be, given all published data",
           rank=4, type=NUMBER),
    Column("uncovered_high", "at most", "0 to 1, the most that can be", rank=4, type=NUMBER),
    Column("assumed_uncovered_low", doc="0 to 1, the least that can be under the assumption; empty "
           "where the loss has no range under one", type=NUMBER),
    Column("assumed_uncovered_high", doc="0 to 1, the most that can be under the assumption",
           type=NUMBER),
    Column("nothing_left", "Nothing left", "whether it loses all that it imports of the product",
           type=FLAG, never="nobody loses everything"),
    Column("loss", doc="0 to 1, share of the exports that is cut, as asked", type=NUMBER),
    Column("slack", doc="share by which the remaining suppliers can deliver more, as asked",
           type=NUMBER),
    Column("lost_imports", "Lost imports", "in the unit of the network, of the product and period",
           rank=0, type=NUMBER),
)  # fmt: skip
SHOWN = (
    "consumer", "product", "period", "direct", "indirect", "lost_share", "low", "high",
    *ENDS, "lost_imports", "recovered", "uncovered", "uncovered_low", "uncovered_high",
    "nothing_left",
)  # fmt: skip
SWEPT = {"loss": 1.0, "slack": 0.0, "stock_days": None, "months": None}
"""Numbers that can be swept, with their defaults."""
OF_SLACK = ("recovered", "uncovered", "uncovered_low", "uncovered_high")
"""Columns that say nothing new without slack."""
CASCADE_COLUMNS = (
    Column("round", "Round", type=COUNT),
    Column("country", "Country"),
    Column("product", "Product"),
    Column("period", "Period"),
    Column(
        "lost_share",
        "Loss",
        "0 to 1, of the country's supply (made and bought) of the product",
        type=NUMBER,
    ),
    *RANGE,
    *ASSUMED,
    Column("failed", "Fails", type=FLAG),
    Column("verdict", "Verdict"),
    Column("hit_by", "Hit by", rank=3),
    Column("loss", doc="0 to 1, share of the exports that is cut, as asked", type=NUMBER),
    Column("tolerance", doc="0 to 1, loss above which a country fails, as asked", type=NUMBER),
    Column(
        "spread",
        doc="0 to 1, share by which a failed country cuts sales and output, as asked",
        type=NUMBER,
    ),
    Column(
        "lost",
        "Lost supply",
        "in the unit of the network, of the product and period",
        rank=0,
        type=NUMBER,
    ),
)
CASCADE_SHOWN = (
    "round", "country", "product", "period", "lost_share", "low", "high", *ENDS, "lost",
    "verdict", "hit_by",
)  # fmt: skip


@checked(COLUMNS, INDUSTRIES, COVERED, LOSSES, (FIT,))
def disrupt(
    catalog: Catalog,
    exporter: str | None = None,
    *,
    scope: str | None = None,
    to: str | None = None,
    restriction: str | None = None,
    period: str | None = None,
    by: str = "usd",
    loss: float = 1.0,
    slack: float = 0.0,
    of: str | None = None,
    min_loss: float = 0.01,
    top: int | None = None,
    industries: bool = False,
    months: int | None = None,
    stock_days: float | None = None,
    restart: int | None = None,
    sharing: str | None = None,
    substitution: float | None = None,
    sweep: str | None = None,
    plant: str | None = None,
    company: str | None = None,
    seat: str | None = None,
    view: str = "control",
    assume: Sequence[str] | None = None,
    returns: bool = False,
    dataset: str | None = None,
) -> Answer:
    """Compute who loses how much if a country stops or cuts its exports, or if plants stop.

    A plant, those of a company, or those of the owners of a seat take from what their countries
    make, for use at home too.

    Returns
    -------
    Answer
        One row for each consumer and product, largest lost imports first;
        ``loss`` and ``slack`` are those of the question, ``lost_share`` is what follows. With
        ``industries``, one for each use of the elements in the lost products; with ``months``,
        ``stock_days``, ``restart`` or ``substitution``, one for each consumer, product and month;
        with ``sweep``, one for each consumer, product and value of the number that is swept.

    Raises
    ------
    UsageError
        Unknown name or restriction, invalid period or number.
    GraphkitError
        None of it is traded; the message lists what is.
    """
    given = {"loss": loss, "slack": slack, "stock_days": stock_days, "months": months}
    swept = read_sweep(sweep, "disrupt", given)
    cuts, spans = [(loss, slack)], [(months, stock_days)]
    if swept is not None:
        cuts = list(zip(swept.settings(loss=loss), swept.settings(slack=slack), strict=True))
        days = swept.settings(stock_days=stock_days)
        spans = list(zip(swept.settings(months=months), days, strict=True))
    ends = [restart] * len(spans)
    if restart is not None and swept is not None and swept.name == "months":
        ends = [restart if restart <= number else None for number in swept.values]
    plans = [
        course(catalog, *span, end, sharing, substitution)
        for span, end in zip(spans, ends, strict=True)
    ]
    plan = plans[-1]
    if industries and (plan is not None or swept is not None):
        raise UsageError("`industries` has no months and no `sweep`: leave out one of them")
    if sharing is not None and of is not None:
        raise UsageError("`sharing` says whose losses: leave out `of`")
    catalog = catalog.using(dataset)
    stopper = stopper_in(plant, company, seat)
    ending: Ending | None = None
    if stopper is None:
        cut, supply = _cut(catalog, exporter, scope, to, restriction, period, by, returns=returns)
    else:
        if restriction is not None or to is not None:
            raise UsageError("plants that stop sell to nobody: leave out `restriction` and `to`")
        cut, supply, ending = _ended(
            catalog, exporter, stopper, scope, period, by, view, returns=returns
        )
    if ending is not None and not ending.stop.known and (plan is not None or swept is not None):
        what = "month" if swept is None else "value of a sweep"
        raise GraphkitError(
            f"{ending.stop.name}: {UNKNOWN_COVERAGE}, so that no {what} can be told"
        )
    buyer = None if of is None else catalog.place(of)
    consumers = None if buyer is None else [buyer_in(catalog, supply, buyer)]
    if plan is not None and plan.sharing:
        consumers = [key for key in plan.sharing if key in supply.network.countries]
    unseen = unseen_goods(supply, cut.scope.products)
    assumed = assuming(catalog, supply, assume)
    minimum = min_loss if swept is None else 0.0
    tables = _losses(cut, supply, assumed, unseen, cuts, consumers, minimum, ending)
    losses = tables[-1]
    losses = losses.filter(pc.greater(losses["high"], min_loss))
    loss, slack = cuts[-1]
    rows, left_out = _largest(losses, supply, "lost_imports", top)
    notes = [
        *cut.notes,
        Note(
            "Losses are passed on in proportion through re-exporters and makers of later products; "
            "nobody substitutes beyond the slack."
        ),
        *(_unseen_sales(catalog, cut, unseen) if cut.exporters else ()),
        *assumed.notes(rows),
        *supply.return_notes(catalog),
        *supply.notes,
    ]
    if min_loss:
        notes.append(Note(f"Losses of at most {100 * min_loss:g} % at the upper end are left out."))
    notes += _left_out(left_out)
    answer = supply_answer(
        catalog, _question(cut, loss) if ending is None else ending.question(cut, loss),
        _query(catalog, cut, buyer, supply), supply, rows,
        (*COLUMNS[:-1], replace(COLUMNS[-1], doc=f"{supply.network.unit} in {supply.period}")),
        shown=[name for name in SHOWN if slack or name not in OF_SLACK],
        caption=f"Shares are of what the consumer imports of the product, {supply.in_words}; lost "
        f"imports in {supply.network.unit}; slack {100 * slack:g} %.{assumed.caption(rows)}"
        f"{'' if ending is None else ending.caption}",
        notes=notes, nothing=Absence(f"No loss of at least {100 * min_loss:g} % is known."),
        more=[*_simulated(cut, supply), Lost(loss), Slack(slack), assumed.term,
              supply.ranges_assume,
              *([] if ending is None else [ending.term])],
        also=[*cut.sources, assumed.makers_used(rows)],
    )  # fmt: skip
    if ending is not None:
        answer = replace(answer, coverage=replace(answer.coverage, capacity=ending.markets))
    if swept is not None:
        return swept_losses(catalog, answer, tables, supply, swept, plans)
    if plan is not None:
        return month_by_month(catalog, answer, losses, supply, plan)
    return reached(catalog, answer, cut.scope, of) if industries else answer


def _losses(
    cut: ControlCut, supply: Supply, assumed: Assumed, unseen: Sequence[str],
    cuts: Sequence[tuple[float, float]], consumers: Sequence[str] | None, minimum: float,
    ending: Ending | None,
) -> list[pa.Table]:  # fmt: skip
    """Compute the losses of cuts of some sizes, each with its slack, and their ranges."""
    sizes = list(dict.fromkeys(cuts))
    products = [*supply.products_in_scope, *unseen]
    stops = None if ending is None else ending.stop.parts

    @cache
    def ranges(network: SupplyNetwork) -> list[pa.Table]:
        return disruptions(
            network, cut.exporters, sizes, products=products, destinations=cut.destinations,
            consumers=consumers, stops=stops,
        )  # fmt: skip

    def of_size(place: int, network: SupplyNetwork, _: pa.Table) -> pa.Table:
        return ranges(network)[place]

    def uncovered(place: int, network: SupplyNetwork, _: pa.Table) -> pa.Table:
        return _of_uncovered(ranges(network)[place])

    every = disruptions(
        supply.network, cut.exporters, sizes, products=products, destinations=cut.destinations,
        consumers=consumers, minimum=minimum, stops=stops,
    )  # fmt: skip
    if ending is not None and not ending.stop.known and not cut.exporters:
        every = [_without_figures(table) for table in every]
    tables = {}
    for place, size in enumerate(sizes):
        keys = ("consumer", "product")
        losses = assumed.with_ranges(every[place], keys, partial(of_size, place))
        narrowed = losses.select(ENDS)
        if size[1]:
            left = _of_uncovered(every[place])
            narrowed = assumed.with_ranges(left, keys, partial(uncovered, place)).select(ENDS)
        losses = _with_uncovered_ends(losses, narrowed)
        losses = with_scope(losses, supply)
        tables[size] = _with_numbers(losses, loss=size[0], slack=size[1])
    return [tables[size] for size in cuts]


@checked(CASCADE_COLUMNS, (FIT,))
def cascade(
    catalog: Catalog,
    exporter: str | None = None,
    *,
    scope: str | None = None,
    to: str | None = None,
    restriction: str | None = None,
    period: str | None = None,
    by: str = "usd",
    loss: float = 1.0,
    tolerance: float = 0.3,
    spread: float = 0.5,
    top: int | None = None,
    assume: Sequence[str] | None = None,
    dataset: str | None = None,
) -> Answer:
    """Trace who fails in turn if a country stops or cuts its exports of something.

    Returns
    -------
    Answer
        One row for each country and product that fails, largest lost supply first. ``low`` and
        ``high`` bound the loss, and ``verdict`` says whether it fails whatever was not published; a
        note counts those that only may.

    Raises
    ------
    UsageError, GraphkitError
        As for :func:`disrupt`.
    """
    catalog = catalog.using(dataset)
    cut, supply = _cut(catalog, exporter, scope, to, restriction, period, by)
    losses = spreading.cascade(
        supply.network, cut.exporters, products=supply.products_in_scope,
        destinations=cut.destinations,
        loss=loss, tolerance=tolerance, spread=spread,
    )  # fmt: skip
    assumed = assuming(catalog, supply, assume)

    def ranges(network: SupplyNetwork, _: pa.Table) -> pa.Table:
        return spreading.cascade(
            network, cut.exporters, products=supply.products_in_scope,
            destinations=cut.destinations, loss=loss, tolerance=tolerance, spread=spread,
        )  # fmt: skip

    losses = assumed.with_ranges(losses, ("country", "product"), ranges, least=1.0)
    losses = _with_numbers(
        with_scope(losses, supply), loss=loss, tolerance=tolerance, spread=spread
    )
    failures = losses.filter(losses["failed"])
    possible = pc.sum(pc.equal(losses["verdict"], "possible")).as_py() or 0
    survives = pc.and_(pc.greater(losses["lost_share"], 0), pc.invert(losses["failed"]))
    survivors = pc.sum(survives).as_py() or 0
    rows, left_out = _largest(failures, supply, "lost", top)
    return supply_answer(
        catalog, f"Who fails in turn? {_question(cut, loss)}",
        _query(catalog, cut, None, supply), supply, rows,
        (*CASCADE_COLUMNS[:-1],
         replace(CASCADE_COLUMNS[-1], doc=f"{supply.network.unit} in {supply.period}")),
        shown=CASCADE_SHOWN,
        caption=f"A country fails if it loses more than {100 * tolerance:g} % of its supply of a "
        f"product, {supply.in_words}. It then cuts its sales, and what it makes of it, by "
        f"{100 * spread:g} %.{assumed.caption(rows)}",
        notes=[*cut.notes, Note("Threshold cascade after Lee et al. (2011)."), *assumed.notes(rows),
               *supply.notes,
               Note("Verdict: certain, if it fails whatever was not published; as traced, if it "
                    "fails by the figures that are known or inferred."),
               Note(f"{survivors} more lose something but do not fail; {possible} more may fail, "
                    "at the upper end of their range."),
               *_left_out(left_out)],
        more=[*_simulated(cut, supply), Lost(loss), Failure(tolerance, spread),
              assumed.term],
        also=[*cut.sources, assumed.makers_used(rows)],
    )  # fmt: skip


def _of_uncovered(losses: pa.Table) -> pa.Table:
    """Put the range of what is uncovered in the place of that of the loss."""
    ends = losses.select([UNCOVERED["low"], UNCOVERED["high"]]).rename_columns(["low", "high"])
    keys = losses.select(["consumer", "product"])
    return pa.table([*keys.columns, *ends.columns], [*keys.column_names, *ends.column_names])


def _with_uncovered_ends(losses: pa.Table, narrowed: pa.Table) -> pa.Table:
    """Add the range of what is uncovered under assumptions, where the loss has one."""
    for end, free in zip(ENDS, ("low", "high"), strict=True):
        share = pc.coalesce(narrowed[end], losses[UNCOVERED[free]])
        share = pc.if_else(pc.is_valid(losses[end]), share, None)
        losses = losses.append_column(number(UNCOVERED[end], SHARE), share)
    return losses


def _without_figures(losses: pa.Table) -> pa.Table:
    """Leave out the figures of losses of which only the most is known."""
    for name in ("direct", "indirect", "lost_share", "lost_imports", "recovered", "uncovered"):
        field = losses.schema.field(name)
        nothing = pa.nulls(len(losses), field.type)
        losses = losses.set_column(losses.column_names.index(name), field, nothing)
    return losses


def _ended(
    catalog: Catalog, exporter: str | None, stopper: tuple[str, str], scope: str | None,
    period: str | None, measure: str, view: str, *, returns: bool,
) -> tuple[ControlCut, Supply, Ending]:  # fmt: skip
    """Read the plants that stop, with the exports that stop beside them, and the network."""
    goods = None if scope is None else catalog.materials.scope(scope)
    within = goods_of_stop(catalog, stopper, goods, view)
    supply = supply_of(catalog, within, period, measure=measure, returns=returns)
    ending = ending_in(catalog, stopper, goods, supply.period, view)
    exporters, name, notes = [], ending.stop.name, list(ending.notes(catalog, supply))
    if exporter is not None:
        key, countries = bloc(catalog, exporter)
        blocs, more_notes = members_with_data(catalog, supply.network, {key: countries})
        exporters, notes = blocs[key], [*notes, *more_notes]
        name = catalog.place(exporter).in_text
    cut = ControlCut(
        name, exporters, within, notes=notes, sources=list(ending.sources),
        exporter="" if exporter is None else key,
    )  # fmt: skip
    return cut, supply, ending


def _query(catalog: Catalog, cut: ControlCut, buyer: Entity | None, supply: Supply) -> ClaimScope:
    seller = catalog.places.with_key(cut.exporters[0]) if len(cut.exporters) == 1 else None
    return ClaimScope(buyer, seller, cut.scope, supply.period)


def _with_numbers(rows: pa.Table, **numbers: float) -> pa.Table:
    """Add the numbers of the question, so that rows of several can be put together."""
    for name, value in numbers.items():
        rows = rows.append_column(name, pa.array([value] * len(rows), NUMBER))
    return rows


def _largest(rows: pa.Table, supply: Supply, amount: str, top: int | None) -> tuple[pa.Table, int]:
    """Keep the largest losses of each product, the largest of all first, and count the others.

    ``amount`` is the column to sort by, where it is unknown the upper end; equal amounts are in the
    order of the network's products.
    """
    position = supply.network.products.index
    losses = sorted(rows.to_pylist(), key=lambda row: (
        -(row[amount] or 0.0), -row["high"] if row[amount] is None else 0.0,
        position(row["product"]),
    ))  # fmt: skip
    ranks: dict[str, int] = {}
    largest = []
    for loss in losses:
        ranks[loss["product"]] = ranks.get(loss["product"], 0) + 1
        if not top or ranks[loss["product"]] <= top:
            largest.append(loss)
    return pa.Table.from_pylist(largest, rows.schema), len(losses) - len(largest)


def _left_out(number: int) -> list[Note]:
    """Note the losses that the limit of rows leaves out."""
    return [Note(f"{number} that lose less are left out; `top=0` shows all.")] if number else []


def _question(cut: ControlCut, loss: float) -> str:
    destination = f" to {cut.destination}" if cut.destination else ""
    verb = "stops" if loss == 1 else f"cuts {100 * loss:g} % of"
    return f"Who loses what if {cut.name} {verb} its exports of {cut.scope.meaning}{destination}?"


def _unseen_sales(catalog: Catalog, cut: ControlCut, products: Sequence[str]) -> list[Note]:
    """Note the goods that the exporters may sell too, and of which no trade is known."""
    if not products:
        return []
    goods = [catalog.materials.in_text(product) for product in products]
    return [
        Note(
            f"No trade is known in {shortened(goods, 4)}, which {cut.name} may sell too: the "
            "ranges count that it stops, the other figures do not."
        )
    ]


def _simulated(cut: ControlCut, supply: Supply) -> Sequence[Term]:
    return [
        Places(Role.EXPORTER, tuple(cut.exporter.split("+")) if cut.exporter else ()),
        Places(Role.EXPORTERS, tuple(cut.exporters)),
        Cut(tuple(supply.products_in_scope) if cut.exporters else ()),
        Places(Role.DESTINATIONS, None if cut.destinations is None else tuple(cut.destinations)),
    ]  # fmt: skip


def _cut(
    catalog: Catalog, exporter: str | None, scope: str | None, destination: str | None,
    restriction: str | None, period: str | None, measure: str, *, returns: bool = False,
) -> tuple[ControlCut, Supply]:  # fmt: skip
    """Read the cut, and the network it is made in."""
    if restriction is not None:
        if exporter is not None or scope is not None or destination is not None:
            raise UsageError("`restriction` says who cuts what for whom: leave out the rest")
        cut = control_cut(catalog, restriction)
    elif exporter is None:
        raise UsageError("say who stops selling: a country, or `restriction`")
    else:
        named, exporters = bloc(catalog, exporter)
        name = catalog.place(exporter).in_text
        key, importers = ("", None) if destination is None else bloc(catalog, destination)
        goods = catalog.materials.scope(scope)
        cut = ControlCut(name, exporters, goods, importers, key, exporter=named)
    supply = supply_of(catalog, cut.scope, period, measure=measure, returns=returns)
    blocs, notes = members_with_data(catalog, supply.network, {cut.name: cut.exporters})
    exporters, destinations = blocs[cut.name], cut.destinations
    if destinations is not None:
        blocs, more_notes = members_with_data(
            catalog, supply.network, {cut.destination: destinations}
        )
        destinations = blocs[cut.destination]
        notes += more_notes
    cut.notes.extend(notes)
    return replace(cut, exporters=exporters, destinations=destinations), supply
