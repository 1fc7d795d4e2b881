"""Form of a declared question: its command, texts, parameters and functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graphkit.errors import UsageError
from graphkit.verbs.parameter import Parameter


@dataclass(frozen=True)
class Variant:
    """A second question of a command, chosen by a switch."""

    switch: str
    function: str
    """Reference of its function, as :attr:`Verb.function`."""
    adds: tuple[str, ...] = ()
    """Parameters of this question only."""
    lacks: tuple[str, ...] = ()
    """Parameters of the command that this question refuses."""
    ignores: tuple[str, ...] = ()
    """Parameters of the command that this question ignores."""
    renames: Mapping[str, str] = field(default_factory=dict)
    """Different names of the command's parameters in its function."""
    sentence: str = ""
    """Reference of the writer of its first line, as :attr:`Verb.sentence`."""
    picture: str = ""
    """Reference of the drawing of its answers, as :attr:`Verb.picture`."""
    without: str = ""
    """Error for a parameter in ``adds`` without the switch."""
    refusal: str = ""
    """Error for a parameter in ``lacks`` with the switch."""


@dataclass(frozen=True)
class PagePlace:
    """Place of a question on the page of the explorer."""

    view: str
    """Name of the view that it belongs to, one of :data:`graphkit.questions.registry.VIEWS`."""
    title: str
    """Text of its link, beside those of the others of the view."""
    begin: Mapping[str, str] = field(default_factory=dict)
    """Fields and values that it begins with."""
    place: int = 1
    """Place among the questions of the view."""


@dataclass(frozen=True)
class Verb:
    """A command and its question."""

    name: str
    function: str
    """Reference of its function, ``package.module:name``, as an entry point has it."""
    summary: str
    text: str
    examples: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    usage: str
    """Arguments and main options, as in the table of commands."""
    row: str
    """Description in the table of commands."""
    variant: Variant | None = None
    page: PagePlace | None = None
    """Its place on the page; None for a question that the page does not ask."""
    sentence: str = ""
    """Reference of the writer of the first line of its answers."""
    picture: str = ""
    """Reference of the drawing of its answers, if any."""

    @property
    def help(self) -> str:
        """The help of the command."""
        examples = "\n".join(f"  graphkit {example}" for example in self.examples)
        text = f"{self.text}\n\n" if self.text else ""
        return f"{self.summary}\n\n{text}\b\nExamples:\n{examples}\n"

    @property
    def table_row(self) -> str:
        """Its line in the table of commands."""
        usage = f"graphkit {self.name} {self.usage}".replace("|", r"\|")
        return f"| `{usage}` | {self.row} |"

    @property
    def questions(self) -> dict[str, tuple[Parameter, ...]]:
        """The parameters of each of its questions, by its name and under those of its function."""
        variant = self.variant
        if variant is None:
            return {name_of(self.function): self.parameters}
        own = tuple(p for p in self.parameters if p.name not in (*variant.adds, variant.switch))
        left = (variant.switch, *variant.lacks, *variant.ignores)
        other = tuple(
            replace(p, name=variant.renames.get(p.name, p.name))
            for p in self.parameters
            if p.name not in left
        )
        return {name_of(self.function): own, name_of(variant.function): other}

    def chosen(self, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Choose the question for some values, and keep those that are not defaults.

        Raises
        ------
        UsageError
            A parameter does not belong to the question.
        """
        values = {
            p.name: given[p.name]
            for p in self.parameters
            if given[p.name] is not None and given[p.name] != p.default
        }
        variant = self.variant
        if variant is None:
            return name_of(self.function), values
        on = values.pop(variant.switch, False)
        wrong = variant.lacks if on else variant.adds
        if any(name in values for name in wrong):
            raise UsageError(variant.refusal if on else variant.without)
        if not on:
            return name_of(self.function), values
        names = {name: variant.renames.get(name, name) for name in values}
        return name_of(variant.function), {
            names[name]: value for name, value in values.items() if name not in variant.ignores
        }


def name_of(function: str) -> str:
    """Return the name of a question, that of its method: of its reference, the function.

    >>> name_of("graphkit.questions.markets.mirror:mirror")
    'mirror'
    """
    return function.rpartition(":")[2]
