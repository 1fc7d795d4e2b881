"""Reads one YAML text into text, lists and mappings, strictly; knows nothing of seeds.

Every plain scalar stays text (``NO``, ``0102``, ``1_000``, ``12:30``): typing is the schema's
work. Built on the event stream of PyYAML's C parser, which does not recurse and is ten times
faster than constructing objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from graphkit.errors import Problem
from graphkit.seeds.text import LOST, MOST_PROBLEMS, Mark, at_most, shown

MAX_DEPTH = 8
NULLS = ("", "~", "null", "Null", "NULL")

Path = tuple[str | int, ...]
"""The keys and list places that lead to a value."""


@dataclass(frozen=True)
class Document:
    """What a text holds, and what is wrong with it."""

    value: Any
    """:data:`~graphkit.seeds.text.LOST` stands for what was refused: an alias, a merge key."""
    problems: tuple[Problem, ...]
    whole: bool
    """Whether it could be read to its end."""
    values: Mapping[Path, Mark] = field(default_factory=dict)
    """Where each value begins; made on request."""
    keys: Mapping[Path, Mark] = field(default_factory=dict)
    """Where the key of each value begins; made on request."""


@dataclass(frozen=True)
class YamlText:
    """The text of one YAML file, and where its parts stand."""

    file: str
    text: str

    def read(self) -> Document:
        """What the text holds."""
        return parse(self.text, self.file)

    @cached_property
    def _marked(self) -> Document:
        """Read once more, with places: only when something is wrong."""
        return parse(self.text, self.file, places=True)

    def at(self, *paths: Path) -> Mark:
        """Where the first of these values begins that exists."""
        return next((self._marked.values[p] for p in paths if p in self._marked.values), (1, 1))

    def problem(self, message: str, *paths: Path) -> Problem:
        """A problem at the first of these values that exists."""
        return Problem(self.file, *self.at(*paths), message)

    def key_problem(self, message: str, path: Path) -> Problem:
        """A problem at a key."""
        return Problem(self.file, *self._marked.keys.get(path, (1, 1)), message)


def parse(text: str, file: str, *, places: bool = False) -> Document:
    """Read one document; with ``places`` also remember where everything stands (slower)."""
    builder = _Builder(file, places)
    whole = False
    try:
        # A CSafeLoader is the C parser; its constructor is never called.
        loader = yaml.CSafeLoader(text)
        while len(builder.problems) <= MOST_PROBLEMS:
            event = loader.get_event()
            if event.__class__ is yaml.StreamEndEvent:
                whole = True
                break
            builder.take(event)
    except yaml.YAMLError as error:
        builder.syntax(error)
    except _Stop:
        pass
    problems = tuple(at_most(builder.problems))
    return Document(builder.value, problems, whole, builder.values, builder.keys)


class _Stop(Exception):
    """Nothing after this point can be read."""


class _Builder:
    """Turns events into values with a stack of its own: no recursion, so no depth can break it."""

    def __init__(self, file: str, places: bool) -> None:
        self.value: Any = None
        self.problems: list[Problem] = []
        self.values: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}
        self._file = file
        self._places = places
        self._stack: list[Any] = []
        self._paths: list[Path] = []
        self._key: str | None = None
        """In a mapping, the key whose value comes next."""
        self._documents = 0

    def problem(self, mark: Mark, message: str) -> None:
        self.problems.append(Problem(self._file, *mark, message))

    def syntax(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None)
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        self.problem(place, f"not YAML: {what}")

    def take(self, event: Any) -> None:
        kind = event.__class__
        if kind is yaml.ScalarEvent:
            self._refuse_extras(event)
            if self._key is None and self._stack and self._stack[-1].__class__ is dict:
                self._open_key(event)
            else:
                value = event.value
                self._add(None if not event.style and value in NULLS else value, event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self._refuse_extras(event)
            self._open({} if kind is yaml.MappingStartEvent else [], event)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._stack.pop()
            if self._places:
                self._paths.pop()
        elif kind is yaml.AliasEvent:
            self.problem(_mark(event), f"found the alias *{event.anchor}; wanted the value itself")
            self._add(LOST, event)
        elif kind is yaml.DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                self.problem(_mark(event), "found a second document; wanted one a file")
                raise _Stop

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            self.problem(_mark(event), f"found the anchor &{event.anchor}; wanted plain values")
        if event.tag is not None:
            self.problem(_mark(event), f"found the tag {event.tag}; wanted plain values")

    def _open(self, container: Any, event: Any) -> None:
        path = self._add(container, event)
        self._stack.append(container)
        if self._places:
            self._paths.append(path)
        if len(self._stack) > MAX_DEPTH:
            message = f"found more than {MAX_DEPTH} levels of nesting; seeds need 4"
            self.problem(_mark(event), message)
            raise _Stop

    def _open_key(self, event: Any) -> None:
        key = event.value
        if key == "<<":
            self.problem(_mark(event), "found a merge key (<<); wanted plain values")
            key = LOST
        elif key in self._stack[-1]:
            self.problem(_mark(event), f"found the key {shown(key)} twice; wanted it once")
        self._key = key
        if self._places:
            self.keys.setdefault((*self._paths[-1], key), _mark(event))

    def _add(self, value: Any, event: Any) -> Path:
        """Put a value where it belongs; of a key that comes twice, the first value stays."""
        step: str | int
        if not self._stack:
            self.value = value
            path: Path = ()
        elif self._stack[-1].__class__ is list:
            step = len(self._stack[-1])
            self._stack[-1].append(value)
            path = (*self._paths[-1], step) if self._places else ()
        elif self._key is None:
            self.problem(_mark(event), "found a key that is no text; wanted a property's name")
            raise _Stop
        else:
            step, self._key = self._key, None
            self._stack[-1].setdefault(step, value)
            path = (*self._paths[-1], step) if self._places else ()
        if self._places:
            self.values.setdefault(path, _mark(event))
        return path


def _mark(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1
