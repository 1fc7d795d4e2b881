"""Cascades: countries that fail in turn if exports stop, after Lee and others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.supply.disruption import cascade as failures_of
from graphkit.analysis.supply.network import SupplyNetwork
from graphkit.answers.answer import Answer
from graphkit.answers.columns import COUNT, FLAG, NUMBER, Column
from graphkit.answers.note import Note
from graphkit.catalog.catalog import Catalog
from graphkit.questions.question import checked
from graphkit.questions.shared.assumptions import ASSUMED, ENDS, assuming
from graphkit.questions.shared.fit import FIT
from graphkit.questions.shared.supply import RANGE
from graphkit.questions.shared.supply_answer import supply_answer, with_scope
from graphkit.questions.supply.disruptions import (
    cut_in,
    largest,
    left_out_notes,
    query_on,
    question_on,
    simulated,
    with_numbers,
)
from graphkit.questions.supply.terms import Failure, Lost

COLUMNS = (
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
SHOWN = (
    "round", "country", "product", "period", "lost_share", "low", "high", *ENDS, "lost",
    "verdict", "hit_by",
)  # fmt: skip


@checked(COLUMNS, (FIT,))
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
    cut, supply = cut_in(catalog, exporter, scope, to, restriction, period, by)
    assumed = assuming(catalog, supply, assume)

    def failing(network: SupplyNetwork) -> pa.Table:
        return failures_of(
            network, cut.exporters, products=supply.products_in_scope,
            destinations=cut.destinations, loss=loss, tolerance=tolerance, spread=spread,
        )  # fmt: skip

    losses = assumed.with_ranges(
        failing(supply.network), ("country", "product"), lambda network, _: failing(network),
        least=1.0,
    )  # fmt: skip
    losses = with_numbers(with_scope(losses, supply), loss=loss, tolerance=tolerance, spread=spread)
    failures = losses.filter(losses["failed"])
    possible = pc.sum(pc.equal(losses["verdict"], "possible")).as_py() or 0
    survives = pc.and_(pc.greater(losses["lost_share"], 0), pc.invert(losses["failed"]))
    survivors = pc.sum(survives).as_py() or 0
    rows, left_out = largest(failures, supply, "lost", top)
    return supply_answer(
        catalog, f"Who fails in turn? {question_on(cut, loss)}",
        query_on(catalog, cut, None, supply), supply, rows,
        (*COLUMNS[:-1],
         replace(COLUMNS[-1], doc=f"{supply.network.unit} in {supply.period}")),
        shown=SHOWN,
        caption=f"A country fails if it loses more than {100 * tolerance:g} % of its supply of a "
        f"product, {supply.in_words}. It then cuts its sales, and what it makes of it, by "
        f"{100 * spread:g} %.{assumed.caption(rows)}",
        notes=[*cut.notes, Note("Threshold cascade after Lee et al. (2011)."), *assumed.notes(rows),
               *supply.notes,
               Note("Verdict: certain, if it fails whatever was not published; as traced, if it "
                    "fails by the figures that are known or inferred."),
               Note(f"{survivors} more lose something but do not fail; {possible} more may fail, "
                    "at the upper end of their range."),
               *left_out_notes(left_out)],
        more=[*simulated(cut, supply), Lost(loss), Failure(tolerance, spread), assumed.term],
        also=[*cut.sources, assumed.makers_used(rows)],
    )  # fmt: skip
