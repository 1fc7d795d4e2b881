"""Types one column of seed text as its property asks, and says what is wrong with which row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import ARROW
from graphkit.period import Period
from graphkit.schema import DATE_TEXT, NUMBER_TEXT, UNITS, Prop, Type
from graphkit.seeds.text import BAD, shown, unsafe

FACTS = {kind: pa.dictionary(pa.int32(), t) if t == pa.string() else t for kind, t in ARROW.items()}
"""Arrow types of checked facts: text dictionary-encoded, since most of it repeats in many rows."""
NUMBER_LIKE = (pa.types.is_string, pa.types.is_integer, pa.types.is_floating)
LINES = ("name", "title", "aliases")
"""Properties that name a thing, in one line."""
LONGEST_LINE = 1_000
_AFTER = "[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
MOJIBAKE = re.compile(f"[ÂÃ]{_AFTER}|[âã]{_AFTER}{{2}}|ð{_AFTER}{{3}}|(?:[ÐÑ]{_AFTER}){{2}}")
"""UTF-8 as it looks where it was read as Windows-1252 or Latin-1."""
EXACT = float(2**53)
"""Above this, not every whole number is a float."""


class Wrong(NamedTuple):
    """A fault of one value or, if ``row`` is None, of a whole column."""

    row: int | None
    message: str
    item: int | None = None
    """Index of the item, in a list."""


Checked = tuple[pa.Array, list[Wrong]]
"""A column in which every wrong value (of a list, item) is null, and what was wrong."""


def from_yaml(prop: Prop, values: Sequence[Any]) -> Checked:
    """YAML values as an Arrow column of text, or of lists of text."""
    if prop.type is Type.TEXTS:
        return _lists_from_yaml(values)
    wrong = [
        Wrong(row, f"found {shown(value)}, wanted {prop.type.value}")
        for row, value in enumerate(values)
        if value.__class__ is not str and value is not None
    ]
    if wrong:
        values = [value if value.__class__ is str else None for value in values]
    return pa.array(values, pa.string()), wrong


def _lists_from_yaml(values: Sequence[Any]) -> Checked:
    lists: list[list[str | None] | None] = []
    wrong: list[Wrong] = []
    for row, value in enumerate(values):
        if value.__class__ is list:
            texts = [item if item.__class__ is str else None for item in value]
            odd = [place for place, text in enumerate(texts) if text is None]
            wrong += [Wrong(row, f"found {shown(value[n])}, wanted text", n) for n in odd]
            lists.append(texts)
        else:
            lists.append(None)
            if value is not None:
                wrong.append(Wrong(row, f"found {shown(value)}, wanted a list of text"))
    return pa.array(lists, ARROW[Type.TEXTS]), wrong


def typed(prop: Prop, column: pa.Array, unit: str | None = None) -> Checked:
    """Convert a column to the property's own type and unit.

    Takes text as YAML and CSV give it, and the native types of a Parquet file.
    """
    column = _plain(column)
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), ARROW[prop.type]), []
    if prop.type is Type.TEXTS:
        return _texts(prop, column)
    if prop.type in (Type.NUMBER, Type.INTEGER):
        return _numbers(prop, column, unit)
    if prop.type is Type.FLAG:
        return _flags(prop, column)
    if prop.type is Type.PERIOD and pa.types.is_integer(column.type):
        column = column.cast(pa.string())
    if prop.type is Type.DATE and pa.types.is_date(column.type):
        column = column.cast(pa.date32()).cast(pa.string())
    if not pa.types.is_string(column.type):
        return _refused(prop, column)
    wrong = _check_unique(column, _text_check(prop))
    return _without(column, wrong), wrong


def _plain(column: pa.Array) -> pa.Array:
    """Reduce the ways in which Arrow can store one type to a single one."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_large_list(kind) or pa.types.is_list(kind):
        inner = kind.value_type
        if any(f(inner) for f in (pa.types.is_string, pa.types.is_large_string)):
            return column.cast(pa.list_(pa.string()))
    return column.cast(pa.float64()) if pa.types.is_decimal(kind) else column


def _text_check(prop: Prop) -> Callable[[str], str | None]:
    pattern = re.compile(prop.pattern) if prop.pattern else None

    def check(value: str) -> str | None:
        if match := BAD.search(value):
            return unsafe(match[0])
        if not value.strip():
            return "found empty text; leave the property out if it is unknown"
        if match := MOJIBAKE.search(value):
            return f"found {match[0]!r}, UTF-8 that was read in another encoding"
        if prop.type is Type.PERIOD:
            try:
                Period(value)
            except ValueError as error:
                return str(error)
        if prop.type is Type.DATE and not _is_date(value):
            return f"found {value!r}, wanted a date such as 2025-04-04"
        if prop.one_of and value not in prop.one_of:
            return f"found {shown(value)}, wanted one of {', '.join(prop.one_of)}"
        if pattern and not pattern.fullmatch(value):
            return f"found {shown(value)}, wanted text of the form {pattern.pattern}"
        if prop.key and value != " ".join(value.split()):
            return f"found {shown(value)}, wanted single blanks, none around"
        if prop.name in LINES or prop.key:
            if "\n" in value or "\r" in value:
                return "found a line break, wanted one line"
            if len(value) > LONGEST_LINE:
                return f"found {len(value):,} characters, wanted at most {LONGEST_LINE:,}"
        return None

    return check


def _is_date(value: str) -> bool:
    try:
        return bool(DATE_TEXT.fullmatch(value)) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _check_unique(column: pa.Array, check: Callable[[str], str | None]) -> list[Wrong]:
    """Check each distinct text once, and report every row that holds a bad one."""
    messages = {v: m for v in column.unique().to_pylist() if v is not None and (m := check(v))}
    if not messages:
        return []
    hits = pc.is_in(column, value_set=pa.array(list(messages), pa.string()))
    rows = pc.indices_nonzero(hits).to_pylist()
    return [Wrong(row, messages[column[row].as_py()]) for row in rows]


def _texts(prop: Prop, column: pa.Array) -> Checked:
    """Replace wrong items of lists by null, and keep the others to be checked."""
    if column.type != ARROW[Type.TEXTS]:
        return _refused(prop, column)
    check = _text_check(prop)
    lists, wrong = column.to_pylist(), []
    for row, values in enumerate(lists):
        seen: set[str] = set()
        for item, value in enumerate(values or ()):
            message = "found null, wanted text" if value is None else check(value)
            if value in seen:
                message = f"found {shown(value)} twice, wanted it once"
            if message:
                wrong.append(Wrong(row, message, item))
                values[item] = None
            seen.add(value)
    return (pa.array(lists, column.type) if wrong else column), wrong


def _flags(prop: Prop, column: pa.Array) -> Checked:
    if pa.types.is_boolean(column.type):
        return column, []
    if not pa.types.is_string(column.type):
        return _refused(prop, column)

    def check(value: str) -> str | None:
        known = value in ("true", "false")
        return None if known else f"found {shown(value)}, wanted true or false"

    wrong = _check_unique(column, check)
    return pc.equal(_without(column, wrong), "true"), wrong


def _numbers(prop: Prop, column: pa.Array, unit: str | None) -> Checked:
    if not any(is_one(column.type) for is_one in NUMBER_LIKE):
        return _refused(prop, column)
    plain, wrong = _number_like(prop, column)
    try:
        numbers = plain.cast(ARROW[prop.type])
    except pa.ArrowInvalid:
        return _refused(prop, column)
    if prop.type is Type.NUMBER:
        numbers = _in_unit(prop, numbers, unit)
        infinite = _where(column, pc.invert(pc.is_finite(numbers)), "wanted a finite number")
        numbers, wrong = _without(numbers, infinite), wrong + infinite
    if prop.minimum is not None:
        low = pc.less(numbers, prop.minimum)
        wrong += _where(column, low, f"wanted at least {prop.minimum:g}")
    if prop.maximum is not None:
        high = pc.greater(numbers, prop.maximum)
        wrong += _where(column, high, f"wanted at most {prop.maximum:g}")
    return _without(numbers, wrong), wrong


def _number_like(prop: Prop, column: pa.Array) -> Checked:
    """Keep text that reads as a number, and floats that are whole where they must be."""
    whole = prop.type is Type.INTEGER
    if pa.types.is_string(column.type):
        # RE2's \z, not $: a trailing line end is no part of a number.
        form = "[+-]?[0-9]{1,18}" if whole else NUMBER_TEXT.pattern
        odd = pc.invert(pc.match_substring_regex(column, rf"^(?:{form})\z"))
        wrong = _where(column, odd, f"wanted {'a whole number' if whole else 'a number'}")
        return pc.replace_substring_regex(_without(column, wrong), r"^\+", ""), wrong
    if whole and pa.types.is_floating(column.type):
        odd = pc.or_(pc.not_equal(pc.floor(column), column), pc.greater(pc.abs(column), EXACT))
        wrong = _where(column, odd, "wanted a whole number")
        return _without(column, wrong), wrong
    return column, []


def _in_unit(prop: Prop, numbers: pa.Array, unit: str | None) -> pa.Array:
    """Convert numbers to the property's unit; after a conversion, to 15 significant digits.

    A float that is multiplied is no longer the nearest one to the decimal number: 79.7 kg would
    be 0.07970000000000001 t. So a unit of a file would change the facts in it.
    """
    factor = UNITS[prop.unit][unit] if prop.unit and unit else 1.0
    if factor == 1.0:
        return numbers
    numbers = pc.multiply(numbers, factor)
    digits = pc.subtract(14.0, pc.floor(pc.log10(pc.abs(numbers))))
    # Powers of ten are exact up to the 22nd; a zero has infinitely many digits.
    digits = pc.min_element_wise(pc.max_element_wise(digits, 0.0, skip_nulls=False), 22.0)
    power = pc.power(10.0, digits)
    return pc.divide(pc.round(pc.multiply(numbers, power)), power)


def _where(column: pa.Array, mask: pa.Array, wanted: str) -> list[Wrong]:
    rows = pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist()
    return [Wrong(row, f"found {shown(column[row].as_py())}, {wanted}") for row in rows]


def _without(column: pa.Array, wrong: list[Wrong]) -> pa.Array:
    if not wrong:
        return column
    rows = pa.array(sorted({w.row for w in wrong if w.row is not None}), pa.int64())
    bad = pc.is_in(pa.array(range(len(column)), pa.int64()), value_set=rows)
    return pc.if_else(bad, pa.scalar(None, column.type), column)


def _refused(prop: Prop, column: pa.Array) -> Checked:
    hint = " (an HS code read as a number has lost its zeros)" if prop.type is Type.TEXT else ""
    message = f"found a column of {column.type}, wanted {prop.type.value}{hint}"
    return pa.nulls(len(column), ARROW[prop.type]), [Wrong(None, message)]
