"""Holds published claims against the loaded facts: borne out, contradicted or cannot be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

import pyarrow as pa

from graphkit.analysis.claim_readings import read_claim
from graphkit.analysis.columns import counts, flags, lists, number, texts
from graphkit.analysis.loaded import Loaded
from graphkit.analysis.reading import Claim, Reading, Readings, half_unit, states_basis

BORNE_OUT = "borne out"
CONTRADICTED = "contradicted"
CANNOT_BE_TOLD = "cannot be told"


@dataclass(frozen=True)
class Tolerance:
    """How far a fact may be from a published figure and still bear it out.

    The rounding of the figure always counts. Two statistics of the same thing also differ a
    little, so that a fact agrees as well within ``points`` of a share, but not more than
    ``relative`` of it; within ``points`` of a change; and within ``other`` of an amount, as a
    part of it. "About" multiplies all that by ``about``. Bounds ("more than 80 %") and places
    have no tolerance.

    A share whose basis is not stated may count content where the facts count gross mass: it is
    contradicted only if it is further than the smaller of ``unstated`` and half of itself from
    every reading.
    """

    points: float = 0.01
    relative: float = 0.1
    other: float = 0.05
    about: float = 2.0
    unstated: float = 0.05

    def of(self, claim: Claim, value: float) -> float:
        """Tolerance of one published figure of a claim."""
        if claim["unit"] in ("rank", "count"):
            return 0.0
        if claim["unit"] == "share":
            margin = min(self.points, self.relative * value)
        else:
            margin = self.points if claim["kind"] == "change" else self.other * abs(value)
        about = self.about if claim["qualifier"] == "about" else 1.0
        return max(rounding(claim, value), margin) * about

    def unsaid(self, claim: Claim) -> float:
        """How far a share without a basis may be from every reading, its own tolerance aside."""
        ends = [claim[n] for n in ("value", "low", "high") if claim[n] is not None]
        return min([self.unstated, *(float(end) / 2 for end in ends)])


def rounding(claim: Claim, value: float) -> float:
    """Half a unit of the last digit; shares and changes are printed in percent: 0.9 is 90 %."""
    percent = claim["unit"] == "share" or claim["kind"] == "change"
    return min(half_unit(value), 0.005) if percent else half_unit(value)


@dataclass(frozen=True)
class Claimed:
    """What a claim says its figure is: an interval, of which a bound may be left out."""

    low: float
    high: float
    open_low: bool = False
    open_high: bool = False

    def agrees(self, reading: Reading) -> bool | None:
        """Whether a reading bears the claim out; None where its bounds leave both possible.

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
        """How far a figure is from the interval, 0 inside."""
        return max(self.low - value, value - self.high, 0.0)


def claimed(claim: Claim, tolerance: Tolerance) -> Claimed | None:
    """The interval a claim states; None where it gives no figure to compare.

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
    """Each published claim against the loaded facts in its own scope.

    A claim that does not say whether it is by value or by weight is read both ways, and one
    that does not name its products as all of them together and as each of them. It is borne
    out if all of them together agree by value or by weight, and the answer says by which. It
    is contradicted only if it names what it counts, every reading is there, and it lies clearly
    outside them all. Otherwise it cannot be told, and ``missing`` says for want of what.

    Parameters
    ----------
    claims : pyarrow.Table
        As the query ``claims`` returns them, all of them: "other countries" are those that no
        claim of the same table names. A column ``expected`` (true or false), if there,
        is handed on: see :func:`failed_expectations`.
    loaded : Loaded
        The facts.
    tolerance : Tolerance, optional
        How near is near enough.

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
    See ``tests/test_claim_check.py``: a claim needs a whole small graph around it.
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
    """The verdict on one claim, with both figures."""
    stated = claimed(claim, tolerance)
    missing = list(dict.fromkeys(readings.missing))
    if stated is None and not missing:
        missing = ["a figure: the claim gives none"]
    said = {r: stated.agrees(r) for r in readings.found} if stated else {}
    verdict = _verdict(claim, stated, readings, said, missing, tolerance)
    row = {name: claim[name] for name in _COPIED} | {"expected": claim.get("expected")}
    value = claim["value"]
    row |= {
        "verdict": verdict,
        "claimed_low": value if claim["low"] is None else claim["low"],
        "claimed_high": value if claim["high"] is None else claim["high"],
        "agrees": [r.label for r, yes in said.items() if yes],
        "readings": [f"{r.label}: {_shown(r)}" for r in readings.found],
        "missing": [] if verdict == BORNE_OUT else missing,
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


def _verdict(
    claim: Claim,
    stated: Claimed | None,
    readings: Readings,
    said: Mapping[Reading, bool | None],
    missing: list[str],
    tolerance: Tolerance,
) -> str:
    """One of the three; adds to ``missing`` why a claim cannot be told."""
    if readings.decisive and any(yes for r, yes in said.items() if r.whole):
        return BORNE_OUT
    if stated is None or not said or missing:
        return CANNOT_BE_TOLD
    values = [r.value for r in said]
    away = min(stated.distance(r.low if r.value > stated.high else r.high) for r in said)
    part = [r.label for r, yes in said.items() if yes]
    if part:
        missing.append(f"which basket: only a part of it agrees, {part[0]}")
    elif None in said.values():
        missing.append("a figure instead of bounds")
    elif not readings.named:
        missing.append("which basket: the claim does not name the products it counts")
    elif min(values) < stated.low and max(values) > stated.high:
        missing.append("whether by value or by weight: the readings lie on both sides")
    elif claim["unit"] == "share" and not states_basis(claim) and away <= tolerance.unsaid(claim):
        missing.append("whether by value or by weight, gross or content: a reading is near")
    return CANNOT_BE_TOLD if missing else CONTRADICTED


def _difference(row: Mapping[str, Any], found: float) -> float | None:
    """The figure found minus the end of the published interval that it is nearest to."""
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
    """How many claims of each kind came out how, by kind.

    Examples
    --------
    >>> verdict_counts(pa.table({"kind": ["share", "share"],
    ...                          "verdict": ["borne out", "contradicted"]})).to_pylist()
    [{'kind': 'share', 'claims': 2, 'borne_out': 1, 'contradicted': 1, 'cannot_be_told': 0}]
    """
    found = Counter(zip(checked["kind"].to_pylist(), checked["verdict"].to_pylist(), strict=True))
    verdicts = (BORNE_OUT, CONTRADICTED, CANNOT_BE_TOLD)
    rows = []
    for kind in sorted({kind for kind, _ in found}):
        numbers = {v.replace(" ", "_"): found[kind, v] for v in verdicts}
        rows.append({"kind": kind, "claims": sum(numbers.values()), **numbers})
    columns = [*texts("kind"), *counts("claims", *(v.replace(" ", "_") for v in verdicts))]
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def failed_expectations(checked: pa.Table) -> pa.Table:
    """The claims that are expected to be borne out and are not.

    Examples
    --------
    >>> checked = pa.table({"key": ["a", "b"], "verdict": ["borne out", "cannot be told"],
    ...                     "expected": [True, True]})
    >>> failed_expectations(checked)["key"].to_pylist()
    ['b']
    """
    rows = zip(checked["expected"].to_pylist(), checked["verdict"].to_pylist(), strict=True)
    return checked.filter(pa.array([bool(e) and v != BORNE_OUT for e, v in rows], pa.bool_()))
