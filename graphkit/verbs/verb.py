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
    adds: tuple[str, ...] = ()
    """Parameters of this question only."""
    lacks: tuple[str, ...] = ()
    """Parameters of the command that this question refuses."""
    ignores: tuple[str, ...] = ()
    """Parameters of the command that this question ignores."""
    renames: Mapping[str, str] = field(default_factory=dict)
    """Different names of the command's parameters in its function."""
    picture: str = ""
    """Name of the picture of its answers."""
    without: str = ""
    """Error for a parameter in ``adds`` without the switch."""
    refusal: str = ""
    """Error for a parameter in ``lacks`` with the switch."""


@dataclass(frozen=True)
class PagePlace:
    """Place of a question on the page of the explorer."""

    view: str
    """Name of the view that it belongs to, one of :data:`graphkit.verbs.registry.VIEWS`."""
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
    """Module and name of its function in :mod:`graphkit.questions`."""
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
    picture: str = ""
    """Name of the picture of its answers, of :data:`graphkit.plot.pictures.DRAWINGS`, if any."""

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
    def functions(self) -> dict[str, tuple[Parameter, ...]]:
        """The parameters of each of its questions, under the names of the function."""
        variant = self.variant
        if variant is None:
            return {self.function: self.parameters}
        own = tuple(p for p in self.parameters if p.name not in (*variant.adds, variant.switch))
        left = (variant.switch, *variant.lacks, *variant.ignores)
        other = tuple(
            replace(p, name=variant.renames.get(p.name, p.name))
            for p in self.parameters
            if p.name not in left
        )
        return {self.function: own, variant.function: other}

    def chosen(self, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Choose the function for some values, and keep those that are not defaults.

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
            return self.function, values
        on = values.pop(variant.switch, False)
        wrong = variant.lacks if on else variant.adds
        if any(name in values for name in wrong):
            raise UsageError(variant.refusal if on else variant.without)
        if not on:
            return self.function, values
        names = {name: variant.renames.get(name, name) for name in values}
        return variant.function, {
            names[name]: value for name, value in values.items() if name not in variant.ignores
        }
