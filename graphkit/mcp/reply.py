"""Replies to assistants: short ones of the rows that matter most, whole ones on request.

A short reply has at most :data:`SHORT` tokens, a whole one at most :data:`WHOLE`; what is cut says
how to go on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.answers.answer import Answer, caption_of, name_cell
from graphkit.answers.figures import unit_of
from graphkit.answers.remarks import MARKS, REMARK, main_period, with_remarks
from graphkit.answers.unsettled import unsettled_lines
from graphkit.errors import GraphkitError, visible
from graphkit.pages.markdown import MarkdownPage
from graphkit.pages.page import lay_out_table
from graphkit.render.answer import sources_of_rows, table_columns
from graphkit.render.formats import View
from graphkit.render.json import as_object, json_text, objects_of
from graphkit.render.screen import remark_lines
from graphkit.stores.results import Result

Reply = dict[str, Any]
"""``structured`` and ``text`` of a result, or ``error``."""
SHORT, WHOLE = 2_000, 20_000
"""Most tokens of a reply, with its text: by default, and if rows or all columns are asked for."""
ROWS, MOST_ROWS = 15, 1_000
"""Rows of a short reply, and the most that may be asked for."""
SIZES = ((15, 5, 8), (12, 5, 8), (12, 3, 6), (10, 3, 6), (10, 2, 4), (10, 1, 3), (8, 1, 3),
         (6, 1, 3), (4, 1, 3), (2, 1, 2), (1, 1, 1), (1, 0, 0))  # fmt: skip
"""Rows, rows of the text, and remarks of a short reply: the first that fit are taken."""
CITED = 4
"""Sources of a short reply."""
LONGEST = 200
"""Letters of a text in a short reply."""
DIGITS = 4
"""Digits of a number in a short reply."""
TABLES = ("claims", "comparisons", "elsewhere", "links", "sources")
MORE = ("full=true",) * 3
_TOKEN = re.compile(r"[A-Za-z]{1,6}|\d{1,3}|[^\x00-\x7f]|[^\sA-Za-z\d]{1,3}|\n")


def tokens(text: str) -> int:
    """Estimate the tokens of a text, rather too many than too few.

    Common tokenizers take a word, three digits, or two marks for one.

    >>> tokens("China sold 84.2 %")
    6
    """
    return sum(1 for _ in _TOKEN.finditer(text))


def size_of(reply: Reply) -> int:
    """Estimate the tokens of a reply: of its structured content and its text."""
    return tokens(json_text(reply["structured"])) + tokens(reply["text"])


def plain_data(value: Any) -> Any:
    r"""Return JSON as plain data, with hidden characters escaped as a terminal shows them.

    >>> plain_data({"name": "red: \x1b[31m", "share": float("nan")})
    {'name': 'red: \\x1b[31m', 'share': None}
    """
    return _visible(json.loads(json_text(value)))


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(name): _visible(item) for name, item in value.items()}
    return [_visible(item) for item in value] if isinstance(value, list) else value


def short_reply(answer: Answer, skip: int = 0, rows: int | None = None) -> Reply:
    """Write the rows of an answer that matter most, from one on.

    A number of rows that is asked for may be too many for one reply: fewer are given, and
    ``next`` says from where on to ask again.
    """
    remarked = with_remarks(answer)
    lines = remark_lines(answer, View(more=MORE))
    sizes: Iterable[tuple[int, int, int]] = SIZES
    if rows is not None:
        sizes = ((count, min(5, count), 8) for count in _fewer(min(rows, MOST_ROWS)))
    for size in sizes:
        reply = _short(remarked, lines, skip, *size)
        if size_of(reply) <= (SHORT if rows is None else WHOLE):
            return reply
    raise GraphkitError("the answer is too large for an assistant: ask for less")


def _fewer(count: int) -> Iterator[int]:
    while count:
        yield count
        count = count * 3 // 4


def _short(
    answer: Answer, lines: Sequence[str], skip: int, count: int, shown: int, remarks: int
) -> Reply:
    few = answer.rows.take(pa.array(_order(answer)[skip : skip + count], pa.int64()))
    same, names = _same(answer, few)
    content = {
        "headline": answer.headline or answer.question,
        "question": answer.question,
        "same_in_all_rows": same,
        "units": {name: unit for name in names if (unit := _unit(answer, name))},
        "rows": [
            {name: _cell(answer, name, row[name]) for name in names} for row in few.to_pylist()
        ],
        "rows_in_all": len(answer.rows),
        "next": _next(skip, len(few), len(answer.rows)),
        "not_final": [*unsettled_lines([answer.coverage])],
        "remarks": [_shortened(line) for line in lines[:remarks]],
        "citations": citations(answer.sources, sources_of_rows(answer)),
    }
    content = {name: value for name, value in content.items() if value not in ({}, [], None)}
    content.setdefault("rows", [])
    structured = plain_data(content)
    return {"structured": structured, "text": text_of(structured, shown)}


def _order(answer: Answer) -> list[int]:
    """Order the rows so that those that matter most come first, however many are shown."""
    first = list(answer.first_rows(ROWS))
    return [*first, *sorted(set(range(len(answer.rows))) - set(first))]


def text_of(content: Mapping[str, Any], shown: int) -> str:
    """Write a reply for clients that show no structured content: a few rows, and the sources."""
    page = MarkdownPage()
    page.title(content["headline"])
    rows = content.get("rows", [])
    if shown and rows:
        table = pa.Table.from_pylist([
            {name: None if value is None else str(value) for name, value in row.items()}
            for row in rows[:shown]
        ])  # fmt: skip
        lay_out_table(table_columns(table), page)
    lines = [str(page).rstrip()]
    if len(rows) > shown:
        lines.append(f"{min(shown, len(rows))} of {len(rows)} rows of the structured content.")
    lines += content.get("not_final", [])
    lines += [_cited(source) for source in content.get("citations", ()) if "keys" in source]
    return "\n".join(lines)


def _cited(source: Mapping[str, Any]) -> str:
    parts = [source.get(name) for name in ("publisher", "title", "licence", "url")]
    return f"Source: {', '.join(map(str, filter(None, parts)))}"


def citations(sources: pa.Table, keys: Sequence[str], most: int = CITED) -> list[dict[str, Any]]:
    """Select sources to cite, those that can be opened first; editions of one page are one."""
    wanted = set(keys)
    cited: dict[tuple[str, ...], dict[str, Any]] = {}
    rows = [row for row in sources.to_pylist() if row["key"] in wanted]
    for row in sorted(rows, key=lambda row: row["url"] is None):
        page = tuple(row[name] for name in (("publisher", "url") if row["url"] else ("key",)))
        names = ("title", "publisher", "url", "licence")
        citation = cited.setdefault(page, {"keys": [], **{n: row[n] for n in names if row[n]}})
        citation["keys"].append(row["key"])
    chosen = list(cited.values())
    if len(chosen) > most:
        count = len(chosen) - most
        return [*chosen[:most], {"title": f"{count} more: full=true"}]
    return chosen


def _same(answer: Answer, few: pa.Table) -> tuple[dict[str, Any], list[str]]:
    """Split the columns that people read into what is alike in all rows, and the others.

    The period of most rows is said once: remarks name another.
    """
    heads = [name for name in answer.headers if name not in MARKS and name != REMARK.name]
    ends = [name for name in ("low", "high") if name in few.column_names and name not in heads]
    main = main_period(answer)
    same: dict[str, Any] = {} if main is None else {"period": main}
    names = []
    for name in [*heads, *ends, REMARK.name]:
        values = answer.rows[name].to_pylist()
        if name in same or few[name].null_count == len(few):
            continue
        if len(values) > 1 and all(value == values[0] for value in values):
            same[name] = _cell(answer, name, values[0])
        else:
            names.append(name)
    return same, names


def _unit(answer: Answer, name: str) -> str:
    return _shortened(unit_of(answer.rows.schema.field(name)).partition(", ")[0])


def _cell(answer: Answer, name: str, value: Any) -> Any:
    """Write a value with the names that people know, in few digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if abs(value) < 10**DIGITS else round(value)
    refs = {column.name: column.refers_to for column in answer.columns}
    if refs.get(name):
        value = name_cell(value, refs[name], answer.names)
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    return _shortened(value) if isinstance(value, str) else value


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3].rstrip()}..."


def _next(skip: int, count: int, whole: int) -> str | None:
    last = skip + count
    if last >= whole:
        return None
    return f"rows {skip + 1} to {last} of {whole:,}; the next with skip={last}"


def whole_reply(answer: Answer, skip: int, rows: int | None) -> Reply:
    """Write all columns, coverage, claims and notes of an answer, and as many rows as fit."""
    for count in _fewer(min(rows or MOST_ROWS, MOST_ROWS)):
        reply = _whole(answer, skip, count)
        if size_of(reply) <= WHOLE:
            return reply
    raise GraphkitError("the answer is too large for an assistant: ask for less")


def _whole(answer: Answer, skip: int, count: int) -> Reply:
    """Return the first rows of each table of an answer, with a note on those left out."""
    places = _order(answer)[skip : skip + count]
    # Few rows are cited as well as many.
    most = {"sources": max(count, CITED)}
    tables = {name: getattr(answer, name).slice(0, most.get(name, count)) for name in TABLES}
    claims = tables["claims"]["key"]
    of_these = pc.is_in(tables["comparisons"]["claim"], claims)
    tables["comparisons"] = tables["comparisons"].filter(of_these)
    notes = [
        f"First {len(tables[name]):,} of {len(getattr(answer, name)):,} {name}."
        for name in TABLES
        if len(tables[name]) < len(getattr(answer, name))
    ]
    few = {"rows": answer.rows.take(pa.array(places, pa.int64())), **tables}
    content = as_object(replace(answer, **few))
    content["notes"] = [*notes, *content["notes"]]
    content |= {
        "caption": caption_of(answer),
        "rows_in_all": len(answer.rows),
        "next": _next(skip, len(places), len(answer.rows)),
        "citations": citations(answer.sources, sources_of_rows(answer)),
    }
    if count == 1:  # what does not fit otherwise
        content |= {"coverage": {}, "units": {}}
    structured = plain_data(content)
    return {"structured": structured, "text": text_of({**structured, "rows": []}, 0)}


def pages_reply(headline: str, markdown: str, skip: int, most: int) -> Reply:
    """Write as many lines of a page as fit, from one on."""
    lines = markdown.splitlines()
    count, size = 0, 2 * tokens(headline) + most // 10
    for line in lines[skip:]:
        size += tokens(line) + 1
        if size > most and count:
            break
        count += 1
    last = skip + count
    further = f"lines {skip + 1} to {last} of {len(lines)}; the next with skip={last}"
    content = {
        "headline": visible(headline),
        "markdown": "\n".join(lines[skip:last]),
        "next": further if last < len(lines) else None,
    }
    text = headline if content["next"] is None else f"{headline} ({further})"
    return {"structured": content, "text": visible(text)}


def table_reply(result: Result, title: str, sources: pa.Table, most: int) -> Reply:
    """Write rows of a statement, as many as fit; a complete reply has them all."""
    table = result.table
    keys = [
        key
        for name in table.column_names
        if name.endswith("source") and pa.types.is_string(table.schema.field(name).type)
        for text in table[name].to_pylist()
        for key in (text or "").split()
    ]
    sizes = [(count, min(5, count)) for count in _fewer(len(table))]
    same, names = _alike(table)
    for count, shown in [*sizes, (1, 0), (0, 0)]:
        units = {name: unit for name in names if (unit := unit_of(table.schema.field(name)))}
        content = {
            "headline": title or f"{len(table):,} rows",
            "same_in_all_rows": same,
            "units": units,
            "rows": objects_of(table.select(names).slice(0, count)),
            "complete": result.is_whole and count == len(table),
            "notes": [*result.notes],
            "citations": citations(sources, keys),
        }
        if count < len(table):
            content["next"] = f"{count} of {len(table):,} rows fit: ask for fewer columns, or SKIP"
        structured = plain_data(content)
        reply = {"structured": structured, "text": text_of(structured, shown)}
        if size_of(reply) <= most:
            return reply
    raise GraphkitError("a row is too large for an assistant: ask for fewer columns")


def _alike(table: pa.Table) -> tuple[dict[str, Any], list[str]]:
    """Split the columns of several rows into what is alike in all of them, and the others."""
    if len(table) < 2:
        return {}, table.column_names
    first = objects_of(table.slice(0, 1))[0]
    columns = {name: table[name].to_pylist() for name in table.column_names}
    alike = [name for name, values in columns.items() if all(v == values[0] for v in values)]
    if len(alike) == len(columns):
        return {}, table.column_names
    others = [name for name in columns if name not in alike]
    return {name: first[name] for name in alike}, others
