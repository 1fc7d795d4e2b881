"""How a country's trade, or the world's, went from period to period."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

import pyarrow as pa

from graphkit.analysis import trade_change as analysis
from graphkit.analysis.claims.evidence import time_of
from graphkit.analysis.trade_change import MEASURES, SERIES
from graphkit.answer import Answer
from graphkit.arrow import SHARE, number
from graphkit.errors import GraphkitError
from graphkit.questions.baskets import basket_notes
from graphkit.questions.claims import COMPARISON
from graphkit.questions.dependence import FACE_VALUE
from graphkit.questions.facts import Facts
from graphkit.questions.owned_trade import (
    OF_TRADE,
    coverage_in,
    held_periods,
    nothing_of,
    own_flows,
    owner_named,
    renamed,
    with_scope,
)  # fmt: skip

ROW = (
    "product", "stage", "period", "previous", "usd", "usd_change", "tonnes",
    "tonnes_change", "missing_tonnes_share",
    "usd_per_month", "tonnes_per_month", "hhi_usd", "hhi_tonnes",
    "partners", "largest", "largest_share_usd", "largest_share_tonnes", "new", "lost", "basis",
    "valuation", "hs", "hs_revision", "reporter", "dataset", "source",
)  # fmt: skip
UNITS = {
    "usd": "US dollars; valuation fob is free on board, cif with insurance and freight",
    "usd_change": "what usd rose by since the previous period, as a part of it: 0.1 is 10 %",
    "tonnes": "metric tons, of what the basis says, of the flows that give a mass",
    "tonnes_change": "the same of tonnes",
    "hhi_usd": "Herfindahl-Hirschman index of the partners by value, 0 to 10,000",
    "hhi_tonnes": "the same by mass",
    "partners": "with how many countries it traded the product",
    "largest_share_usd": "0 to 1, part of the largest partner by value in the value",
    "largest_share_tonnes": "0 to 1, its part in the trade that gives a mass",
    "missing_tonnes_share": "0 to 1, of the value, what gives no mass",
    "new": "partners of the period that the previous one does not have",
    "lost": "partners of the previous period that this one does not have",
}
HEADS = {
    "product": "Product",
    "period": "Period",
    "usd": "USD",
    "usd_change": "change",
    "tonnes": "Tonnes",
    "tonnes_change": "change",
    "hhi_usd": "HHI by value",
    "partners": "Partners",
    "largest": "Largest",
    "largest_share_usd": "its share by value",
    "largest_share_tonnes": "by weight",
    "missing_tonnes_share": "No weight",
}


def trend(
    facts: Facts,
    country: str | None = None,
    *,
    scope: str | None = None,
    partner: str = "supplier",
) -> Answer:
    """How a country's trade went from period to period, as far back as there are data.

    Parameters
    ----------
    country : str, optional
        Country or group whose trade it is; otherwise the whole world's.
    scope : str, optional
        Product, HS code, element, mineral, stage or group; otherwise everything.
    partner : {"supplier", "consumer"}
        Its imports and their suppliers, or its exports and their buyers.

    Returns
    -------
    Answer
        One row a product, data set and period in which it traded, in order: totals and their
        change, concentration, partners, the largest one and its share, who is new and who lost.

    Raises
    ------
    UsageError
        A name or partner that is none; the message has the nearest ones.
    GraphkitError
        There is no trade in this scope; the message says what there is.
    """
    owner, wanted = owner_named(facts, country, partner), facts.materials.scope(scope)
    held, lacking = held_periods(facts, wanted)
    if lacking:
        raise GraphkitError(lacking)
    flows = own_flows(facts, wanted, owner, held)
    trade = OF_TRADE[partner]
    if not len(flows):
        raise GraphkitError(nothing_of(owner, wanted))
    rows = _with_missing(_as_shares(analysis.trend(flows, partner=partner)), flows)
    rows = with_scope(facts, rows, flows)
    products = list(dict.fromkeys(rows["product"].to_pylist()))
    periods = sorted(set(rows["period"].to_pylist()), key=time_of)
    whole = " to ".join(dict.fromkeys((periods[0], periods[-1])))
    return Answer(
        f"How did {owner.name}'s {trade} of {wanted.meaning} change over time?",
        {
            "consumer": owner.key if owner.side == "consumer" else None,
            "supplier": owner.key if owner.side == "supplier" else None,
            "for": wanted.text,
            "meaning": wanted.meaning,
            "hs": wanted.code,
            "products": sorted(products),
        },
        rows.select([owner.side, *ROW]),
        UNITS,
        coverage_in(flows, wanted, periods=whole),
        facts.claims.slice(0, 0),
        COMPARISON.empty_table(),
        facts.sources(flows),
        (*wanted.notes, *owner.notes, FACE_VALUE, *basket_notes(facts.materials, wanted, products)),
        {owner.side: owner.side.capitalize(), **HEADS},
        f"Partners are the {partner}s, the largest is so by value; HHI is from 0 to 10,000.",
    )


def _with_missing(rows: pa.Table, flows: pa.Table) -> pa.Table:
    """Each period with the part of its value that gives no mass."""
    labels, amounts = (*SERIES, "period"), (flows["usd"].to_pylist(), flows["tonnes"].to_pylist())
    worth: dict[tuple[str, ...], list[tuple[float, bool]]] = {}
    for place, usd, tonnes in zip(_places(flows, labels), *amounts, strict=True):
        worth.setdefault(place, []).append((usd or 0.0, tonnes is None))
    missing = []
    for place in _places(rows, labels):
        whole = fsum(usd for usd, _ in worth[place])
        lost = fsum(usd for usd, unweighed in worth[place] if unweighed)
        missing.append(lost / whole if whole else None)
    field = number("missing_tonnes_share", SHARE)
    return rows.append_column(field, pa.array(missing, pa.float64()))


def _places(table: pa.Table, names: Sequence[str]) -> list[tuple[str, ...]]:
    """The labels of each row."""
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def _as_shares(rows: pa.Table) -> pa.Table:
    """Changes as parts of the previous total, and shares named as everywhere else."""
    rows = renamed(rows)
    for measure in MEASURES:
        place = rows.column_names.index(f"{measure}_change")
        field = number(f"{measure}_change", f"{SHARE}, of the previous period's")
        rows = rows.set_column(place, field, rows[place])
    return rows
