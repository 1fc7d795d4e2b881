"""Edits by another program: any one stored value of a file or a Neo4j, made another."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

import duckdb
import pytest
from databases import clear

from graphkit.api import Session
from graphkit.build import Graph, Part
from graphkit.database import last_load
from graphkit.errors import GraphkitError, StoreError, Unreachable
from graphkit.questions.addresses import by_path, read_values
from graphkit.questions.claims.citing import PARTLY_READ, cite
from graphkit.questions.question import Question, prepare
from graphkit.schema import GRAPH, LOAD, MARK, Kind
from graphkit.stores.base import Store
from graphkit.stores.duck.file import kind_column
from graphkit.stores.duck.store import DuckStore
from graphkit.stores.neo4j.store import Neo4jStore

QUESTIONS = ("depends?country=KOR&for=ree-metals&period=2024", "flows?for=dy-oxide&period=2023")


class Edit(NamedTuple):
    """One value of the row of a kind that is the first by key."""

    kind: Kind
    column: str

    def __str__(self) -> str:
        return f"{self.kind.name}.{self.column}"


def possible_edits(graph: Graph, *, ends: bool) -> list[Edit]:
    """All values of a row of each kind that a database stores; with ends, those of tables too.

    In a Neo4j, a node with another mark is none of graphkit's.
    """
    edits = []
    for kind in GRAPH.kinds:
        if graph.count(kind.name):
            columns = [prop.name for prop in kind.stored if ends or prop != MARK]
            for end in kind.ends if ends else ():
                columns += [end.name, kind_column(end.name)][: min(len(end.kinds), 2)]
            edits += [Edit(kind, column) for column in columns]
    return edits


def other(value: Any, random: Random) -> Any:
    """A value of the same type that is another one, or none."""
    if value is not None and random.random() < 0.2:
        return None
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + random.choice((1, -1, 17))
    if isinstance(value, list):
        return random.choice(([*value, "x"], value[:-1] or ["x"], [f"{value}"]))
    return f"{value or ''}x"


def first_row(graph: Graph, kind: Kind) -> tuple[Part, dict[str, Any]]:
    part = next(part for part in graph.parts if part.kind is kind and len(part.table))
    row: dict[str, Any] = part.rows(0, 1).to_pylist()[0]
    return part, row


def apply(edit: Edit, store: Store, graph: Graph, random: Random) -> None:
    """Make a stored value another, without graphkit."""
    kind, column = edit
    part, row = first_row(graph, kind)
    for end, node in zip(kind.ends, part.ends, strict=True):
        row[kind_column(end.name)] = node.name
    value = row[column]
    new = other(value, random)
    if value is None:
        types = {"DOUBLE": 1.5, "BIGINT": 3, "BOOLEAN": True, "VARCHAR[]": ["x"], "VARCHAR": "x"}
        from graphkit.stores.duck.file import columns_of

        new = next(types[type_] for name, type_, _ in columns_of(kind) if name == column)
    if isinstance(store, DuckStore):
        store.close()
        with duckdb.connect(str(store.path)) as connection:
            connection.execute(
                f'UPDATE "{kind.name}" SET "{column}" = $new WHERE "{kind.key}" = $key',
                {"new": new, "key": row[kind.key]},
            )
    else:
        assert isinstance(store, Neo4jStore)
        if column == kind.key and new is None and kind.is_edge:
            new = 0  # a relationship without the mark is not ours
        pattern = f"()-[x:`{kind.name}`]->()" if kind.is_edge else f"(x:`{kind.name}`)"
        store._write(
            f"MATCH {pattern} WHERE x.`{kind.key}` = $key SET x.`{column}` = $new",
            {"new": new, "key": row[kind.key]},
        )


def question(address: str) -> Question:
    path, _, fields = address.partition("?")
    pairs = [(name, value) for name, _, value in (f.partition("=") for f in fields.split("&"))]
    return prepare(by_path()[path], read_values(by_path()[path], pairs), "json")


def cited(store: Store, address: str) -> str:
    """The sentence that a citation has, or why there is none in the facts."""
    try:
        return cite(Session(store).catalog, question(address)).answer.headline
    except StoreError:
        raise
    except GraphkitError as error:
        return str(error)


def check_edits(store: Store, graph: Graph, edits: list[Edit], random: Random) -> Iterator[Edit]:
    """Make each edit; the doctor's look, a citation and the next load find it, and a load mends it.

    Yields
    ------
    Edit
        After each: for messages.
    """
    if isinstance(store, Neo4jStore):
        clear(store)
    store.load(graph)
    truth = {address: cited(store, address) for address in QUESTIONS}
    content = last_load(store).content
    for edit in edits:
        apply(edit, store, graph, random)
        if isinstance(store, Neo4jStore):
            store._seen = ""  # another process asks
        address = random.choice(QUESTIONS)
        try:
            assert cited(store, address) == truth[address], edit
            assert edit.kind.name in PARTLY_READ, edit
        except StoreError:
            pass
        whole = store.edits()
        assert whole, edit
        with pytest.raises(Unreachable, match="not as it was loaded"):
            whole.refuse(store.label)
        report = store.load(graph)
        assert report.differs, edit
        if edit.kind is not LOAD:
            assert edit.kind.name in report.edits.rows, edit
        assert not store.edits(), edit
        assert not store.load(graph).differs, edit
        assert last_load(store).content == content
        yield edit
