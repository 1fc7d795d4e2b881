"""Questions of a brief: asked of one catalog, with the commands that ask the same."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphkit.answer import Answer, percent
from graphkit.brief.document import Brief, Section
from graphkit.catalog import COUNTRIES, Catalog
from graphkit.errors import GraphkitError
from graphkit.names import capitalized, with_article
from graphkit.parameters import Verb
from graphkit.questions import prepare
from graphkit.render.answer import coverage_lines, source_lines
from graphkit.stores import Progress
from graphkit.verbs import VERBS

Part = tuple[Section, list[str]]
"""A section, and the sentences that say the most of it."""
VERB = {verb.name: verb for verb in VERBS}
HALF = 0.5
"""Share from which a supplier is called a single point of failure."""


@dataclass(frozen=True)
class Asked:
    """A question that was asked, and its answer or why there is none."""

    command: str
    answer: Answer | None
    lacking: str = ""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the answer; none if it has no answer, or only published figures."""
        if self.answer is None or self.answer.scope.get("counted"):
            return []
        rows: list[dict[str, Any]] = self.answer.rows.to_pylist()
        return rows

    def section(self, title: str, sentences: Sequence[str] = (), **more: Any) -> Section:
        """Make a section of the answer; without one, it says what is lacking."""
        if self.answer is None:
            return Section(title, [self.lacking], commands=[self.command])
        if not len(self.answer.rows):
            sentences = sentences or ["Nothing in this scope is in the database."]
        elif self.answer.scope.get("counted"):
            sentences = [*sentences, "No trade data cover it; the figures are as published."]
        return Section(title, sentences, commands=[self.command], **{"answer": self.answer, **more})


@dataclass(frozen=True)
class Facts:
    """The facts of one database, and what a brief has asked of them."""

    catalog: Catalog
    scope: str | None
    told: Progress
    asked: list[Asked] = field(default_factory=list)
    """Every question so far, in order."""

    def ask(self, name: str, **given: Any) -> Asked:
        """Ask the question of a verb.

        Parameters
        ----------
        name : str
            The verb, as on the command line.
        **given
            Values of its parameters; None is left out. Several names are a list.
        """
        verb = VERB[name]
        given = {key: value for key, value in given.items() if value not in (None, [])}
        values = {p.name: None if p.default is ... else p.default for p in verb.parameters} | given
        command = command_of(verb, given)
        self.told(f"graphkit {name}", 1)
        try:
            found = Asked(command, prepare(verb, values, "json").ask(self.catalog))
        except GraphkitError as error:
            if type(error) is not GraphkitError:
                raise
            found = Asked(command, None, sentence(str(error)))
        self.asked.append(found)
        return found

    @cached_property
    def places(self) -> Mapping[str, str]:
        """Names of countries and areas, by key."""
        return {
            row["key"]: row["name"]
            for kind in ("Country", "Area")
            for row in self.catalog.nodes(kind).to_pylist()
        }

    @cached_property
    def countries(self) -> set[str]:
        """The places that are one country."""
        rows = self.catalog.nodes("Country").to_pylist()
        return {row["key"] for row in rows if row["type"] in COUNTRIES}

    def place(self, key: str) -> str:
        """Return the name of a country or area in a sentence."""
        return with_article(self.places.get(key, key))

    def product(self, key: str) -> str:
        """Return the name of a product in a sentence."""
        name: str = self.catalog.materials.products[key]["name"]
        return name[0].lower() + name[1:] if name[1:2].islower() else name

    def scope_of(self, products: Iterable[str]) -> list[str]:
        """Name products so that none is read as an element or a stage."""
        scope = self.catalog.materials.scope
        return [key if scope(key).products == (key,) else f"product:{key}" for key in products]

    def each(self, keys: Iterable[str], most: int = 5) -> str:
        """Count equal places: ``China 17, Australia 4 and 6 others 1 to 3``."""
        counts = sorted(Counter(keys).items(), key=lambda pair: (-pair[1], pair[0]))
        said = [f"{self.place(key)} {count}" for key, count in counts[:most]]
        more = sum(count for _, count in counts[most:])
        return ", ".join([*said, *([f"others {more}"] if more else [])])

    def brief(self, title: str, parts: Sequence[Part], command: str) -> Brief:
        """Make a brief of its parts: led by their sentences, closed by the data behind them."""
        lead = [text for _, said in parts for text in said]
        return Brief(title, lead, [*(part for part, _ in parts), *self._closing()], command)

    def _closing(self) -> list[Section]:
        """Make the sections on the data behind all answers: coverage, notes and sources."""
        answers = [one.answer for one in self.asked if one.answer is not None]
        lacking = [one.lacking for one in self.asked if one.lacking]
        coverage = _once(line for answer in answers for line in coverage_lines(answer))
        sources = sorted(_once(line for answer in answers for line in source_lines(answer)))
        notes = _once(note for answer in answers for note in answer.notes)
        return [
            Section(
                "Coverage",
                ["The data behind the answers above, and what they lack."],
                lacking, folded=coverage,
            ),
            Section("Notes", ["What to know before a figure is cited."], folded=notes),
            Section("Methods", METHODS),
            Section("Sources", points=sources),
        ]  # fmt: skip


def command_of(verb: Verb, given: Mapping[str, Any]) -> str:
    """Write the command that asks a question for some values; None is left out."""
    words = ["graphkit", *verb.name.split()]
    for parameter in verb.parameters:
        value = given.get(parameter.name)
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
    "A claim is borne out if the data agree within 1 percentage point and a tenth of it, an amount "
    "within 5 %; contradicted if no reading of it comes near. Unknown figures stay unknown: none "
    "is replaced by zero or by an estimate that is not named.",
    "The methods in full, with their sources: docs/methods.md of graphkit.",
)


def sentence(text: str) -> str:
    """Write a message as a sentence."""
    return f"{capitalized(text)}{'' if text.endswith('.') else '.'}"


def between(low: float | None, high: float | None) -> str:
    """Write a range of shares.

    >>> between(0.0, 1.0), between(0.8396, 0.8397), between(None, 0.2)
    ('between 0.0 % and 100.0 %', '84.0 %', 'unknown')
    """
    if low is None or high is None:
        return "unknown"
    least, most = percent(low), percent(high)
    return least if least == most else f"between {least} and {most}"


def at_least(low: float, high: float | None) -> str:
    """Write a range of shares whose upper end may be unknown.

    >>> at_least(0.5, None), at_least(0.5, 0.5)
    ('at least 50.0 %', '50.0 %')
    """
    return f"at least {percent(low)}" if high is None else between(low, high)


def listed(names: Sequence[str], most: int = 3) -> str:
    """Join names in a sentence.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed(["a", "b", "c", "d", "e"])
    ('a', 'a, b and c', 'a, b, c and 2 more')
    """
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def counted(number: int, what: str) -> str:
    """Write a number of things.

    >>> counted(1, "product"), counted(1200, "product")
    ('1 product', '1,200 products')
    """
    return f"{number:,} {what}{'s' * (number != 1)}"
