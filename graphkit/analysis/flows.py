"""Flows before they are measured: shipments added up, and data sets preferred."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.analysis.remnants import remnant_flows
from graphkit.analysis.shares import joined, ranked, run_starts, run_sums
from graphkit.arrow import UNIT, counts, flags, in_order, number, texts
from graphkit.errors import GraphkitError

ENDS = ("supplier", "consumer")
APART = ("hs", "hs_revision", "reporter", "dataset", "source", "basis", "valuation")
"""Columns that keep shipments apart, where present."""
PERIODS = {"year": "%Y", "month": "%Y-%m", "quarter": "Q3", "half": "H6"}
"""Periods that dates are sorted into: a format, or a letter and the period's months."""
PARTIAL_ROWS = 2_000_000
"""Number of partial sums that are kept before they are added up again."""


def shipment_keys(columns: Iterable[str]) -> list[str]:
    """Return the columns that identify a flow, among those of the shipments."""
    present = set(columns)
    return ["product", "period", *ENDS, *(name for name in APART if name in present)]


def flow_schema(keys: Sequence[str], amounts: Sequence[str]) -> pa.Schema:
    """Return the columns of :func:`flows_of`."""
    fields = []
    for name in amounts:
        fields += [number(name, UNIT[name]), *counts(f"{name}_unknown")]
    return pa.schema([*texts(*keys), *fields, *counts("shipments")])


def flows_of(
    shipments: Iterable[pa.Table],
    keys: Sequence[str],
    amounts: Sequence[str],
    period_length: str = "year",
) -> pa.Table:
    """Add up shipments in batches, so that only the flows are ever in memory.

    Parameters
    ----------
    shipments : iterable of pyarrow.Table
        ``supplier``, ``consumer``, ``product``, ``period`` (text, or whole numbers that are taken
        as text) or else ``date`` (a date, a time, or text that begins with YYYY-MM-DD), and the
        amounts, null where unknown. Their order affects only the last digit of sums.
    keys : sequence of str
        The columns that identify a flow: see :func:`shipment_keys`.
    amounts : sequence of {"usd", "tonnes"}
    period_length : {"year", "half", "quarter", "month"}
        Length of the periods that dates are sorted into.

    Returns
    -------
    pyarrow.Table
        The keys as text, in order; each amount, the sum of the known ones (null without any),
        and ``..._unknown``, the number of shipments without it; ``shipments``.

    Raises
    ------
    GraphkitError
        An end, product, period or date is null, or an amount is negative or not a number.

    Examples
    --------
    >>> customs = pa.table({"supplier": ["A"] * 3, "consumer": ["B"] * 3, "product": ["ore"] * 3,
    ...                     "date": ["2024-03-01", "2024-03-09", "2024-07-01"],
    ...                     "tonnes": [1.0, None, 4.0]})
    >>> keys = shipment_keys(customs.column_names)
    >>> for row in flows_of([customs], keys, ["tonnes"], "half").to_pylist():
    ...     print(row["period"], row["tonnes"], row["tonnes_unknown"], row["shipments"])
    2024-H1 1.0 1 2
    2024-H2 4.0 0 1
    """
    parts: list[pa.Table] = []
    partial_rows = 0
    for batch in shipments:
        part = partial_flows(batch, keys, amounts, period_length)
        parts.append(part)
        partial_rows += len(part)
        if partial_rows > PARTIAL_ROWS:
            parts = [_merged(parts, keys, amounts)]
            partial_rows = 0
    schema = flow_schema(keys, amounts)
    if not parts:
        return schema.empty_table()
    return in_order(_merged(parts, keys, amounts), keys)


def period_of(column: pa.ChunkedArray, period_length: str) -> pa.ChunkedArray:
    """Return the period of each date, as text."""
    days = column
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        days = pc.utf8_slice_codeunits(column, 0, 10)
    try:
        days = days.cast(pa.date32())
    except pa.ArrowInvalid as error:
        raise GraphkitError(f"found an invalid date, wanted YYYY-MM-DD: {error}") from error
    form = PERIODS[period_length]
    if form.startswith("%"):
        return pc.strftime(days, form)
    letter, months = form[0], int(form[1])
    number_in_year = pc.divide(pc.add(pc.month(days), months - 1), months)
    return pc.binary_join_element_wise(
        pc.strftime(days, "%Y"), pc.cast(number_in_year, pa.string()), f"-{letter}"
    )


def partial_flows(
    shipments: pa.Table, keys: Sequence[str], amounts: Sequence[str], period_length: str = "year"
) -> pa.Table:
    """Add up a batch of shipments, unsorted: partial sums can be added up again."""
    columns: dict[str, pa.ChunkedArray] = {}
    for name in keys:
        if name == "period" and "period" not in shipments.column_names:
            column = period_of(column_of(shipments, "date"), period_length)
        else:
            column = column_of(shipments, name)
        if column.null_count and name not in APART:
            raise GraphkitError(f"found shipments with no {name}: {column.null_count}")
        columns[name] = _text(column, name)
    for name in amounts:
        column = columns[name] = numbers_of(shipments, name)
        values = column.drop_null().to_numpy()
        if len(values) and not (values.min() >= 0 and values.max() < np.inf):
            wrong = values[~(np.isfinite(values) & (values >= 0))][0]
            raise GraphkitError(f"found a shipment of {wrong:g}, wanted a number of 0 or more")
    sums = [(name, "sum", pc.ScalarAggregateOptions(min_count=1)) for name in amounts]
    lacking = [(name, "count", pc.CountOptions("only_null")) for name in amounts]
    # One thread: with more, every run would add amounts in another order.
    grouped = pa.table(columns).group_by(list(keys), use_threads=False)
    return _flow_table(grouped.aggregate([*sums, *lacking, ([], "count_all")]), keys, amounts)


def _text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """Return a column as text, with one dictionary where it is encoded."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_integer(kind):
        return column.cast(pa.string())
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise GraphkitError(f"found {name!r} as {column.type}, wanted text")
    if not pa.types.is_dictionary(column.type):
        return column
    return column.unify_dictionaries().combine_chunks()


def _merged(parts: Sequence[pa.Table], keys: Sequence[str], amounts: Sequence[str]) -> pa.Table:
    """Add up partial sums."""
    whole = pa.concat_tables(parts)
    sums = [(name, "sum", pc.ScalarAggregateOptions(min_count=1)) for name in amounts]
    numbers = [(f"{name}_unknown", "sum") for name in amounts]
    grouped = whole.group_by(list(keys), use_threads=False)
    return _flow_table(grouped.aggregate([*sums, *numbers, ("shipments", "sum")]), keys, amounts)


def _flow_table(sums: pa.Table, keys: Sequence[str], amounts: Sequence[str]) -> pa.Table:
    """Name the columns of sums as those of flows."""
    schema = flow_schema(keys, amounts)
    names = [*keys, *amounts, *(f"{name}_unknown" for name in amounts), "shipments"]
    return sums.rename_columns(names).select(schema.names).cast(schema)


KEYS = ("dataset", "product", "hs", "period")
TOTALS = pa.schema([
    *texts(*KEYS), *counts("flows"), number("usd", "USD"), number("tonnes", "t"),
    *flags("preferred"), *texts("outlier_exporter", "outlier_importer"),
    number("outlier_tonnes", "t"), number("outlier_ratio"),
])  # fmt: skip
LARGE, FAR = 0.1, 50
"""Share of the mass, and mass per dollar beside that of the others, from which a flow is an
outlier."""


def preferred_flows(
    flows: pa.Table, order: Sequence[str], remnants: Mapping[tuple[str, str], int] | None = None,
    never: Collection[str] = (),
) -> pa.Array:  # fmt: skip
    """Mark the flows of the first data set that has their product in their period.

    Two data sets of one product and period count the same goods, so that only one of them may be
    added up. The choice is the same for all countries: a network is of one data set. Remnants of
    codes (:func:`remnant_flows`) are never marked, and do not count as having the product.

    Parameters
    ----------
    flows : pyarrow.Table
        ``product``, ``period``, ``dataset`` (text); with ``remnants`` ``hs`` too.
    order : sequence of str
        The data sets, the preferred one first.
    remnants : mapping, optional
        First year of the remnant, by product and HS code.
    never : collection of str, optional
        Data sets of which no flow is marked.

    Returns
    -------
    pyarrow.Array
        True or false for each flow.

    Examples
    --------
    >>> flows = pa.table({"product": ["p", "p", "p"], "period": ["2023", "2024", "2024"],
    ...                   "dataset": ["b", "a", "b"]})
    >>> preferred_flows(flows, ["a", "b"]).to_pylist()
    [True, True, False]
    """
    ranks = {dataset: rank for rank, dataset in enumerate(order)}
    ranks |= dict.fromkeys(never, len(order) + 1)
    codes, datasets = ranked(flows["dataset"])
    last = len(order)
    rank = np.array([ranks.get(dataset, last) for dataset in datasets.to_pylist()])[codes]
    if remnants:
        rank[remnant_flows(flows, remnants)] = last + 1
    (product, _), (period, periods) = ranked(flows["product"]), ranked(flows["period"])
    scope = product.astype(np.int64) * len(periods) + period
    _, scope = np.unique(scope, return_inverse=True)
    first = np.full(scope.max(initial=-1) + 1, last)
    np.minimum.at(first, scope, rank)
    return pa.array(rank == first[scope])


def totals(flows: pa.Table) -> pa.Table:
    """Add up the flows of each data set, product, HS code and period.

    Parameters
    ----------
    flows : pyarrow.Table
        ``dataset``, ``product``, ``hs``, ``period``, ``exporter``, ``importer`` (text), ``usd``,
        ``tonnes`` (null where unknown), ``preferred``.

    Returns
    -------
    pyarrow.Table
        The first four texts, ``flows`` (their number), ``usd``, ``tonnes`` (of the flows that give
        one; null if none does) and ``preferred``; sorted by the texts. Then the largest outlier,
        null without one: a flow of at least a tenth of the mass that is at least fifty times as
        heavy per dollar as the others with both amounts together, with ``outlier_exporter``,
        ``outlier_importer``, ``outlier_tonnes`` and ``outlier_ratio``, that number of times.

    Examples
    --------
    >>> flows = pa.table({"dataset": ["a"] * 3, "product": ["p"] * 3, "hs": ["2805"] * 3,
    ...     "period": ["2024"] * 3, "exporter": ["A", "B", "C"], "importer": ["X"] * 3,
    ...     "usd": [1.0, 2.0, 9.0], "tonnes": [None, 50.0, 3.0], "preferred": [True] * 3})
    >>> totals(flows).select(["flows", "usd", "tonnes", "outlier_exporter"]).to_pylist()
    [{'flows': 3, 'usd': 12.0, 'tonnes': 53.0, 'outlier_exporter': 'B'}]
    """
    if not len(flows):
        return TOTALS.empty_table()
    amounts = [flows[n].to_numpy(zero_copy_only=False).astype(float) for n in ("tonnes", "usd")]
    keys = [ranked(flows[name]) for name in KEYS]
    # Amounts order the rows too, so that sums do not depend on the order of the flows.
    order = np.lexsort((*amounts, *joined([codes for codes, _ in keys])[::-1]))
    tonnes, usd = (values[order] for values in amounts)
    starts = run_starts([codes[order] for codes, _ in keys])
    labels = {
        name: values.take(pa.array(codes[order][starts]))
        for name, (codes, values) in zip(KEYS, keys, strict=True)
    }
    preferred = flows["preferred"].to_numpy(zero_copy_only=False)[order]
    row, ratio = _outliers(usd, tonnes, starts)
    outlier = {
        f"outlier_{end}": flows[end].take(pa.array(order[row], mask=row < 0))
        for end in ("exporter", "importer")
    }
    return pa.table({
        **labels,
        "flows": np.diff(np.append(starts, len(order))),
        "usd": pa.array(run_sums(usd, starts), from_pandas=True),
        "tonnes": pa.array(run_sums(tonnes, starts), from_pandas=True),
        "preferred": preferred[starts].astype(bool),
        **outlier,
        "outlier_tonnes": pa.array(tonnes[row], mask=row < 0),
        "outlier_ratio": pa.array(ratio[row], mask=row < 0),
    }).cast(TOTALS)  # fmt: skip


def _outliers(
    usd: np.ndarray, tonnes: np.ndarray, starts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find each run's largest flow that is far too heavy, or -1; and the ratio of every flow."""
    known = (usd > 0) & (tonnes > 0)
    value, mass = (np.where(known, amount, 0.0) for amount in (usd, tonnes))
    run = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(usd))))
    other_value, other_mass = (
        np.add.reduceat(amount, starts)[run] - amount for amount in (value, mass)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = mass * other_value / (value * other_mass)
        large = mass >= LARGE * (mass + other_mass)
        outlier = known & large & (other_mass > 0) & (ratio >= FAR)
    rows = np.flatnonzero(outlier)
    rows = rows[np.lexsort((mass[rows], run[rows]))]
    row = np.full(len(starts), -1)
    row[run[rows]] = rows
    return row, ratio


ONE_OF = ("period", "reporter", "dataset", "source")
"""Columns with one value per network: flows of two values count the same goods twice."""


def column_of(flows: pa.Table, name: str) -> pa.ChunkedArray:
    """Return one column, or raise an error that lists the columns present."""
    if name not in flows.column_names:
        present = ", ".join(flows.column_names) or "none"
        raise GraphkitError(f"found no column {name!r} in the flows, only {present}")
    return flows[name]


def numbers_of(flows: pa.Table, name: str) -> pa.ChunkedArray:
    """Return one column as floats, or raise an error where it holds something else."""
    column = column_of(flows, name)
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        raise GraphkitError(f"found {name!r} as {column.type}, wanted numbers")
    return column.cast(pa.float64())


def check_one_scope(flows: pa.Table, names: Sequence[str]) -> None:
    """Refuse flows of several periods, reporters ... in one network."""
    for name in names:
        if name in flows.column_names:
            values = sorted(map(str, pc.unique(flows[name]).to_pylist()))
            if len(values) > 1:
                raise GraphkitError(
                    f"found flows of {len(values)} values of {name!r} ({', '.join(values[:4])}"
                    f"{', ...' if len(values) > 4 else ''}), wanted one: they are not added up"
                )
