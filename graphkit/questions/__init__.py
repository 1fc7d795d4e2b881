"""Who depends on whom: one question is one query, one table, one measure, one answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from graphkit.parameters import REPEATED, Parameter, Verb, in_options, named_as_options

if TYPE_CHECKING:
    from graphkit.answer import Answer
    from graphkit.catalog import Catalog

READ = ("table", "markdown")
"""Formats for people, which show only the first ranks."""


@dataclass(frozen=True)
class Question:
    """A question with its values, to be asked of a catalog."""

    function: str
    """Module and name of the function in this package."""
    arguments: Mapping[str, Any]
    """Values that are not defaults, by the names of the function."""
    parameters: tuple[Parameter, ...]
    """Declarations of the parameters that messages and notes may name."""

    @property
    def name(self) -> str:
        """Name of the function, and of the session's method."""
        return self.function.rpartition(".")[2]

    def ask(self, catalog: Catalog) -> Answer:
        """Ask it; messages and notes have the options of the command line."""
        module = import_module(f"{__name__}.{self.function.rpartition('.')[0]}")
        rest = dict(self.arguments)
        several = rest.pop("elements", ())
        with named_as_options(self.parameters):
            found: Answer = getattr(module, self.name)(catalog, *several, **rest)
        return replace(found, notes=tuple(in_options(n, self.parameters) for n in found.notes))


def prepare(verb: Verb, given: Mapping[str, Any], form: str) -> Question:
    """Choose the question of a verb for the values given.

    Parameters
    ----------
    verb : Verb
        The declaration of the command.
    given : mapping
        A value for every parameter, its default where none was given; several texts, and names
        with commas, as they were written.
    form : str
        The format of the answer: those for people have fewer ranks by default.

    Raises
    ------
    UsageError
        A parameter does not belong to the question; the message has the options.
    """
    with named_as_options(verb.parameters):
        path, arguments = verb.chosen({p.name: _value(p, given, form) for p in verb.parameters})
    return Question(path, arguments, (*verb.parameters, *verb.functions[path]))


def _value(parameter: Parameter, given: Mapping[str, Any], form: str) -> Any:
    """Return the value of a parameter, or its default for a format that people read."""
    value = given[parameter.name]
    if parameter.type == "names" and value is not None:
        return tuple(name.strip() for name in value.split(","))
    if parameter.in_tables and value is None and form in READ:
        switches = (switch for switch in parameter.in_tables if switch and given[switch])
        return parameter.in_tables[next(switches, "")]
    if parameter.type == "list":
        return value or None
    if parameter.type in REPEATED:
        return ",".join(value) if value else None
    return value
