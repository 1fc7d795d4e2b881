"""The mapping of a foreign table: columns, units, defaults, and names resolved to keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from graphkit.errors import GraphkitError, Problem, SeedError, UsageError
from graphkit.importers.reference import HS_CODE, Reference
from graphkit.paths import TEXT, check_file
from graphkit.schema import GRAPH, Prop, Type
from graphkit.seeds.records import Header, read_header, unknown_property
from graphkit.seeds.text import YamlText, decode, shown

PLACES = {"Country", "Area"}
MATERIALS = {"Stage", "Element", "Product"}


@dataclass(frozen=True)
class ForeignNames:
    """Resolver of a table's names: by its own aliases first, then by the reference."""

    reference: Reference
    aliases: Mapping[str, Mapping[str, str]]
    """For a property, the keys of foreign texts."""

    def resolve(self, prop: Prop, text: str) -> str | None:
        """Return the key of a name, as a value of the property; None if it is unknown."""
        text = self.aliases.get(prop.name, {}).get(text, text)
        targets = set(prop.ref)
        try:
            if targets & PLACES:
                return self.reference.place_of(text)
            if targets & MATERIALS:
                kinds = [kind for kind in ("Product", "Element", "Stage") if kind in targets]
                return next((n.key for n in self.reference.materials.all(text, kinds)), None)
        except UsageError:  # the name is ambiguous
            return None
        if "Code" in targets:
            code = plain_code(text)
            national = code.isdigit() and code[:HS_CODE] in self.codes
            return code if code in self.codes or national or has_lost_zeros(code) else None
        return text

    @cached_property
    def codes(self) -> Set[str]:
        """HS codes of the reference."""
        return self.reference.code_rows.keys()


def plain_code(text: str) -> str:
    """Strip the dots and blanks of an HS code."""
    return text.replace(".", "").replace(" ", "")


def has_lost_zeros(code: str) -> bool:
    """Tell if an HS code lost its leading zero as a number: digits come in pairs.

    >>> has_lost_zeros("10121"), has_lost_zeros("280530"), has_lost_zeros("2846")
    (True, False, False)
    """
    return code.isascii() and code.isdigit() and len(code) % 2 == 1


SEED_PARTS = ("kind", "columns", "units", "defaults")
TEXTS = ("sheet", "encoding", "delimiter", "decimal", "thousands", "header")
PARTS = (*SEED_PARTS, "aliases", "source", "dataset", *TEXTS, "missing")
COUNTED = ("reporter", "hs_revision", "valuation")
"""Properties of a data set that all its flows share."""
MARKS = {"delimiter": (",", ";", "\t", "|"), "decimal": (".", ","),
         "thousands": ("", ",", ".", " ", "'", "’", "\u00a0", "\u202f")}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Text and number format of a table."""

    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    header: int = 1
    """The row of the column names."""
    missing: frozenset[str] = frozenset()
    """Texts for an unknown value."""


@dataclass(frozen=True)
class ColumnMapping:
    """Mapping of a table's columns to the properties of a kind."""

    yaml: YamlText
    header: Header
    layout: Layout
    aliases: Mapping[str, Mapping[str, str]]
    """For a property, the keys of foreign texts."""
    source: Mapping[str, str] = field(default_factory=dict)
    """Properties of the source, if the mapping describes it."""
    dataset: Mapping[str, str] = field(default_factory=dict)
    """Properties of the data set, if the mapping describes it."""


def read_mapping(path: Path, table: str) -> ColumnMapping:
    """Read a mapping; ``table`` is the name of the file it is for.

    Raises
    ------
    GraphkitError
        The mapping cannot be read.
    SeedError
        The mapping has problems; all are listed.
    """
    check_file(path, TEXT)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise GraphkitError(f"{path.name} cannot be read: {error.strerror}") from error
    text, problems = decode(raw, path.name)
    yaml = YamlText(path.name, text)
    document = yaml.read()
    problems += document.problems
    if problems:
        raise SeedError(problems)
    value = document.value
    if not isinstance(value, dict):
        raise SeedError([yaml.problem("found no mapping; wanted kind and columns", ())])
    seed = {part: value[part] for part in SEED_PARTS if part in value}
    header, problems = read_header(yaml, {**seed, "table": table}, GRAPH)
    problems += [
        yaml.key_problem(f"found {shown(name)}, wanted one of {', '.join(PARTS)}", (name,))
        for name in value
        if name not in PARTS
    ]
    problems += _odd_parts(yaml, value)
    if header is not None and not problems:
        problems += _odd_properties(yaml, value, header)
    if header is None or problems:
        raise SeedError(problems)
    source = value.get("source") or {}
    if source and "source" not in header.defaults:
        header = replace(header, defaults={**header.defaults, "source": source.get("key")})
    dataset = dict(value.get("dataset") or {})
    if dataset:
        # Flows are counted as their data set says, and it was published where they were.
        counted = {name: dataset[name] for name in COUNTED if name in dataset}
        own = {"dataset": dataset.get("key"), **counted}
        header = replace(header, defaults={**own, **header.defaults})
        dataset.setdefault("source", str(header.defaults.get("source")))
    given = {name: value[name] for name in TEXTS if value.get(name) is not None}
    given["header"] = int(given.get("header", 1))
    layout = Layout(**given, missing=frozenset(value.get("missing") or ()))
    return ColumnMapping(yaml, header, layout, value.get("aliases") or {}, source, dataset)


def _odd_parts(yaml: YamlText, value: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield parts with an invalid value."""
    for name in (n for n in TEXTS if value.get(n) is not None):
        if not isinstance(value[name], str):
            yield yaml.problem(f"{name}: wanted text", (name,))
        elif name in MARKS and value[name] not in MARKS[name]:
            message = f"{name}: found {shown(value[name])}, wanted one of"
            yield yaml.problem(" ".join((message, *map(repr, MARKS[name]))), (name,))
        elif name == "header" and not re.fullmatch("[1-9][0-9]{0,8}", value[name]):
            yield yaml.problem("header: wanted the number of a row, 1 is the first", (name,))
        elif name == "encoding" and not _is_encoding(value[name]):
            yield yaml.problem(f"encoding: unknown encoding {shown(value[name])}", (name,))
    missing = value.get("missing")
    if missing is not None and not (
        isinstance(missing, list) and all(isinstance(text, str) for text in missing)
    ):
        yield yaml.problem("missing: wanted a list of texts", ("missing",))
    if value.get("decimal", ".") == value.get("thousands", ""):
        yield yaml.problem("thousands: found the decimal mark", ("thousands",), ("decimal",))
    for part, depth in (("aliases", 2), ("source", 1), ("dataset", 1)):
        if value.get(part) is not None and not _is_mapping(value[part], depth):
            expected = (
                "{property: {text: key}}"
                if depth > 1
                else f"the properties of one {part.capitalize()}"
            )
            yield yaml.problem(f"{part}: wanted {expected}", (part,))


def _is_encoding(name: str) -> bool:
    try:
        return bool(b"x".decode(name))
    except (LookupError, UnicodeError):
        return name.lower().replace("_", "-") in ("utf-16", "utf-32", "utf-16-le", "utf-16-be")


def _is_mapping(value: Any, depth: int) -> bool:
    """Tell if a value is a mapping of text, nested to this depth."""
    if depth == 0:
        return isinstance(value, str)
    return isinstance(value, dict) and all(_is_mapping(v, depth - 1) for v in value.values())


def _odd_properties(yaml: YamlText, value: Mapping[str, Any], header: Header) -> Iterator[Problem]:
    """Yield parts that do not fit the kind."""
    kind = header.kind
    types = {p.name: p.type for p in kind.columns}
    for name in value.get("aliases") or {}:
        if message := unknown_property(kind, name):
            yield yaml.key_problem(message, ("aliases", name))
    for name in header.columns:
        if types[name] is Type.TEXTS:
            yield yaml.key_problem(f"{name} is a list, which no column can give", ("columns", name))
    if not header.columns:
        yield yaml.problem("columns: wanted at least one {property: column}", ("columns",), ())
    for part in ("source", "dataset"):
        if value.get(part) and part not in types:
            yield yaml.key_problem(f"{kind.name} has no {part}", (part,))
