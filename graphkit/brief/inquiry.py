"""Questions that a brief asks of one catalog, and their answers."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphkit.answers.answer import Answer, undoubted
from graphkit.brief.document import Brief, Section
from graphkit.brief.wording import cited_claim, sentence
from graphkit.catalog.catalog import Catalog
from graphkit.catalog.tables import COUNTRIES
from graphkit.errors import GraphkitError
from graphkit.names import with_article
from graphkit.questions.question import prepare
from graphkit.render.answer import coverage_lines, source_lines
from graphkit.stores.base import Progress
from graphkit.verbs.registry import VERBS
from graphkit.verbs.verb import Verb

Part = tuple[Section, list[str]]
"""A section, and the sentences that say the most of it."""
VERB = {verb.name: verb for verb in VERBS}


@dataclass(frozen=True)
class Finding:
    """A question of a brief, and its answer or why there is none."""

    name: str
    """The verb."""
    command: str
    answer: Answer | None
    lacking: str = ""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the answer; none if it has no answer, or only published figures."""
        if self.answer is None or self.answer.scope.get("counted"):
            return []
        rows: list[dict[str, Any]] = undoubted(self.answer).rows.to_pylist()
        return rows

    def section(self, title: str, sentences: Sequence[str] = (), **fields: Any) -> Section:
        """Make a section of the answer; without one, it says what is lacking."""
        if self.answer is None:
            return Section(title, [self.lacking], commands=[self.command])
        if not len(self.answer.rows):
            sentences = sentences or ["Nothing in this scope is in the database."]
        elif self.answer.scope.get("counted"):
            sentences = [*sentences, "No trade data cover it; the figures are as published."]
        fields = {"answer": self.answer, **fields}
        return Section(title, sentences, commands=[self.command], **fields)


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
            finding = Finding(name, command, answer)
        except GraphkitError as error:
            if type(error) is not GraphkitError:
                raise
            finding = Finding(name, command, None, sentence(str(error)))
        self.findings.append(finding)
        return finding

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

    def brief(self, title: str, parts: Sequence[Part], command: str) -> Brief:
        """Make a brief of its parts: led by their sentences, closed by the data behind them."""
        lead = [text for _, sentences in parts for text in sentences]
        sections = [section for section, _ in parts]
        return Brief(title, lead, [*sections, *self._closing()], command)

    def _closing(self) -> list[Section]:
        """Make the sections on the data behind all answers: coverage, notes and sources."""
        answers = [finding.answer for finding in self.findings if finding.answer is not None]
        lacking = [finding.lacking for finding in self.findings if finding.lacking]
        coverage = self._coverage()
        sources = sorted(_once(line for answer in answers for line in source_lines(answer)))
        notes = _once(note for answer in answers for note in answer.notes)
        return [
            Section(
                "Coverage",
                [
                    "The data behind the answers above, and what they lack: each line once, after "
                    "the first question that read the data."
                ],
                lacking, folded=coverage,
            ),
            Section("Notes", ["What to know before a figure is cited."], folded=notes),
            Section("Methods", METHODS),
            Section("Sources", points=sources),
        ]  # fmt: skip

    def _coverage(self) -> list[str]:
        """Describe the data of each question, without what an earlier one has said."""
        lines: dict[str, str] = {}
        for finding in self.findings:
            for line in coverage_lines(finding.answer) if finding.answer is not None else ():
                lines.setdefault(line, f"{finding.name}: {line}")
        return list(lines.values())


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


def _once(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))


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
    "where that is less, an amount by at most 5 %; contradicted if no reading of it comes near. "
    "Unknown figures stay unknown: none is replaced by zero or by an estimate that is not named.",
    "The methods in full, with their sources: docs/methods.md of graphkit.",
)
