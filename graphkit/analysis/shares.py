"""Import shares and supplier concentration, by value and by mass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SCOPE = ("consumer", "product", "period", "reporter", "dataset", "source")
"""What one set of shares belongs to: figures of two of these are never added up."""

NUMBER = pa.float64()
RESULT = pa.schema([
    *(pa.field(name, pa.string()) for name in SCOPE),
    pa.field("supplier", pa.string()),
    pa.field("usd", NUMBER, metadata={"unit": "USD"}),
    pa.field("tonnes", NUMBER, metadata={"unit": "t"}),
    pa.field("usd_share", NUMBER, metadata={"unit": "0 to 1"}),
    pa.field("tonnes_share", NUMBER, metadata={"unit": "0 to 1"}),
    pa.field("rank", pa.int64()),
    pa.field("suppliers", pa.int64()),
    pa.field("hhi_usd", NUMBER, metadata={"unit": "0 to 10,000"}),
    pa.field("hhi_tonnes", NUMBER, metadata={"unit": "0 to 10,000"}),
    pa.field("missing_tonnes_share", NUMBER, metadata={"unit": "0 to 1"}),
])  # fmt: skip


def import_shares(flows: pa.Table) -> pa.Table:
    r"""Each supplier's share of each consumer's imports, and how concentrated they are.

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
        ``usd_share``, ``tonnes_share`` (0 to 1, of the flows that give that measure),
        ``rank`` (by value, then mass, then code), ``suppliers`` (how many), ``hhi_usd``,
        ``hhi_tonnes`` (0 to 10,000), ``missing_tonnes_share`` (of the consumer's import value,
        what gives no mass). Sorted by scope, then rank. A measure that no flow gives is null.

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
    >>> shares.select(["supplier", "usd_share", "tonnes_share", "hhi_usd"]).to_pylist()[0]
    {'supplier': 'CHN', 'usd_share': 0.8, 'tonnes_share': 0.75, 'hhi_usd': 6800.0}
    >>> shares["missing_tonnes_share"][0].as_py()
    0.2
    """
    if not len(flows):
        return RESULT.empty_table()
    texts = {
        name: ranked(flows[name].combine_chunks().cast(pa.string()).dictionary_encode())
        for name in (*SCOPE, "supplier")
    }
    usd, tonnes = _floats(flows["usd"]), _floats(flows["tonnes"])
    # A fixed order before anything is added up: the sums do not depend on the order of the rows.
    order = np.lexsort((tonnes, usd, *(ranks for ranks, _ in reversed(texts.values()))))
    usd, tonnes = usd[order], tonnes[order]
    ranks = {name: ranks[order] for name, (ranks, _) in texts.items()}
    groups = _starts([ranks[name] for name in SCOPE])
    pairs = _starts(list(ranks.values()))
    by_pair = {"usd": _sums(usd, pairs), "tonnes": _sums(tonnes, pairs)}
    group_of_pair = np.searchsorted(groups, pairs, side="right") - 1
    first_pair = np.searchsorted(pairs, groups)

    columns: dict[str, np.ndarray] = {}
    for measure, values in by_pair.items():
        total = _sums(values, first_pair)[group_of_pair]
        columns[measure], columns[f"{measure}_share"] = values, values / _positive(total)
        squares = _sums(values**2, first_pair)[group_of_pair]
        columns[f"hhi_{measure}"] = 10_000 * squares / _positive(total) ** 2
    weighed = np.where(np.isnan(tonnes), usd, 0.0)
    unweighed_usd = _sums(weighed, groups) / _positive(_sums(usd, groups))
    columns["missing_tonnes_share"] = np.clip(unweighed_usd, 0, 1)[group_of_pair]
    sells = np.nan_to_num(by_pair["usd"]) + np.nan_to_num(by_pair["tonnes"]) > 0
    columns["suppliers"] = np.add.reduceat(sells, first_pair, dtype=np.int64)[group_of_pair]
    # Pairs are in order of the supplier's code, so that lexsort settles ties by it.
    keys = (-np.nan_to_num(by_pair["tonnes"]), -np.nan_to_num(by_pair["usd"], nan=-1.0))
    by_rank = np.lexsort((*keys, group_of_pair))
    columns["rank"] = np.empty(len(pairs), np.int64)
    columns["rank"][by_rank] = np.arange(len(pairs)) - first_pair[group_of_pair[by_rank]] + 1

    labels = {
        name: pa.DictionaryArray.from_arrays(ranks[name][pairs[by_rank]], values)
        for name, (_, values) in texts.items()
    }
    measures = {
        field.name: pa.array(columns[field.name][by_rank], from_pandas=True)
        for field in list(RESULT)[len(texts) :]
    }
    return pa.table({**labels, **measures}).cast(RESULT)


def ranked(codes: pa.DictionaryArray) -> tuple[np.ndarray, pa.Array]:
    """Each value's place among the sorted different ones, and these: nothing is the last.

    Examples
    --------
    >>> places, values = ranked(pa.array(["b", None, "a", "b"]).dictionary_encode())
    >>> places.tolist(), values.to_pylist()
    ([1, 2, 0, 1], ['a', 'b', None])
    """
    order = pc.sort_indices(codes.dictionary)
    values = pa.concat_arrays([codes.dictionary.take(order), pa.nulls(1, codes.dictionary.type)])
    places = np.empty(len(values), np.int32)
    places[order.to_numpy()] = np.arange(len(order))
    places[-1] = len(order)
    return places[codes.indices.fill_null(len(order)).to_numpy()], values


def _starts(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Where each run of equal values begins, in columns sorted by these."""
    changed = np.zeros(len(columns[0]), bool)
    changed[0] = True
    for values in columns:
        changed[1:] |= values[1:] != values[:-1]
    return np.flatnonzero(changed)


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)


def _sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Sum of each run, of the values that are known; NaN where none is."""
    known = np.add.reduceat(~np.isnan(values), starts)
    sums = np.add.reduceat(np.nan_to_num(values), starts)
    return np.where(known > 0, sums, np.nan)


def _positive(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, np.nan)
