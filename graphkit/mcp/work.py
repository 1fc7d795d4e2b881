"""Work of the tools, in a process of its own that opens the database and can be killed.

Every function takes plain data and returns plain data; nothing here writes a file or opens a
connection other than that of the database.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graphkit.answers.answer import Answer
from graphkit.brief.brief import BRIEF, brief
from graphkit.catalog.catalog import Catalog
from graphkit.cypher.statement import Statement
from graphkit.database import open_database
from graphkit.errors import GraphkitError, Unreachable, UsageError, one_line, visible
from graphkit.importers.seed_files import mapping
from graphkit.mcp.reply import (
    SHORT,
    WHOLE,
    Reply,
    pages_reply,
    plain_data,
    short_reply,
    table_reply,
    text_of,
    whole_reply,
)
from graphkit.pages.markdown import MarkdownPage
from graphkit.pages.page import lay_out_table
from graphkit.queries import find_query, rows_of, run_query
from graphkit.questions.claims.claim_checks import check_stated, stated_claim
from graphkit.questions.question import prepare, read_ahead
from graphkit.questions.registry import every_verb
from graphkit.questions.supply.scenarios import play
from graphkit.render.answer import table_columns
from graphkit.schema import GRAPH
from graphkit.seeds.check import check_alone
from graphkit.stores.limits import Limits
from graphkit.verbs.parameter import named_as_options

# DuckDB looks for the main module when it is imported, and anyio's processes may have none.
sys.modules.setdefault("__main__", ModuleType("__main__"))

VERB = {verb.name.replace(" ", "_"): verb for verb in (*every_verb(), BRIEF)}
"""The declared questions by the names of their tools."""
STATEMENT_ROWS, MOST_CHARACTERS = 100, 400_000
"""Most rows of a statement, unless others are asked for, and their characters."""


@dataclass(frozen=True)
class Job:
    """One call of a tool."""

    db: str | None
    tool: str
    values: Mapping[str, Any]
    rows: int | None = None
    """Rows that are asked for; none for those that matter most."""
    skip: int = 0
    """Rows, or lines of a page, that were given before."""
    full: bool = False
    """True for all columns, coverage, claims and notes."""
    seconds: float = 30.0
    own: str | None = None
    """Folder of the user's own facts on top of the database."""

    @property
    def place(self) -> tuple[str | None, str | None]:
        """The database with the folder on top of it."""
        return self.db, self.own

    @property
    def most(self) -> int:
        """Most tokens of its reply."""
        return WHOLE if self.full or self.rows is not None else SHORT

    @property
    def limits(self) -> Limits:
        """Limits of a statement."""
        rows = self.rows or STATEMENT_ROWS
        return Limits(self.seconds, rows, MOST_CHARACTERS, advice="")


def job_of(
    db: str | None,
    tool: str,
    values: dict[str, Any],
    seconds: float = 30.0,
    own: str | None = None,
) -> Job:
    """Make the job of a call from its values, as :func:`read_arguments` gives them."""
    rows, skip, full = (values.pop(name, None) for name in ("max_rows", "skip", "full"))
    return Job(db, tool, values, rows, skip or 0, bool(full), seconds, own)


_OPEN: dict[tuple[str | None, str | None], Catalog] = {}
"""The database of this process, by the names that it was asked for."""


def build(db: str | None, own: str | None) -> None:
    """Build a database that is not there yet; what is wrong with it, the next call says."""
    with suppress(GraphkitError), open_database(db, with_=own):
        pass


def do(job: Job) -> Reply:
    """Do what a tool is for; an error is a text, as the command line words it."""
    own: Mapping[str, Callable[[Job, Catalog], Reply]] = {
        "cypher": _cypher, "query": _query, "check_sentence": _check, "draft_claim": _draft,
        "brief": _brief, "scenario": _scenario, "warm": _warm,
    }  # fmt: skip
    try:
        return _reading(job, own.get(job.tool, _ask))
    except GraphkitError as error:
        return {"error": visible(one_line(error))}


def _reading(job: Job, call: Callable[[Job, Catalog], Reply]) -> Reply:
    """Call with the facts of the database; if it was lost, the next call opens it again."""
    try:
        return call(job, _catalog(job))
    except Unreachable:
        _close(job)
        raise


def _catalog(job: Job) -> Catalog:
    """Return the facts of the database, opened again after a load."""
    catalog = _OPEN.get(job.place)
    if catalog is not None and (catalog := catalog.renewed()) is None:
        _close(job)
    _OPEN[job.place] = catalog or Catalog(open_database(job.db, with_=job.own))
    return _OPEN[job.place]


def _close(job: Job) -> None:
    if (lost := _OPEN.pop(job.place, None)) is not None:
        lost.store.close()


def _warm(job: Job, catalog: Catalog) -> Reply:
    """Read ahead; name the database."""
    read_ahead(catalog)
    return {"structured": {"database": catalog.store.label}, "text": ""}


def _ask(job: Job, catalog: Catalog) -> Reply:
    """Answer a declared question."""
    answer = prepare(VERB[job.tool], job.values, "json").ask(catalog)
    return _replied(answer, job)


def _replied(answer: Answer, job: Job) -> Reply:
    reply = whole_reply if job.full else short_reply
    return reply(answer, job.skip, job.rows)


def _brief(job: Job, catalog: Catalog) -> Reply:
    """Write a brief as Markdown."""
    arguments = prepare(BRIEF, job.values, "json").arguments
    with named_as_options(BRIEF.parameters):
        text = brief(catalog, **arguments).markdown()
    title = text.partition("\n")[0].lstrip("# ")
    return pages_reply(title, text, job.skip, job.most)


def _scenario(job: Job, catalog: Catalog) -> Reply:
    """Play scenarios that ship."""
    with named_as_options(VERB["stocks"].parameters):
        answer = play(catalog, *job.values["names"])
    return _replied(answer, job)


def _cypher(job: Job, catalog: Catalog) -> Reply:
    """Run a read-only statement."""
    result = catalog.store.ask(
        Statement(job.values["statement"]), job.values.get("parameters") or {}, job.limits
    )
    return table_reply(result, "", catalog.rows("sources"), job.most)


def _query(job: Job, catalog: Catalog) -> Reply:
    """Run a shipped query file."""
    query = find_query(job.values["name"])
    values = catalog.keys_of(query, query.values(job.values.get("parameters") or {}))
    result = run_query(catalog.store, query, values, job.limits)
    sources = catalog.rows("sources")
    return table_reply(result, query.title, sources, job.most)


def _check(job: Job, catalog: Catalog) -> Reply:
    """Check a sentence by the claim that an assistant reads in it.

    One that says no period is of the newest year with trade in the goods.
    """
    stated = {name: value for name, value in job.values.items() if name != "sentence"}
    if stated.get("period") is None and (newest_year := _newest_year(catalog, stated)):
        stated["period"] = newest_year
    answer = check_stated(catalog, stated)
    reply = whole_reply(answer, 0, None) if job.full else short_reply(answer)
    names = ("verdict", "claim", "data", "differs", "why")
    row = answer.rows.select(names).slice(0, 1).to_pylist()[0]
    verdict = plain_data(row)
    sentence = visible(job.values["sentence"])
    content = {"sentence": sentence, "period": stated.get("period"), **verdict}
    content |= {name: part for name, part in reply["structured"].items() if name not in content}
    content["headline"] = f"{verdict['verdict'].capitalize()}: {verdict['claim']}."
    if not job.full:  # the verdict is the row
        content |= {"rows": [], "remarks": content.get("remarks", [])[:2]}
        for name in ("same_in_all_rows", "units", "question"):
            content.pop(name, None)
    lines = [f"{name}: {text}" for name, text in verdict.items() if text]
    cited = text_of({**content, "headline": "; ".join(lines), "rows": []}, 0)
    return {"structured": content, "text": cited}


def _newest_year(catalog: Catalog, stated: Mapping[str, Any]) -> str | None:
    """Return the newest whole year with trade in the goods of a claim, in a full data set."""
    goods = stated.get("product") or stated.get("element")
    traded = catalog.complete().traded
    if goods is not None:
        products = catalog.materials.scope(goods).products
        traded = traded.filter(pc.is_in(traded["product"], pa.array(products, pa.string())))
    years = [period for period in traded["period"].to_pylist() if period.isdecimal()]
    return max(years, default=None)


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
    content = {
        "headline": note, "claim": texts["claim"], "source": texts.get("source"), "note": note,
    }  # fmt: skip
    return {"structured": content, "text": "\n".join([*texts.values(), note])}


def _seed(kind: str, row: Mapping[str, Any]) -> str:
    return f"kind: {kind}\nrows:\n  - {mapping(row)}\n"


def page(db: str | None, name: str, own: str | None = None) -> Reply:
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
        return _reading(Job(db, name, {}, own=own), write)
    except GraphkitError as error:
        return {"error": visible(one_line(error))}
