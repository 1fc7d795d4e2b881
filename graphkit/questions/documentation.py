"""Docstrings of questions, with their parameters as the verbs declare them."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from graphkit.verbs.parameter import Parameter

INDENT = " " * 4
LONGEST = 60
"""Characters of the choices or the default of a parameter that its type has room for."""
NEXT_SECTION = re.compile(rf"\n{INDENT}(?=(?:Returns|Raises|References|Examples)\n{INDENT}-)")
"""Beginning of the first section that stands behind that of the parameters."""


def documented(question: Callable[..., Any], declared: Sequence[Parameter]) -> str:
    """Write the docstring of a question with a section on its parameters, in numpy's style.

    Parameters
    ----------
    question : callable
        Its docstring has no such section.
    declared : sequence of Parameter
        The parameters, in the order of the command.

    Returns
    -------
    str
        The docstring: each parameter with its type, default and help.

    Examples
    --------
    >>> def buyers(catalog, supplier: str, *, min_share: float = 0.5) -> None:
    ...     '''List who buys from a country.
    ...
    ...     Returns
    ...     -------
    ...     Answer
    ...     '''
    >>> share = Parameter("min_share", "--min-share", "SHARE", "Least share.", "number", 0.5)
    >>> print(documented(buyers, [share]))
    List who buys from a country.
    <BLANKLINE>
        Parameters
        ----------
        min_share : float, default 0.5
            Least share.
    <BLANKLINE>
        Returns
        -------
        Answer
    <BLANKLINE>
    """
    text = question.__doc__ or ""
    signature = inspect.signature(question)
    entries = [
        f"{INDENT}{parameter.name} : {_type(parameter, signature.parameters[parameter.name])}\n"
        f"{_wrapped(_in_python(parameter.described, declared))}\n"
        for parameter in declared
    ]
    section = f"\n{INDENT}Parameters\n{INDENT}----------\n{''.join(entries)}"
    if (following := NEXT_SECTION.search(text)) is None:
        return f"{text.rstrip()}\n{section}{INDENT}"
    return f"{text[: following.start()]}{section}{text[following.start() :]}"


def _type(declared: Parameter, parameter: inspect.Parameter) -> str:
    """Write the type of a parameter: its choices or annotation, and its default."""
    annotation = parameter.annotation
    kind = annotation if isinstance(annotation, str) else annotation.__name__
    kind = kind.removesuffix(" | None")
    if declared.choices and not callable(declared.choices):
        choices = "{" + ", ".join(map(repr, declared.choices)) + "}"
        kind = choices if len(choices) <= LONGEST else kind
    if parameter.default is parameter.empty:
        return kind
    default = repr(parameter.default)
    if parameter.default is None or len(default) > LONGEST:
        return f"{kind}, optional"
    return f"{kind}, default {default}"


def _in_python(text: str, declared: Sequence[Parameter]) -> str:
    """Put the parameters of Python in place of the options that a help names."""
    for parameter in declared:
        if parameter.option:
            text = re.sub(rf"{re.escape(parameter.option)}(?![\w-])", f"`{parameter.name}`", text)
    return text


def _wrapped(text: str) -> str:
    return textwrap.fill(
        text, 92, initial_indent=INDENT * 2, subsequent_indent=INDENT * 2, break_on_hyphens=False
    )
