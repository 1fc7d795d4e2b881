"""Disruptions: losses, direct and passed on, if a country stops selling or plants stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply.disruption import disruption
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.analysis.supply.nodes import shortened
from graphkit.answers.absence import Absence
from graphkit.answers.answer import Answer
from graphkit.answers.columns import FLAG, NUMBER, Column
from graphkit.answers.note import Note
from graphkit.answers.terms import Places, Role, Term
from graphkit.arrow import SHARE, number
from graphkit.catalog.catalog import Catalog
from graphkit.errors import UsageError
from graphkit.names import Entity
from graphkit.questions.act.controls import ControlCut, control_cut
from graphkit.questions.question import checked
from graphkit.questions.shared.assumptions import ASSUMED, ENDS, Assumed, assuming
from graphkit.questions.shared.blocs import bloc, members_with_data
from graphkit.questions.shared.claim_scope import ClaimScope
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.supply import Supply, supply_of, unseen_goods
from graphkit.questions.shared.supply_answer import buyer_in, supply_answer, with_scope
from graphkit.questions.supply.endings import Ending, Stopper, ending_in, goods_of_stop, who_in
from graphkit.questions.supply.industries import INDUSTRIES, reached
from graphkit.questions.supply.terms import Cut, Lost, Slack

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
OF_SLACK = ("recovered", "uncovered", "uncovered_low", "uncovered_high")
"""Columns that say nothing new without slack."""
UNCOVERED = {
    "lost_share": "uncovered", "low": "uncovered_low", "high": "uncovered_high",
    **{end: end.replace("_", "_uncovered_") for end in ENDS},
}  # fmt: skip
"""Columns of what no slack recovers, at the figure and at both ends, by the column of the loss."""


@checked(COLUMNS, INDUSTRIES, (FIT,))
def disrupt(
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
    industries: bool = False,
    min_loss: float = 0.01,
    top: int | None = None,
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
        ``industries``, one for each use of the elements in the lost products.

    Raises
    ------
    UsageError
        Unknown name or restriction, invalid period or number.
    GraphkitError
        None of it is traded; the message lists what is.
    """
    stop = Disruption.read(
        catalog.using(dataset), who, scope=scope, to=to, restriction=restriction, period=period,
        by=by, view=view, of=of, assume=assume, returns=returns,
    )  # fmt: skip
    answer = stop.answer(stop.losses(loss, slack, min_loss), loss, slack, min_loss, top)
    return reached(stop.catalog, answer, stop.cut.scope, of) if industries else answer


@dataclass(frozen=True, eq=False)
class Disruption:
    """A stop of exports or plants, in the network that it is followed through."""

    catalog: Catalog
    cut: ControlCut
    supply: Supply
    ending: Ending | None
    """The plants that stop, if any."""
    buyer: Entity | None
    consumers: Sequence[str] | None
    """Those whose losses are shown; None: everybody."""
    assumed: Assumed
    unseen: Sequence[str]
    """Products that it may concern and of which no trade is known."""

    @classmethod
    def read(
        cls, catalog: Catalog, who: str | None, *, scope: str | None, to: str | None,
        restriction: str | None, period: str | None, by: str, view: str, of: str | None,
        assume: Sequence[str] | None, returns: bool, sharing: Sequence[str] = (),
    ) -> Disruption:  # fmt: skip
        """Read who stops what for whom, and the network.

        ``of`` is the consumer whose losses are shown, or ``sharing`` are several.
        """
        exporter, stopper = (None, None) if who is None else who_in(catalog, who)
        ending: Ending | None = None
        if stopper is None:
            cut, supply = cut_in(
                catalog, exporter, scope, to, restriction, period, by, returns=returns
            )
        else:
            if restriction is not None or to is not None:
                raise UsageError(
                    "plants that stop sell to nobody: leave out `restriction` and `to`"
                )
            cut, supply, ending = _ended(
                catalog, exporter, stopper, scope, period, by, view, returns=returns
            )
        buyer = None if of is None else catalog.place(of)
        consumers = None if buyer is None else [buyer_in(catalog, supply, buyer)]
        if sharing:
            consumers = [key for key in sharing if key in supply.network.countries]
        return cls(
            catalog, cut, supply, ending, buyer, consumers, assuming(catalog, supply, assume),
            unseen_goods(supply, cut.scope.products),
        )  # fmt: skip

    def losses(self, loss: float, slack: float, minimum: float) -> pa.Table:
        """Compute the losses of a cut of a size, with a slack, and their ranges."""
        cut, supply, ending = self.cut, self.supply, self.ending
        products = [*supply.products_in_scope, *self.unseen]
        stops = None if ending is None else ending.stop.parts

        @cache
        def ranges(network: SupplyNetwork, least: float = 0.0) -> pa.Table:
            return disruption(
                network, cut.exporters, products=products, destinations=cut.destinations, loss=loss,
                slack=slack, consumers=self.consumers, minimum=least, stops=stops,
            )  # fmt: skip

        losses = ranges(supply.network, minimum)
        if ending is not None and not ending.stop.known and not cut.exporters:
            losses = _without_figures(losses)
        keys = ("consumer", "product")
        losses = self.assumed.with_ranges(losses, keys, lambda network, _: ranges(network))
        narrowed = losses.select(ENDS)
        if slack:
            narrowed = self.assumed.with_ranges(
                _of_uncovered(losses), keys, lambda network, _: _of_uncovered(ranges(network))
            ).select(ENDS)
        losses = with_scope(_with_uncovered_ends(losses, narrowed), supply)
        return with_numbers(losses, loss=loss, slack=slack)

    def answer(
        self, losses: pa.Table, loss: float, slack: float, min_loss: float, top: int | None
    ) -> Answer:
        """Answer with the largest losses of a cut of a size, with its slack."""
        ending, supply, assumed = self.ending, self.supply, self.assumed
        rows, left_out = largest(
            losses.filter(pc.greater(losses["high"], min_loss)), supply, "lost_imports", top
        )
        notes = [
            *self.cut.notes,
            Note(
                "Losses are passed on in proportion through re-exporters and makers of later "
                "products; nobody substitutes beyond the slack."
            ),
            *(_unseen_sales(self.catalog, self.cut, self.unseen) if self.cut.exporters else ()),
            *assumed.notes(rows),
            *supply.return_notes(self.catalog),
            *supply.notes,
        ]
        if min_loss:
            least = f"{100 * min_loss:g} %"
            notes.append(Note(f"Losses of at most {least} at the upper end are left out."))
        notes += left_out_notes(left_out)
        question = question_on(self.cut, loss)
        answer = supply_answer(
            self.catalog, question if ending is None else ending.question(self.cut, loss),
            query_on(self.catalog, self.cut, self.buyer, supply), supply, rows,
            (*COLUMNS[:-1],
             replace(COLUMNS[-1], doc=f"{supply.network.unit} in {supply.period}")),
            shown=[name for name in SHOWN if slack or name not in OF_SLACK],
            caption=f"Shares are of what the consumer imports of the product, {supply.in_words}; "
            f"lost imports in {supply.network.unit}; slack {100 * slack:g} %."
            f"{assumed.caption(rows)}{'' if ending is None else ending.caption}",
            notes=notes, nothing=Absence(f"No loss of at least {100 * min_loss:g} % is known."),
            more=[*simulated(self.cut, supply), Lost(loss), Slack(slack), assumed.term,
                  supply.ranges_assume, *([] if ending is None else [ending.term])],
            also=[*self.cut.sources, assumed.makers_used(rows)],
        )  # fmt: skip
        if ending is None:
            return answer
        return replace(answer, coverage=replace(answer.coverage, capacity=ending.markets))


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
    catalog: Catalog, exporter: str | None, stopper: Stopper, scope: str | None,
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


def query_on(catalog: Catalog, cut: ControlCut, buyer: Entity | None, supply: Supply) -> ClaimScope:
    """Say which claims concern the cut."""
    seller = catalog.places.with_key(cut.exporters[0]) if len(cut.exporters) == 1 else None
    return ClaimScope(buyer, seller, cut.scope, supply.period)


def with_numbers(rows: pa.Table, **numbers: float) -> pa.Table:
    """Add the numbers of the question, so that rows of several can be put together."""
    for name, value in numbers.items():
        rows = rows.append_column(name, pa.array([value] * len(rows), NUMBER))
    return rows


def largest(rows: pa.Table, supply: Supply, amount: str, top: int | None) -> tuple[pa.Table, int]:
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
    first = []
    for loss in losses:
        ranks[loss["product"]] = ranks.get(loss["product"], 0) + 1
        if not top or ranks[loss["product"]] <= top:
            first.append(loss)
    return pa.Table.from_pylist(first, rows.schema), len(losses) - len(first)


def left_out_notes(number: int) -> list[Note]:
    """Note the losses that the limit of rows leaves out."""
    return [Note(f"{number} that lose less are left out; `top=0` shows all.")] if number else []


def question_on(cut: ControlCut, loss: float) -> str:
    """Write the question that a cut of exports answers."""
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


def simulated(cut: ControlCut, supply: Supply) -> Sequence[Term]:
    """Write the cut as terms of an answer."""
    return [
        Places(Role.EXPORTER, tuple(cut.exporter.split("+")) if cut.exporter else ()),
        Places(Role.EXPORTERS, tuple(cut.exporters)),
        Cut(tuple(supply.products_in_scope) if cut.exporters else ()),
        Places(Role.DESTINATIONS, None if cut.destinations is None else tuple(cut.destinations)),
    ]  # fmt: skip


def cut_in(
    catalog: Catalog, exporter: str | None, scope: str | None, destination: str | None,
    restriction: str | None, period: str | None, measure: str, *, returns: bool = False,
) -> tuple[ControlCut, Supply]:  # fmt: skip
    """Read the cut, and the network it is made in."""
    if restriction is not None:
        if exporter is not None or scope is not None or destination is not None:
            raise UsageError("`restriction` says who cuts what for whom: leave out the rest")
        cut = control_cut(catalog, restriction)
    elif exporter is None:
        raise UsageError("say who stops: a name, or `restriction`")
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
