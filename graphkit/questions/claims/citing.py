"""Citations of answers, and rechecks: the question of a citation is asked again."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from graphkit._version import METHOD, __version__
from graphkit.answers.citation_id import EDITION, FACTS, CitationId
from graphkit.answers.figures import number_of
from graphkit.database import last_load
from graphkit.errors import GraphkitError, StoreError, Unreachable, UsageError
from graphkit.files.folders import shipped
from graphkit.kinds import Kind
from graphkit.period import Period
from graphkit.queries import Reading, noted_readings, rows_of
from graphkit.questions.addresses import Pairs, by_path, command_of, pairs_of, path_of, read_values
from graphkit.questions.question import Question, prepare
from graphkit.questions.registry import PARAMETERS
from graphkit.schema import GRAPH
from graphkit.stores.edits import Conditions, Scope
from graphkit.verbs.parameter import LATEST
from graphkit.verbs.verb import Verb

if TYPE_CHECKING:
    from graphkit.answers.answer import Answer
    from graphkit.answers.sentence import Claim
    from graphkit.catalog.catalog import Catalog
    from graphkit.render.citation import Citation, Recheck


def cite(
    catalog: Catalog,
    question: Question,
    answer: Answer | None = None,
    *,
    db: str | None = None,
    own: str | None = None,
) -> Citation:
    """Cite the answer to a question, with an id that :func:`recheck` takes.

    A question of the newest period is cited with the period that its sentence is about, if it then
    claims the same, or the first part of it: of the next edition, the newest is another.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    question : Question
        The question.
    answer : Answer, optional
        Its answer, if it is known.
    db, own : str, optional
        Database and folder of own facts, as the user named them, for the command.

    Raises
    ------
    Unreachable
        A row that the answer may rest on is not as it was loaded.
    StoreError
        The known answer is not the one that the facts give now.
    """
    from graphkit.render.citation import Citation

    with _as_loaded(catalog) as facts:
        if answer is None or facts is not catalog:
            known, answer = answer, question.ask(facts)
            if known is not None and known.headline != answer.headline:
                raise StoreError(
                    f"{catalog.store.label} now gives another answer: {answer.headline} Ask again"
                )
        question, answer = _dated(facts, question, answer)
        verb, pairs = _canonical(facts, question)
        content = last_load(catalog.store).content
        editions = frozenset(_editions(facts, answer).values())
    cited = CitationId(
        f"{path_of(verb)}?{urlencode(pairs)}", answer.headline, METHOD,
        bytes.fromhex(content)[:FACTS].ljust(FACTS, b"\0"), editions,
    )  # fmt: skip
    day = datetime.now(UTC).date()
    return Citation(answer, day, command_of(verb, pairs, db, own), content, cited)


@contextmanager
def _as_loaded(catalog: Catalog) -> Iterator[Catalog]:
    """Give facts to read, and refuse them afterwards if a row that was read is not as loaded.

    They are read anew unless they come from a file to which nobody wrote.
    """
    from graphkit.catalog.catalog import Catalog

    store = catalog.store
    store.check_same()
    if store.identity and store.is_as_loaded:
        yield catalog
        return
    before = store.content
    with noted_readings() as readings:
        try:
            yield Catalog(store)
        except StoreError:
            raise
        except Exception:  # which may be of an edit, such as a name or a revision that is none
            store.edits(_scope(readings)).refuse(store.label)
            raise
    store.edits(_scope(readings)).refuse(store.label)
    if store.content != before:
        raise Unreachable(f"{store.label} was written to while it was read; ask again")


PARTLY_READ = ("EXPORTS", "DEPENDS_ON")
"""Kinds of so many rows that only those behind an answer are compared with their digests."""
COLUMNS_OF: Mapping[str, tuple[str, ...]] = {
    "product": ("product",), "products": ("product",), "period": ("period",),
    "periods": ("period",), "consumer": ("importer", "consumer"),
    "consumers": ("importer", "consumer"), "importers": ("importer", "consumer"),
    "supplier": ("exporter", "supplier"), "suppliers": ("exporter", "supplier"),
}  # fmt: skip
"""Columns that the parameters of query files narrow down, by whatever kind has them."""


def _scope(readings: Iterable[Reading]) -> Scope:
    """Select the rows that an answer may rest on: of some kinds those read, of all others all."""
    scope: dict[str, list[Conditions]] = {name: [] for name in PARTLY_READ}
    for query, values in readings:
        text = (shipped("queries") / f"{query}.cypher").read_text(encoding="utf-8")
        for name in PARTLY_READ:
            condition = _condition(GRAPH[name], values)
            if f":{name}" in text and condition not in scope[name]:
                scope[name].append(condition)
    return scope


def _condition(kind: Kind, values: Mapping[str, object]) -> Conditions:
    """Write the parameters of a query as values of the columns of a kind."""
    names = [prop.name for prop in kind.columns]
    condition = {}
    for parameter, value in values.items():
        for column in COLUMNS_OF.get(parameter, ()):
            if column in names:
                condition[column] = (
                    [str(v) for v in value] if isinstance(value, list) else [str(value)]
                )
    return condition


def _dated(catalog: Catalog, question: Question, answer: Answer) -> tuple[Question, Answer]:
    """Give a question its period, if its answer then claims the same, or a part of it."""
    takes = any(parameter.name == "period" for parameter in PARAMETERS[question.name])
    if not takes or question.arguments.get("period") not in (None, LATEST):
        return question, answer
    for period in _periods(answer):
        dated = replace(question, arguments={**question.arguments, "period": period})
        if answer.scope.states("period", period):
            return dated, answer
        with suppress(GraphkitError):
            same = dated.ask(catalog)
            claims = _claims(same)
            if claims and claims == _claims(answer)[: len(claims)]:
                return dated, same
    return question, answer


def _claims(answer: Answer) -> list[Claim]:
    """List the claims of an answer, the main one first, without their places in its rows."""
    return [replace(claim, rows=()) for claim in answer.sentence.claims]


def _periods(answer: Answer) -> list[str]:
    """List the periods of the rows of an answer, that of most of them first; of a time none."""
    if answer.in_time or "period" not in answer.rows.column_names:
        return []
    counts = Counter(period for period in answer.rows["period"].to_pylist() if period)
    return sorted(counts, key=lambda period: (-counts[period], -Period(period).end, period))


def _canonical(catalog: Catalog, question: Question) -> tuple[Verb, Pairs]:
    """Write a question as an address, with the codes of places."""
    verb, pairs = pairs_of(question.name, question.arguments)
    places = {p.field for p in verb.parameters if p.names == "places"}
    return verb, [(name, _codes(catalog, text) if name in places else text) for name, text in pairs]


def _codes(catalog: Catalog, text: str) -> str:
    """Write the codes of places; the text, if one is no place."""
    try:
        return ",".join(catalog.place(name).key for name in catalog.places_in(text))
    except GraphkitError:
        return text


def _editions(catalog: Catalog, answer: Answer) -> dict[str, bytes]:
    """Digest all facts of each source that an answer rests on, by the key of the source."""
    from graphkit.render.answer import supporting_sources
    from graphkit.render.json import json_text

    facts = {row["source"]: row for row in rows_of(catalog.store, "editions").to_pylist()}
    texts = {key: json_text(facts.get(key)) for key in supporting_sources(answer)}
    return {key: sha256(text.encode()).digest()[:EDITION] for key, text in texts.items()}


def recheck(
    catalog: Catalog, id: CitationId | str, *, db: str | None = None, own: str | None = None
) -> Recheck:
    """Ask the question of a citation again, and compare what it says now.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    id : CitationId or str
        The id of the citation.
    db, own : str, optional
        As in :func:`cite`.

    Raises
    ------
    UsageError
        The text is no id, or a character of it is missing or another.
    StoreError
        The database cannot be read.
    """
    from graphkit.render.citation import Outcome, Recheck, figures

    cited = CitationId.read(id) if isinstance(id, str) else id
    path, _, fields = cited.question.partition("?")
    pairs = parse_qsl(fields, keep_blank_values=True)
    command = shlex.join(["graphkit", *path.split("/"), *(text for _, text in pairs)])
    try:
        verb = by_path().get(path)
        if verb is None:
            raise UsageError(f"graphkit {__version__} has no question {path!r}")
        values = read_values(verb, pairs)
        command = command_of(verb, pairs, db, own)
        question = prepare(verb, values, "json")
        with _as_loaded(catalog) as facts:
            answer = question.ask(facts)
            editions = _editions(facts, answer)
    except StoreError:
        raise
    except GraphkitError as error:
        return Recheck(Outcome.UNKNOWN, cited, command, because=str(error))
    now = answer.headline
    same = now == cited.sentence or (
        cited.editions == set(editions.values()) and figures(now) == figures(cited.sentence)
    )
    if cited.method != METHOD:
        because = f"method {METHOD} now, {cited.method} then{'; the figures are the same' * same}"
        return Recheck(Outcome.METHOD_CHANGED, cited, command, now, because)
    if same:
        return Recheck(Outcome.HOLDS, cited, command, now)
    if not len(answer.rows):
        return Recheck(Outcome.UNKNOWN, cited, command, because=now)
    return Recheck(Outcome.MOVED, cited, command, now, _reason(catalog, answer, editions, cited))


def _reason(
    catalog: Catalog, answer: Answer, editions: Mapping[str, bytes], cited: CitationId
) -> str:
    """Name the sources that give other facts than they did when an answer was cited."""
    versions = {row["key"]: row["version"] for row in answer.sources.to_pylist()}
    others = [
        f"{key} ({versions[key]})" if versions[key] else key
        for key, edition in editions.items()
        if edition not in cited.editions
    ]
    fewer = len(cited.editions) - len(editions)
    if others:
        text = f"because of other facts from {', '.join(others)}"
        return f"{text}, and {number_of(fewer, 'source')} fewer" if fewer > 0 else text
    if fewer > 0:
        return f"because {number_of(fewer, 'source')} of then gives it no facts now"
    if last_load(catalog.store).content.startswith(cited.facts.hex()):
        return "by another way of counting in this version of graphkit: the facts are the same"
    return "because facts on products, codes or places changed: its sources are the same"
