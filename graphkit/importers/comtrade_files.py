"""Reader of UN Comtrade's tables: the API's JSON, or CSV with the same column names.

Only the columns that an import needs are read. Case does not matter in their names: the API, its
bulk files and the website write ``cifvalue``, ``CIFValue`` and ``Cifvalue``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from graphkit.errors import GraphkitError
from graphkit.paths import WHOLE, check_text

REQUIRED = (
    "period", "reporterCode", "flowCode", "partnerCode", "classificationCode", "cmdCode",
    "primaryValue",
)  # fmt: skip
TOTALS = {"motCode": "0", "customsCode": "C00", "partner2Code": "0"}
"""Codes that mark the total of all transport modes, customs procedures and second partners."""
OPTIONAL = ("typeCode", *TOTALS, "netWgt", "isNetWgtEstimated", "cifvalue", "fobvalue")
NUMBERS = ("primaryValue", "netWgt", "cifvalue", "fobvalue")
COLUMNS = (*REQUIRED, *OPTIONAL)
TYPES = {name: pa.float64() if name in NUMBERS else pa.string() for name in COLUMNS}
CANONICAL = {name.lower(): name for name in COLUMNS}
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
        said = re.sub(r"\s+", " ", str(error))
        raise GraphkitError(f"{path.name} is not a Comtrade table: {said}") from error
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
    names = canonical.values() if rows else COLUMNS
    columns: dict[str, list[Any]] = {n: [None] * len(rows) for n in names if n}
    for place, row in enumerate(rows):
        for name, value in row.items():
            if value is not None and (column := canonical[name]):
                columns[column][place] = _value(value, column, place, path.name)
    return pa.table({n: pa.array(v, TYPES[n]) for n, v in columns.items()})


def _value(value: Any, column: str, place: int, name: str) -> Any:
    """Convert a value to the type of its column; refuse a fraction or a flag as a code."""
    if column in NUMBERS:
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
    found = {CANONICAL[head.lower()]: head for head in heads if head.lower() in CANONICAL}
    options = csv.ConvertOptions(
        include_columns=list(found.values()),
        column_types={head: TYPES[name] for name, head in found.items()},
        null_values=list(UNKNOWN), strings_can_be_null=True,
    )  # fmt: skip
    table = csv.read_csv(
        path, read_options=csv.ReadOptions(column_names=heads, skip_rows=1), convert_options=options
    )
    return table.rename_columns(list(found))


def _check_names(names: Sequence[str], name: str, rows: bool) -> None:
    """Refuse a table without the required columns."""
    missing = set(REQUIRED) - {CANONICAL.get(found.lower()) for found in names}
    if missing and rows:
        raise GraphkitError(
            f"{name}: found the columns {','.join(names)[:80]!r}, which lack "
            f"{', '.join(sorted(missing))}; wanted those of UN Comtrade's API, separated by commas"
        )


CODES: Mapping[str, tuple[str, str]] = {
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
    for column, (pattern, expected) in CODES.items():
        if column in table.column_names:
            values = table[column].drop_null().unique()
            wrong = values.filter(pc.invert(pc.match_substring_regex(values, f"^({pattern})$")))
            if len(wrong):
                found = min(wrong.to_pylist())
                raise GraphkitError(f"{name}: found the {column} {found[:20]!r}, wanted {expected}")
    for column in NUMBERS:
        if column in table.column_names and (pc.min(table[column]).as_py() or 0) < 0:
            raise GraphkitError(f"{name}: found a negative {column}, wanted 0 or more")
