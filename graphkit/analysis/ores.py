"""Elements in mine output: how much of one is in the ores that countries may mine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf
from typing import Any, TypeAlias

from graphkit.analysis.production import NAMELESS, published_interval

Row: TypeAlias = Mapping[str, Any]
Range: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class ElementOutput:
    """Bounds of an element in the mine output of one country."""

    country: str
    low: float
    high: float
    """Tonnes, in the unit of the output: of rare earths, of oxide; infinite if unbounded."""
    share_low: float
    share_high: float
    """Bounds of the share in all countries' output of the element, 0 to 1."""
    ores: tuple[str, ...]
    """The ores that its output may come from."""
    is_named: bool
    """False for "other countries" and unspecified output."""


def element_ranges(composition: Iterable[Row], element: str) -> dict[str, Range]:
    """Bound the share of an element in each ore.

    Parameters
    ----------
    composition : iterable of mapping
        ``ore``, ``mineral``, ``element``, ``share`` (0 to 1, None where not available) and
        ``qualifier``.
    element : str
        Key of the element.

    Returns
    -------
    dict
        Least and most by ore. A share "less than" a bound may be 0. One that is not available is
        taken to be at most the largest of the same mineral, or where none has one, of all ores.

    Examples
    --------
    >>> ores = [
    ...     {"ore": "a", "mineral": "m", "element": "Dy", "share": 0.002, "qualifier": None},
    ...     {"ore": "b", "mineral": "m", "element": "Dy", "share": None,
    ...      "qualifier": "not-available"}]
    >>> element_ranges(ores, "Dy")
    {'a': (0.002, 0.002), 'b': (0.0, 0.002)}
    """
    rows = [row for row in composition if row["element"] == element]
    most: dict[str, float] = {}
    for row in rows:
        if row["share"] is not None:
            most[row["mineral"]] = max(most.get(row["mineral"], 0.0), row["share"])
    of_all = max(most.values(), default=1.0)
    ranges = {}
    for row in rows:
        share = row["share"]
        if share is None:
            ranges[row["ore"]] = (0.0, most.get(row["mineral"], of_all))
        else:
            ranges[row["ore"]] = (0.0 if row["qualifier"] == "less-than" else share, share)
    return ranges


def element_outputs(
    production: Iterable[Row], ranges: Mapping[str, Range], mined: Sequence[Row]
) -> list[ElementOutput]:
    r"""Bound an element in the mine output of each country, and its share in that of all.

    With the output :math:`P_{ck}` of country :math:`c` from ore :math:`k` and the share
    :math:`w_k` of the element, its output is :math:`\sum_k P_{ck} w_k`. Where the ore is not
    known, all may be the ore of the smallest or of the largest :math:`w`, within the limits of
    the parts of the output. A share lies between

    .. math:: \frac{l_c}{l_c + \sum_{d \ne c} h_d} \quad\text{and}\quad
              \frac{h_c}{h_c + \sum_{d \ne c} l_d}

    Parameters
    ----------
    production : iterable of mapping
        ``country``, ``type``, ``tonnes``, ``low``, ``high``, ``qualifier`` of one table of
        producers; world totals and groups are left out.
    ranges : mapping
        Least and most of the element by ore, as :func:`element_ranges` gives them.
    mined : sequence of mapping
        ``country``, ``ore``, ``part``, ``low`` and ``high`` (tonnes of the part; where its rows
        differ, the widest). A country without a row may mine any ore.

    Returns
    -------
    list of ElementOutput
        Those that may have any, with the largest upper bound first.

    Examples
    --------
    One tenth to three tenths of A's 100 t come from an ore with 5 %, the rest from one with 1 %;
    B mines either:

    >>> makers = [{"country": c, "type": "country", "tonnes": 100.0, "low": None, "high": None,
    ...            "qualifier": None} for c in "AB"]
    >>> mined = [{"country": "A", "ore": "rich", "part": "x", "low": 10.0, "high": 30.0},
    ...          {"country": "A", "ore": "poor", "part": "y", "low": None, "high": None}]
    >>> outputs = element_outputs(makers, {"rich": (0.05, 0.05), "poor": (0.01, 0.01)}, mined)
    >>> [(o.country, round(o.low, 6), round(o.high, 6), round(o.share_low, 3)) for o in outputs]
    [('B', 1.0, 5.0, 0.312), ('A', 1.4, 2.2, 0.219)]
    """
    bounds: list[tuple[Row, float, float, tuple[str, ...]]] = []
    for row in production:
        if row["type"] in ("world", "group"):
            continue
        ores = [m for m in mined if m["country"] == row["country"] and m["ore"] in ranges]
        low, high = published_interval(row) or (0.0, inf)
        parts = _parts(ores, ranges)
        least = _content(low, [(part.least, part.limits) for part in parts], fewest=True)
        most = inf
        if high < inf:
            most = _content(high, [(part.most, part.limits) for part in parts], fewest=False)
        if most > 0:
            names = tuple(sorted({m["ore"] for m in ores})) or tuple(sorted(ranges))
            bounds.append((row, least, most, names))
    outputs = []
    for place, (row, low, high, names) in enumerate(bounds):
        others = [bound for other, bound in enumerate(bounds) if other != place]
        lows, highs = fsum(b[1] for b in others), fsum(b[2] for b in others)
        outputs.append(ElementOutput(
            row["country"], low, high, low / (low + highs) if low else 0.0,
            1.0 if high == inf else high / (high + lows), names,
            row["type"] not in NAMELESS,
        ))  # fmt: skip
    return sorted(outputs, key=lambda o: (-o.high, -o.low, o.country))


@dataclass(frozen=True)
class _Part:
    """A part of a country's output: bounds of the element in it, and limits of its tonnes."""

    least: float
    most: float
    limits: Range


def _parts(mined: Sequence[Row], ranges: Mapping[str, Range]) -> list[_Part]:
    """Split a country's output by kinds of ore; without any row, all ores are one part."""
    if not mined:
        return [_Part(min(r[0] for r in ranges.values()), max(r[1] for r in ranges.values()),
                      (0.0, inf))]  # fmt: skip
    ores_by_part: dict[str | None, list[str]] = {}
    limits: dict[str | None, Range] = {}
    for row in mined:
        part, low = row["part"], row["low"] or 0.0
        high = inf if row["high"] is None else row["high"]
        ores_by_part.setdefault(part, []).append(row["ore"])
        least, most = limits.get(part, (low, high))
        limits[part] = (min(least, low), max(most, high))
    return [
        _Part(
            min(ranges[ore][0] for ore in ores), max(ranges[ore][1] for ore in ores), limits[part]
        )
        for part, ores in ores_by_part.items()
    ]


def _content(tonnes: float, parts: Sequence[tuple[float, Range]], *, fewest: bool) -> float:
    """Fill an output with parts within their limits so that the element in it is least or most.

    Limits that the output cannot keep, being smaller or larger, bind nothing.
    """
    lows = fsum(low for _, (low, _) in parts)
    if lows > tonnes or fsum(high for _, (_, high) in parts) < tonnes:
        parts, lows = [(share, (0.0, inf)) for share, _ in parts], 0.0
    content, rest = [], tonnes - lows
    for share, (low, high) in sorted(parts, key=lambda part: part[0] if fewest else -part[0]):
        more = min(rest, high - low)
        rest -= more
        content.append((low + more) * share)
    return fsum(content)
