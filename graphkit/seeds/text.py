"""Seed text: strict UTF-8, and the strict YAML that reports every problem with its place."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any

import yaml

from graphkit.errors import UNSAFE, GraphkitError, Problem, SeedError
from graphkit.files.input import TEXT, check_file
from graphkit.seeds.mojibake import BYTES, RUN, repaired

Mark = tuple[int, int]
"""Line and column, both from 1."""

LOST = "\ufffd"
"""Stands where a character could not be read; itself never part of a fact."""
BAD = re.compile(f"[{UNSAFE}]")
MOST = 100
"""Number of bad characters of one file that are reported one by one."""
MOST_READ = 500_000
"""Bad characters from which on a file is not text."""
MOST_PROBLEMS = 1_000
"""Number of problems of one file, and of all files together, that are reported one by one."""


def at_most(problems: Iterable[Problem]) -> list[Problem]:
    """Return the first problems and, if there are more, a note of that; the rest is not read."""
    first = list(islice(problems, MOST_PROBLEMS + 1))
    if len(first) > MOST_PROBLEMS:
        last = max(first[:-1])
        message = f"found more than the {MOST_PROBLEMS:,} problems told; mend those first"
        first[-1] = replace(last, message=message)
    return first


def decode(raw: bytes, file: str) -> tuple[str, list[Problem]]:
    """Decode a file, with :data:`LOST` for every bad character, and report those.

    The text is empty where every character would be bad.
    """
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "", [Problem(file, 1, 1, "found UTF-16; wanted UTF-8")]
    # An invalid byte becomes a lone surrogate, which no valid UTF-8 can hold.
    text = raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    if not BAD.search(text):
        return text, []
    if any(islice(BAD.finditer(text), MOST_READ, None)):
        first = next(_unsafe_places(text, file, 1))
        message = f"found over {MOST_READ:,} such characters: no text"
        return "", [first, replace(first, message=message)]
    safe, number = BAD.subn(LOST, text)
    return safe, list(_unsafe_places(text, file, number))


def _unsafe_places(text: str, file: str, number: int) -> Iterator[Problem]:
    """Report the first of a number of unsafe characters."""
    line, start, position = 1, 0, 0
    for place, match in enumerate(islice(BAD.finditer(text), MOST + 1)):
        offset = match.start()
        line, start = line_after(text[position:offset], position, (line, start))
        position = offset
        message = unsafe(match[0])
        if match[0] in BYTES and (run := _run_at(text, offset)):
            message = misread_as(text, run)
        if place == MOST:
            message = f"found {number - MOST:,} more of such characters from here"
        yield Problem(file, line, offset - start + 1, message)


def line_after(text: str, offset: int, mark: tuple[int, int]) -> tuple[int, int]:
    """Return number and start of the line a text ends in, from its place and the line it begins in.

    >>> line_after("a\\nbc\\r\\nd", 10, (1, 8))
    (3, 16)
    """
    if count := line_ends(text):
        return mark[0] + count, offset + max(text.rfind("\n"), text.rfind("\r")) + 1
    return mark


def line_ends(text: str) -> int:
    """Count the line ends in a text: LF, CR and CRLF."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _run_at(text: str, offset: int) -> re.Match[str] | None:
    """Return the misread characters that one of the bytes without a character belongs to."""
    runs = RUN.finditer(text, max(0, offset - LONGEST_WORD), offset + LONGEST_WORD)
    return next((run for run in runs if run.start() <= offset < run.end()), None)


LONGEST_WORD = 30
"""Characters around a misread one that a message shows."""


def misread_as(text: str, run: re.Match[str]) -> str:
    """Return the message for misread characters, with their word as it should be."""
    start = max(run.start() - LONGEST_WORD, 0)
    before = text[start : run.start()].split("\n")[-1].split(" ")[-1]
    after = text[run.end() : run.end() + LONGEST_WORD].split("\n")[0].split(" ")[0]
    word = before + run[0] + after
    encodings = "Windows-1252 or Latin-1" if RUN.fullmatch(run[0]) else "Windows-874"
    message = f"found {shown(word)}, which is UTF-8 read as {encodings}"
    meant = repaired(word)
    return f"{message}; wanted " + (
        "the text before a character of it was lost" if LOST in meant else shown(meant)
    )


def unsafe(character: str) -> str:
    """Return the message for an unsafe character."""
    if character == LOST:
        return "found U+FFFD, which stands for a lost character; wanted the text before it was lost"
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"found byte 0x{code - 0xDC00:02x}, which is not UTF-8; wanted UTF-8 text"
    return f"found the invisible character U+{code:04X}; wanted visible text"


def shown(value: object) -> str:
    """Format a value for a message."""
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    if value is None:
        return "null"
    text = repr(value[:60] if isinstance(value, str) else value)
    return text if len(text) < 60 else text[:57] + "..."


UNCLOSED = {
    "did not find expected ',' or '}'": "found {{ without its }}, or no comma between its parts{}",
    "did not find expected ',' or ']'": "found [ without its ], or no comma between its parts{}",
    "found unexpected end of stream": "found a quote that is never closed",
    "could not find expected ':'": "found a line without a colon; wanted 'property: value'{}",
}
"""The YAML parser's words, in plain ones, for what is wrong from a place on."""
PLAIN = {
    "mapping values are not allowed in this context": "found a second colon; wanted text with a "
    "colon in quotes",
    "did not find expected node content": "found no value where one must stand",
    "found unknown escape character": "found an escape that YAML does not have; wanted text with a "
    "backslash in single quotes",
    "did not find expected key": "found a line whose indent fits none above it",
    "did not find expected '-' indicator": "found a line whose indent fits none above it",
}
"""The YAML parser's words, in plain ones, for what is wrong at one place."""
MAX_DEPTH = 8
NULLS = ("", "~", "null", "Null", "NULL")

Path = tuple[str | int, ...]
"""The keys and list locations that lead to a value."""


@dataclass(frozen=True)
class Document:
    """The parsed value of a text, and its problems."""

    value: Any
    """:data:`~graphkit.seeds.text.LOST` stands for what was refused: an alias, a merge key."""
    problems: tuple[Problem, ...]
    whole: bool
    """True if the text was read to its end."""
    values: Mapping[Path, Mark] = field(default_factory=dict)
    """The start of each value; made on request."""
    keys: Mapping[Path, Mark] = field(default_factory=dict)
    """The start of each value's key; made on request."""


@dataclass(frozen=True)
class YamlText:
    """The text of one YAML file, and where its parts stand."""

    file: str
    text: str

    def read(self) -> Document:
        """Parse the text."""
        return parse(self.text, self.file)

    @cached_property
    def _marked(self) -> Document:
        """Read once more, with locations: only when something is wrong."""
        return parse(self.text, self.file, locations=True)

    def at(self, *paths: Path) -> Mark:
        """Return the start of the first of these values that exists."""
        return next((self._marked.values[p] for p in paths if p in self._marked.values), (1, 1))

    def problem(self, message: str, *paths: Path) -> Problem:
        """Report a problem at the first of these values that exists."""
        return Problem(self.file, *self.at(*paths), message)

    def key_problem(self, message: str, path: Path) -> Problem:
        """Report a problem at a key."""
        return Problem(self.file, *self._marked.keys.get(path, (1, 1)), message)


def read_yaml(
    path: pathlib.Path, error: type[SeedError] = SeedError
) -> tuple[YamlText, Any, bytes]:
    """Read a YAML file that is no seed: its text, its value and its bytes.

    Raises
    ------
    GraphkitError
        The file cannot be read, is not regular, or is too large.
    SeedError
        It is not strict YAML in UTF-8; of the class ``error``.
    """
    check_file(path, TEXT)
    try:
        raw = path.read_bytes()
    except OSError as reason:
        raise GraphkitError(f"{path.name} cannot be read: {reason.strerror}") from reason
    text, problems = decode(raw, path.name)
    yaml_text = YamlText(path.name, text)
    document = yaml_text.read()
    if problems or document.problems:
        raise error([*problems, *document.problems])
    return yaml_text, document.value, raw


def parse(text: str, file: str, *, locations: bool = False) -> Document:
    """Read one document; with ``locations`` also remember where everything stands (slower)."""
    builder = _Builder(file, locations)
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
        builder.syntax(error, text)
    except _Stop:
        pass
    problems = tuple(at_most(builder.problems))
    return Document(builder.value, problems, whole, builder.values, builder.keys)


class _Stop(Exception):
    """End of the text that can be read."""


class _Builder:
    """Builder of values from events, without recursion, so that no depth can break it."""

    def __init__(self, file: str, locations: bool) -> None:
        self.value: Any = None
        self.problems: list[Problem] = []
        self.values: dict[Path, Mark] = {}
        self.keys: dict[Path, Mark] = {}
        self._file = file
        self._locations = locations
        self._stack: list[Any] = []
        self._paths: list[Path] = []
        self._key: str | None = None
        """In a mapping, the key whose value comes next."""
        self._documents = 0

    def problem(self, mark: Mark, message: str) -> None:
        self.problems.append(Problem(self._file, *mark, message))

    def syntax(self, error: yaml.YAMLError, text: str) -> None:
        mark, start = (getattr(error, name, None) for name in ("problem_mark", "context_mark"))
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
        if reason in UNCLOSED and start is not None:
            line = f", as line {mark.line + 1} shows" if mark and mark.line > start.line else ""
            reason, mark = UNCLOSED[reason].format(line), start
        elif reason == "found character that cannot start any token" and mark:
            character = text[mark.index : mark.index + 1]
            reason = (
                "found a tab; wanted blanks to indent with" if character == "\t"
                else f"found {character!r} where a value begins; wanted it in quotes"
            )  # fmt: skip
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        self.problem(place, f"not YAML: {PLAIN.get(reason, reason)}")

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
            if self._locations:
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
        if self._locations:
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
        if self._locations:
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
            path = (*self._paths[-1], step) if self._locations else ()
        elif self._key is None:
            self.problem(_mark(event), "found a key that is not text; wanted a property's name")
            raise _Stop
        else:
            step, self._key = self._key, None
            self._stack[-1].setdefault(step, value)
            path = (*self._paths[-1], step) if self._locations else ()
        if self._locations:
            self.values.setdefault(path, _mark(event))
        return path


def _mark(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1
