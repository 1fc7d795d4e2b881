"""Remnants of trade under codes that were dropped."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.shares import ranked
from graphkit.errors import GraphkitError
from graphkit.period import Period
from graphkit.schema import REVISION_YEARS


def first_years_of_remnants(codes: pa.Table) -> dict[tuple[str, str], int]:
    """Find the year from which each code of a product holds only a remnant.

    Parameters
    ----------
    codes : pyarrow.Table
        ``product``, ``code`` and ``remnant_since``: the revision of the Harmonized System that
        gave the goods other codes (text, null where there is none).

    Returns
    -------
    dict
        First year of the remnant, by product and HS code.

    Raises
    ------
    GraphkitError
        A revision is none: another program wrote it into the database.

    Examples
    --------
    >>> codes = pa.table({"product": ["p", "p"], "code": ["1", "2"],
    ...                   "remnant_since": ["HS07", None]})
    >>> first_years_of_remnants(codes)
    {('p', '1'): 2007}
    """
    moved = codes.filter(pc.is_valid(codes["remnant_since"]))
    rows = moved.select(["product", "code", "remnant_since"]).to_pylist()
    unknown = sorted({(r["product"], r["code"], r["remnant_since"]) for r in rows
                      if r["remnant_since"] not in REVISION_YEARS})  # fmt: skip
    if unknown:
        values = "; ".join(f"{product} {code}: found {since!r}" for product, code, since in unknown)
        raise GraphkitError(
            f"TRADED_AS.remnant_since of {values}, wanted one of {', '.join(REVISION_YEARS)}; "
            "'graphkit doctor' lists what is not as it was loaded, and 'graphkit load' mends it"
        )
    return {(row["product"], row["code"]): REVISION_YEARS[row["remnant_since"]] for row in rows}


def remnant_flows(flows: pa.Table, remnants: Mapping[tuple[str, str], int]) -> np.ndarray:
    """Mark the flows under codes whose goods a revision gave other codes, from its year on.

    Parameters
    ----------
    flows : pyarrow.Table
        ``product``, ``hs``, ``period`` (text).
    remnants : mapping
        First year of the remnant, by product and HS code.

    Returns
    -------
    numpy.ndarray
        True or false for each flow.

    Examples
    --------
    >>> flows = pa.table({"product": ["p", "p", "p"], "hs": ["1", "1", "2"],
    ...                   "period": ["2006", "2007-Q1", "2007"]})
    >>> remnant_flows(flows, {("p", "1"): 2007}).tolist()
    [False, True, False]
    """
    marked = np.zeros(len(flows), bool)
    if not remnants or not len(flows):
        return marked
    product_number, products = ranked(flows["product"])
    code_number, codes = ranked(flows["hs"])
    period_number, periods = ranked(flows["period"])
    years = [Period(period).year if period else 0 for period in periods.to_pylist()]
    flow_year = np.array(years)[period_number]
    for (product, code), year in remnants.items():
        same_product = product_number == pc.index(products, product).as_py()
        same_code = code_number == pc.index(codes, code).as_py()
        marked |= same_product & same_code & (flow_year >= year)
    return marked
