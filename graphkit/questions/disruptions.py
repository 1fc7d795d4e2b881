"""Disruptions: losses, direct and passed on, if a country stops selling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply import disruption as spreading
from graphkit.analysis.supply.disruption import disruption
from graphkit.analysis.supply.nodes import shortened
from graphkit.answers.answer import Answer
from graphkit.answers.columns import COUNT, FLAG, NUMBER, Column
from graphkit.catalog.catalog import Catalog
from graphkit.errors import UsageError
from graphkit.names import Entity
from graphkit.questions.blocs import bloc, members_with_data
from graphkit.questions.claim_scope import ClaimScope
from graphkit.questions.controls import ControlCut, control_cut
from graphkit.questions.fit import FIT
from graphkit.questions.question import checked
from graphkit.questions.supply import RANGE, Supply, supply_of, unseen_goods
from graphkit.questions.supply_answer import buyer_in, supply_answer, with_scope  # fmt: skip

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
    Column("recovered", "Slack recovers",
           "0 to 1, share of the same that the slack of the remaining suppliers replaces", rank=2,
           type=NUMBER),
    Column("uncovered", "Uncovered", "0 to 1, loss minus recovered", type=NUMBER),
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
    "lost_imports", "recovered", "uncovered", "nothing_left",
)  # fmt: skip
OF_SLACK = ("recovered", "uncovered")
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
    "round", "country", "product", "period", "lost_share", "low", "high", "lost", "verdict",
    "hit_by",
)  # fmt: skip


@checked(COLUMNS, (FIT,))
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
    dataset: str | None = None,
) -> Answer:
    """Compute who loses how much if a country stops or cuts its exports of something.

    Returns
    -------
    Answer
        One row for each consumer and product, largest lost imports first;
        ``loss`` and ``slack`` are those of the question, ``lost_share`` is what follows.

    Raises
    ------
    UsageError
        Unknown name or restriction, invalid period or number.
    GraphkitError
        None of it is traded; the message lists what is.
    """
    catalog = catalog.using(dataset)
    cut, supply = _cut(catalog, exporter, scope, to, restriction, period, by)
    buyer = None if of is None else catalog.place(of)
    consumers = None if buyer is None else [buyer_in(catalog, supply, buyer)]
    unseen = unseen_goods(supply, cut.scope.products)
    losses = disruption(
        supply.network, cut.exporters, products=[*supply.products_in_scope, *unseen],
        destinations=cut.destinations, loss=loss, slack=slack, consumers=consumers,
        minimum=min_loss,
    )  # fmt: skip
    losses = _with_numbers(with_scope(losses, supply), loss=loss, slack=slack)
    rows, left_out = _largest(losses, supply, "lost_imports", top)
    notes = [
        *cut.notes,
        "Losses are passed on in proportion through re-exporters and makers of later products; "
        "nobody substitutes beyond the slack.",
        *_unseen_sales(catalog, cut, unseen),
        *supply.notes,
    ]
    if min_loss:
        notes.append(f"Losses of at most {100 * min_loss:g} % at the upper end are left out.")
    notes += _left_out(left_out)
    return supply_answer(
        catalog, _question(cut, loss), _query(catalog, cut, buyer, supply), supply, rows,
        (*COLUMNS[:-1], replace(COLUMNS[-1], doc=f"{supply.network.unit} in {supply.period}")),
        shown=[name for name in SHOWN if slack or name not in OF_SLACK],
        caption=f"Shares are of what the consumer imports of the product, {supply.in_words}; lost "
        f"imports in {supply.network.unit}; slack {100 * slack:g} %.",
        notes=notes, nothing=f"No loss of at least {100 * min_loss:g} % is known.",
        more=_simulated(cut, supply, loss=loss, slack=slack), also=cut.sources,
    )  # fmt: skip


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
        f"{100 * spread:g} %.",
        notes=[*cut.notes, "Threshold cascade after Lee et al. (2011).", *supply.notes,
               "Verdict: certain, if it fails whatever was not published; as traced, if it fails "
               "by the figures that are known or inferred.",
               f"{survivors} more lose something but do not fail; {possible} more may fail, at "
               "the upper end of their range.",
               *_left_out(left_out)],
        more=_simulated(cut, supply, loss=loss, tolerance=tolerance, spread=spread),
        also=cut.sources,
    )  # fmt: skip


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

    ``amount`` is the column to sort by; equal amounts are in the order of the network's products.
    """
    position = supply.network.products.index
    losses = sorted(rows.to_pylist(), key=lambda row: (-row[amount], position(row["product"])))
    ranks: dict[str, int] = {}
    largest = []
    for loss in losses:
        ranks[loss["product"]] = ranks.get(loss["product"], 0) + 1
        if not top or ranks[loss["product"]] <= top:
            largest.append(loss)
    return pa.Table.from_pylist(largest, rows.schema), len(losses) - len(largest)


def _left_out(number: int) -> list[str]:
    """Note the losses that the limit of rows leaves out."""
    return [f"{number} that lose less are left out; `top=0` shows all."] if number else []


def _question(cut: ControlCut, loss: float) -> str:
    destination = f" to {cut.destination}" if cut.destination else ""
    verb = "stops" if loss == 1 else f"cuts {100 * loss:g} % of"
    return f"Who loses what if {cut.name} {verb} its exports of {cut.scope.meaning}{destination}?"


def _unseen_sales(catalog: Catalog, cut: ControlCut, products: Sequence[str]) -> list[str]:
    """Note the goods that the exporters may sell too, and of which no trade is known."""
    if not products:
        return []
    goods = [catalog.materials.in_text(product) for product in products]
    return [
        f"No trade is known in {shortened(goods, 4)}, which {cut.name} may sell too: the ranges "
        "count that it stops, the other figures do not."
    ]


def _simulated(cut: ControlCut, supply: Supply, **numbers: float) -> dict[str, Any]:
    return {
        "exporters": cut.exporters, "cut": list(supply.products_in_scope),
        "destinations": cut.destinations,
        **numbers,
    }  # fmt: skip


def _cut(
    catalog: Catalog, exporter: str | None, scope: str | None, destination: str | None,
    restriction: str | None, period: str | None, measure: str,
) -> tuple[ControlCut, Supply]:  # fmt: skip
    """Read the cut, and the network it is made in."""
    if restriction is not None:
        if exporter is not None or scope is not None or destination is not None:
            raise UsageError("`restriction` says who cuts what for whom: leave out the rest")
        cut = control_cut(catalog, restriction)
    elif exporter is None:
        raise UsageError("say who stops selling: a country, or `restriction`")
    else:
        exporters = bloc(catalog, exporter)[1]
        name = catalog.place(exporter).in_text
        key, importers = ("", None) if destination is None else bloc(catalog, destination)
        cut = ControlCut(name, exporters, catalog.materials.scope(scope), importers, key)
    supply = supply_of(catalog, cut.scope, period, measure=measure)
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
