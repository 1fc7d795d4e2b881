"""Form of a declared question: its command, and its parameters with options, help and values.

Texts use the Python name of a parameter, in backticks; :func:`in_options` puts its option.
"""

from __future__ import annotations

import re
import sys
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import Any, Literal

from graphkit.errors import GraphkitError, UsageError
from graphkit.period import Period, spelled
from graphkit.schema import DATE_TEXT


@dataclass(frozen=True)
class AcceptedRange:
    """Numbers that a parameter accepts."""

    low: float = 0
    high: float = inf
    above: bool = False
    """True to exclude ``low`` itself."""
    wanted: str = ""

    def __contains__(self, value: float) -> bool:
        return (value > self.low if self.above else value >= self.low) and value <= self.high

    def __str__(self) -> str:
        if self.wanted:
            return self.wanted
        if self.high >= sys.float_info.max:
            return f"{self.low:g} or more"
        if self.above:
            return f"more than {self.low:g}, at most {self.high:g}"
        return f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a question, and its option on the command line."""

    name: str
    option: str
    """Option on the command line; empty for an argument."""
    metavar: str
    help: str
    """Help of the option, in a line or two."""
    type: Literal[
        "text", "texts", "places", "period", "periods", "date", "number", "count", "switch",
        "names", "list",
    ] = "text"  # fmt: skip
    """All of :data:`REPEATED` may be repeated; ``list`` is a list, the others one text with commas.

    The question is asked for each of ``places`` and ``periods`` by itself.
    """
    default: Any = None
    """Default; None leaves it to the function, ``...`` makes an argument required."""
    default_text: str = ""
    """Default in words, where the function chooses it."""
    choices: tuple[str, ...] | Callable[[], tuple[str, ...]] = ()
    """The allowed values, or a function that reads them from a heavy module."""
    range: AcceptedRange | None = None
    folded: bool = False
    """True to accept choices in capitals, and with spaces for hyphens."""
    in_tables: Mapping[str, int] = field(default_factory=dict)
    """Defaults in tables for people, by the switch that is on, or empty text for none."""
    also: str = ""
    """Option that takes the same values as the argument."""
    details: str = ""
    """Longer help, for addresses and tools."""
    newest: bool = True
    """True if a period may be the text ``latest``, for the default."""
    whole_year: bool = False
    """True if a period must be one calendar year, as its facts are of years."""
    label: str = ""
    """Label on the page; empty for the name of its field."""
    names: Literal["", "places", "materials"] = ""
    """Things of the graph that its values name, which the page offers."""
    topic: Literal["", "place", "material", "period"] = ""
    """Topic that the page keeps from one question to the next."""
    step: float = 0.0
    """Step of a number that the page lets a reader move; 0 for a number that is typed."""
    most: float = 0.0
    """Largest number that the page lets a reader move to; 0 for a share, which ends at 1."""

    @property
    def allowed(self) -> tuple[str, ...]:
        """The allowed values; empty if any will do."""
        return self.choices() if callable(self.choices) else self.choices

    @property
    def field(self) -> str:
        """Its name in addresses and tools: the option without dashes, or the argument, small."""
        return self.option.removeprefix("--") or self.metavar.strip("[].").lower()

    @property
    def page_label(self) -> str:
        """Its label on the page."""
        return self.label or self.field[0].upper() + self.field[1:].replace("-", " ")

    @property
    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of its values."""
        kinds = {"number": "number", "count": "integer", "switch": "boolean"}
        schema: dict[str, Any] = {"type": kinds.get(self.type, "string")}
        if self.allowed and self.type != "names":
            schema["enum"] = list(self.allowed)
        if (span := self.range) is not None:
            schema["exclusiveMinimum" if span.above else "minimum"] = span.low
            if span.high < inf:
                schema["maximum"] = span.high
        if self.default not in (None, ...):
            schema["default"] = self.default
        return {"type": "array", "items": schema} if self.type in REPEATED else schema

    @property
    def is_share(self) -> bool:
        """True if its values are shares, which end at 1."""
        return self.type == "number" and self.range is not None and self.range.high == 1

    def in_shares(self, text: str) -> str:
        """Write percent of a share as the share: ``80%`` as ``0.8``; other texts as they are."""
        match = PERCENT.fullmatch(text) if self.is_share else None
        return f"{float(match[1]) / 100:.12g}" if match else text

    @property
    def described(self) -> str:
        """Its longest help, with the allowed values and the default in words."""
        text = (self.details or self.help).format(choices=", ".join(self.allowed))
        return f"{text} Default: {self.default_text}." if self.default_text else text

    def read(self, value: Any) -> Any:
        """Check that a value is in the range, among the choices, or a period or date.

        Returns
        -------
        object
            The value as the question takes it: a period as facts write it, None for the latest.

        Raises
        ------
        UsageError
            The message says what was found and what was wanted.
        """
        if value is None:
            return None
        if isinstance(value, list | tuple) and self.type not in (*REPEATED, "names"):
            joined = "; join countries by + to count them as one" if self.names == "places" else ""
            raise UsageError(f"`{self.name}`: found {len(value)} values, wanted one{joined}")
        if self.type == "names":
            self._check_names(value)
        elif self.range is not None and value not in self.range:
            number = f"{value:g}" if isinstance(value, float) else value
            share = (
                f": {value / 100:g} is {value:g} %" if self.is_share and 1 < value <= 100 else ""
            )
            raise UsageError(f"`{self.name}`: found {number}, wanted {self.range}{share}")
        elif self.choices:
            text = value.strip().replace(" ", "-").casefold() if self.folded else value
            if text not in self.allowed:
                wanted = ", ".join(self.allowed)
                raise UsageError(f"`{self.name}`: found {value!r}, wanted one of {wanted}")
        elif self.type == "date":
            check_date(self.name, value)
        elif self.type in ("period", "periods"):
            return self._period(str(value))
        return value

    def each(self, value: Any, places_in: Callable[[str], list[str]]) -> list[Any]:
        """Read the values for which a question is asked one by one, mostly a single one.

        Parameters
        ----------
        value : object
            One value, or for places and periods several: texts with commas, or a sequence.
        places_in : callable
            Splits names of places at commas.

        Raises
        ------
        UsageError
            As :meth:`read`.
        """
        if value is None or self.type not in ("texts", "places", "periods"):
            return [self.read(value)]
        text = str(value) if isinstance(value, str | int) else ",".join(map(str, value))
        if self.type == "texts":
            return [text]
        if self.type == "places":
            return places_in(text)
        return list(dict.fromkeys(map(self.read, text.split(","))))

    def _period(self, text: str) -> str | None:
        if text.strip().casefold() in NEWEST and self.default is not ... and self.newest:
            return None
        try:
            period = Period(spelled(text))
        except ValueError as error:
            raise UsageError(f"`{self.name}`: {error}" if self.option else str(error)) from None
        if self.whole_year and not period.is_year:
            raise UsageError(
                f"`{self.name}`: found {text!r}, wanted one year, such as {period.year}: "
                "it is set beside the production of a year"
            )
        return period.text

    def _check_names(self, names: Sequence[str]) -> None:
        wrong = [name for name in names if name not in self.allowed]
        if wrong or not names:
            names_found, allowed = ", ".join(map(repr, wrong)) or "none", ", ".join(self.allowed)
            raise UsageError(f"`{self.name}`: found {names_found}, wanted some of {allowed}")
        if len(set(names)) < len(names):
            raise UsageError(f"`{self.name}`: found {', '.join(names)}, wanted each once")


REPEATED = ("texts", "places", "periods", "list")
"""Types of parameters that take several values."""


def check_date(name: str, text: str) -> None:
    """Check that a text is a day of the calendar, such as 2025-06-01.

    Raises
    ------
    UsageError
        The message says what was found and what was wanted.
    """
    try:
        is_day = DATE_TEXT.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        is_day = False
    if not is_day:
        day = "2025-06-01"
        if MONTH_TEXT.fullmatch(text):
            year, month = int(text[:4]), int(text[5:] or 12)
            last = monthrange(year, month)[1]
            day = f"{year:04}-{month:02}-{last}, the last one of it"
        raise UsageError(f"`{name}`: found {text!r}, wanted a day such as {day}")


MONTH_TEXT = re.compile(r"[12][0-9]{3}(-(0[1-9]|1[0-2]))?", re.ASCII)
"""A year or a month, where a day is wanted."""


def in_options(text: str, parameters: Sequence[Parameter]) -> str:
    """Replace parameters in a text by their options: `` `top=0` `` by ``--top 0``."""
    options = {p.name: p.option or p.metavar.strip("[].") for p in parameters}

    def option(match: re.Match[str]) -> str:
        if match[1] not in options:
            return match[0]
        return f"{options[match[1]]} {match[2]}" if match[2] else options[match[1]]

    return re.sub(r"`(\w+)(?:=([^`]+))?`", option, text)


@contextmanager
def named_as_options(parameters: Sequence[Parameter]) -> Iterator[None]:
    """Replace parameters in error messages by their options."""
    try:
        yield
    except GraphkitError as error:
        if (message := in_options(str(error), parameters)) == str(error):
            raise
        raise type(error)(message) from error


LATEST = "latest"
"""Text for the default of a period, the newest with data."""
NEWEST = (LATEST, "last", "newest")
"""Texts that are taken for it."""
PERCENT = re.compile(r"\s*([0-9]{1,3}(?:\.[0-9]+)?)\s*%\s*")


def switch(name: str, help: str, *, label: str = "") -> Parameter:
    """Declare a parameter that is off unless its option is given."""
    option = f"--{name.replace('_', '-')}"
    return Parameter(name, option, "", help, "switch", False, label=label)


def share(
    name: str,
    help: str,
    default: float | None,
    allowed: AcceptedRange,
    *,
    label: str = "",
    step: float = 0,
) -> Parameter:
    """Declare a parameter that is a share."""
    option = f"--{name.replace('_', '-')}"
    return Parameter(
        name, option, "SHARE", help, "number", default, range=allowed, label=label, step=step
    )
