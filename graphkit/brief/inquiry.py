"""Questions that a brief asks of one catalog, and their answers."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pyarrow as pa

from graphkit.answers.answer import Answer, undoubted
from graphkit.answers.note import words_of_notes
from graphkit.answers.sentence import Kind, Sentence
from graphkit.answers.unsettled import unsettled_lines
from graphkit.brief.document import Brief, Section
from graphkit.brief.paper import cut
from graphkit.brief.wording import cited_claim, sentence
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.materials import Scope
from graphkit.catalog.tables import COUNTRIES
from graphkit.errors import GraphkitError
from graphkit.names import with_article
from graphkit.questions.question import first_line, prepare
from graphkit.questions.registry import VERBS
from graphkit.render.answer import lines_by_source, sources_of_rows
from graphkit.stores.base import Progress
from graphkit.verbs.verb import Verb

Part = tuple[Section | None, list[str]]
"""A section, unless there is nothing to say, and the sentences that say the most of it."""
NOTHING: Part = (None, [])
BULLETS, LIMITS = 5, 3
"""Sentences of page 1: the answer, and what the data lack."""
VERB = {verb.name: verb for verb in VERBS}


@dataclass(frozen=True)
class Finding:
    """A question of a brief, and its answer or why there is none."""

    name: str
    """The verb."""
    command: str
    answer: Answer | None
    lacking: str = ""
    question: str = ""
    """Name of the question, which the verb may have several of."""

    def told(self, **values: Any) -> Sentence:
        """Write the first line of the answer on those rows alone that have some values."""
        if self.answer is None:
            return Sentence()
        rows = undoubted(self.answer).rows
        selected = [all(row[name] == value for name, value in values.items())
                    for row in rows.to_pylist()]  # fmt: skip
        return first_line(self.question, replace(self.answer, rows=rows.filter(pa.array(selected))))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the answer; none if it has no answer, or only published figures."""
        if self.answer is None or self.answer.scope.is_published:
            return []
        rows: list[dict[str, Any]] = undoubted(self.answer).rows.to_pylist()
        return rows

    def section(self, title: str, sentences: Sequence[str] = (), **fields: Any) -> Section:
        """Make a section of the answer."""
        if self.answer is not None and self.answer.scope.is_published:
            sentences = [*sentences, "No trade data cover it; the figures are as published."]
        return Section(title, sentences, command=self.command, **{"answer": self.answer, **fields})


@dataclass(frozen=True)
class Inquiry:
    """The questions that a brief asks of one database, within one scope."""

    catalog: Catalog
    scope: str | None
    progress: Progress
    findings: list[Finding] = field(default_factory=list)
    """Every question so far, in order."""

    def ask(self, name: str, **parameters: Any) -> Finding:
        """Ask the question of a verb.

        Parameters
        ----------
        name : str
            The verb, as on the command line.
        **parameters
            Values of its parameters; None is left out. Several names are a list.
        """
        verb = VERB[name]
        values = {key: value for key, value in parameters.items() if value not in (None, [])}
        defaults = {p.name: None if p.default is ... else p.default for p in verb.parameters}
        command = command_of(verb, values)
        self.progress(f"graphkit {name}", 1)
        try:
            answer = prepare(verb, defaults | values, "json").ask(self.catalog)
            finding = Finding(name, command, answer, question=verb.chosen(defaults | values)[0])
        except GraphkitError as error:
            if type(error) is not GraphkitError:
                raise
            finding = Finding(name, command, None, sentence(str(error)))
        self.findings.append(finding)
        return finding

    @property
    def names(self) -> list[str] | None:
        """The scope as the parameter of a question."""
        return [self.scope] if self.scope else None

    @cached_property
    def scopes(self) -> list[Scope]:
        """The minerals, and apart the products and stages, that the scope names."""
        materials = self.catalog.materials
        texts = materials.scopes_in(self.scope) if self.scope else []
        return [materials.scope(text) for text in texts]

    @property
    def meaning(self) -> str:
        """The scope as people read it."""
        return " and ".join(scope.meaning for scope in self.scopes)

    @cached_property
    def places(self) -> Mapping[str, str]:
        """Names of countries and areas, by key."""
        return {
            row["key"]: row["name"]
            for kind in ("Country", "Area")
            for row in self.catalog.nodes(kind).to_pylist()
        }

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Short names of places, products and stages in tables, by key."""
        materials = self.catalog.materials
        stages = self.catalog.nodes("Stage")["key"].to_pylist()
        labels = {key: materials.label(key) for key in (*materials.products, *stages)}
        return {**labels, **self.places}

    @cached_property
    def countries(self) -> set[str]:
        """The places that are one country."""
        rows = self.catalog.nodes("Country").to_pylist()
        return {row["key"] for row in rows if row["type"] in COUNTRIES}

    def place(self, key: str) -> str:
        """Return the name of a country or area in a sentence."""
        return with_article(self.places.get(key, key))

    def product(self, key: str) -> str:
        """Return the short name of a product in a sentence."""
        return self.catalog.materials.in_text(key)

    @cached_property
    def names_in_text(self) -> Mapping[str, str]:
        """Names in a sentence of all that a claim may be about, by key."""
        materials = self.catalog.materials
        kinds = [self.catalog.nodes(kind)["key"].to_pylist() for kind in ("Stage", "Element")]
        return {
            **{key: materials.in_text(key) for keys in kinds for key in keys},
            **{key: materials.in_text(key) for key in materials.products},
            **{key: self.place(key) for key in self.places},
        }

    def cited(self, claim: Mapping[str, Any]) -> str:
        """Write a published claim as a sentence, with its basis and source."""
        text = cited_claim(claim, self.names_in_text)
        begun = f"{text[:-1]}; " if text.endswith(")") else f"{text} ("
        basis = f"basis: {claim['basis']}; " if "basis" in claim else ""
        whose = f"{claim['attributed_to']}, in " if "attributed_to" in claim else ""
        return sentence(f"{begun}{basis}{whose}{claim['source']})")

    def scope_of(self, products: Iterable[str]) -> list[str]:
        """Name products so that none is read as an element or a stage."""
        scope = self.catalog.materials.scope
        return [key if scope(key).products == (key,) else f"product:{key}" for key in products]

    def count_places(self, keys: Iterable[str], most: int = 5) -> str:
        """Count equal places: ``China (17), Australia (4), others (6)``."""
        counts = sorted(Counter(keys).items(), key=lambda pair: (-pair[1], pair[0]))
        texts = [f"{self.place(key)} ({count})" for key, count in counts[:most]]
        if others := sum(count for _, count in counts[most:]):
            texts.append(f"others ({others})")
        return ", ".join(texts)

    def brief(
        self, title: str, form: Form, *, parts: Sequence[Part], chart: Answer | None,
        stop: Section | None, steps: Sequence[tuple[str, str]], limits: Sequence[str],
    ) -> Brief:  # fmt: skip
        """Make a brief of its parts, the most important first.

        Parameters
        ----------
        title : str
        form : Form
            Its length, its command, and a title that replaces this one.
        parts : sequence of Part
            The sections of the annex, with the sentences that page 1 has the first of.
        chart : Answer, optional
            The rows of the picture.
        stop : Section, optional
            The cost of a stop of the first supplier.
        steps : sequence of tuple
            What to ask next.
        limits : sequence of str
            What limits the data, the most important first.
        """
        sections = [section for section, _ in parts if section is not None]
        figures = [section.answer for section in sections if section.answer is not None]
        if not_final := " ".join(unsettled_lines(answer.coverage for answer in figures)):
            limits = [*limits[: LIMITS - 1], not_final]
        bullets = [text for _, sentences in parts for text in sentences][:BULLETS]
        front = [
            stop, Section("What to ask next", steps=steps) if steps else None,
            Section("Limits of the data", points=limits) if limits else None,
        ]  # fmt: skip
        annex = cut([*sections, *self._explanations()], _sources(figures), form.pages - 1)
        return Brief(
            form.title or title, bullets, chart, [part for part in front if part is not None],
            annex, form.command,
        )  # fmt: skip

    def _explanations(self) -> list[Section]:
        """Make the sections on methods, and on what to know of the figures."""
        answers = [finding.answer for finding in self.findings if finding.answer is not None]
        notes = list(
            dict.fromkeys(words for answer in answers for words in words_of_notes(answer.notes))
        )
        text = "Each command above gives all of its own with --long."
        return [
            Section("Methods", points=METHODS, fine_print=True),
            *[Section("Notes", [text], points=notes, listed=len(notes), fine_print=True)]
            * bool(notes),
        ]


@dataclass(frozen=True)
class Form:
    """The form of a brief, whatever it says."""

    command: str
    """The command that writes it."""
    pages: int
    """Most A4 pages in print."""
    title: str | None = None
    """Title in place of its own."""


def command_of(verb: Verb, values: Mapping[str, Any]) -> str:
    """Write the command that asks a question for some values; None is left out."""
    words = ["graphkit", *verb.name.split()]
    for parameter in verb.parameters:
        value = values.get(parameter.name)
        if value is None:
            continue
        text = ",".join(value) if isinstance(value, list) else str(value)
        option = [parameter.option] if parameter.option else []
        words += option if parameter.type == "switch" else [*option, text]
    return shlex.join(words)


def is_first(sentence: Sentence) -> bool:
    """Return True if a sentence claims that somebody has more than any other."""
    return any(claim.kind is Kind.FIRST for claim in sentence.claims)


def ordered(answer: Answer, name: str) -> Answer:
    """Put the rows with the largest value of a column first."""
    return replace(answer, rows=answer.rows.sort_by([(name, "descending")]))


def _sources(answers: Sequence[Answer]) -> Section:
    """List the sources of the rows of some answers, those of most answers first."""
    used = Counter(key for answer in answers for key in sources_of_rows(answer))
    lines = {key: line for answer in answers for key, line in lines_by_source(answer).items()}
    order = sorted(used.keys() & lines.keys(), key=lambda key: (-used[key], key))
    return Section(
        "Sources", points=[lines[key] for key in order], listed=len(order), fine_print=True,
        command="graphkit query sources",
    )  # fmt: skip


METHODS = (
    "Face value counts the last seller, by value (USD, free on board) unless a weight is named; it "
    "is not where the material was mined, refined or made.",
    "Looked through: what a country sells has the mix of what it makes and buys (proportional "
    "mixing; Kastner et al. 2011), stage by stage. The range is what unpublished production leaves "
    "open: the truth may lie anywhere in it. “As traced” is the point of the method, not the "
    "likeliest value.",
    "A single point of failure has at least half of the imports; it is certain if the lower end of "
    "its range has. Losses are passed on in proportion, and nobody substitutes.",
    "The HHI is the sum of squared shares, 0 to 10,000; from 1,800 the US Merger Guidelines of "
    "2023 call a market highly concentrated.",
    "A claim is borne out if the data are off by at most 1 percentage point, or a tenth of it "
    "where that is less, an amount by at most 5 %; contradicted if no reading of it comes "
    "nearer than two statistical offices usually are. "
    "Unknown figures stay unknown: none is replaced by zero or by an estimate that is not named.",
    "The methods in full, with their sources: docs/methods.md of graphkit.",
)
