"""Verdicts on published claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.evidence import Claim, Loaded, Reading, Readings, half_unit
from graphkit.analysis.claims.measures import (
    common_measures,
    in_measure,
    measures_of,
    states_basis,
    table_of,
)
from graphkit.analysis.claims.phrases import (
    COMPARISONS,
    Verdict,
    claim_figure,
    found_difference,
    known_values,
)
from graphkit.analysis.claims.readings import read_claim
from graphkit.arrow import counts, flags, lists, number, texts

OFFICES = 0.066
"""Points of a share by which two statistical offices usually differ: nine in ten differ by less.

Measured on 564 shares of imports of the United States, by its customs and by BACI
(``tools/measure_offices.py``).
"""
OFFICES_AMOUNT = 0.33
"""The same of an amount, as a part of it, measured on the same flows."""


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

    A figure of another source that is further than this, but within ``offices`` of a share or a
    change (at most half of it) or the part ``offices_amount`` of an amount, is that of two sources.
    """

    points: float = 0.01
    relative: float = 0.1
    other: float = 0.05
    about: float = 2.0
    unstated: float = 0.05
    offices: float = OFFICES
    offices_amount: float = OFFICES_AMOUNT

    def margin(self, claim: Claim, value: float) -> float:
        """Return the tolerance of one published figure of a claim."""
        if claim["unit"] in ("rank", "count"):
            return 0.0
        if claim["unit"] == "share":
            margin = min(self.points, self.relative * value)
        else:
            margin = self.points if claim["kind"] == "change" else self.other * abs(value)
        about = self.about if claim["qualifier"] == "about" else 1.0
        return max(rounding(claim, value), margin) * about

    def basis_margin(self, claim: Claim) -> float:
        """Return the extra tolerance of a share without a stated basis."""
        values = [claim[n] for n in ("value", "low", "high") if claim[n] is not None]
        return min([self.unstated, *(float(value) / 2 for value in values)])

    def offices_margin(self, claim: Claim) -> float:
        """Return the distance that two offices usually have on a figure of a claim."""
        values = [abs(float(claim[n])) for n in ("value", "low", "high") if claim[n] is not None]
        if claim["kind"] not in ("share", "change", "quantity") or not values:
            return 0.0
        if claim["kind"] == "quantity":
            return self.offices_amount * min(values)
        return min(self.offices, min(values) / 2)


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

        A rounded figure agrees if its middle does, or if the claim's own figure lies within a
        rounding that is at most twice as wide as the claim; a figure that is only known between
        bounds must agree wherever it lies.
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
        if reading.bounded or one_sided:
            return None
        is_narrow = reading.high - reading.low <= 2 * (self.high - self.low)
        rounds_to_it = is_narrow and reading.low <= (self.low + self.high) / 2 <= reading.high
        return True if rounds_to_it or not self.distance(reading.value) else None

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
    return Claimed(least - tolerance.margin(claim, least), most + tolerance.margin(claim, most))


def check_claims(claims: pa.Table, loaded: Loaded, tolerance: Tolerance | None = None) -> pa.Table:
    """Check each published claim against the facts in its own scope.

    A claim that does not say whether it is by value or by weight is read both ways; one that
    does not name its products is read as all of them together and as each alone. Shares of one
    source, basis and subject are read in one measure, if their readings in it are together at
    least twice as near as in the other.

    A claim is borne out if all its products together agree by value or by weight, and
    ``found_by`` says by which; a bound, a rank or a comparison that may be meant either way
    only if both agree. It is contradicted if no reading is missing and it lies clearly on one
    side of them all, so that no mixture of them reaches it (with a basket that it does not name:
    of several products); ``likely_cause`` says what may explain how much of that. A figure under
    a code that holds more than the product contradicts nothing, and bears nothing out if the
    product is only a part of it (``proxy``). Otherwise it cannot be told, and ``missing`` lists
    the data it needs. Listings and statements are no measurements.

    Parameters
    ----------
    claims : pyarrow.Table
        As the query ``claims`` returns them, whole tables (:func:`tables_of`): "other countries"
        are those that no claim of the same table names. Columns ``expected`` (true or false: see
        :func:`failed_expectations`), ``attributed_to``, ``decided_by`` and ``beside``, if
        present, are passed on.
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
        ``found_source`` (where it was published, if in one place), ``difference`` (found minus
        claimed; null for comparisons), ``agrees`` and ``readings`` (lists), ``missing`` (a list),
        ``likely_cause`` of a contradiction, ``attributed_to``, ``decided_by`` and ``beside`` (a
        list) of the claim, ``expected``, ``source`` of the claim.

    Examples
    --------
    See ``tests/test_verdicts.py``: a claim needs a whole small graph around it.
    """
    tolerance = tolerance or Tolerance()
    rows = sorted(claims.to_pylist(), key=lambda row: row["key"])
    claims_and_readings = [
        (row, Readings() if row["kind"] in WORDS else read_claim(row, loaded, rows)) for row in rows
    ]
    measures = common_measures(claims_and_readings)
    checked = []
    for row, readings in claims_and_readings:
        comparable = in_measure(readings, measures.get(table_of(row)))
        checked.append(_check(row, comparable, loaded, tolerance))
    return pa.Table.from_pylist(checked, schema=CHECKED)


def tables_of(claims: pa.Table, selected: pa.Table) -> pa.Table:
    """Select the claims that stand in one table with some of them, those themselves included."""
    tables = set(map(table_of, selected.to_pylist()))
    return claims.filter(pa.array([table_of(row) in tables for row in claims.to_pylist()]))


WORDS = ("statement", "listed")
"""Kinds of claim that measure nothing: words, and decisions to list."""

CHECKED = pa.schema([
    *texts("key", "kind", "verdict", "consumer", "supplier", "rival", "located", "product",
           "element", "stage", "period", "than", "measure", "basis"),
    number("claimed_low"), number("claimed_high"), *texts("qualifier", "unit"),
    number("found"), number("found_low"), number("found_high"), *texts("found_by", "found_source"),
    number("difference"), *lists("agrees", "readings", "missing"),
    *texts("likely_cause", "attributed_to", "decided_by"), *lists("beside"), *flags("expected"),
    *texts("source"),
])  # fmt: skip

Agreement = Mapping[Reading, bool | None]
"""Readings, and whether each agrees with the claim; None where its bounds allow both."""


def _check(
    claim: Claim, readings: Readings, loaded: Loaded, tolerance: Tolerance
) -> dict[str, Any]:
    """Check one claim and return the verdict with both figures."""
    stated = claimed(claim, tolerance)
    agreement = {r: stated.agrees(r) for r in readings.figures} if stated else {}
    is_above = stated is not None and all(r.high < stated.low for r in agreement)
    missing = list(dict.fromkeys([*readings.missing, *([] if is_above else readings.lowering)]))
    if stated is None and not missing and claim["kind"] not in WORDS:
        missing = ["a figure: the claim gives none"]
    agreeing = [r for r, agrees in agreement.items() if agrees]
    whole = [agrees for r, agrees in agreement.items() if r.whole]
    if stated and (readings.all_must_agree or _either_way(claim, stated, agreement)):
        borne_out = not missing and bool(whole) and all(whole)
    else:
        borne_out = readings.decisive and any(whole)
    if borne_out and (shared := _wider(loaded, agreeing, PROXY)):
        borne_out, missing = False, shared
    if stated and agreement and not missing and not borne_out:
        missing = _doubts(claim, stated, readings, agreement, loaded, tolerance)
    if claim["kind"] in WORDS:
        verdict = Verdict.NO_MEASUREMENT
    elif borne_out:
        verdict = Verdict.BORNE_OUT
    else:
        verdict = Verdict.CANNOT_BE_TOLD if missing or not agreement else Verdict.CONTRADICTED
    if (
        verdict == Verdict.CONTRADICTED
        and stated
        and _two_sources(claim, stated, agreement, tolerance)
    ):
        verdict = Verdict.TWO_SOURCES
    row = {name: claim[name] for name in _COPIED} | {name: claim.get(name) for name in _PASSED_ON}
    value = claim["value"]
    row |= {
        "verdict": verdict,
        "claimed_low": value if claim["low"] is None else claim["low"],
        "claimed_high": value if claim["high"] is None else claim["high"],
        "agrees": [r.label for r in agreeing],
        "readings": [f"{r.label}: {_reading_text(r)}" for r in readings.figures],
        "missing": [] if verdict == Verdict.BORNE_OUT else missing,
    }
    if stated and agreement:
        best = min(
            agreement, key=lambda r: (not r.whole, not agreement[r], stated.distance(r.value))
        )
        row |= {"found": best.value, "found_low": best.low, "found_high": best.high}
        row |= {"found_source": best.source}
        row |= {"found_by": best.label, "difference": _difference(row, best.value)}
        if verdict in (Verdict.CONTRADICTED, Verdict.TWO_SOURCES):
            distance = abs(row["difference"] or 0.0)
            row["likely_cause"] = _likely_cause(
                claim, readings, agreement, best, stated, loaded, distance
            )
    return row


def _two_sources(
    claim: Claim, stated: Claimed, readings: Iterable[Reading], tolerance: Tolerance
) -> bool:
    """Tell whether a figure of another source is as near as two offices usually are."""
    if stated.low == -inf or stated.high == inf:
        return False
    others = [r for r in readings if r.source is None or r.source != claim["source"]]
    distances = [stated.distance(r.low if r.value > stated.high else r.high) for r in others]
    return bool(distances) and min(distances) <= tolerance.offices_margin(claim)


def _either_way(claim: Claim, stated: Claimed, readings: Iterable[Reading]) -> bool:
    """Tell whether a bound, rank or comparison may be meant by value or by weight."""
    vague = stated.low == -inf or stated.high == inf or claim["kind"] == "rank"
    return vague and len({r.measure for r in readings if r.measure}) > 1


SIDES = {
    "reconciled": "the reports of both sides reconciled",
    "importer": "the reports of importers only",
    "exporter": "the reports of exporters only",
}

BASKET = "another basket of products"
FREIGHT = 0.1
"""Part of a value free on board that freight and insurance are taken to add at most: an assumption.
For all goods together the IMF counts 6 % (Direction of Trade Statistics Yearbook 2017)."""


def _likely_cause(
    claim: Claim, readings: Readings, agreement: Agreement, best: Reading, stated: Claimed,
    loaded: Loaded, distance: float,
) -> str:  # fmt: skip
    """Name what may explain a contradiction, with how much of it where that can be computed."""
    parts = list(_parts(claim, readings, agreement, best, stated, loaded))
    rest = max(0.0, distance - fsum(amount for _, amount in parts))
    causes = "; ".join(_causes(claim, readings, best, loaded, basket=BASKET in dict(parts)))
    if claim["kind"] in COMPARISONS or not distance:
        return causes
    explained = []
    for text, amount in parts:
        explained.append(f"{text}, at most {_distance_text(claim, min(amount, distance))}")
    whole = _distance_text(claim, distance)
    if _distance_text(claim, rest) == _distance_text(claim, 0.0):
        return f"of {whole}: {'; '.join(explained)}"
    if not explained:
        return f"all {whole}: {causes}"
    return f"of {whole}: {'; '.join(explained)}; the other {_distance_text(claim, rest)}: {causes}"


def _distance_text(claim: Claim, amount: float) -> str:
    """Format a difference in the unit of a claim."""
    return found_difference({"unit": claim["unit"], "difference": amount}).removeprefix("+")


def _parts(
    claim: Claim, readings: Readings, agreement: Agreement, best: Reading, stated: Claimed,
    loaded: Loaded,
) -> Iterator[tuple[str, float]]:  # fmt: skip
    """Compute how much each reason can explain at most, of those that have an amount."""
    if (later := loaded.later.get(claim["key"])) and None not in (later["value"], claim["value"]):
        text = f"a later edition: {later['source']} has {claim_figure(known_values(later))}"
        yield text, abs(later["value"] - claim["value"])
    if not readings.names_products:
        nearest = min(stated.distance(r.value) for r in agreement)
        gain = stated.distance(best.value) - nearest
        if gain > 0:
            yield BASKET, gain
    if best.series is None and best.low < best.high and not readings.all_must_agree:
        yield "rounding of the facts", (best.high - best.low) / 2
    if best.measure != "usd" or claim["measure"] != "imports" or best.series is None:
        return
    if loaded.valuations.get(best.series[0]) == {"fob"}:
        text = "values free on board, where customs count freight and insurance (up to a tenth)"
        if claim["kind"] == "share":
            share = best.value
            share_with_freight = share * (1 + FREIGHT) / (1 + FREIGHT * share)
            yield text, share_with_freight - share
        elif claim["kind"] == "quantity":
            yield text, FREIGHT * best.value


def _causes(
    claim: Claim, readings: Readings, best: Reading, loaded: Loaded, *, basket: bool
) -> Iterator[str]:
    """Name the reasons whose share in a contradiction is not known, most likely first."""
    if not readings.names_products and not basket:
        yield BASKET
    if claim["counted_by"] == "content":
        yield "content, where trade counts gross mass"
    if claim["counted_by"] == "mass" and best.series is not None:
        yield "gross mass or content, the source does not say which"
    if readings.all_must_agree:
        yield "the assumptions of the look-through"
    elif claim["kind"] == "net-import-reliance" and loaded.balance_of(claim):
        yield "inputs of the printed balance that do not add up to it"
    elif best.series is None:
        other = f": the claim is of {claim['source']}" if claim["source"] else ""
        yield f"another source or edition{other}"
    else:
        dataset, reporter, _ = best.series
        text = f"another data set or edition: {dataset}, {SIDES[reporter]}"
        if best.largest:
            shares = (f"{country} {100 * share:.1f} %" for country, share in best.largest)
            text += f", with {' and '.join(shares)} among the others"
        yield text


_COPIED = (
    "key", "kind", "consumer", "supplier", "rival", "located", "product", "element", "stage",
    "period", "than", "measure", "basis", "qualifier", "unit", "source",
)  # fmt: skip
_PASSED_ON = ("expected", "attributed_to", "decided_by", "beside")
"""Columns that a table of claims need not have."""


def _doubts(
    claim: Claim,
    stated: Claimed,
    readings: Readings,
    agreement: Agreement,
    loaded: Loaded,
    tolerance: Tolerance,
) -> list[str]:
    """Name the first reason why readings that do not bear out a claim do not contradict it."""
    either = "whether by value or by weight"
    if agreeing := [r for r, agrees in agreement.items() if agrees]:
        if any(r.whole for r in agreeing) and not readings.all_must_agree:
            return [f"{either}: only one of them agrees"]
        parts = "which stage" if readings.all_must_agree else "which basket"
        return [f"{parts}: only a part of it agrees, {agreeing[0].label}"]
    if undecided := [r for r, agrees in agreement.items() if agrees is None]:
        rounded = not any(r.bounded for r in undecided)
        return ["figures with more digits" if rounded else "a figure instead of bounds"]
    several = len({p for r in agreement for p in r.products}) > 1
    if not readings.names_products and not (several and claim["kind"] in ("share", "change")):
        return [UNNAMED]
    if readings.other_stages:
        stages = ", ".join(readings.other_stages)
        return [f"which stage: the claim names none, and there is no figure at the stage {stages}"]
    values = [r.value for r in agreement]
    if min(values) < stated.low and max(values) > stated.high:
        measures = {r.measure for r in agreement}
        return [f"{either}: the readings lie on both sides" if len(measures) > 1 else UNNAMED]
    distance = min(stated.distance(r.low if r.value > stated.high else r.high) for r in agreement)
    unstated = claim["unit"] == "share" and not states_basis(claim)
    if unstated and distance <= tolerance.basis_margin(claim):
        # Production and reliance are counted by mass: only trade has a reading by value.
        by_value = len(measures_of(claim)) > 1 and any(r.measure for r in agreement)
        return [f"{f'{either}, ' if by_value else 'whether '}gross or content: a reading is near"]
    return _wider(loaded, agreement, WIDER)


PROXY = ("proxy",)
WIDER = ("dominant", "proxy")
"""Fits of a code that holds other goods too: mostly the product, or among much else."""


def _wider(loaded: Loaded, readings: Iterable[Reading], fits: Sequence[str]) -> list[str]:
    """Name the first code behind some readings that holds more than its product."""
    wide = [loaded.wider_code(product, r.series, fits) for r in readings for product in r.products]
    return [f"the code holds more: {text}" for text in wide if text][:1]


UNNAMED = "which basket: the claim does not name the products it counts"


def _difference(row: Mapping[str, Any], figure: float) -> float | None:
    """Subtract the nearest end of the published interval from the figure found."""
    bounds = [row[name] for name in ("claimed_low", "claimed_high") if row[name] is not None]
    if not bounds or row["kind"] in ("more-than", "ahead-of"):
        return None
    differences = [float(figure - bound) for bound in bounds]
    return min(differences, key=abs)


def _reading_text(reading: Reading) -> str:
    if reading.bounded:
        return f"{reading.low:.4g} to {reading.high:.4g}"
    return f"{reading.value:.4g}"


def verdict_counts(checked: pa.Table) -> pa.Table:
    """Count the verdicts on claims of each kind, sorted by kind.

    Examples
    --------
    >>> checked = pa.table({"kind": ["share"] * 2, "verdict": ["borne out", "contradicted"]})
    >>> verdict_counts(checked).select(["kind", "claims", "contradicted"]).to_pylist()
    [{'kind': 'share', 'claims': 2, 'contradicted': 1}]
    """
    pairs = zip(checked["kind"].to_pylist(), checked["verdict"].to_pylist(), strict=True)
    verdicts = Counter(pairs)
    rows = []
    for kind in sorted({kind for kind, _ in verdicts}):
        numbers = {v.column: verdicts[kind, v] for v in Verdict}
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
