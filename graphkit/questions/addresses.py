"""Addresses of questions: a path for the verb, and fields with the values of its parameters."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from graphkit.errors import UsageError
from graphkit.questions.registry import ASKED_BY, every_verb
from graphkit.schema import NUMBER_TEXT
from graphkit.verbs.parameter import REPEATED, Parameter
from graphkit.verbs.verb import Verb, name_of

Pairs = Sequence[tuple[str, str]]
"""Fields and values of an address, in order."""


def path_of(verb: Verb) -> str:
    """Return the path of a verb below ``/api/``.

    >>> [path_of(verb) for verb in every_verb() if " " in verb.name]
    ['claims/check', 'claims/conflicts']
    """
    return verb.name.replace(" ", "/")


SWITCHES = {"": True, "1": True, "true": True, "0": False, "false": False}


def by_path() -> dict[str, Verb]:
    """Return the verb of each path below ``/api/``, those of other packages last."""
    return {path_of(verb): verb for verb in every_verb()}


def read_values(verb: Verb, pairs: Pairs) -> dict[str, Any]:
    """Read the values of a verb's parameters from an address, with their defaults.

    Raises
    ------
    UsageError
        A field is unknown, missing, given twice or not of its type.

    Examples
    --------
    >>> read_values(by_path()["controls"], [("country", "CHN"), ("for", "dysprosium")])
    {'country': ['CHN'], 'scope': ['dysprosium'], 'date': None, 'effect': False}
    """
    fields = {p.field: p for p in verb.parameters}
    for name, _ in pairs:
        if name not in fields:
            raise UsageError(
                f"{verb.name} has no field {name!r}; it takes {', '.join([*fields, 'format'])}"
            )
    return {p.name: _value(name, p, pairs) for name, p in fields.items()}


def _value(name: str, parameter: Parameter, pairs: Pairs) -> Any:
    texts = [text for field, text in pairs if field == name]
    if not texts and parameter.default is ...:
        raise UsageError(f"missing field {name!r}: {parameter.help}")
    if parameter.type in REPEATED:
        return texts
    if len(texts) > 1:
        raise UsageError(f"{name} is given twice; it takes one value")
    if not texts:
        return parameter.default
    if parameter.type == "switch":
        if texts[0].lower() not in SWITCHES:
            raise UsageError(f"{name}: found {texts[0]!r}, wanted true or false")
        return SWITCHES[texts[0].lower()]
    if parameter.type == "number":
        number = parameter.in_shares(texts[0])
        if not NUMBER_TEXT.fullmatch(number):
            raise UsageError(f"{name}: found {texts[0]!r}, wanted a number")
        return float(number)
    if parameter.type == "count":
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", texts[0]):
            raise UsageError(f"{name}: found {texts[0]!r}, wanted a whole number")
        return int(texts[0])
    return texts[0]


def command_of(verb: Verb, pairs: Pairs, db: str | None, own: str | None = None) -> str:
    """Write the command that gives the same answer.

    >>> command_of(by_path()["depends"], [("for", "rare earths"), ("country", "KOR")], None, "mine")
    "graphkit depends KOR --for 'rare earths' --with mine"
    """
    words = ["graphkit", *verb.name.split()]
    for parameter in sorted(verb.parameters, key=lambda p: bool(p.option)):
        for text in (text for name, text in pairs if name == parameter.field):
            if parameter.type == "switch":
                words += [parameter.option] * SWITCHES[text.lower()]
            else:
                words += [parameter.option, text] if parameter.option else [text]
    words += ["--db", db] if db else []
    return shlex.join([*words, *(["--with", own] if own else [])])


def pairs_of(question: str, arguments: Mapping[str, Any]) -> tuple[Verb, Pairs]:
    """Write a question as its verb and the fields and values of an address.

    Parameters
    ----------
    question : str
        Name of the question.
    arguments : mapping
        Values by the names of the function; defaults are left out.

    Examples
    --------
    >>> arguments = {"consumer": ["KOR", "JPN"], "period": 2024}
    >>> verb, pairs = pairs_of("origins", {**arguments, "largest": True})
    >>> command_of(verb, pairs, None)
    'graphkit origins KOR,JPN --largest --period 2024'
    """
    verb = ASKED_BY[question]
    variant = verb.variant if question != name_of(verb.function) else None
    pairs: list[tuple[str, str]] = []
    for parameter in verb.parameters:
        if variant and parameter.name == variant.switch:
            pairs.append((parameter.field, "true"))
            continue
        name = variant.renames.get(parameter.name, parameter.name) if variant else parameter.name
        value = arguments.get(name)
        if value is not None and value != parameter.default:
            pairs += [(parameter.field, text) for text in _texts(parameter, value)]
    return verb, pairs


def _texts(parameter: Parameter, value: Any) -> list[str]:
    """Write a value as the values of a field."""
    if parameter.type == "switch":
        return ["true" if value else "false"]
    if parameter.type == "number":
        return [f"{float(value):.12g}"]
    values = list(value) if isinstance(value, list | tuple) else [value]
    texts = [str(item).strip() for item in values]
    return texts if parameter.type == "list" else [",".join(texts)] if texts else []
