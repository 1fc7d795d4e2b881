"""Importer of national customs statistics: monthly, by national codes of 8 to 10 digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import look_up
from graphkit.errors import GraphkitError, UsageError
from graphkit.importers.customs.layouts import (
    DIRECTIONS,
    KILOGRAMS,
    LAYOUTS,
    CustomsLayout,
    Side,
    read_texts,
)
from graphkit.importers.reference import (
    HS_CODE,
    ImportFilter,
    Reference,
    check_replaced,
    distinct,
    in_years,
    left_out,
    name_places,
    products_by_code,
    reported_flows,
    reporters_of,
    table_name,
    worth,
)
from graphkit.importers.report import Report
from graphkit.importers.seed_files import SeedTable, write_trade
from graphkit.kinds import Type
from graphkit.schema import REVISIONS, VALUATIONS

ROW_KEYS = ("direction", "code", "partner", "period", "by", "parts")
"""The columns that identify a row."""
AMOUNTS = ("usd", "kg")
UNKNOWN = ("", "-", "?", ":", "c", ":c")
"""Texts for a figure that is not published."""
MONTH = re.compile(r"((?:19|20)\d\d)[-./]?(0[1-9]|1[0-2]|52)")
"""A month; Comext's month 52 is the whole year."""
WHOLE_YEAR = "52"
PREFERENCE = 40
"""Preference of the first data set: after BACI and UN Comtrade."""
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Choice:
    """Direction and month of all rows, of files that do not say them themselves.

    Raises
    ------
    UsageError
        The direction is neither of the two, or the period is not a month.
    """

    flow: str | None
    period: str | None

    def __post_init__(self) -> None:
        if self.flow not in (None, *DIRECTIONS):
            raise UsageError(f"--flow: found {self.flow!r}, wanted {' or '.join(DIRECTIONS)}")
        if self.period is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", self.period):
            raise UsageError(f"--period: found {self.period!r}, wanted a month such as 2025-03")


def import_customs(
    files: Sequence[Path],
    folder: Path,
    reference: Reference,
    *,
    wanted: ImportFilter | None = None,
    flow: str | None = None,
    period: str | None = None,
    name: str | None = None,
    max_unknown: float = 0.01,
    progress: Progress = lambda name, rows: None,
) -> Report:
    """Turn customs statistics of Korea, the EU, the USA or China into seeds of EXPORTS.

    The columns of the files say whose they are. National codes are kept as reported; their first
    six digits give the product, in the revision of the Harmonized System of the year.

    Parameters
    ----------
    files : sequence of Path
        Files of one publisher: XML of Korea's API, CSV of Eurostat Comext or of China's customs,
        JSON of the US Census.
    folder : Path
        Folder of seeds; if it has no reference seeds, they are added.
    reference : Reference
        Countries, products and codes.
    wanted : ImportFilter, optional
        Codes, years and countries (at either end) to keep.
    flow, period : str, optional
        ``imports`` or ``exports``, and a month, for files that do not say them: China's.
    name : str, optional
        Name of the table; by default made of its publisher and months.
    max_unknown : float
        Refuse if unknown places have more than this part of the value (Comext: of the weight).
    progress : callable, optional
        Called with a file's name and the number of rows read.

    Returns
    -------
    Report
        Rows read, kept and left out; national codes with the fit of their first six digits.

    Raises
    ------
    GraphkitError
        A file is in no known layout, is truncated or contradicts itself; nothing is written.
    UnmappedError
        Unknown places have too much of the value; nothing is written.
    """
    wanted, choice = wanted or ImportFilter(), Choice(flow, period)
    codes = products_by_code(reference, REVISIONS, wanted)
    report = Report("USD")
    layout, rows = _read(files, set().union(*codes.values()), wanted, choice, report, progress)
    report.unit, value = ("USD", "usd") if layout.values else ("kg", "kg")
    rows = _without_totals(rows, layout, value, report)
    rows = _with_products(rows, codes, report)
    rows = _with_places(rows, layout, reference, value, report)
    flows = _map(rows, layout, wanted, report)
    report.check(max_unknown)
    report.check_kept(len(flows), files)
    name = name or _name(layout, flows)
    check_replaced(folder, name, flows)
    total = worth(flows, "usd" if layout.values else "tonnes")
    report.add("kept", f"in trade/{name}.parquet", len(flows), total)
    pairs = zip(flows["hs"].to_pylist(), flows["product"].to_pylist(), strict=True)
    national = [(code, product) for code, product in pairs if len(code) > HS_CODE]
    reference.report_national(national, report)
    unknown = {code for code, _ in national} - reference.code_rows.keys()
    seeds = [reference.national_code(code) for code in sorted(unknown)]
    _write(flows, layout, folder, name, seeds)
    return report


# --- reading


def _read(
    files: Sequence[Path], codes: Collection[str], wanted: ImportFilter, choice: Choice,
    report: Report, progress: Progress,
) -> tuple[CustomsLayout, pa.Table]:  # fmt: skip
    """Read the flows of the codes and years asked for, of files in one layout."""
    columns = [n for layout in LAYOUTS for n in (*layout.columns(), *layout.names)]
    layouts: dict[str, CustomsLayout] = {}
    tables: list[pa.Table] = []
    read = 0
    for number, path in enumerate(files):
        line = 2
        for batch in read_texts(path, columns, report.warnings.append):
            layout, names = _layout_of(batch.column_names, path.name, choice)
            layouts[path.name] = layout
            batch = batch.select(list(names.values())).rename_columns(list(names))
            place = pa.array(np.arange(line, line + len(batch)))
            line += len(batch)
            progress(path.name, len(batch))
            rows = _of_codes(batch.append_column("line", place), layout, codes, path.name)
            for side in _sides(layout, batch.column_names, choice):
                tables.append(_side_rows(rows, layout, side, choice, number, path.name))
        read += line - 2
        if line - 2 == layout.cut_off:
            report.warnings.append(
                f"{path.name} has exactly {layout.cut_off:,} rows, where the download is cut off"
            )
    if len({layout.key for layout in layouts.values()}) > 1:
        text = "; ".join(f"{file} is of {layout.publisher}" for file, layout in layouts.items())
        raise GraphkitError(f"found files of several publishers, wanted those of one: {text}")
    rows = pa.concat_tables(tables)
    report.add("read", "rows of all files", read)
    kept_rows = len(pc.unique(pc.add(pc.multiply(rows["file"], 2**40), rows["line"])))
    if read > kept_rows:
        report.add("left out", "other HS codes, and totals of all goods", read - kept_rows)
    secret = pc.match_substring_regex(rows["code"], "X")
    why = "national codes kept confidential, which may hold these goods"
    rows = left_out(rows, secret, why, None, report)
    rows = in_years(rows, wanted.years, report)
    nothing = pc.and_(pc.is_null(rows["kg"]), pc.equal(pc.fill_null(rows["usd"], 1.0), 0.0))
    rows = left_out(rows, nothing, "the side of a row with no trade", None, report)
    return layout, distinct(rows, ROW_KEYS, AMOUNTS, [path.name for path in files], report)


def _layout_of(
    columns: Sequence[str], file: str, choice: Choice
) -> tuple[CustomsLayout, dict[str, str]]:
    """Recognise a layout by its columns; return the file's name of each of them."""
    nearest: tuple[int, list[str], CustomsLayout] | None = None
    for layout in LAYOUTS:
        names = _names_of_columns(layout, columns)
        if choice.period:
            names.pop(layout.period, None)
        for side in layout.sides:
            missing = [n for n in layout.required(side) if n not in names]
            if choice.period:
                missing = [n for n in missing if n != layout.period]
            if not missing:
                return layout, names
            if nearest is None or (len(names), -len(missing)) > (nearest[0], -len(nearest[1])):
                nearest = len(names), missing, layout
    assert nearest is not None
    matched, missing, layout = nearest
    if not matched:
        publishers = ", ".join(layout.publisher for layout in LAYOUTS)
        text = ",".join(columns)[:80]
        raise GraphkitError(f"{file}: found the columns {text!r}, wanted those of {publishers}")
    raise GraphkitError(
        f"{file}: found a table of {layout.publisher} without {', '.join(missing)}; wanted "
        f"{', '.join(layout.required(layout.sides[0]))}"
    )


def _names_of_columns(layout: CustomsLayout, columns: Sequence[str]) -> dict[str, str]:
    """Find the columns of a layout by any of their names; return the file's name of each."""
    own_names = {name.casefold(): name for name in layout.columns()}
    for other_name, name in layout.names.items():
        own_names.setdefault(other_name.casefold(), own_names[name.casefold()])
    file_names = {name.casefold(): name for name in columns}
    return {own_names[folded]: name for folded, name in file_names.items() if folded in own_names}


def _sides(layout: CustomsLayout, columns: Collection[str], choice: Choice) -> list[Side]:
    """List the sides that a file has; its user says which one if the columns do not."""
    sides = [side for side in layout.sides if side.code in columns]
    shared = len(sides) > 1 and len({(side.usd, side.masses, side.row_mark) for side in sides}) == 1
    if shared and choice.flow is None:
        raise UsageError(
            f"--flow: {layout.publisher}'s files do not say if they hold imports or exports; "
            f"wanted --flow {' or '.join(DIRECTIONS)}"
        )
    return [side for side in sides if choice.flow in (None, side.direction)]


def _of_codes(rows: pa.Table, layout: CustomsLayout, codes: Collection[str], file: str) -> pa.Table:
    """Keep the rows of the six-digit codes asked for, and those that may hide them."""
    [column] = {side.code for side in layout.sides if side.code in rows.column_names}
    code = pc.replace_substring_regex(pc.fill_null(rows[column], ""), r"[\s.]", "")
    odd = code.filter(pc.match_substring_regex(code, r"^\d{3}(\d\d)*$"))
    if len(odd):
        raise GraphkitError(
            f"{file}: found the code {odd[0].as_py()!r}, wanted an even number of digits; a "
            "program that takes codes for numbers loses their leading zeros"
        )
    rows = rows.set_column(rows.column_names.index(column), column, code)
    six = pc.utf8_slice_codeunits(code, 0, HS_CODE)
    matching = pc.is_in(six, value_set=pa.array(sorted(codes), pa.string()))
    if layout.secret:
        starts = {c[:n] for c in codes for n in (2, 4, 6)}
        digits = pc.replace_substring_regex(code, "X+$", "")
        hidden = pc.and_(
            pc.match_substring_regex(code, f"^(?:{layout.secret})$"),
            pc.is_in(digits, value_set=pa.array(sorted(starts), pa.string())),
        )
        matching = pc.or_(matching, hidden)
    return rows.filter(matching)


def _side_rows(
    rows: pa.Table, layout: CustomsLayout, side: Side, choice: Choice, number: int, file: str
) -> pa.Table:
    """Turn rows of a file to imports or exports, with their figures as numbers."""
    mark_column, mark = side.row_mark
    if mark_column:
        rows = rows.filter(pc.fill_null(pc.equal(rows[mark_column], mark), False))
    parts = [pc.fill_null(rows[name], "") for name in layout.parts if name in rows.column_names]
    total = pa.array([False] * len(rows), pa.bool_())
    for column, pattern in layout.totals.items():
        marks = pc.match_substring_regex(pc.fill_null(rows[column], ""), f"^(?:{pattern})$")
        total = pc.or_(total, marks)
    none = pa.nulls(len(rows), pa.float64())
    kg, unit = none, pa.nulls(len(rows), pa.string())
    for quantity, column in side.masses:
        if quantity in rows.column_names:
            factors, other_unit = _units(rows, column)
            mass = pc.multiply(_numbers(rows, quantity, file), factors)
            kg, unit = pc.coalesce(kg, mass), pc.coalesce(unit, other_unit)
    place = None if side.valuation is None else VALUATIONS.index(side.valuation)
    reporters = (
        pa.repeat(layout.reporter, len(rows)) if layout.one_reporter else rows[layout.reporter]
    )
    return pa.table({
        "direction": pa.repeat(side.direction, len(rows)),
        "code": rows[side.code],
        "partner": pc.utf8_trim_whitespace(pc.fill_null(rows[layout.partner], "")),
        "period": _months(rows, layout, choice, file),
        "by": reporters,
        "parts": pc.binary_join_element_wise(*parts, "|") if parts else pa.repeat("", len(rows)),
        "total": total,
        "usd": _numbers(rows, side.usd, file) if side.usd else none,
        "kg": pc.if_else(pc.greater(kg, 0), kg, None),
        "unit": pc.if_else(pc.is_null(kg), unit, None),
        "valuation": pa.repeat(pa.scalar(place, pa.int8()), len(rows)),
        "line": rows["line"],
        "file": pa.repeat(pa.scalar(number, pa.int64()), len(rows)),
    })  # fmt: skip


def _units(rows: pa.Table, column: str) -> tuple[pa.Array, pa.Array]:
    """Return the kilograms in the unit of each row, and the units that do not measure mass."""
    if not column:
        return pa.repeat(1.0, len(rows)), pa.nulls(len(rows), pa.string())
    if column not in rows.column_names:
        return pa.nulls(len(rows), pa.float64()), pa.nulls(len(rows), pa.string())
    unit = pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(rows[column], "")))
    factors = look_up(unit, KILOGRAMS, Type.NUMBER)
    return factors, pc.if_else(pc.is_null(factors), unit, None)


def _numbers(rows: pa.Table, column: str, file: str) -> pa.ChunkedArray:
    """Read figures, with or without commas between thousands; refuse other text."""
    texts = pc.utf8_trim_whitespace(pc.fill_null(rows[column], ""))
    texts = pc.if_else(pc.is_in(texts, value_set=pa.array(UNKNOWN)), None, texts)
    form = r"^(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$"
    wrong = pc.invert(pc.fill_null(pc.match_substring_regex(texts, form), True))
    if pc.any(wrong).as_py():
        row = rows.filter(wrong).slice(0, 1).to_pylist()[0]
        raise GraphkitError(
            f"{file}:{row['line']}: found {str(row[column])[:40]!r} as {column}, wanted a number "
            "of 0 or more"
        )
    return pc.replace_substring(texts, ",", "").cast(pa.float64())


def _months(rows: pa.Table, layout: CustomsLayout, choice: Choice, file: str) -> pa.Array:
    """Read the months; Comext's month 52 is a year."""
    if choice.period:
        return pa.repeat(choice.period, len(rows))
    texts = pc.fill_null(rows[layout.period], "").combine_chunks().dictionary_encode()
    months = []
    for text in texts.dictionary.to_pylist():
        match = MONTH.fullmatch(text.strip())
        if not match:
            raise GraphkitError(
                f"{file}: found {text[:20]!r} as {layout.period}, wanted a month such as 202503"
            )
        months.append(match[1] if match[2] == WHOLE_YEAR else f"{match[1]}-{match[2]}")
    return pc.take(pa.array(months, pa.string()), texts.indices)


# --- meaning


def _without_totals(rows: pa.Table, layout: CustomsLayout, value: str, report: Report) -> pa.Table:
    """Keep partners that are countries, without totals, and say which masses are unknown.

    A row of six digits is the total of the rows of national codes under it.
    """
    rows = left_out(rows, rows["total"], "totals and groups, which other rows count", None, report)
    whole = pc.match_substring_regex(rows["parts"], r"^-(?:\|-)*$")
    if pc.any(whole).as_py():
        why = "parts of flows, beside their total"
        rows = left_out(rows, pc.invert(whole), why, None, report)
    heading = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(rows["code"], 0, HS_CODE), rows["direction"], rows["period"],
        rows["by"], "|",
    )  # fmt: skip
    rows = rows.append_column("heading", heading)
    long = rows.filter(pc.greater(pc.utf8_length(rows["code"]), HS_CODE))
    short = pc.and_(
        pc.equal(pc.utf8_length(rows["code"]), HS_CODE),
        pc.is_in(rows["heading"], value_set=long["heading"].unique()),
    )
    why = "six digits, the total of the national codes under them"
    rows = left_out(rows, short, why, None, report)
    if layout.no_country:
        nowhere = pc.match_substring_regex(rows["partner"], f"^(?:{layout.no_country})$")
        why = "partners that are not countries: stores, secret, not specified"
        rows = left_out(rows, nowhere, why, value, report)
    counts = rows.filter(pc.is_valid(rows["unit"])).group_by("unit").aggregate([([], "count_all")])
    for row in counts.sort_by("unit").to_pylist():
        why = f"quantity in {row['unit'] or 'no unit'}, which is not a mass of the goods"
        report.add("without weight", why, row["count_all"])
    return rows


def _with_products(
    rows: pa.Table, codes: Mapping[str, Mapping[str, str]], report: Report
) -> pa.Table:
    """Add products and revisions: national codes follow the revision in force in their year."""
    year = pc.utf8_slice_codeunits(rows["period"], 0, 4)
    revision = {text: revision_of(int(text)) for text in pc.unique(year).to_pylist()}
    names = look_up(year, revision)
    product_of_pair = {
        f"{r}|{code}": product for r in revision.values() for code, product in codes[r].items()
    }
    six = pc.utf8_slice_codeunits(rows["code"], 0, HS_CODE)
    pairs = pc.binary_join_element_wise(names, six, "|")
    product = look_up(pairs, product_of_pair)
    rows = rows.append_column("hs_revision", names).append_column("product", product)
    return left_out(
        rows, pc.is_null(product), "codes without a product in their year", None, report
    )


def revision_of(year: int) -> str:
    """Return the revision of the Harmonized System in force in a year.

    >>> revision_of(2021), revision_of(2022)
    ('HS17', 'HS22')
    """
    return next(r for r in reversed(REVISIONS) if _year(r) <= year or r == REVISIONS[0])


def _year(revision: str) -> int:
    two = int(revision[2:])
    return two + (1900 if two >= int(REVISIONS[0][2:]) else 2000)


def _with_places(
    rows: pa.Table, layout: CustomsLayout, reference: Reference, value: str, report: Report
) -> pa.Table:
    """Add the keys of reporters and partners; leave out groups of countries."""
    groups = reference.areas_of_type("world", "group", "rest")
    places: dict[str, str] = {}
    for text in {*rows["by"].unique().to_pylist(), *rows["partner"].unique().to_pylist()}:
        key = layout.places.get(text)
        if key is None and not text.isdigit():  # digits are codes of the publisher alone
            try:
                key = reference.place_of(text)
            except UsageError:  # the name is ambiguous
                key = None
        if key is not None and key not in groups:
            places[text] = key
    return name_places(rows, {"by": "reporter", "partner": "other"}, places, value, report)


def _map(rows: pa.Table, layout: CustomsLayout, wanted: ImportFilter, report: Report) -> pa.Table:
    """Map rows to the columns of a seed, and add up the parts of a flow."""
    imports = pc.equal(rows["direction"], DIRECTIONS[0])
    flows = pa.table({
        "product": rows["product"],
        "hs": rows["code"],
        "hs_revision": rows["hs_revision"],
        "period": rows["period"],
        "exporter": pc.if_else(imports, rows["other"], rows["reporter"]),
        "importer": pc.if_else(imports, rows["reporter"], rows["other"]),
        "reporter": pc.if_else(imports, "importer", "exporter"),
        "dataset": pc.binary_join_element_wise(layout.key, rows["direction"], "-"),
        "usd": rows["usd"],
        "valuation": rows["valuation"],
        "tonnes": rows["kg"],
        "tonnes_estimated": pa.nulls(len(rows), pa.bool_()),
    })  # fmt: skip
    return reported_flows(flows, wanted, "usd" if layout.values else "tonnes", report)


# --- writing


def _name(layout: CustomsLayout, flows: pa.Table) -> str:
    """Name a table by its publisher, its one direction, its reporters and its periods."""
    sides = sorted({text.rpartition("-")[2] for text in flows["dataset"].unique().to_pylist()})
    parts = sides if len(sides) == 1 else []
    return table_name(
        "-".join([layout.key, *parts]), [] if layout.one_reporter else reporters_of(flows), flows
    )


def _write(
    flows: pa.Table,
    layout: CustomsLayout,
    folder: Path,
    name: str,
    codes: Sequence[Mapping[str, str]],
) -> None:
    first = PREFERENCE + len(DIRECTIONS) * LAYOUTS.index(layout)
    datasets = []
    for place, side in enumerate(layout.sides):
        valuation = {"valuation": side.valuation} if side.valuation else {}
        datasets.append({
            "key": f"{layout.key}-{side.direction}",
            "name": f"{layout.publisher}, monthly {side.direction}",
            "publisher": layout.publisher,
            **valuation,
            "reporter": "importer" if side.direction == DIRECTIONS[0] else "exporter",
            "preference": str(first + place),
            "note": layout.note,
            "source": layout.key,
        })  # fmt: skip
    source = {
        "key": layout.key, "title": layout.title, "publisher": layout.publisher,
        "url": layout.url, "licence": layout.licence, "attribution": layout.publisher,
    }  # fmt: skip
    about = (
        f"{layout.publisher}, {layout.title}: {len(flows):,} flows, "
        f"{flows['tonnes'].null_count:,} of them without a weight. {layout.note}\n"
        "National codes as reported; products by their first six digits."
    )
    empty = [n for n in ("usd", "valuation", "tonnes_estimated")
             if flows[n].null_count == len(flows)]  # fmt: skip
    seed = SeedTable(name, "EXPORTS", flows.drop_columns(empty),
                     {"basis": "gross", "source": layout.key}, {"tonnes": "kg"}, about)  # fmt: skip
    write_trade(folder, layout.key, source, datasets, seed, codes)
