"""The function round(), on the shortest decimal that stands for a fraction, as Neo4j has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphkit.errors import Untranslated
from graphkit.stores.duck.types import FLOAT, INT, NULL, TEXT, Value, once, unsure

ZERO = "CAST(0 AS BIGINT)"
MOST_PLACES = 2**31 - 1
MODES = {
    "HALF_UP": "r.twice >= r.unit",
    "HALF_DOWN": "r.twice > r.unit",
    "HALF_EVEN": "r.twice > r.unit OR r.twice = r.unit AND r.kept % 2 = 1",
    "UP": "r.twice > 0",
    "DOWN": "FALSE",
    "CEILING": "r.twice > 0 AND o.x > 0",
    "FLOOR": "r.twice > 0 AND o.x < 0",
}
"""Names of the modes, and when the digits that are kept grow by one for twice those behind."""


def rounding(arguments: Sequence[Value]) -> Value:
    """Compile ``round(x)``, ``round(x, places)`` and ``round(x, places, mode)``.

    Halves of an integer go up, also those below zero; with places or a mode, away from zero.

    Raises
    ------
    Untranslated
        It is called with what is no number.
    """
    number, *others = arguments
    if any(argument.type == NULL for argument in arguments):
        return Value("CAST(NULL AS DOUBLE)", FLOAT)
    for argument in (number, *others[:1]):
        if not argument.type.is_number:
            raise Untranslated(f"round of {argument.type.name}")
    if others[1:] and others[1].type != TEXT:
        raise Untranslated(f"round with a mode that is {others[1].type.name}")
    type_ = replace(FLOAT, nan=number.type.nan)
    if not others or (others[0].sql == ZERO and not others[1:]):
        return Value(once({"x": number.cast(FLOAT)}, _integer()), type_)
    places = others[0].sql if others[0].type == INT else f"CAST(trunc({others[0].sql}) AS BIGINT)"
    values = {
        "x": number.cast(FLOAT),
        "n": places,
        "s": f"CAST('1e' || CAST({places} AS VARCHAR) AS DOUBLE)",
        "m": others[1].sql if others[1:] else "''",
    }
    least = unsure("digits of the least fractions")
    short = "o.m IN ('', 'HALF_UP') AND o.n <= 21 AND abs(o.x) * o.s < 1e14::DOUBLE"
    written = (
        "CASE WHEN o.x IS NULL OR o.n IS NULL OR o.m IS NULL THEN NULL "
        f"WHEN o.n NOT BETWEEN 0 AND {MOST_PLACES} THEN error('round() has no places below 0') "
        f"WHEN isnan(o.x) OR isinf(o.x) THEN o.x WHEN o.m = '' AND o.n = 0 THEN {_integer()} "
        f"WHEN {short} THEN {_by_halves()} "
        f"WHEN o.n > 321 AND o.x <> 0 AND abs(o.x) < 1e-321::DOUBLE THEN {least} "
        f"ELSE {_by_digits()} END"
    )
    return Value(once(values, written), type_)


def _integer() -> str:
    """Round to an integer of 64 bits, as a fraction; that its double is halved loses no digit."""
    return (
        "CASE WHEN abs(o.x) < 9.2e18::DOUBLE THEN ceil(floor(o.x * 2) / 2) + 0.0::DOUBLE "
        "WHEN isnan(o.x) OR isinf(o.x) THEN o.x ELSE sign(o.x) * 9223372036854775808::DOUBLE END"
    )


def _by_halves() -> str:
    """Round up from the fraction that is nearest to the half between two decimals.

    With 15 digits or fewer, no other decimal is as near to that fraction.
    """
    whole = "floor(abs(o.x) * o.s)"
    half = f"({whole} * 10 + 5) / (o.s * 10)"
    return f"sign(o.x) * ({whole} + CAST(abs(o.x) >= {half} AS DOUBLE)) / o.s + 0.0::DOUBLE"


def _by_digits() -> str:
    """Round the digits of the shortest decimal: those behind the places are cut off."""
    digits = "CAST(abs(o.x) AS VARCHAR)"
    significand = f"split_part({digits}, 'e', 1)"
    behind = (
        f"len(split_part({significand}, '.', 2)) "
        f"- coalesce(TRY_CAST(split_part({digits}, 'e', 2) AS INTEGER), 0) - o.n"
    )
    # Of more than 18 digits that are cut off, none is beside a half.
    unit = (
        "CASE WHEN q.cut > 18 THEN 4000000000000000000 "
        "ELSE CAST(rpad('1', CAST(q.cut AS INTEGER) + 1, '0') AS BIGINT) END"
    )
    parts = f"{{digits: CAST(replace({significand}, '.', '') AS BIGINT), cut: {behind}}}"
    halves = f"{{kept: q.digits // {unit}, twice: q.digits % {unit} * 2, unit: {unit}}}"
    grows = " ".join(f"WHEN '{mode}' THEN {condition}" for mode, condition in MODES.items())
    modes = f"CASE coalesce(nullif(o.m, ''), 'HALF_UP') {grows} ELSE {unsure('mode of round')} END"
    result = (
        f"CAST(CAST(r.kept + CAST({modes} AS BIGINT) AS VARCHAR) || 'e-' || "
        "CAST(o.n AS VARCHAR) AS DOUBLE)"
    )
    rounded = f"sign(o.x) * list_transform([{halves}], lambda r: {result})[1]"
    return (
        f"list_transform([{parts}], lambda q: CASE WHEN q.cut <= 0 THEN o.x ELSE {rounded} END)[1] "
        "+ 0.0::DOUBLE"
    )
