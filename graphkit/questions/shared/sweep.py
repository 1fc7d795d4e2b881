"""Sweeps: one number of a question, taken through a range of values."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from graphkit.answers.columns import NUMBER, Column, schema_of
from graphkit.answers.figures import setting_in_words
from graphkit.answers.terms import Term
from graphkit.errors import UsageError
from graphkit.questions.registry import PARAMETERS
from graphkit.verbs.parameter import Parameter

MOST = 200
"""Most values of a sweep."""
SETTING = Column("setting", "Setting", "value of the number that is swept, in its own unit", rank=0,
                 type=NUMBER)  # fmt: skip
SWEPT = Column("swept", doc="name of the number that is swept: loss, slack, ...")
_NUMBER = r"[+-]?\d*\.?\d+"
_FORM = re.compile(rf"\s*([\w-]+)\s*=\s*({_NUMBER})\s*:\s*({_NUMBER})\s*:\s*({_NUMBER})\s*")


@dataclass(frozen=True)
class Swept(Term):
    """The number that takes several values, in place of the one that the question states."""

    sweep: str
    values: tuple[float, ...]

    @property
    def hidden(self) -> Collection[str]:
        """Keys that other terms do not state."""
        return (self.sweep,)


@dataclass(frozen=True)
class Sweep:
    """A parameter, and the values for which a question is asked."""

    parameter: Parameter
    values: Sequence[float]

    @property
    def name(self) -> str:
        """Name of the parameter in Python."""
        return self.parameter.name

    def settings(self, **others: Any) -> list[Any]:
        """Return the values of one parameter: those of the sweep, or each the same."""
        [(name, value)] = others.items()
        return list(self.values) if name == self.name else [value] * len(self.values)

    @property
    def span(self) -> str:
        """Its first and last value, in words."""
        first, last = (
            setting_in_words(self.name, value) for value in (self.values[0], self.values[-1])
        )
        return f"{self.parameter.field} from {first} to {last}, {len(self.values)} values"

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> pa.Table:
        """Make the table of some rows with a setting; what no row has is empty."""
        full = [{c.name: {**row, SWEPT.name: self.name}.get(c.name) for c in columns}
                for row in rows]  # fmt: skip
        return pa.Table.from_pylist(full, schema_of(columns))


def read_sweep(text: str | None, question: str, given: Mapping[str, Any]) -> Sweep | None:
    """Read a sweep of a question.

    Parameters
    ----------
    text : str, optional
        Such as ``loss=0.1:1:0.1``: the name of a number, its first and last value, and the step.
    question : str
        The function of the question, whose parameters say what a value may be.
    given : mapping
        The numbers that can be swept, with their values in the question.

    Returns
    -------
    Sweep or None
        None without a text.

    Raises
    ------
    UsageError
        No such form or number, a value out of range, too many values, or a number that has a value
        in the question too.
    """
    if text is None:
        return None
    match = _FORM.fullmatch(text)
    parameters = {p.name: p for p in PARAMETERS[question] if p.name in given}
    names = ", ".join(p.field for p in parameters.values())
    if match is None:
        raise UsageError(
            f"`sweep`: found {text!r}, wanted a number with its first and last value and the step, "
            f"such as loss=0.1:1:0.1; one of {names}"
        )
    parameter = parameters.get(match[1].replace("-", "_"))
    if parameter is None:
        raise UsageError(f"`sweep`: found {match[1]!r}, wanted one of {names}")
    first, last, step = (Decimal(part) for part in match.group(2, 3, 4))
    if step <= 0 or last < first:
        raise UsageError(
            f"`sweep`: found {text!r}, wanted a step above 0 and a last value from the first on"
        )
    number = int((last - first) / step) + 1
    if number > MOST:
        raise UsageError(f"`sweep`: found {number:,} values, wanted at most {MOST}")
    if given[parameter.name] != parameter.default:
        raise UsageError(f"`sweep` gives `{parameter.name}`: leave out one of them")
    exact = [first + step * place for place in range(number)]
    if parameter.type == "count":
        if odd := next((value for value in exact if value != int(value)), None):
            raise UsageError(f"`{parameter.name}`: found {odd}, wanted whole numbers")
        return Sweep(parameter, [parameter.read(int(value)) for value in exact])
    return Sweep(parameter, [parameter.read(float(value)) for value in exact])
