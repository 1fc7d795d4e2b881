"""The terms of an answer: who, which goods, when, by which measure, and what one question adds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from graphkit.answers.coverage import Entry


@dataclass(frozen=True)
class Term(Entry):
    """A thing that a question states: the class tells which, the fields are the keys of JSON."""

    ASSUMED: ClassVar[Collection[str]] = ()
    """Keys of what is assumed, or asked for, on which figures depend."""

    @property
    def identity(self) -> object:
        """Tells it from other terms of a question."""
        return type(self)

    def as_object(self) -> dict[str, Any]:
        """Return it as plain data: what it states, by name."""
        return dict(super().as_object())


class Role(StrEnum):
    """The parts that places play in a question; a column of rows has the name of its part."""

    CONSUMER = "consumer"
    SUPPLIER = "supplier"
    COUNTRY = "country"
    PRODUCER = "producer"
    ORIGIN = "origin"
    OF = "of"
    """Whose trade, need or claims are told."""
    ON = "on"
    """The partner, of trade with one alone."""
    EXPORTER = "exporter"
    """The country or group that was named."""
    EXPORTERS = "exporters"
    """All that sell no more."""
    DESTINATIONS = "destinations"


@dataclass(frozen=True)
class Places(Term):
    """The place of a part, all of several, or None for any."""

    ASSUMED = ("exporters", "destinations")
    role: Role
    key: str | tuple[str, ...] | None

    @property
    def identity(self) -> object:
        """Tells it from other terms of a question."""
        return self.role

    def as_object(self) -> dict[str, Any]:
        """Return it under the name of the part."""
        return {self.role.value: [*self.key] if isinstance(self.key, tuple) else self.key}


def one_or_all(keys: Sequence[str]) -> str | tuple[str, ...] | None:
    """Return the only one of some places, all of several, or None.

    >>> one_or_all(["KOR"]), one_or_all(["KOR", "JPN"]), one_or_all([])
    ('KOR', ('KOR', 'JPN'), None)
    """
    return tuple(keys) if len(keys) > 1 else next(iter(keys), None)


@dataclass(frozen=True)
class Material(Term):
    """The goods, as the question names them, and what that means."""

    text: str | None
    """None: all goods."""
    meaning: str | None = None
    """None: not told."""

    def as_object(self) -> dict[str, Any]:
        """Return the text, and the meaning where that is told."""
        return {"for": self.text} | ({} if self.meaning is None else {"meaning": self.meaning})


@dataclass(frozen=True)
class Code(Term):
    """The HS code of the goods, or the beginning of several."""

    hs: str | None


@dataclass(frozen=True)
class Products(Term):
    """Keys of the products that are counted."""

    products: tuple[str, ...]


@dataclass(frozen=True)
class Time(Term):
    """The period, as it is written, or which periods are taken without one."""

    period: str | None

    @property
    def is_chosen(self) -> bool:
        """True for a period, false for words on which one is taken."""
        return bool(self.period and self.period[:1].isdigit())


@dataclass(frozen=True)
class Since(Term):
    """The first period of a trend."""

    since: str | None


@dataclass(frozen=True)
class Day(Term):
    """The day on which acts are in place."""

    ASSUMED = ("date",)
    date: str | None


@dataclass(frozen=True)
class Compared(Term):
    """The two periods of a comparison."""

    before: str
    after: str


@dataclass(frozen=True)
class Dataset(Term):
    """The data set that was asked for."""

    dataset: str | None


@dataclass(frozen=True)
class Measure(Term):
    """The amount that is counted, in words."""

    measure: str


@dataclass(frozen=True)
class By(Term):
    """The name of the amount, or of the kind of owner, that is counted."""

    by: str


@dataclass(frozen=True)
class Chain(Term):
    """Keys of the products of the chain that is followed."""

    ASSUMED = ("chain",)
    chain: tuple[str, ...]


@dataclass(frozen=True)
class View(Term):
    """Way of counting what owners have: by control, or by equity; None where it is not told."""

    view: str | None


@dataclass(frozen=True)
class Published(Term):
    """The source and kind of published claims; None for any."""

    source: str | None
    kind: str | None


@dataclass(frozen=True)
class Counted(Term):
    """Marks an answer that counts published figures, for want of data."""

    counted: str = "published figures"


T = TypeVar("T", bound=Term)


@dataclass(frozen=True)
class Terms:
    """The terms of a question, or of each of several whose answers stand side by side.

    >>> both = joined([terms(Places(Role.CONSUMER, key), Code("2846")) for key in ("KOR", "JPN")])
    >>> both.as_object(), both.several(Role.CONSUMER), both.of(Code)
    ({'consumer': ['KOR', 'JPN'], 'hs': '2846'}, True, Code(hs='2846'))
    """

    questions: tuple[tuple[Term, ...], ...] = ((),)

    def each(self, kind: type[T]) -> list[T]:
        """Return the terms of one kind, of all questions."""
        return [term for question in self.questions for term in question if isinstance(term, kind)]

    def of(self, kind: type[T]) -> T | None:
        """Return the term of one kind that the first question has, if it has one."""
        return next(iter(self.each(kind)), None)

    def the(self, kind: type[T]) -> T:
        """Return the term of one kind, of a question that always has it."""
        return self.each(kind)[0]

    def _places(self, role: Role) -> dict[str | tuple[str, ...] | None, None]:
        """Return what the questions state of a part, each once."""
        return dict.fromkeys(term.key for term in self.each(Places) if term.role is role)

    def places(self, *roles: Role) -> list[str]:
        """Return the places of some parts, each once, in the order of the questions."""
        keys: dict[str, None] = {}
        for role in roles:
            for key in self._places(role):
                keys |= dict.fromkeys(key if isinstance(key, tuple) else (key,) if key else ())
        return [*keys]

    def several(self, role: Role | None) -> bool:
        """Tell if the questions name several places of a part."""
        keys = self._places(role) if role else {}
        return len(keys) > 1 or any(isinstance(key, tuple) for key in keys)

    def place(self, role: Role) -> str | None:
        """Return the one place of a part; None for any, and for several."""
        return None if self.several(role) else next(iter(self.places(role)), None)

    @property
    def periods(self) -> list[str]:
        """The periods of the questions, each once, or which are taken without one."""
        return [*dict.fromkeys(time.period for time in self.each(Time) if time.period)]

    @property
    def has_periods(self) -> bool:
        """True if the questions differ in their periods."""
        return len({time.period for time in self.each(Time)}) > 1

    @property
    def period(self) -> str | None:
        """The period, if one was chosen."""
        time = self.of(Time)
        return time.period if time and time.is_chosen and not self.has_periods else None

    @property
    def ends(self) -> tuple[str, ...]:
        """The two periods that are compared, if the question compares."""
        compared = self.of(Compared)
        return (compared.before, compared.after) if compared else ()

    @property
    def times(self) -> Sequence[str]:
        """The period, or the two that are compared; none where the questions differ in them."""
        return self.ends or ((self.period,) if self.period else ())

    @property
    def meaning(self) -> str:
        """The meaning of the text for the goods, of each question."""
        meanings = dict.fromkeys(material.meaning for material in self.each(Material))
        return " and ".join(filter(None, meanings))

    @property
    def text(self) -> str | None:
        """The text for the goods; None for all goods, and of several texts."""
        texts = {material.text for material in self.each(Material)}
        return texts.pop() if len(texts) == 1 else None

    @property
    def is_of_all(self) -> bool:
        """True if the questions name no goods."""
        return all(material.text is None for material in self.each(Material))

    @property
    def is_published(self) -> bool:
        """True if published figures are counted, for want of data."""
        return self.of(Counted) is not None

    def adding(self, *more: Term) -> Terms:
        """Add terms to each question, in place of those of the same identity."""
        return Terms(tuple(_with(question, more) for question in self.questions))

    def after(self, *first: Term) -> Terms:
        """Put terms before those of each question."""
        return Terms(tuple((*first, *question) for question in self.questions))

    @cached_property
    def _object(self) -> Mapping[str, Any]:
        objects = [_stated(question) for question in self.questions]
        if len(objects) == 1:
            return objects[0]
        names = dict.fromkeys(name for values in objects for name in values)
        return {name: _together([values.get(name) for values in objects]) for name in names}

    def as_object(self) -> dict[str, Any]:
        """Return them as plain data, as JSON has them: a list of what differs."""
        return dict(self._object)

    @cached_property
    def assumed(self) -> Mapping[str, Any]:
        """The assumptions and values on which figures depend, by name."""
        names = {name for term in self.each(Term) for name in term.ASSUMED}
        return {
            name: value for name, value in self._object.items()
            if name in names and value not in (None, [], ())
        }  # fmt: skip

    def names(self, column: str) -> bool:
        """Tell if the questions state what a column of rows holds."""
        return column in self._object

    def leaves_open(self, column: str) -> bool:
        """Tell if the questions state that a column of rows may hold anything."""
        return self._object.get(column, column) is None

    def states(self, column: str, value: object) -> bool:
        """Tell if the questions state this one value of a column of rows."""
        return bool(self._object.get(column) == value)


def terms(*stated: Term) -> Terms:
    """Make the terms of one question."""
    return Terms((stated,))


def joined(several: Sequence[Terms]) -> Terms:
    """Put the terms of several questions side by side."""
    return Terms(tuple(question for one in several for question in one.questions))


def _with(question: tuple[Term, ...], more: Sequence[Term]) -> tuple[Term, ...]:
    """Add terms to one question, in place of those of the same identity."""
    by_identity = {term.identity: term for term in (*question, *more)}
    return tuple(by_identity.values())


def _stated(question: Sequence[Term]) -> dict[str, Any]:
    """Return the terms of one question by name."""
    return {name: value for term in question for name, value in term.as_object().items()}


def _together(values: Sequence[Any]) -> Any:
    """Return the value that all questions state, else a list of the different ones."""
    if all(value == values[0] for value in values):
        return values[0]
    items = [item for v in values for item in (v if isinstance(v, list) else [v])]
    return [item for place, item in enumerate(items) if item not in items[:place]]
