"""Work of the tools, in a process of its own that opens the database and can be killed.

Every function takes plain data and returns plain data; nothing here writes a file or opens a
connection other than that of the database.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import pyarrow as pa

from graphkit.answers.answer import Answer
from graphkit.answers.figures import unit_of
from graphkit.brief.brief import BRIEF, brief
from graphkit.catalog.catalog import Catalog
from graphkit.cypher.statement import Statement
from graphkit.database import open_database
from graphkit.errors import GraphkitError, Unreachable, UsageError, one_line, visible
from graphkit.importers.seed_files import mapping
from graphkit.pages.markdown import MarkdownPage
from graphkit.pages.page import lay_out_table
from graphkit.queries import find_query, rows_of, run_query
from graphkit.questions.claim_checks import check_stated, stated_claim
from graphkit.questions.question import prepare, read_ahead
from graphkit.render.answer import table_columns
from graphkit.render.formats import View
from graphkit.render.json import as_object, json_text, objects_of
from graphkit.render.screen import screen
from graphkit.schema import GRAPH
from graphkit.seeds.check import check_alone
from graphkit.stores.limits import Limits
from graphkit.verbs.parameter import named_as_options
from graphkit.verbs.registry import VERBS

# DuckDB looks for the main module when it is imported, and anyio's processes may have none.
sys.modules.setdefault("__main__", ModuleType("__main__"))

VERB = {verb.name.replace(" ", "_"): verb for verb in (*VERBS, BRIEF)}
"""The declared questions by the names of their tools."""
ROWS, MOST_ROWS = 100, 1_000
MOST_CHARACTERS = 400_000
"""Of one answer as JSON; a longer one is cut to fewer rows."""
SHOWN = 20
"""Rows in the text of a result, for clients that show no structured content."""
TABLES = ("claims", "comparisons", "elsewhere", "links", "sources")
Reply = dict[str, Any]
"""``structured`` and ``text`` of a result, or ``error``."""


@dataclass(frozen=True)
class Job:
    """One call of a tool."""

    db: str | None
    tool: str
    values: Mapping[str, Any]
    rows: int = ROWS
    seconds: float = 30.0


_OPEN: dict[str | None, Catalog] = {}
"""The database of this process, by the name that it was asked for."""


def build(db: str | None) -> None:
    """Build a database that is not there yet; what is wrong with it, the next call says."""
    with suppress(GraphkitError), open_database(db):
        pass


def do(job: Job) -> Reply:
    """Do what a tool is for; an error is a text, as the command line words it."""
    own: Mapping[str, Callable[[Job, Catalog], Reply]] = {
        "cypher": _cypher, "query": _query, "check_sentence": _check, "draft_claim": _draft,
        "brief": _brief, "warm": _warm,
    }  # fmt: skip
    try:
        return _reading(job, own.get(job.tool, _ask))
    except GraphkitError as error:
        return {"error": visible(one_line(error))}


def _reading(job: Job, call: Callable[[Job, Catalog], Reply]) -> Reply:
    """Call with the facts of the database; if it was lost, the next call opens it again."""
    try:
        if job.db in _OPEN and _OPEN[job.db].store.is_replaced:
            _OPEN.pop(job.db).store.close()
        if job.db not in _OPEN:
            _OPEN[job.db] = Catalog(open_database(job.db))
        return call(job, _OPEN[job.db])
    except Unreachable:
        if (lost := _OPEN.pop(job.db, None)) is not None:
            lost.store.close()
        raise


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


def _warm(job: Job, catalog: Catalog) -> Reply:
    """Read ahead; name the database."""
    read_ahead(catalog)
    return {"structured": {"database": catalog.store.label}, "text": ""}


def _ask(job: Job, catalog: Catalog) -> Reply:
    """Answer a declared question."""
    answer = prepare(VERB[job.tool], job.values, "json").ask(catalog)
    return _answered(answer, job.rows)


def _answered(answer: Answer, rows: int) -> Reply:
    """Cut an answer to some rows, and to fewer if they are long."""
    page = MarkdownPage()
    screen(answer, View(top=min(rows, SHOWN), more=_MORE)).put_on(page)
    text = str(page)
    while True:
        cut = _cut(answer, rows)
        if len(json_text(cut)) <= MOST_CHARACTERS:
            break
        if rows == 1:
            raise GraphkitError("the answer is too large for an assistant: ask for less")
        rows = max(1, rows // 2)
    notes = [note for note in cut["notes"] if note.startswith("First ")]
    return {"structured": plain_data(cut), "text": "\n".join([text, *map(visible, notes)])}


_MORE = ("the structured content",) * 3


def _cut(answer: Answer, rows: int) -> dict[str, Any]:
    """Return the first rows of each table of an answer, with a note on those left out."""
    places = answer.first_rows(rows)
    # Few rows are cited as well as many.
    most = {"sources": max(rows, ROWS)}
    tables = {name: getattr(answer, name).slice(0, most.get(name, rows)) for name in TABLES}
    whole = {"rows": answer.rows, **{name: getattr(answer, name) for name in TABLES}}
    few = {"rows": answer.rows.take(pa.array(places, pa.int64())), **tables}
    notes = [
        f"First {len(few[name]):,} of {len(table):,} {name}; max_rows takes up to {MOST_ROWS:,}."
        for name, table in whole.items()
        if len(few[name]) < len(table)
    ]
    content = as_object(replace(answer, **few))
    content["notes"] = [*notes, *content["notes"]]
    return {**content, "caption": answer.caption, "rows_in_all": len(answer.rows)}


def _brief(job: Job, catalog: Catalog) -> Reply:
    """Write a brief as Markdown."""
    arguments = prepare(BRIEF, job.values, "json").arguments
    with named_as_options(BRIEF.parameters):
        text = brief(catalog, **arguments).markdown()
    if len(text) > MOST_CHARACTERS:
        raise GraphkitError("the brief is too large for an assistant: ask for one mineral")
    return {"structured": {"markdown": text}, "text": text}


def _cypher(job: Job, catalog: Catalog) -> Reply:
    """Run a read-only statement."""
    limits = Limits(job.seconds, job.rows, MOST_CHARACTERS)
    result = catalog.store.ask(
        Statement(job.values["statement"]), job.values.get("parameters") or {}, limits
    )
    return _table(result.table, result.notes)


def _query(job: Job, catalog: Catalog) -> Reply:
    """Run a shipped query file."""
    query = find_query(job.values["name"])
    values = catalog.keys_of(query, query.values(job.values.get("parameters") or {}))
    limits = Limits(job.seconds, job.rows, MOST_CHARACTERS)
    result = run_query(catalog.store, query, values, limits)
    return _table(result.table, result.notes, query.title)


def _table(table: pa.Table, notes: tuple[str, ...], title: str = "") -> Reply:
    first = table.slice(0, SHOWN)
    text = str(lay_out_table(table_columns(first), MarkdownPage(), title))
    if len(first) < len(table):
        text += f"\n{len(first)} of {len(table):,} rows: {_MORE[0]}.\n"
    notes = tuple(note.partition("; see more with --max-rows")[0] for note in notes)
    content = {
        "title": title,
        "columns": [{"name": f.name, "unit": unit_of(f)} for f in table.schema],
        "rows": objects_of(table),
        "complete": not any(note.startswith("there are more rows") for note in notes),
        "notes": list(notes),
    }
    return {"structured": plain_data(content), "text": "\n".join([text, *map(visible, notes)])}


def _check(job: Job, catalog: Catalog) -> Reply:
    """Check a sentence by the claim that an assistant reads in it."""
    answer = check_stated(catalog, {k: v for k, v in job.values.items() if k != "sentence"})
    reply = _answered(answer, job.rows)
    row = reply["structured"]["rows"][0]
    verdict = {name: row[name] for name in ("verdict", "claim", "data", "differs", "why")}
    sentence = visible(job.values["sentence"])
    reply["structured"] = {"sentence": sentence, **verdict, **reply["structured"]}
    lines = [f"{name}: {text}" for name, text in verdict.items() if text]
    return {**reply, "text": visible("; ".join(lines))}


def _draft(job: Job, catalog: Catalog) -> Reply:
    """Write a claim as the text of a seed file, for a person to commit."""
    values = dict(job.values)
    source = values.pop("new_source", None)
    texts = {}
    if source is not None:
        if source["key"] in catalog.nodes("Source")["key"].to_pylist():
            raise UsageError(f"new_source: the graph has a source {source['key']!r} already")
        texts["source"] = _seed("Source", source)
        if values.pop("source") != source["key"]:
            raise UsageError(f"source: wanted {source['key']!r}, the key in new_source")
    claim = stated_claim(catalog, values)
    if source is not None:
        claim["source"] = source["key"]
    if claim["key"] in catalog.claims["key"].to_pylist():
        raise UsageError(f"key: the graph has a claim {claim['key']!r} already")
    texts["claim"] = _seed("Claim", {p.name: claim.get(p.name) for p in GRAPH["Claim"].columns})
    for text in texts.values():
        if problems := check_alone(text):
            raise GraphkitError("; ".join(problem.message for problem in problems))
    note = (
        "Nothing is written: a person saves each text as a .yaml file below the folder of seeds, "
        "and runs graphkit check."
    )
    # The check refuses hidden characters, so that these texts are shown as they are.
    content = {"claim": texts["claim"], "source": texts.get("source"), "note": note}
    return {"structured": content, "text": "\n".join([*texts.values(), note])}


def _seed(kind: str, row: Mapping[str, Any]) -> str:
    return f"kind: {kind}\nrows:\n  - {mapping(row)}\n"


def page(db: str | None, name: str) -> Reply:
    """Write a page about what the database holds: its sources, or its coverage."""
    titles = {
        "sources": ("sources", "claims-by-source"),
        "coverage": ("datasets", "trade-freshness", "production-freshness", "mass-coverage"),
    }

    def write(job: Job, catalog: Catalog) -> Reply:
        parts = []
        for query_name in titles[name]:
            query = find_query(query_name)
            if any(p.default is None for p in query.parameters):
                continue
            table = rows_of(catalog.store, query_name, **query.values({}))
            parts.append(str(lay_out_table(table_columns(table), MarkdownPage(), query.title)))
        return {"structured": {}, "text": "\n".join(parts)}

    try:
        return _reading(Job(db, name, {}), write)
    except GraphkitError as error:
        return {"error": visible(one_line(error))}
