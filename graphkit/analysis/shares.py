"""Shares of a market, by value and mass, and their concentration: HHI and its ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import INDEX, SHARE, coded, counts, flags, number, numbers, texts

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
    order = np.lexsort((tonnes, usd, *(ranks for ranks, _ in reversed(texts.values()))))
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
        columns[f"hhi_{measure}"] = 10_000 * squares / _positive(total) ** 2
    weighed = np.where(np.isnan(tonnes), usd, 0.0)
    unweighed_usd = run_sums(weighed, groups) / _positive(run_sums(usd, groups))
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
    codes = column.combine_chunks().cast(pa.string()).dictionary_encode()
    order = pc.sort_indices(codes.dictionary)
    values = pa.concat_arrays([codes.dictionary.take(order), pa.nulls(1, codes.dictionary.type)])
    places = np.empty(len(values), np.int32)
    places[order.to_numpy()] = np.arange(len(order))
    places[-1] = len(order)
    return places[codes.indices.fill_null(len(order)).to_numpy()], values


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
    order = np.lexsort([places for places, _ in reversed(columns)])
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
    return totals, amounts / np.repeat(_positive(totals), lengths)


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


def _positive(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, np.nan)


FTC_2023 = (1_000.0, 1_800.0)
"""HHI from which concentration is moderate and high, US Merger Guidelines 2023."""
EU_DEPENDENCY = 4_000.0
"""HHI of extra-EU imports above which a product may be a strategic dependency, SWD(2021)352."""
EU_ACT = 0.65
"""Maximum share from one third country that Regulation (EU) 2024/1252 aims at."""
ROUNDED = 1 + 1e-9
"""Factor by which a figure must exceed a threshold: sums of shares are rounded."""
BANDS = ("unconcentrated", "moderate", "high")

INDICES = [
    *counts("suppliers"), number("unnamed_share", SHARE), *texts("top"),
    *(number(name, SHARE) for name in ("cr1", "cr1_high", "cr3", "cr3_high")),
    number("hhi_low", INDEX), number("hhi_high", INDEX), number("hhi_normalised", SHARE),
    number("effective_low"), number("effective_high"),
    number("shannon_low"), number("shannon_high"), *texts("band"),
    *flags("above_4000", "top_above_65"),
]  # fmt: skip
"""Columns that every table of concentration ends with."""

Interval = tuple[str, float, float]
"""A supplier and the bounds of its share."""


@dataclass(frozen=True)
class Markets:
    """The shares of the named suppliers of some markets, one after the other, as intervals."""

    starts: Ints
    """Start of each market; every market has a share."""
    low: Floats
    high: Floats
    rest: Floats
    """Share of each market that no named supplier is known to hold."""

    @property
    def market(self) -> Ints:
        """The market of each share."""
        lengths = np.diff(np.append(self.starts, len(self.low)))
        return np.repeat(np.arange(len(self.starts)), lengths)


def indices(markets: Markets) -> Mapping[str, Floats]:
    r"""Measure the concentration of markets, as a range where a part has no named supplier.

    With shares :math:`s_i` of the named suppliers and a rest :math:`r` of unknown suppliers,
    the Herfindahl-Hirschman index [1]_ lies between the rest being infinitely many small
    suppliers and being one:

    .. math:: 10\,000 \sum_i s_i^2 \le HHI \le 10\,000 \left( \sum_i s_i^2 + r^2 \right)

    A supplier whose share is only known to lie in an interval may hold the rest too: in the
    upper bound it goes to the largest that can. Effective suppliers are :math:`10\,000 / HHI`,
    the Shannon index [2]_ is :math:`-\sum_i s_i \ln s_i`, and over n > 1 suppliers the
    normalised index is :math:`(H - 1/n) / (1 - 1/n)` with :math:`H = HHI / 10\,000`.

    Parameters
    ----------
    markets : Markets
        Shares from 0 to 1.

    Returns
    -------
    Mapping of str to array
        ``suppliers`` (named, share above 0), ``unnamed_share``, ``cr1``, ``cr3`` (largest one
        and three of the named) and ``cr1_high``, ``cr3_high`` (if the rest is one supplier),
        ``hhi_low``, ``hhi_high`` (0 to 10,000), ``hhi_normalised`` (0 to 1; only where all have
        a name, else the number of suppliers is unknown), ``effective_low``,
        ``effective_high``, ``shannon_low`` and ``shannon_high`` (without an upper bound unless
        all have a name); one value per market, NaN where undefined.

    References
    ----------
    .. [1] Hirschman, A. O. (1964). "The Paternity of an Index". American Economic Review 54, 761.
    .. [2] Shannon, C. E. (1948). "A Mathematical Theory of Communication". Bell System
           Technical Journal 27, 379-423. https://doi.org/10.1002/j.1538-7305.1948.tb01338.x

    Examples
    --------
    The example of the US Department of Justice, four firms with 30, 30, 20 and 20 %, gives 2,600:

    >>> shares = np.array([0.3, 0.3, 0.2, 0.2])
    >>> whole = indices(Markets(np.array([0]), shares, shares, np.array([0.0])))
    >>> round(float(whole["hhi_low"][0]), 6), round(float(whole["hhi_high"][0]), 6)
    (2600.0, 2600.0)

    Without the names of the last two, who hold 40 % together, only a range is known:

    >>> part = indices(Markets(np.array([0]), shares[:2], shares[:2], np.array([0.4])))
    >>> round(float(part["hhi_low"][0]), 6), round(float(part["hhi_high"][0]), 6)
    (1800.0, 3400.0)
    """
    low, rest, starts, market = markets.low, markets.rest, markets.starts, markets.market
    if not len(starts):
        return {name: np.array([]) for name in ("suppliers", *_VALUES)}
    (cr1, second, third), _ = three_largest(low, starts)
    cr2, cr3 = cr1 + second, cr1 + (second + third)
    n = np.add.reduceat(low > 0, starts).astype(np.float64)
    squares = np.add.reduceat(low**2, starts)
    entropy = np.add.reduceat(-low * np.log(np.where(low > 0, low, 1.0)), starts)
    unnamed_entropy = -rest * np.log(np.where(rest > 0, rest, 1.0))
    bounded = np.add.reduceat(markets.high > low, starts) > 0
    all_named = (rest <= 0) & ~bounded
    most_squares = squares + rest**2
    for m in np.flatnonzero(bounded):
        most_squares[m] = _most_squares(markets, int(m))
    with_rest = low + np.minimum(markets.high - low, rest[market])
    largest_with_rest = np.maximum.reduceat(with_rest, starts)
    inverse = 1 / np.where(n > 1, n, np.nan)
    most_of_three = np.where(bounded, cr3 + rest, np.maximum(cr3, cr2 + rest))
    # Shares of a rounded total can add up to more than 1.
    squares, most_squares = np.minimum(squares, 1), np.minimum(most_squares, 1)
    return {
        "suppliers": n, "unnamed_share": rest,
        "cr1": cr1, "cr1_high": np.maximum(largest_with_rest, rest),
        "cr3": np.minimum(cr3, 1), "cr3_high": np.minimum(most_of_three, 1),
        "hhi_low": 10_000 * squares, "hhi_high": 10_000 * most_squares,
        "hhi_normalised": np.where(all_named, (squares - inverse) / (1 - inverse), np.nan),
        "effective_low": 1 / _positive(most_squares), "effective_high": 1 / _positive(squares),
        "shannon_low": np.where(bounded, np.nan, entropy + unnamed_entropy),
        "shannon_high": np.where(all_named, entropy, np.nan),
    }  # fmt: skip


def three_largest(shares: Floats, starts: Ints) -> tuple[Floats, Ints]:
    """Find the three largest shares of each market, 0 where it has fewer, and the first's place.

    Examples
    --------
    >>> largest, places = three_largest(np.array([0.2, 0.8, 1.0]), np.array([0, 2]))
    >>> largest.tolist(), places.tolist()
    ([[0.8, 1.0], [0.2, 0.0], [0.0, 0.0]], [1, 2])
    """
    remaining, three, places = shares.copy(), [], []
    lengths = np.diff(np.append(starts, len(remaining)))
    for _ in range(3):
        largest = np.maximum.reduceat(remaining, starts)
        equal = np.flatnonzero(remaining == np.repeat(largest, lengths))
        places.append(equal[np.searchsorted(equal, starts)])
        remaining[places[-1]] = 0.0
        three.append(largest)
    return np.array(three), places[0]


_VALUES = tuple(f.name for f in INDICES if pa.types.is_floating(f.type))


def _most_squares(markets: Markets, m: int) -> float:
    """Maximise the sum of squares of a market in which some shares are intervals."""
    starts = np.append(markets.starts, len(markets.low))
    shares = slice(starts[m], starts[m + 1])
    low, high = markets.low[shares], markets.high[shares]
    rest, total = float(markets.rest[m]), 0.0
    for i in np.argsort(-low, kind="stable"):
        part = min(rest, float(high[i] - low[i]))
        total, rest = total + float(low[i] + part) ** 2, rest - part
    # The rest may also be one more supplier.
    return max(total + rest**2, float(np.sum(low**2)) + float(markets.rest[m]) ** 2)


def band(low: float | None, high: float | None) -> str | None:
    """Name the bands of the US Merger Guidelines 2023 in which a bounded HHI lies.

    Examples
    --------
    >>> band(1_200, 1_500), band(1_200, 1_900), band(1_200, None), band(None, None)
    ('moderate', 'moderate or high', 'moderate or high', None)
    """
    if low is None:
        return None
    first, last = (
        sum(h > b * ROUNDED for b in FTC_2023) for h in (low, inf if high is None else high)
    )
    return " or ".join(dict.fromkeys((BANDS[first], BANDS[last]))) if last - first < 2 else "any"


def index_table(
    labels: Sequence[dict[str, Any]],
    shares: Sequence[Sequence[Interval]],
    rest: Sequence[float],
    fields: list[pa.Field],
) -> pa.Table:
    """Return the indices of every market beside its labels; null where it has no shares."""
    filled = [i for i, market in enumerate(shares) if market]
    intervals = [interval for i in filled for interval in shares[i]]
    lengths = [len(shares[i]) for i in filled]
    starts = np.array([0, *np.cumsum(lengths)[:-1]], np.int64)[: len(filled)]
    low = np.array([low for _, low, _ in intervals], np.float64)
    high = np.array([high for _, _, high in intervals], np.float64)
    high = np.minimum(high, np.maximum(low, 1.0))
    markets = Markets(starts, low, high, np.array([rest[i] for i in filled], np.float64))
    columns = {name: values.tolist() for name, values in indices(markets).items()}
    for place, i in enumerate(filled):
        values: dict[str, Any] = {
            n: None if np.isnan(v[place]) else v[place] for n, v in columns.items()
        }
        if labels[i].get("unpublished"):
            values |= dict.fromkeys(_UPPER)
        labels[i] |= {
            **values,
            "suppliers": int(values["suppliers"]),
            "top": min(shares[i], key=lambda s: (-s[1], s[0]))[0] if values["cr1"] else None,
            "band": band(values["hhi_low"], values["hhi_high"]),
            "above_4000": _above(EU_DEPENDENCY, values["hhi_low"], values["hhi_high"]),
            "top_above_65": _above(EU_ACT, values["cr1"], values["cr1_high"]),
        }
    return pa.Table.from_pylist(list(labels), schema=pa.schema([*fields, *INDICES]))


_UPPER = (
    "cr1_high", "cr3_high", "hhi_high", "hhi_normalised", "effective_low", "shannon_low",
    "shannon_high",
)  # fmt: skip
"""Columns without an upper bound where the world total may leave out a producer."""


def _above(threshold: float, low: float, high: float | None) -> bool | None:
    """Tell whether a range lies above a threshold; None where it straddles it."""
    if low > threshold * ROUNDED:
        return True
    return False if high is not None and high <= threshold * ROUNDED else None
