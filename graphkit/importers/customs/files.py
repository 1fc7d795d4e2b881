"""Reader of the files of customs statistics: XML, JSON or CSV, as columns of text."""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
from pyarrow import csv as arrow_csv

from graphkit.errors import GraphkitError
from graphkit.paths import STREAMED, WHOLE, check_file, check_text

BLOCK = 4 * 2**20
"""Bytes of CSV that are read at once."""
START = 64 * 2**10
"""Bytes from which the encoding and the delimiter of CSV are told."""
DELIMITERS = (",", ";", "\t", "|")
Warn = Callable[[str], None]


def read_texts(path: Path, columns: Sequence[str], warn: Warn) -> Iterator[pa.Table]:
    """Yield the rows of a file in batches; the first one, perhaps empty, gives its columns.

    Parameters
    ----------
    path : Path
        XML of Korea's API, JSON of the US Census, or CSV.
    columns : sequence of str
        Columns of a CSV to read, in any case of letters; others are skipped.
    warn : callable
        Receives sentences on what is missing from the file.

    Raises
    ------
    GraphkitError
        The file is no table, reports an error or is truncated.
    """
    check_text(path, STREAMED)
    try:
        with path.open("rb") as file:
            start = file.read(START)
        text = start.removeprefix(codecs.BOM_UTF8).lstrip()
        if text.startswith((b"<", b"[", b"{")):
            check_file(path, WHOLE)
        if text.startswith(b"<"):
            yield _from_xml(path, warn)
        elif text.startswith(b"["):
            yield _from_json(path)
        elif text.startswith(b"{"):
            raise GraphkitError(
                f"{path.name}: found a JSON object, wanted [[names], [values], ...]"
            )
        else:
            yield from _from_csv(path, start, columns)
    except OSError as error:
        raise GraphkitError(f"{path.name} cannot be read: {error.strerror or error}") from error


def _table(rows: Sequence[Sequence[str | None]], names: Sequence[str]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})


def _from_xml(path: Path, warn: Warn) -> pa.Table:
    """Read the items of an answer of data.go.kr."""
    raw = path.read_bytes()
    lower = raw[:START].lower()
    if b"<html" in lower:
        raise GraphkitError(f"{path.name}: found a web page, wanted data; was the key missing?")
    if b"<!doctype" in lower or b"<!entity" in lower:
        raise GraphkitError(f"{path.name}: found XML with a document type, wanted plain XML")
    try:
        root = ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        raise GraphkitError(f"{path.name} is truncated or not XML: {error}") from error
    code = root.findtext(".//resultCode") or root.findtext(".//returnReasonCode") or "00"
    if code.strip("0 "):
        said = root.findtext(".//resultMsg") or root.findtext(".//returnAuthMsg") or ""
        raise GraphkitError(f"{path.name} holds an error, {code}: {' '.join(said.split())[:120]}")
    items = [{part.tag: (part.text or "").strip() for part in item} for item in root.iter("item")]
    count = root.findtext(".//totalCount") or ""
    if count.isdigit() and int(count) > len(items):
        warn(f"{path.name} is one page, {len(items):,} of {int(count):,} rows: import all pages")
    names = list(dict.fromkeys(name for item in items for name in item))
    if not names:
        raise GraphkitError(f"{path.name}: found no <item>, wanted an answer with rows")
    return _table([[item.get(name) for name in names] for item in items], names)


def _from_json(path: Path) -> pa.Table:
    """Read an answer of the US Census: rows of values, the first one the names."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:  # also bytes that are no UTF-8
        raise GraphkitError(f"{path.name} is truncated or not JSON: {error}") from error
    if not rows or not all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows):
        raise GraphkitError(f"{path.name}: wanted rows of one length, the first one of names")
    heads = [str(name) for name in rows[0]]
    # The API repeats a column that filters the answer.
    places = {name: heads.index(name) for name in heads}
    values = [[_text(row[n]) for n in places.values()] for row in rows[1:]]
    return _table(values, list(places))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _from_csv(path: Path, start: bytes, columns: Sequence[str]) -> Iterator[pa.Table]:
    encoding = _encoding(start)
    lines = start.decode(encoding, "replace").lstrip("\ufeff").splitlines()[:2]
    if not lines:
        raise GraphkitError(f"{path.name}: found an empty file, wanted a table")
    delimiter = max(DELIMITERS, key=lines[0].count)
    heads, *first = (next(csv.reader([line], delimiter=delimiter), []) for line in lines)
    names = [head.strip() for head in heads]
    if first and len(first[0]) == len(names) + 1 and not first[0][-1]:
        names.append("")  # rows, but not the names, end with a delimiter
    wanted = {column.casefold() for column in columns}
    taken = [name for name in dict.fromkeys(names) if name.casefold() in wanted]
    for name in taken:
        if names.count(name) > 1:
            raise GraphkitError(f"{path.name}: found the column {name!r} twice; wanted it once")
    yield pa.table({name: pa.array([], pa.string()) for name in taken or names if name})
    if not taken:
        return
    try:
        yield from map(pa.Table.from_batches, ([batch] for batch in arrow_csv.open_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                column_names=names, skip_rows=1, block_size=BLOCK, encoding=encoding
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=taken, column_types=dict.fromkeys(taken, pa.string()),
                strings_can_be_null=True, null_values=[""],
            ),
        )))  # fmt: skip
    except UnicodeError as error:
        raise GraphkitError(f"{path.name} is not {encoding}: {error}") from error
    except pa.ArrowInvalid as error:
        if "Empty CSV file" not in str(error):  # names alone
            said = re.sub(r"\s+", " ", str(error))
            raise GraphkitError(f"{path.name} is no table: {said}") from error


def _encoding(start: bytes) -> str:
    """Tell the encoding of a file by its first bytes: UTF-8, UTF-16 or GB18030."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"
