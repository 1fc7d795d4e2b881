"""Numbers as tables print them: their marks, and the signs of notes beside them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import product

from graphkit.importers.table.sheets import FIGURE, MARKS, Cell, SheetLayout
from graphkit.importers.table.units import stated_unit
from graphkit.schema import NUMBER_TEXT, Prop

Marks = tuple[str, str]
"""The decimal mark and the thousands mark."""
SAMPLE = 1_000
"""Numbers by which the usual way of writing them is told, where there are several."""
MOST_LISTED = 12
"""Texts or signs of a column that an error lists."""
_CHOICE = 'decimal: "." or decimal: ","'
DASHES = frozenset("-–—‒―−")
_BEHIND_BOUNDS = DASHES | frozenset("<>≤≥~≈±/%")
_BEFORE_BOUNDS = _BEHIND_BOUNDS | frozenset("(")
_WITH_SIGNS = re.compile(
    r"(?P<before>[^0-9+-]*)(?P<figure>[-+]?[0-9](?:[0-9.,'’ \u00a0\u202f\u2009]*[0-9])?)"
    r"(?P<after>\D.*)?"
)
"""A number with signs before and behind it."""


@cache
def number_form(decimal: str, thousands: str) -> re.Pattern[str]:
    """Compile the pattern of numbers with these marks: ``whole``, ``part`` and ``power``."""
    mark, point = re.escape(thousands), re.escape(decimal)
    grouped = rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+"
    indian = rf"[1-9][0-9]?(?:{mark}[0-9]{{2}})+{mark}[0-9]{{3}}"
    whole = f"{grouped}|{indian}|[0-9]+" if mark else "[0-9]+"
    return re.compile(rf"(?P<whole>[+-]?(?:{whole}))(?:{point}(?P<part>[0-9]+))?(?P<power>[eE].*)?")


def number_marks(
    texts: Iterable[str], layout: SheetLayout | None = None, maximum: float | None = None
) -> list[Marks]:
    """List the decimal marks and thousands marks with which all texts are numbers, likeliest first.

    >>> number_marks(["1,234", "5"])
    [('.', ','), (',', '')]
    >>> number_marks(["1.234,5"]), number_marks(["0.125"])
    ([(',', '.')], [('.', '')])
    """
    figures = {*texts}
    decimal, thousands = (layout.decimal, layout.thousands) if layout else (None, None)

    def is_seen(mark: str) -> bool:
        return any(mark in text for text in figures)

    choices = []
    for group, point in product(MARKS["thousands"], MARKS["decimal"]):
        is_set = decimal in (None, point) and (not group or thousands in (None, group))
        # Marks that no text has say nothing, but a point between thousands takes the comma.
        is_shown = is_seen(group) and (
            decimal is not None or point == "." or is_seen(point) or "." in (group, thousands)
        )
        is_possible = point not in (group, thousands) and is_set and is_shown
        if is_possible and all(_is_number(text, (point, group), maximum) for text in figures):
            choices.append((point, group))
    return sorted(choices, key=lambda marks: marks == (",", ""))


def may_group(texts: Iterable[str], mark: str) -> bool:
    """Tell if a decimal mark may mark thousands as well: three digits follow it wherever it stands.

    >>> may_group(["2,000", "6 500"], ","), may_group(["2,000", "6 500,5"], ",")
    (True, False)
    """
    marked = [text for text in texts if mark in text]
    form = re.compile(rf"[+-]?[1-9][0-9]{{0,2}}{re.escape(mark)}[0-9]{{3}}")
    return bool(marked) and all(map(form.fullmatch, marked))


def _is_number(text: str, marks: Marks, maximum: float | None) -> bool:
    plain = _plain(text, marks)
    return plain is not None and (maximum is None or abs(float(Decimal(plain))) <= maximum)


def _plain(text: str, marks: Marks) -> str | None:
    """Write a number with a point and no marks of thousands; None if it is none."""
    match = number_form(*marks).fullmatch(text)
    if match is None:
        return None
    whole = match["whole"].replace(marks[1], "") if marks[1] else match["whole"]
    plain = whole + (f".{match['part']}" if match["part"] else "") + (match["power"] or "")
    return plain if match["power"] is None or NUMBER_TEXT.fullmatch(plain) else None


@dataclass(frozen=True)
class NumberColumn:
    """Texts of a column of numbers, without the signs of notes, by row."""

    prop: Prop
    texts: Mapping[int, str]
    """Texts that may be numbers, without their percent signs."""
    percent: Collection[int]
    """Rows of which the number is a percentage."""
    odd: Mapping[int, str]
    """Texts that are no numbers, without the signs of notes."""
    signs: Counter[str]
    """Signs of notes that were left out."""

    def marks(self, layout: SheetLayout) -> list[Marks]:
        """List the marks with which all texts are numbers."""
        maximum = None if self.percent or self.prop.unit else self.prop.maximum
        return number_marks(self.texts.values(), layout, maximum)

    @property
    def is_unsure_without_notes(self) -> bool:
        """Tell if the marks are not sure either when the signs of notes are left out."""
        matches = map(_WITH_SIGNS.fullmatch, self.odd.values())
        figures = [match["figure"] for match in matches if match]
        return len(number_marks([*self.texts.values(), *figures])) > 1

    def likeliest(self) -> Marks:
        """Return the marks with which most texts are numbers."""
        choices = [(d, t) for t in MARKS["thousands"] for d in MARKS["decimal"] if d != t]
        texts = [*self.texts.values()][:SAMPLE]
        return max(
            choices, key=lambda marks: sum(_plain(text, marks) is not None for text in texts)
        )


@dataclass
class ReadNumbers:
    """Numbers as texts of a seed, by property, and what is wrong with the others."""

    texts: dict[str, list[str | None]] = field(default_factory=dict)
    faults: dict[tuple[int, str], str] = field(default_factory=dict)
    """Messages by row and property."""
    remarks: list[str] = field(default_factory=list)
    """Marks that were recognized."""
    signs: dict[tuple[str, str], int] = field(default_factory=dict)
    """Number of signs of notes that were left out, by property and sign."""


def number_column(cells: Sequence[Cell], prop: Prop, layout: SheetLayout) -> NumberColumn:
    """Sort the texts of a column into numbers and others."""
    texts: dict[int, str] = {}
    odd: dict[int, str] = {}
    percent, signs = set(), Counter[str]()
    for row, cell in enumerate(cells):
        if not isinstance(cell, str):
            continue
        text, dropped = without_notes(cell, layout.notes) if layout.notes else (cell, [])
        signs.update(dropped)
        if prop.maximum == 1 and text.endswith("%"):
            text = text[:-1].rstrip()
            percent.add(row)
        (texts if FIGURE.fullmatch(text) else odd)[row] = text
    return NumberColumn(prop, texts, percent, odd, signs)


def without_notes(text: str, notes: Sequence[str]) -> tuple[str, list[str]]:
    """Strip the signs of notes from the ends of a number.

    >>> without_notes("1,200 e, 3", ["e", "3"])
    ('1,200', ['3', 'e'])
    """
    dropped: list[str] = []
    while True:
        for note in notes:
            rest = text.removesuffix(note)
            # A digit that touches a number belongs to it.
            if rest != text and (not note[:1].isdigit() or rest[-1:].isspace()) and rest.strip():
                break
            rest = text.removeprefix(note)
            if rest != text and not note[-1:].isdigit() and rest.strip():
                break
        else:
            return text, dropped
        text = rest.strip(" ,/\u00a0")
        dropped.append(note)


def read_numbers(
    columns: Mapping[str, Sequence[Cell]],
    props: Mapping[str, Prop],
    layout: SheetLayout,
    aliases: Mapping[str, Mapping[str, str]],
) -> ReadNumbers:
    """Read columns of numbers; a column that can be read in two ways is read as the others are.

    Parameters
    ----------
    columns : mapping of str to sequence
        Cells by property.
    props : mapping of str to Prop
        The properties.
    layout : SheetLayout
        Marks and notes that are set.
    aliases : mapping of str to mapping
        Texts of a property that stand for a number.
    """
    numbers = ReadNumbers()
    sorted_columns = {
        name: number_column(
            [None if cell in aliases.get(name, ()) else cell for cell in cells], props[name], layout
        )
        for name, cells in columns.items()
    }
    choices = {name: column.marks(layout) for name, column in sorted_columns.items()}
    is_set = layout.decimal is not None or layout.thousands is not None
    is_open = {
        name: len(marks) > 1
        or any(not is_set and may_group(sorted_columns[name].texts.values(), m) for m, _ in marks)
        for name, marks in choices.items()
    }
    decimals = {
        decimal for name in choices for decimal, thousands in choices[name]
        if not is_open[name] and _shows(sorted_columns[name], decimal, thousands)
    }  # fmt: skip
    for name, column in sorted_columns.items():
        fitting = [marks for marks in choices[name] if marks[0] in decimals]
        unsure = is_open[name] and not (len(decimals) == 1 and len(fitting) == 1)
        if is_open[name]:
            marks = fitting[0] if fitting else choices[name][0]
        else:
            marks = choices[name][0] if choices[name] else column.likeliest()
        plain_texts = {text: _plain(text, marks) for text in {*column.texts.values()}}
        numbers.texts[name] = _texts(columns[name], column, plain_texts)
        for row, text in column.texts.items():
            plain = plain_texts[text]
            if unsure and any(mark in text for mark in ".,"):
                numbers.faults[row, name] = _unsure(columns[name][row])
            elif plain is None:
                example = next(
                    (f", as in {t!r}" for t in column.texts.values() if plain_texts[t]), ""
                )
                cell = columns[name][row]
                numbers.faults[row, name] = f"found {cell!r}, wanted a number{example}"
        for row in column.odd:
            numbers.faults[row, name] = _no_number(str(columns[name][row]), column, layout)
        decimal, thousands = marks
        recognized = [f"decimal {decimal!r}"] if decimal != (layout.decimal or ".") else []
        recognized += (
            [f"thousands {thousands!r}"] if thousands not in ("", layout.thousands) else []
        )
        if recognized and not unsure:
            numbers.remarks.append(f"{' and '.join(recognized)} in {name}")
        numbers.signs |= {(name, sign): count for sign, count in sorted(column.signs.items())}
    return numbers


def _shows(column: NumberColumn, decimal: str, thousands: str) -> bool:
    """Tell if a column shows which of point and comma is the decimal mark."""
    return thousands in (".", ",") or any(decimal in text for text in column.texts.values())


def _texts(
    cells: Sequence[Cell], column: NumberColumn, plain_texts: Mapping[str, str | None]
) -> list[str | None]:
    """Write numbers with a point and no marks of thousands."""
    texts: list[str | None] = []
    for row, cell in enumerate(cells):
        text = column.texts.get(row)
        plain = plain_text(cell) if text is None else plain_texts[text] or text
        texts.append(_hundredth(plain) if row in column.percent else plain)
    return texts


def plain_text(cell: Cell) -> str | None:
    """Format a cell as text: 2024.0 is 2024, a date its ISO form."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if cell is None or isinstance(cell, str):
        return cell
    return str(cell)


def _hundredth(text: str | None) -> str | None:
    """Write a percentage as a share; what is no number stays."""
    try:
        return repr(float(Decimal(text or "") / 100))
    except ArithmeticError:
        return None if text is None else f"{text} %"


def _unsure(cell: Cell) -> str:
    mark = next(mark for mark in ".," if mark in str(cell))
    return (
        f'found {cell!r}, in which {mark!r} may mark decimals or thousands; set decimal: "." or '
        'decimal: ","'
    )


def _no_number(cell: str, column: NumberColumn, layout: SheetLayout) -> str:
    """Say what a text may be, and what to set for all such texts of its column."""
    prop = column.prop
    match = _WITH_SIGNS.fullmatch(cell)
    if match is None or _is_bound(match):
        words = sorted({t for t in column.odd.values() if not _is_noted(t)})
        advice = f"if it means unknown, set missing: {_listed(words)}"
        if {*cell} <= DASHES:
            advice += f"; if zero, aliases: {{{prop.name}: {{{json.dumps(cell)}: 0}}}}"
        return f"found {cell!r}, wanted a number; {advice}"
    beside = " ".join(filter(None, (match["before"], match["after"]))).strip()
    stated = stated_unit(beside, prop.unit) if prop.unit else None
    if stated is not None and stated.unit is None:
        return f"found {cell!r}, wanted a number; {stated.fault}"
    is_unsure = layout.decimal is None and column.is_unsure_without_notes
    notes = f"notes: {_listed(_signs(column))}" + (f", and {_CHOICE}" if is_unsure else "")
    if stated is not None:
        unit = f"units: {{{prop.name}: {stated.unit}}}"
        return f"found {cell!r}, wanted a number; set {unit} and {notes}"
    return f"found {cell!r}, wanted a number; if {beside!r} refers to a note, set {notes}"


def _is_bound(match: re.Match[str]) -> bool:
    """Tell if the signs beside a number change its value, as in ``<5``, ``(5)`` and ``5-10``."""
    before, after = match["before"] or "", match["after"] or ""
    return bool({*before} & _BEFORE_BOUNDS or {*after} & _BEHIND_BOUNDS)


def _is_noted(text: str) -> bool:
    """Tell if a text is a number with signs of notes beside it."""
    match = _WITH_SIGNS.fullmatch(text)
    return match is not None and not _is_bound(match)


def _signs(column: NumberColumn) -> list[str]:
    """List the signs beside the numbers of a column."""
    signs: dict[str, None] = {}
    for text in column.odd.values():
        if (match := _WITH_SIGNS.fullmatch(text)) and not _is_bound(match):
            beside = f"{match['before'] or ''} {match['after'] or ''}"
            signs |= dict.fromkeys(part for part in re.split(r"[\s,/]+", beside) if part)
    return sorted(signs)


def _listed(texts: Sequence[str]) -> str:
    more = ", ..." if len(texts) > MOST_LISTED else ""
    return f"[{', '.join(json.dumps(t, ensure_ascii=False) for t in texts[:MOST_LISTED])}{more}]"
