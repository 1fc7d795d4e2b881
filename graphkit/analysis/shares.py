"""Shares of a market, by value and by mass."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import coded, numbers

if TYPE_CHECKING:
    from graphkit.arrow import Floats, Ints

SCOPE = ("consumer", "product", "period", "reporter", "dataset", "source")
"""Columns that identify one set of shares; figures of two sets are never added up."""

NUMBER = pa.float64()
RESULT = pa.schema([
    *(pa.field(name, pa.string()) for name in SCOPE),
    pa.field("supplier", pa.string()),
    pa.field("usd", NUMBER, metadata={"unit": "USD"}),
    pa.field("tonnes", NUMBER, metadata={"unit": "t"}),
    pa.field("share_usd", NUMBER, metadata={"unit": "0 to 1"}),
    pa.field("share_tonnes", NUMBER, metadata={"unit": "0 to 1"}),
    pa.field("rank", pa.int64()),
    pa.field("suppliers", pa.int64()),
    pa.field("hhi_usd", NUMBER, metadata={"unit": "0 to 10,000"}),
    pa.field("hhi_tonnes", NUMBER, metadata={"unit": "0 to 10,000"}),
    pa.field("missing_tonnes_share", NUMBER, metadata={"unit": "0 to 1"}),
])  # fmt: skip


def import_shares(flows: pa.Table) -> pa.Table:
    r"""Compute each supplier's share of each consumer's imports, and their concentration.

    Flows of one supplier under several HS codes are added up first. With :math:`M_{ij}` the flow
    from supplier i to consumer j, the share is :math:`d_{ji} = M_{ij} / \sum_k M_{kj}` and the
    Herfindahl-Hirschman index [1]_ is :math:`10\,000 \sum_i d_{ji}^2`.

    Parameters
    ----------
    flows : pyarrow.Table
        ``consumer``, ``supplier``, ``product``, ``period``, ``reporter``, ``dataset``,
        ``source`` (text), ``usd``, ``tonnes`` (null where unknown); other columns are ignored.

    Returns
    -------
    pyarrow.Table
        One row per scope and supplier: the scope, ``supplier``, ``usd``, ``tonnes``,
        ``share_usd``, ``share_tonnes`` (0 to 1, of the flows that give that measure),
        ``rank`` (by value, then mass, then code), ``suppliers`` (their number), ``hhi_usd``,
        ``hhi_tonnes`` (0 to 10,000), ``missing_tonnes_share`` (share of the consumer's import
        value without a mass). Sorted by scope, then rank. A measure that no flow gives is null.

    References
    ----------
    .. [1] Hirschman, A. O. (1964). "The Paternity of an Index". American Economic Review 54, 761.

    Examples
    --------
    >>> flows = pa.table({
    ...     "consumer": ["KOR"] * 3, "supplier": ["CHN", "CHN", "JPN"], "product": ["magnets"] * 3,
    ...     "hs": ["850511", "850519", "850511"], "period": ["2024"] * 3,
    ...     "reporter": ["reconciled"] * 3, "dataset": ["baci"] * 3, "source": ["cepii"] * 3,
    ...     "usd": [60.0, 20.0, 20.0], "tonnes": [3.0, None, 1.0]})
    >>> shares = import_shares(flows)
    >>> shares.select(["supplier", "share_usd", "share_tonnes", "hhi_usd"]).to_pylist()[0]
    {'supplier': 'CHN', 'share_usd': 0.8, 'share_tonnes': 0.75, 'hhi_usd': 6800.0}
    >>> shares["missing_tonnes_share"][0].as_py()
    0.2
    """
    return coded_shares(flows).cast(RESULT)


def coded_shares(flows: pa.Table) -> pa.Table:
    """Compute :func:`import_shares` with dictionary-encoded text, in a third of the memory.

    Examples
    --------
    >>> scope = dict.fromkeys(SCOPE, "x")
    >>> flows = pa.Table.from_pylist([{**scope, "supplier": "CHN", "usd": 1.0, "tonnes": 2.0}])
    >>> coded_shares(flows).field("supplier").type
    DictionaryType(dictionary<values=string, indices=int32, ordered=0>)
    """
    if not len(flows):
        return coded(RESULT.empty_table())
    texts = {name: ranked(flows[name]) for name in (*SCOPE, "supplier")}
    usd, tonnes = _floats(flows["usd"]), _floats(flows["tonnes"])
    # A fixed order first, so that the sums do not depend on the order of the rows.
    order = np.lexsort((tonnes, usd, *joined([ranks for ranks, _ in texts.values()])[::-1]))
    usd, tonnes = usd[order], tonnes[order]
    ranks = {name: ranks[order] for name, (ranks, _) in texts.items()}
    groups = run_starts([ranks[name] for name in SCOPE])
    pairs = run_starts(list(ranks.values()))
    by_pair = {"usd": run_sums(usd, pairs), "tonnes": run_sums(tonnes, pairs)}
    group_of_pair = np.searchsorted(groups, pairs, side="right") - 1
    first_pair = np.searchsorted(pairs, groups)

    columns: dict[str, np.ndarray] = {}
    for measure, values in by_pair.items():
        totals, columns[f"share_{measure}"] = market_shares(values, first_pair)
        columns[measure], total = values, totals[group_of_pair]
        squares = run_sums(values**2, first_pair)[group_of_pair]
        columns[f"hhi_{measure}"] = 10_000 * squares / positive(total) ** 2
    weighed = np.where(np.isnan(tonnes), usd, 0.0)
    unweighed_usd = run_sums(weighed, groups) / positive(run_sums(usd, groups))
    columns["missing_tonnes_share"] = np.clip(unweighed_usd, 0, 1)[group_of_pair]
    sells = np.nan_to_num(by_pair["usd"]) + np.nan_to_num(by_pair["tonnes"]) > 0
    columns["suppliers"] = np.add.reduceat(sells, first_pair, dtype=np.int64)[group_of_pair]
    # Pairs are in order of the supplier's code, so that lexsort breaks ties by it.
    keys = (-np.nan_to_num(by_pair["tonnes"]), -np.nan_to_num(by_pair["usd"], nan=-1.0))
    by_rank = np.lexsort((*keys, group_of_pair))
    columns["rank"] = np.empty(len(pairs), np.int64)
    columns["rank"][by_rank] = np.arange(len(pairs)) - first_pair[group_of_pair[by_rank]] + 1

    labels = {
        name: _encoded(ranks[name][pairs[by_rank]], values) for name, (_, values) in texts.items()
    }
    measures = {
        field.name: numbers(columns.pop(field.name)[by_rank])
        for field in list(RESULT)[len(texts) :]
    }
    return pa.table({**labels, **measures})


def _encoded(places: np.ndarray, values: pa.Array) -> pa.DictionaryArray:
    """Encode texts by their places among the distinct ones, of which the last is null."""
    last = len(values) - 1
    codes = numbers(places)
    codes = pc.if_else(pc.equal(codes, last), None, codes)
    return pa.DictionaryArray.from_arrays(codes, values.slice(0, last))


def ranked(column: pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    """Return each text's position among the sorted distinct texts, and these, null last.

    Examples
    --------
    >>> places, values = ranked(pa.chunked_array([["b", None], ["a", "b"]]))
    >>> places.tolist(), values.to_pylist()
    ([1, 2, 0, 1], ['a', 'b', None])
    """
    codes = column.combine_chunks()
    if pa.types.is_dictionary(codes.type):
        codes = _with_used_values(codes)
    else:
        codes = codes.cast(pa.string()).dictionary_encode()
    order = pc.sort_indices(codes.dictionary)
    values = pa.concat_arrays([codes.dictionary.take(order), pa.nulls(1, codes.dictionary.type)])
    places = np.empty(len(values), np.int32)
    places[order.to_numpy()] = np.arange(len(order))
    places[-1] = len(order)
    return places[codes.indices.fill_null(len(order)).to_numpy()], values


def joined(columns: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Join columns of places, the first decides first, to fewer keys that sort alike, and faster.

    Examples
    --------
    >>> [key.tolist() for key in joined([np.array([1, 0]), np.array([2, 3])])]
    [[6, 3]]
    """
    keys: list[np.ndarray] = []
    room = 2**62
    for column in columns:
        size = int(column.max(initial=0)) + 1
        if keys and room * size < 2**62:
            keys[-1], room = keys[-1] * size + column, room * size
        else:
            keys.append(column.astype(np.int64))
            room = size
    return keys


def _with_used_values(codes: pa.DictionaryArray) -> pa.DictionaryArray:
    """Leave the values out of a dictionary of text that no row has, or that stand in it twice."""
    indices = codes.indices.cast(pa.int32())
    used = pc.unique(indices.drop_null())
    values = codes.dictionary.cast(pa.string()).take(used)
    distinct = values.dictionary_encode()
    place = np.zeros(len(codes.dictionary) + 1, np.int32)
    place[used.to_numpy()] = distinct.indices.to_numpy()
    rows = indices.fill_null(len(codes.dictionary)).to_numpy()
    indices = pc.if_else(pc.equal(numbers(rows), len(codes.dictionary)), None, numbers(place[rows]))
    return pa.DictionaryArray.from_arrays(indices, distinct.dictionary)


def grouped(
    table: pa.Table, names: Sequence[str]
) -> tuple[list[tuple[str, ...]], pa.Array, list[tuple[int, int]]]:
    """Group rows by columns of text.

    Returns
    -------
    list of tuple of str
        The distinct labels, in order, null last.
    pyarrow.Array
        The numbers of the rows, label by label; rows of one label keep their order.
    list of tuple of int
        Start and end of each label's part of them.

    Examples
    --------
    >>> table = pa.table({"item": ["b", "a", "b"], "usd": [1, 2, 3]})
    >>> labels, order, spans = grouped(table, ["item"])
    >>> labels, table["usd"].take(order).to_pylist(), spans
    ([('a',), ('b',)], [2, 1, 3], [(0, 1), (1, 3)])
    """
    columns = [ranked(table[name]) for name in names]
    order = np.lexsort(joined([places for places, _ in columns])[::-1])
    columns = [(places[order], values) for places, values in columns]
    starts = run_starts([places for places, _ in columns])
    texts = (values.take(numbers(places[starts])).to_pylist() for places, values in columns)
    labels = list(zip(*texts, strict=True))
    spans = list(pairwise([*starts.tolist(), len(table)]))
    return labels, numbers(order), spans


def market_shares(amounts: Floats, starts: Ints) -> tuple[Floats, Floats]:
    """Add up each market and divide its amounts by the total; NaN marks an unknown amount.

    Examples
    --------
    >>> totals, shares = market_shares(np.array([3.0, 1.0, 2.0]), np.array([0, 2]))
    >>> totals.tolist(), shares.tolist()
    ([4.0, 2.0], [0.75, 0.25, 1.0])
    """
    totals = run_sums(amounts, starts)
    lengths = np.diff(np.append(starts, len(amounts)))
    return totals, amounts / np.repeat(positive(totals), lengths)


def run_starts(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Find the start of each run of equal values in sorted columns."""
    changed = np.zeros(len(columns[0]), bool)
    changed[:1] = True
    for values in columns:
        changed[1:] |= values[1:] != values[:-1]
    return np.flatnonzero(changed)


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)


def run_sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Add up the known values of each run; NaN where all are unknown."""
    known = np.add.reduceat(~np.isnan(values), starts)
    sums = np.add.reduceat(np.nan_to_num(values), starts)
    return np.where(known > 0, sums, np.nan)


def positive(values: np.ndarray) -> np.ndarray:
    """Put NaN in place of what is not more than 0, to divide by."""
    return np.where(values > 0, values, np.nan)
