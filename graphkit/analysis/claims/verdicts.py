"""Verdicts on published claims, and the claims that contradict one another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import inf
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.evidence import (
    Claim,
    Loaded,
    Reading,
    Readings,
    half_unit,
    measures_of,
    states_basis,
)
from graphkit.analysis.claims.readings import read_claim
from graphkit.analysis.claims.wording import Verdict
from graphkit.analysis.concentration import published_interval
from graphkit.arrow import counts, flags, lists, number, texts


@dataclass(frozen=True)
class Tolerance:
    """The distance from a published figure at which a fact still bears it out.

    The rounding of the figure always counts. Two statistics of one quantity also differ a
    little, so a fact agrees too within ``points`` of a share, but at most ``relative`` of it;
    within ``points`` of a change; and within the part ``other`` of an amount. "About"
    multiplies these by ``about``. Bounds ("more than 80 %") and ranks have no tolerance.

    A share without a stated basis may count content where the facts count gross mass: it is
    contradicted only if it is further from every reading than ``unstated`` or half of itself,
    whichever is smaller.
    """

    points: float = 0.01
    relative: float = 0.1
    other: float = 0.05
    about: float = 2.0
    unstated: float = 0.05

    def of(self, claim: Claim, value: float) -> float:
        """Return the tolerance of one published figure of a claim."""
        if claim["unit"] in ("rank", "count"):
            return 0.0
        if claim["unit"] == "share":
            margin = min(self.points, self.relative * value)
        else:
            margin = self.points if claim["kind"] == "change" else self.other * abs(value)
        about = self.about if claim["qualifier"] == "about" else 1.0
        return max(rounding(claim, value), margin) * about

    def unsaid(self, claim: Claim) -> float:
        """Return the extra tolerance of a share without a stated basis."""
        ends = [claim[n] for n in ("value", "low", "high") if claim[n] is not None]
        return min([self.unstated, *(float(end) / 2 for end in ends)])


def rounding(claim: Claim, value: float) -> float:
    """Return half a unit of the last digit; shares and changes are printed in percent."""
    percent = claim["unit"] == "share" or claim["kind"] == "change"
    return min(half_unit(value), 0.005) if percent else half_unit(value)


@dataclass(frozen=True)
class Claimed:
    """The interval that a claim states; a bound may be open."""

    low: float
    high: float
    open_low: bool = False
    open_high: bool = False

    def agrees(self, reading: Reading) -> bool | None:
        """Tell whether a reading bears the claim out; None where its bounds allow both.

        A rounded figure agrees if it may agree; a figure that is only known between bounds
        must agree wherever it lies.
        """
        below = reading.low <= self.low if self.open_low else reading.low < self.low
        above = reading.high >= self.high if self.open_high else reading.high > self.high
        if not below and not above:
            return True
        apart = reading.high <= self.low if self.open_low else reading.high < self.low
        apart |= reading.low >= self.high if self.open_high else reading.low > self.high
        if apart:
            return False
        one_sided = self.low == -inf or self.high == inf
        return None if reading.bounded or one_sided else True

    def distance(self, value: float) -> float:
        """Return the distance of a figure from the interval, 0 inside."""
        return max(self.low - value, value - self.high, 0.0)


def claimed(claim: Claim, tolerance: Tolerance) -> Claimed | None:
    """Return the interval a claim states; None where it gives no figure to compare.

    Examples
    --------
    >>> claim = {"kind": "share", "value": 0.8, "low": None, "high": None, "unit": "share"}
    >>> claimed({**claim, "qualifier": "more-than"}, Tolerance())
    Claimed(low=0.8, high=inf, open_low=True, open_high=False)
    >>> c = claimed({**claim, "qualifier": None}, Tolerance())
    >>> round(c.low, 3), round(c.high, 3)
    (0.79, 0.81)
    """
    kind, qualifier = claim["kind"], claim["qualifier"]
    value, low, high = claim["value"], claim["low"], claim["high"]
    if kind in ("more-than", "ahead-of"):
        return Claimed(0.0, inf, open_low=True)
    if qualifier == "net-exporter":
        return Claimed(-inf, 0.0)
    least, most = (value if end is None else end for end in (low, high))
    if qualifier in ("more-than", "at-least") and least is not None:
        strict = qualifier == "more-than"
        return Claimed(least if strict else least - rounding(claim, least), inf, open_low=strict)
    if qualifier in ("less-than", "up-to") and most is not None:
        strict = qualifier == "less-than"
        return Claimed(-inf, most if strict else most + rounding(claim, most), open_high=strict)
    if least is None or most is None:
        return None
    return Claimed(least - tolerance.of(claim, least), most + tolerance.of(claim, most))


def check_claims(claims: pa.Table, loaded: Loaded, tolerance: Tolerance | None = None) -> pa.Table:
    """Check each published claim against the facts in its own scope.

    A claim that does not say whether it is by value or by weight is read both ways; one that
    does not name its products is read as all of them together and as each alone. It is borne
    out if all together agree by value or by weight, and ``found_by`` says by which. It is
    contradicted only if it names what it counts, no reading is missing, and it lies clearly
    outside them all. Otherwise it cannot be told, and ``missing`` lists the data it needs.

    Parameters
    ----------
    claims : pyarrow.Table
        As the query ``claims`` returns them, all of them: "other countries" are those that no
        claim of the same table names. An ``expected`` column (true or false), if present,
        is passed on: see :func:`failed_expectations`.
    loaded : Loaded
        The facts.
    tolerance : Tolerance, optional
        The distance at which a figure still agrees.

    Returns
    -------
    pyarrow.Table
        One row per claim, by key: ``key``, ``kind``, the scope (``consumer`` ... ``than``),
        ``measure``, ``basis``, ``claimed_low``, ``claimed_high`` and ``qualifier`` as
        published, ``unit``, ``verdict``, ``found`` (the figure that agrees, else the nearest
        one; of "more than" and "ahead of" the difference of the two amounts), ``found_low``
        and ``found_high`` (its rounding or bounds), ``found_by`` (how that figure was read),
        ``difference`` (found minus claimed; null for comparisons), ``agrees`` and ``readings``
        (lists), ``missing`` (a list), ``expected``, ``source`` of the claim.

    Examples
    --------
    See ``tests/test_verdicts.py``: a claim needs a whole small graph around it.
    """
    tolerance = tolerance or Tolerance()
    rows = sorted(claims.to_pylist(), key=lambda row: row["key"])
    checked = [_check(row, read_claim(row, loaded, rows), tolerance) for row in rows]
    return pa.Table.from_pylist(checked, schema=CHECKED)


CHECKED = pa.schema([
    *texts("key", "kind", "verdict", "consumer", "supplier", "rival", "product", "element",
           "stage", "period", "than", "measure", "basis"),
    number("claimed_low"), number("claimed_high"), *texts("qualifier", "unit"),
    number("found"), number("found_low"), number("found_high"), *texts("found_by"),
    number("difference"), *lists("agrees", "readings", "missing"), *flags("expected"),
    *texts("source"),
])  # fmt: skip


def _check(claim: Claim, readings: Readings, tolerance: Tolerance) -> dict[str, Any]:
    """Check one claim and return the verdict with both figures."""
    stated = claimed(claim, tolerance)
    missing = list(dict.fromkeys(readings.missing))
    if stated is None and not missing:
        missing = ["a figure: the claim gives none"]
    said = {r: stated.agrees(r) for r in readings.found} if stated else {}
    borne_out = readings.decisive and any(yes for r, yes in said.items() if r.whole)
    if stated and said and not missing and not borne_out:
        missing = _doubts(claim, stated, readings, said, tolerance)
    told = Verdict.CANNOT_BE_TOLD if missing or not said else Verdict.CONTRADICTED
    verdict = Verdict.BORNE_OUT if borne_out else told
    row = {name: claim[name] for name in _COPIED} | {"expected": claim.get("expected")}
    value = claim["value"]
    row |= {
        "verdict": verdict,
        "claimed_low": value if claim["low"] is None else claim["low"],
        "claimed_high": value if claim["high"] is None else claim["high"],
        "agrees": [r.label for r, yes in said.items() if yes],
        "readings": [f"{r.label}: {_shown(r)}" for r in readings.found],
        "missing": [] if verdict == Verdict.BORNE_OUT else missing,
    }
    if stated and said:
        best = min(said, key=lambda r: (not r.whole, not said[r], stated.distance(r.value)))
        row |= {"found": best.value, "found_low": best.low, "found_high": best.high}
        row |= {"found_by": best.label, "difference": _difference(row, best.value)}
    return row


_COPIED = (
    "key", "kind", "consumer", "supplier", "rival", "product", "element", "stage", "period",
    "than", "measure", "basis", "qualifier", "unit", "source",
)  # fmt: skip


def _doubts(
    claim: Claim,
    stated: Claimed,
    readings: Readings,
    said: Mapping[Reading, bool | None],
    tolerance: Tolerance,
) -> list[str]:
    """Name the first reason why readings that do not bear out a claim do not contradict it."""
    if part := [r.label for r, yes in said.items() if yes]:
        return [f"which basket: only a part of it agrees, {part[0]}"]
    if None in said.values():
        return ["a figure instead of bounds"]
    if not readings.named:
        return ["which basket: the claim does not name the products it counts"]
    if min(r.value for r in said) < stated.low and max(r.value for r in said) > stated.high:
        return ["whether by value or by weight: the readings lie on both sides"]
    away = min(stated.distance(r.low if r.value > stated.high else r.high) for r in said)
    if claim["unit"] == "share" and not states_basis(claim) and away <= tolerance.unsaid(claim):
        return ["whether by value or by weight, gross or content: a reading is near"]
    return []


def _difference(row: Mapping[str, Any], found: float) -> float | None:
    """Subtract the nearest end of the published interval from the figure found."""
    ends = [row[name] for name in ("claimed_low", "claimed_high") if row[name] is not None]
    if not ends or row["kind"] in ("more-than", "ahead-of"):
        return None
    differences = [float(found - end) for end in ends]
    return min(differences, key=abs)


def _shown(reading: Reading) -> str:
    if reading.bounded:
        return f"{reading.low:.4g} to {reading.high:.4g}"
    return f"{reading.value:.4g}"


def verdict_counts(checked: pa.Table) -> pa.Table:
    """Count the verdicts on claims of each kind, sorted by kind.

    Examples
    --------
    >>> verdict_counts(pa.table({"kind": ["share", "share"],
    ...                          "verdict": ["borne out", "contradicted"]})).to_pylist()
    [{'kind': 'share', 'claims': 2, 'contradicted': 1, 'borne_out': 1, 'cannot_be_told': 0}]
    """
    found = Counter(zip(checked["kind"].to_pylist(), checked["verdict"].to_pylist(), strict=True))
    rows = []
    for kind in sorted({kind for kind, _ in found}):
        numbers = {v.column: found[kind, v] for v in Verdict}
        rows.append({"kind": kind, "claims": sum(numbers.values()), **numbers})
    columns = [*texts("kind"), *counts("claims", *(v.column for v in Verdict))]
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def failed_expectations(checked: pa.Table) -> pa.Table:
    """Return the claims that are expected to be borne out and are not.

    Examples
    --------
    >>> checked = pa.table({"key": ["a", "b"], "verdict": ["borne out", "cannot be told"],
    ...                     "expected": [True, True]})
    >>> failed_expectations(checked)["key"].to_pylist()
    ['b']
    """
    rows = zip(checked["expected"].to_pylist(), checked["verdict"].to_pylist(), strict=True)
    failed = [bool(expected) and verdict != Verdict.BORNE_OUT for expected, verdict in rows]
    return checked.filter(pa.array(failed, pa.bool_()))


PLAIN = Tolerance(points=0, relative=0, other=0)
"""Tolerance for rounding alone: two published figures are compared as printed."""
DIFFERENT = "different figures"
TOO_MUCH = "shares of two suppliers add up to more than all"
SCOPE = ("kind", "consumer", "rival", "product", "element", "stage", "than", "measure", "unit")


def conflicts(claims: pa.Table) -> pa.Table:
    """Find pairs of claims from two sources that cannot both be right, as far as scopes tell.

    Two claims of one scope conflict if their figures, with rounding and qualifier, share no
    value; two shares of one consumer conflict if they add up to more than all. A claim without
    a period is compared with every period. A figure by value is not compared with one by
    weight, nor counts, whose subject is only in words.

    Parameters
    ----------
    claims : pyarrow.Table
        As the query ``claims`` returns them.

    Returns
    -------
    pyarrow.Table
        One row per pair, sorted by keys: ``key``, ``other``, ``conflict``, the scope, the two
        suppliers, periods, figures (as text) and sources, and ``difference`` (of the first
        figure to the second; null where one of them is not a single figure).

    Examples
    --------
    >>> row = {"kind": "share", "consumer": "KOR", "supplier": "CHN", "rival": None,
    ...        "product": "magnets", "element": None, "stage": None, "period": "2022",
    ...        "than": None, "value": 0.879, "low": None, "high": None, "qualifier": None,
    ...        "unit": "share", "measure": "imports", "counted_by": "value", "source": "ked"}
    >>> claims = pa.Table.from_pylist([
    ...     {**row, "key": "a"}, {**row, "key": "b", "value": 0.875, "source": "bk"}])
    >>> [(r["key"], r["other"], r["conflict"]) for r in conflicts(claims).to_pylist()]
    [('a', 'b', 'different figures')]
    """
    groups: dict[tuple[Any, ...], list[Claim]] = defaultdict(list)
    for row in sorted(claims.to_pylist(), key=lambda r: r["key"]):
        if claimed(row, PLAIN) is not None and row["kind"] not in ("more-than", "ahead-of"):
            groups[tuple(row[name] for name in SCOPE)].append(row)
    found = [
        _pair(one, other, conflict)
        for group in groups.values()
        for one, other in combinations(group, 2)
        if (conflict := _conflict(one, other))
    ]
    found.sort(key=lambda row: (row["key"], row["other"]))
    return pa.Table.from_pylist(found, schema=_CONFLICTS)


_CONFLICTS = pa.schema([
    *texts("key", "other", "conflict", *SCOPE, "supplier", "other_supplier", "period",
           "other_period", "figure", "other_figure"),
    number("difference"), *texts("source", "other_source"),
])  # fmt: skip


def _conflict(one: Claim, other: Claim) -> str | None:
    """Name the conflict between two claims that differ at most in supplier and period."""
    first, second = claimed(one, PLAIN), claimed(other, PLAIN)
    periods = {claim["period"] for claim in (one, other)} - {None}
    if first is None or second is None or len(periods) > 1 or not _comparable(one, other):
        return None
    if one["supplier"] == other["supplier"]:
        return DIFFERENT if first.high < second.low or second.high < first.low else None
    if one["kind"] != "share" or None in (one["supplier"], other["supplier"]):
        return None
    return TOO_MUCH if first.low + second.low > 1 else None


def _comparable(one: Claim, other: Claim) -> bool:
    """Tell whether two claims from two sources can be about the same quantity."""
    return (
        one["source"] != other["source"]
        and bool(set(measures_of(one)) & set(measures_of(other)))
        and one["kind"] != "count"
    )


def _pair(one: Claim, other: Claim, conflict: str) -> dict[str, Any]:
    row = {name: one[name] for name in SCOPE} | {"conflict": conflict}
    for claim, prefix in ((one, ""), (other, "other_")):
        row |= {f"{prefix}{name}": claim[name] for name in ("supplier", "period", "source")}
        row[f"{prefix}figure"] = _figure(claim)
    values = (one["value"], other["value"])
    difference = None if None in values else one["value"] - other["value"]
    return row | {"key": one["key"], "other": other["key"], "difference": difference}


def _figure(claim: Claim) -> str:
    """Format the figure with its qualifier."""
    ends = [claim[name] for name in ("low", "value", "high") if claim[name] is not None]
    text = " to ".join(f"{end:g}" for end in dict.fromkeys(ends))
    return " ".join(part for part in (claim["qualifier"], text) if part)


def production_conflicts(production: pa.Table) -> pa.Table:
    """Find production of one country, product, period and basis on which sources differ.

    Parameters
    ----------
    production : pyarrow.Table
        As for :func:`~graphkit.analysis.concentration.production_concentration`.

    Returns
    -------
    pyarrow.Table
        One row per pair of sources whose figures, with their rounding, share no value:
        ``country``, ``product``, ``period``, ``basis``, ``source``, ``other_source``, ``low``,
        ``high``, ``other_low``, ``other_high`` (t; no high: no upper bound), sorted by them.

    Examples
    --------
    >>> table = pa.table({
    ...     "country": ["CHN"] * 2, "product": ["antimony-ore"] * 2, "period": ["2024"] * 2,
    ...     "basis": ["Sb-content"] * 2, "source": ["a", "b"], "qualifier": [None] * 2,
    ...     "tonnes": [60_000.0, 33_000.0], "low": [None] * 2, "high": [None] * 2})
    >>> production_conflicts(table).select(["country", "low", "other_low"]).to_pylist()
    [{'country': 'CHN', 'low': 60000.0, 'other_low': 33000.0}]
    """
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in production.to_pylist():
        groups[tuple(row[name] or "" for name in _FACT)].append(row)
    rows = []
    for key, group in sorted(groups.items()):
        for one, other in combinations(sorted(group, key=lambda r: str(r["source"])), 2):
            rows += [
                {**dict(zip(_FACT, key, strict=True)), "source": one["source"],
                 "other_source": other["source"], **ends}
                for ends in _apart(one, other)
            ]  # fmt: skip
    numbers = [number(name, "t") for name in ("low", "high", "other_low", "other_high")]
    fields = [*texts(*_FACT, "source", "other_source"), *numbers]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


_FACT = ("country", "product", "period", "basis")


def _apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the bounds of two figures, if both are published and share no value."""
    first, second = published_interval(one), published_interval(other)
    if first is None or second is None:
        return
    (low, high), (least, most) = first, second
    room = half_unit(low) + half_unit(least)
    if low - most > room or least - high > room:
        ends = {"low": low, "high": high, "other_low": least, "other_high": most}
        yield {name: None if end == inf else end for name, end in ends.items()}
