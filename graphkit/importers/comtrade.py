"""Importer of UN Comtrade, from the API's JSON or CSV: each flow as either side reported it.

Only the columns that an import needs are read. Case does not matter in their names: the API, its
bulk files and the website write ``cifvalue``, ``CIFValue`` and ``Cifvalue``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from graphkit.arrow import look_up
from graphkit.errors import GraphkitError
from graphkit.files.input import WHOLE, check_text
from graphkit.importers.reference import (
    HS_CODE,
    ImportFilter,
    Reference,
    check_replaced,
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
from graphkit.schema import REVISIONS, VALUATIONS

VALUE = "primaryValue"
FLOW = ("reporterCode", "partnerCode", "cmdCode", "flowCode", "period")
"""The columns that identify one figure."""
WORLD = 0
"""The partner code for all partners together."""
TOLERANCE = 0.01
"""Difference between the sum of partners and the world that needs no warning, as a share."""
IN_WORDS = {"M": "imports", "X": "exports"}


def valued(rows: pa.Table) -> pa.Table:
    """Fill in the value of every row, and add its valuation (fob or cif, by number)."""
    imports = pc.equal(rows["flowCode"], "M")
    import_value = pc.coalesce(rows["cifvalue"], rows["fobvalue"])
    side_value = pc.if_else(imports, import_value, rows["fobvalue"])
    value = pc.coalesce(rows[VALUE], side_value)
    near = {n: _near(value, rows[f"{n}value"]) for n in VALUATIONS}
    first, second = pc.if_else(imports, near["cif"], near["fob"]), pc.or_(near["cif"], near["fob"])
    expected = pc.if_else(imports, 1, 0)
    valuation = pc.if_else(first, expected, pc.if_else(second, pc.subtract(1, expected), None))
    rows = rows.set_column(rows.column_names.index(VALUE), VALUE, value)
    return rows.append_column("valuation", valuation)


def _near(value: pa.ChunkedArray, side_value: pa.ChunkedArray) -> pa.ChunkedArray:
    """Compare values to the dollar."""
    return pc.fill_null(pc.less_equal(pc.abs(pc.subtract(value, side_value)), 1.0), False)


def only_trade(rows: pa.Table, report: Report) -> pa.Table:
    """Keep imports and exports; re-imports, re-exports and other sub-flows are parts of these."""
    part = pc.invert(pc.is_in(rows["flowCode"], pa.array(sorted(IN_WORDS))))
    why = "re-exports, re-imports and other parts of exports and imports"
    return left_out(rows, part, why, None, report)


def only_totals(rows: pa.Table, report: Report) -> pa.Table:
    """Keep the total of each flow over transport modes, customs procedures and second partners.

    The file has rows of the parts too, which would count the same goods again. If the columns that
    mark totals are missing, take the largest row of each flow, with a warning.

    Raises
    ------
    GraphkitError
        A flow has two totals, or is given in two revisions of the Harmonized System.
    """
    missing = [
        name
        for name in TOTALS
        if name not in rows.column_names or rows[name].null_count == len(rows)
    ]
    whole = pa.array([True] * len(rows), pa.bool_())
    for column, total in TOTALS.items():
        if column not in missing:
            whole = pc.and_(whole, pc.fill_null(pc.equal(rows[column], total), False))
    parts = rows.filter(pc.invert(whole))
    why = "transport modes, customs procedures and second partners, beside their total"
    rows = left_out(rows, pc.invert(whole), why, None, report)
    _warn_of_orphans(parts, rows, report)
    # First, so that no later step chooses between two revisions.
    _check_revisions(rows)
    ranked = rows.append_column("flow", _flow_of(rows)).sort_by(
        [("flow", "ascending"), (VALUE, "descending")]
    )
    again = _repeats(ranked["flow"])
    if missing:
        largest = left_out(ranked, again, "all but the largest row of a flow", None, report)
        if len(largest) < len(ranked):
            report.warnings.append(
                f"without the column {' and '.join(missing)} nothing says which row is a total: of "
                f"{len(ranked):,} rows, the largest of each of {len(largest):,} flows is kept"
            )
        return largest.drop_columns(["flow"])
    same = [n for n in ("netWgt", "cifvalue", "fobvalue") if n in rows.column_names]
    distinct = ranked.group_by(["flow", VALUE, *same]).aggregate([]).sort_by("flow")
    if pc.any(_repeats(distinct["flow"])).as_py():
        twice = distinct.filter(_repeats(distinct["flow"]))["flow"][0].as_py()
        raise GraphkitError(f"found two figures for the {_label(twice)}; import one of the files")
    return left_out(ranked, again, "the same row again", None, report).drop_columns(["flow"])


def without_world(rows: pa.Table, report: Report) -> pa.Table:
    """Drop the world's rows; warn if the partners do not add up to them."""
    every = pc.equal(rows["partnerCode"], WORLD)
    world, partners = rows.filter(every), rows.filter(pc.invert(every))
    keys = [name for name in FLOW if name != "partnerCode"]
    expected = _sums(world, keys)
    sums = _sums(partners, keys)
    off = []
    for key, total in sorted(expected.items()):
        added = sums.get(key, 0.0)
        if key in sums and total and abs(added - total) > TOLERANCE * total:
            off.append(f"{_label('|'.join([key[0], '', *key[1:]]))} ({100 * added / total:.1f} %)")
    if off:
        rest = f" and {len(off) - 3} more" if len(off) > 3 else ""
        report.warnings.append(
            f"the partners do not add up to the world's row: {'; '.join(off[:3])}{rest}"
        )
    return left_out(rows, every, "the world, which is the sum of its partners", None, report)


def _sums(rows: pa.Table, keys: Sequence[str]) -> dict[tuple[str, ...], float]:
    groups = rows.group_by(list(keys)).aggregate([(VALUE, "sum")]).to_pylist()
    return {tuple(str(row[k]) for k in keys): row[f"{VALUE}_sum"] or 0.0 for row in groups}


def _warn_of_orphans(parts: pa.Table, totals: pa.Table, report: Report) -> None:
    """Warn of flows that have parts but no total."""
    orphans = parts.filter(pc.invert(pc.is_in(_flow_of(parts), value_set=_flow_of(totals))))
    if len(orphans):
        flows = len(_flow_of(orphans).unique())
        report.warnings.append(
            f"{flows:,} flows have no total, only parts (transport modes, customs procedures or "
            "second partners) that may overlap; they are left out, "
            f"{worth(orphans, VALUE):,.0f} USD at most"
        )


def _check_revisions(rows: pa.Table) -> None:
    """Refuse a flow in two revisions: its codes mean different goods, or count twice."""
    pairs = rows.append_column("flow", _flow_of(rows)).group_by(["flow", "classificationCode"])
    revisions = pairs.aggregate([]).sort_by(
        [("flow", "ascending"), ("classificationCode", "ascending")]
    )
    twice = revisions.filter(_repeats(revisions["flow"]))
    if len(twice):
        flow = twice["flow"][0].as_py()
        both = revisions.filter(pc.equal(revisions["flow"], flow))["classificationCode"].to_pylist()
        raise GraphkitError(
            f"found the {_label(flow)} in {' and in '.join(both)}: revisions of the Harmonized "
            "System must not be mixed for one flow"
        )


def _flow_of(rows: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(rows[name].cast(pa.string()) for name in FLOW), "|")


def _repeats(column: pa.ChunkedArray) -> pa.Array:
    """Mark the values of a sorted column that repeat the row before."""
    values = column.combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = values.chunk(0) if values.num_chunks else pa.array([], pa.string())
    if not len(values):
        return pa.array([], pa.bool_())
    return pa.concat_arrays([pa.array([False]), pc.equal(values[1:], values[:-1])])


def _label(flow: str) -> str:
    """Describe a flow: imports of 284690 by 410 from 156 in 2024."""
    reporter, partner, code, direction, period = flow.split("|")
    preposition = {"M": "from", "X": "to"}[direction]
    partner_text = f" {preposition} {partner}" if partner else ""
    return f"{IN_WORDS[direction]} of {code} by {reporter}{partner_text} in {period}"


SOURCE = "un-comtrade"
TRUE = ("true", "True", "TRUE", "1")
CREDIT = """
United Nations, UN Comtrade Database; its terms restrict redistribution. Each flow as one side
reported it: exports as a rule free on board, imports as a rule with cost, insurance and freight;
re-exports and re-imports are in them. Net weight in kilograms, unknown where none is given."""
Progress = Callable[[str, int], None]


def import_comtrade(
    files: Sequence[Path],
    folder: Path,
    reference: Reference,
    *,
    wanted: ImportFilter | None = None,
    name: str | None = None,
    max_unknown: float = 0.01,
    progress: Progress = lambda name, rows: None,
) -> Report:
    """Turn answers of UN Comtrade's API into seeds of EXPORTS.

    Parameters
    ----------
    files : sequence of Path
        JSON of the API, or CSV with its column names; annual or monthly.
    folder : Path
        Folder of seeds; if it has no reference seeds, they are added.
    reference : Reference
        Countries and products.
    wanted : ImportFilter, optional
        Codes, years and countries (at either end) to keep.
    name : str, optional
        Name of the table; by default made of its reporters and years.
    max_unknown : float
        Refuse if unknown places have more than this part of the value.
    progress : callable, optional
        Called with a file's name and the number of rows read.

    Returns
    -------
    Report
        With warnings if totals had to be guessed, or partners do not add up to the world.

    Raises
    ------
    GraphkitError
        A file is not from Comtrade or truncated, or figures contradict each other; nothing is
        written.
    UnmappedError
        Unknown places have too much of the value; nothing is written.
    """
    wanted = wanted or ImportFilter()
    report = Report("USD")
    rows = _with_products(_read(files, report, progress), reference, wanted, report)
    rows = without_world(only_totals(only_trade(valued(rows), report), report), report)
    flows = _map(_with_places(rows, reference, report), wanted, report)
    report.check(max_unknown)
    report.check_kept(len(flows), files)
    name = name or table_name("comtrade", reporters_of(flows), flows)
    check_replaced(folder, name, flows)
    report.add("kept", f"in trade/{name}.parquet", len(flows), pc.sum(flows["usd"]).as_py())
    _write(flows, folder, name)
    return report


def _read(files: Sequence[Path], report: Report, progress: Progress) -> pa.Table:
    tables: list[pa.Table] = []
    total_columns: dict[tuple[str, ...], str] = {}
    for path in files:
        table = read_comtrade(path)
        progress(path.name, len(table))
        tables.append(table)
        if len(table):
            total_columns.setdefault(tuple(n for n in TOTALS if n in table.column_names), path.name)
        if len(table) == PREVIEW:
            report.warnings.append(
                f"{path.name} has exactly {PREVIEW} rows, where the API cuts off its preview"
            )
    if len(total_columns) > 1:
        text = "; ".join(f"{f} has {', '.join(n) or 'none'}" for n, f in total_columns.items())
        raise GraphkitError(f"files must have the same of the columns {', '.join(TOTALS)}: {text}")
    rows = pa.concat_tables(tables, promote_options="default")
    report.add("read", "rows of all files", len(rows))
    for column in ("reporterCode", "partnerCode"):
        place = rows.column_names.index(column)
        rows = rows.set_column(place, column, rows[column].cast(pa.int32()))
    for column in ("netWgt", "isNetWgtEstimated", "cifvalue", "fobvalue"):
        if column not in rows.column_names:
            rows = rows.append_column(column, pa.nulls(len(rows), COLUMN_TYPES[column]))
    return rows


def _with_products(
    rows: pa.Table, reference: Reference, wanted: ImportFilter, report: Report
) -> pa.Table:
    """Keep rows of the years and codes asked for, and add their products."""
    rows = in_years(rows, wanted.years, report)
    texts = rows["classificationCode"].unique().to_pylist()
    revisions = {text: REVISIONS[int(text[1])] for text in texts}
    codes = products_by_code(reference, set(revisions.values()), wanted)
    product_of_pair = {
        f"{text}|{code}": product
        for text, revision in sorted(revisions.items())
        for code, product in codes[revision].items()
    }
    pairs = pc.binary_join_element_wise(rows["classificationCode"], rows["cmdCode"], "|")
    rows = rows.append_column("product", look_up(pairs, product_of_pair))
    wide = pc.not_equal(pc.utf8_length(rows["cmdCode"]), HS_CODE)
    rows = left_out(rows, wide, "other than six digits", None, report)
    return left_out(rows, pc.is_null(rows["product"]), "other HS codes", None, report)


def _with_places(rows: pa.Table, reference: Reference, report: Report) -> pa.Table:
    """Add the keys of both places; leave out groups, because their members have rows too."""
    places = reference.by_comtrade_code()
    groups = reference.areas_of_type("world", "group", "rest")
    numbers = pa.array(sorted(n for n, key in places.items() if key in groups), pa.int32())
    either = pc.or_(
        *(pc.is_in(rows[n], value_set=numbers) for n in ("reporterCode", "partnerCode"))
    )
    rows = left_out(rows, either, "groups, counted by their members", None, report)
    columns = {"reporterCode": "reporter", "partnerCode": "partner"}
    return name_places(rows, columns, places, VALUE, report)


def _map(rows: pa.Table, wanted: ImportFilter, report: Report) -> pa.Table:
    """Map rows to the columns of a seed, sorted: one flow for each side that reported it."""
    imports = pc.equal(rows["flowCode"], "M")
    year, month = (pc.utf8_slice_codeunits(rows["period"], *part) for part in ((0, 4), (4, 6)))
    monthly = pc.greater(pc.utf8_length(rows["period"]), 4)
    weight = pc.if_else(pc.greater(rows["netWgt"], 0), rows["netWgt"], None)
    estimated = pc.is_in(rows["isNetWgtEstimated"], value_set=pa.array(TRUE))
    estimated = pc.if_else(pc.is_valid(rows["isNetWgtEstimated"]), estimated, None)
    classes = {f"H{number}": revision for number, revision in enumerate(REVISIONS)}
    flows = pa.table({
        "product": rows["product"],
        "hs": rows["cmdCode"],
        "hs_revision": look_up(rows["classificationCode"], classes),
        "period": pc.if_else(monthly, pc.binary_join_element_wise(year, month, "-"), year),
        "exporter": pc.if_else(imports, rows["partner"], rows["reporter"]),
        "importer": pc.if_else(imports, rows["reporter"], rows["partner"]),
        "reporter": pc.if_else(imports, "importer", "exporter"),
        "dataset": pc.binary_join_element_wise(
            pc.if_else(monthly, "comtrade-monthly", "comtrade-annual"),
            pc.if_else(imports, "imports", "exports"), "-",
        ),
        "usd": rows[VALUE],
        "valuation": rows["valuation"],
        "tonnes": weight,
        "tonnes_estimated": pc.if_else(pc.is_valid(weight), estimated, None),
    })  # fmt: skip
    return reported_flows(flows, wanted, "usd", report)


REPORTERS = {"imports": "importer", "exports": "exporter"}
DATASETS = tuple(
    f"comtrade-{length}-{direction}" for length in ("annual", "monthly") for direction in REPORTERS
)
"""Data sets of UN Comtrade, the preferred one first: one holds the reports of one side.

Imports are usually recorded more accurately than exports, because they are taxed, and by country
of origin (UN Statistics Division, International Merchandise Trade Statistics: Compilers Manual, on
bilateral asymmetries).
"""


def _dataset(key: str) -> dict[str, str]:
    """Describe a data set; reconciled data are preferred to it."""
    _, length, direction = key.split("-")
    return {
        "key": key, "name": f"UN Comtrade, {length} {direction}", "publisher": "United Nations",
        "reporter": REPORTERS[direction],
        "preference": str(30 + DATASETS.index(key)), "source": SOURCE,
    }  # fmt: skip


def _write(flows: pa.Table, folder: Path, name: str) -> None:
    guessed = pc.sum(flows["tonnes_estimated"].cast(pa.int64())).as_py() or 0
    about = (
        f"UN Comtrade: {len(flows):,} flows, {flows['tonnes'].null_count:,} of them without a "
        f"weight, {guessed:,} with one that UN Comtrade estimated.\n{CREDIT.strip()}"
    )
    write_trade(
        folder,
        "comtrade",
        {
            "key": SOURCE, "title": "UN Comtrade Database", "publisher": "United Nations",
            "url": "https://comtradeplus.un.org",
            "licence": "terms of use of UN Comtrade; redistribution is restricted",
            "attribution": "United Nations, UN Comtrade Database",
        },
        list(map(_dataset, DATASETS)),
        SeedTable(name, "EXPORTS", flows, {"basis": "gross", "source": SOURCE}, {"tonnes": "kg"},
                  about),
    )  # fmt: skip


REQUIRED = (
    "period", "reporterCode", "flowCode", "partnerCode", "classificationCode", "cmdCode",
    "primaryValue",
)  # fmt: skip
TOTALS = {"motCode": "0", "customsCode": "C00", "partner2Code": "0"}
"""Codes that mark the total of all transport modes, customs procedures and second partners."""
OPTIONAL = ("typeCode", *TOTALS, "netWgt", "isNetWgtEstimated", "cifvalue", "fobvalue")
NUMBER_COLUMNS = ("primaryValue", "netWgt", "cifvalue", "fobvalue")
API_COLUMNS = (*REQUIRED, *OPTIONAL)
COLUMN_TYPES = {
    name: pa.float64() if name in NUMBER_COLUMNS else pa.string() for name in API_COLUMNS
}
CANONICAL = {name.lower(): name for name in API_COLUMNS}
UNKNOWN = ("", "NA", "NaN", "nan", "None", "null")
"""Texts for a missing value in CSV of Comtrade and of programs that rewrite it."""
PREVIEW = 500
"""The most rows that the API gives without a key; its answer does not say so."""


def read_comtrade(path: Path) -> pa.Table:
    """Read the columns of a file that an import needs.

    Returns
    -------
    pyarrow.Table
        Codes and periods as text, values in US dollars and weights in kilograms as numbers.
        Optional columns only if the file has them.

    Raises
    ------
    GraphkitError
        The file is truncated or not a Comtrade table; the message says what was found.
    """
    check_text(path, WHOLE)
    try:
        with path.open("rb") as file:
            start = file.read(200).removeprefix(b"\xef\xbb\xbf").lstrip()
        table = _json(path) if start.startswith((b"{", b"[")) else _csv(path)
    except OSError as error:
        raise GraphkitError(f"{path.name} cannot be read: {error.strerror or error}") from error
    except pa.ArrowInvalid as error:
        message = re.sub(r"\s+", " ", str(error))
        raise GraphkitError(f"{path.name} is not a Comtrade table: {message}") from error
    _check(table, path.name)
    return table


def answer_rows(text: str, name: str) -> list[dict[str, Any]]:
    """Return the rows of an answer of the API, and refuse an incomplete one.

    Raises
    ------
    GraphkitError
        It is not JSON, reports an error, or has fewer rows than it counts.
    """
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise GraphkitError(f"{name} is truncated or not JSON: {error}") from error
    rows = answer.get("data") if isinstance(answer, dict) else None
    if isinstance(answer, dict) and answer.get("error"):
        raise GraphkitError(f"{name} holds an error of UN Comtrade: {str(answer['error'])[:200]}")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise GraphkitError(f'{name}: found no rows, wanted an object with "data": [{{...}}, ...]')
    count = answer.get("count")
    if isinstance(count, int) and count > len(rows):
        raise GraphkitError(f"{name} is truncated: it counts {count:,} rows and has {len(rows):,}")
    return rows


def _json(path: Path) -> pa.Table:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise GraphkitError(f"{path.name} is not UTF-8: {error.reason}") from error
    rows = answer_rows(text, path.name)
    canonical = {name: CANONICAL.get(name.lower()) for row in rows for name in row}
    _check_names(list(canonical), path.name, bool(rows))
    names = canonical.values() if rows else API_COLUMNS
    columns: dict[str, list[Any]] = {n: [None] * len(rows) for n in names if n}
    for place, row in enumerate(rows):
        for name, value in row.items():
            if value is not None and (column := canonical[name]):
                columns[column][place] = _value(value, column, place, path.name)
    return pa.table({n: pa.array(v, COLUMN_TYPES[n]) for n, v in columns.items()})


def _value(value: Any, column: str, place: int, name: str) -> Any:
    """Convert a value to the type of its column; refuse a fraction or a flag as a code."""
    if column in NUMBER_COLUMNS:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    elif isinstance(value, str | int):
        return str(value)
    raise GraphkitError(f"{name}: row {place + 1} has {str(value)[:40]!r} as its {column}")


def _csv(path: Path) -> pa.Table:
    with path.open("rb") as file:
        lines = [file.readline(10_000).decode("utf-8", "replace").strip("\ufeff\r\n")
                 for _ in range(2)]  # fmt: skip
    heads = [head.strip().strip('"') for head in lines[0].split(",")]
    _check_names(heads, path.name, True)
    if len(lines[1].split(",")) == len(heads) + 1 and lines[1].endswith(","):
        heads.append("")  # the website ends every row, but not the first, with a comma
    heads_by_name = {CANONICAL[head.lower()]: head for head in heads if head.lower() in CANONICAL}
    options = csv.ConvertOptions(
        include_columns=list(heads_by_name.values()),
        column_types={head: COLUMN_TYPES[name] for name, head in heads_by_name.items()},
        null_values=list(UNKNOWN), strings_can_be_null=True,
    )  # fmt: skip
    table = csv.read_csv(
        path, read_options=csv.ReadOptions(column_names=heads, skip_rows=1), convert_options=options
    )
    return table.rename_columns(list(heads_by_name))


def _check_names(names: Sequence[str], name: str, rows: bool) -> None:
    """Refuse a table without the required columns."""
    missing = set(REQUIRED) - {CANONICAL.get(column.lower()) for column in names}
    if missing and rows:
        raise GraphkitError(
            f"{name}: found the columns {','.join(names)[:80]!r}, which lack "
            f"{', '.join(sorted(missing))}; wanted those of UN Comtrade's API, separated by commas"
        )


CODE_PATTERNS: Mapping[str, tuple[str, str]] = {
    "period": (r"(19|20)\d\d(0[1-9]|1[0-2])?", "a year or a month such as 2024 or 202403"),
    "reporterCode": (r"\d{1,3}", "a number of a country"),
    "partnerCode": (r"\d{1,3}", "a number of a country"),
    "cmdCode": (r"(\d\d){1,5}|TOTAL|[A-Z]{1,5}\d*", "an even number of digits; a program that "
                "takes codes for numbers loses their leading zeros"),
    "classificationCode": (r"H[0-6]", "a revision of the Harmonized System, H0 to H6"),
    "typeCode": ("C", "C for goods"),
    "motCode": (r"\d{1,5}", "a number of a transport mode"),
    "customsCode": (r"C\d\d", "a customs procedure such as C00"),
    "partner2Code": (r"\d{1,3}", "a number of a country"),
}  # fmt: skip
"""Pattern of the values of each column, and its description."""


def _check(table: pa.Table, name: str) -> None:
    """Refuse invalid codes and negative numbers."""
    for column in set(REQUIRED) - {"primaryValue"} if len(table) else ():
        if table[column].null_count:
            raise GraphkitError(f"{name}: {table[column].null_count:,} rows have no {column}")
    for column, (pattern, expected) in CODE_PATTERNS.items():
        if column in table.column_names:
            values = table[column].drop_null().unique()
            wrong = values.filter(pc.invert(pc.match_substring_regex(values, f"^({pattern})$")))
            if len(wrong):
                code = min(wrong.to_pylist())
                raise GraphkitError(f"{name}: found the {column} {code[:20]!r}, wanted {expected}")
    for column in NUMBER_COLUMNS:
        if column in table.column_names and (pc.min(table[column]).as_py() or 0) < 0:
            raise GraphkitError(f"{name}: found a negative {column}, wanted 0 or more")
