"""Constraints and indexes of a Neo4j: graphkit's own, and those of others beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from graphkit.arrow import without_codes
from graphkit.schema import MARK, Kind, Schema

if TYPE_CHECKING:
    from graphkit.build import Graph

Read = Callable[[str, Mapping[str, Any]], pa.Table]
"""Runs one statement of ours."""


@dataclass(frozen=True)
class Rule:
    """A constraint or index on the nodes of one label or the relationships of one type."""

    name: str
    kind: str
    """Label or type: a kind of graphkit's, or another."""
    properties: tuple[str, ...]
    type: str
    """As the server names it; of an index without a constraint, ``INDEX``."""

    @property
    def is_index(self) -> bool:
        """True of an index that belongs to no constraint."""
        return self.type == "INDEX"

    @property
    def is_unique(self) -> bool:
        """True of a constraint that makes values unique, and no more."""
        return self.type.endswith("UNIQUENESS")

    @property
    def drop(self) -> str:
        """Statement that drops it."""
        return f"DROP {'INDEX' if self.is_index else 'CONSTRAINT'} `{self.name}`"

    def __str__(self) -> str:
        what = "index" if self.is_index else "constraint"
        return f"the {what} {self.name} on {self.kind} ({', '.join(self.properties)})"


def own_rules(schema: Schema) -> Iterator[Rule]:
    """Yield the constraints that make keys unique, and the indexes on (product, period).

    A node's constraint is on key and mark together: nodes of others have no mark, so that it does
    not bind them, and stands beside an index or a constraint of theirs on the key.
    """
    for kind in schema.kinds:
        keys = (kind.key,) if kind.is_edge else (kind.key, MARK.name)
        yield Rule(f"graphkit_{kind.name}", kind.name, keys, "UNIQUENESS")
        if kind.is_edge and {"product", "period"} <= {p.name for p in kind.props}:
            yield Rule(f"graphkit_{kind.name}_product", kind.name, ("product", "period"), "INDEX")


def ddl(schema: Schema, rules: Sequence[Rule] = ()) -> Iterator[str]:
    """Yield the statements that create graphkit's constraints and indexes, but for those there."""
    there = {(rule.kind, rule.properties, rule.is_index) for rule in rules}
    for rule in own_rules(schema):
        if (rule.kind, rule.properties, rule.is_index) in there:
            continue
        is_edge = schema[rule.kind].is_edge
        pattern = f"()-[x:`{rule.kind}`]-()" if is_edge else f"(x:`{rule.kind}`)"
        keys = ", ".join(f"x.`{name}`" for name in rule.properties)
        what, verb = ("INDEX", f"ON ({keys})")
        if not rule.is_index:
            what, verb = "CONSTRAINT", f"REQUIRE ({keys}) IS UNIQUE"
        yield f"CREATE {what} `{rule.name}` IF NOT EXISTS FOR {pattern} {verb}"


def stored_rules(schema: Schema, read: Read) -> list[Rule]:
    """Read the constraints and range indexes, by name; those of an edge kind are on its type."""
    statements = (
        "SHOW CONSTRAINTS YIELD name, type, entityType AS on, labelsOrTypes AS kinds, properties "
        "RETURN name, type, on, kinds, properties",
        "SHOW INDEXES YIELD name, type, entityType AS on, labelsOrTypes AS kinds, properties, "
        "owningConstraint WHERE type = 'RANGE' AND owningConstraint IS NULL "
        "RETURN name, 'INDEX' AS type, on, kinds, properties",
    )
    rules = []
    for row in (row for statement in statements for row in read(statement, {}).to_pylist()):
        kind = (row["kinds"] or [""])[0]
        if kind not in schema.by_name or schema[kind].is_edge == (row["on"] == "RELATIONSHIP"):
            rules.append(Rule(row["name"], kind, tuple(row["properties"] or ()), row["type"]))
    return sorted(rules, key=lambda rule: rule.name)


def former_rules(schema: Schema, rules: Sequence[Rule]) -> list[Rule]:
    """Find the constraints of graphkit 0.3, whose nodes and relationships had no mark.

    Their names and properties tell them from all others.
    """
    former = {
        (f"graphkit_{kind.name}", kind.name, ("key",) if kind.is_edge else (kind.key,))
        for kind in schema.kinds
    }
    return [rule for rule in rules if (rule.name, rule.kind, rule.properties) in former]


FORMER_LOCK = "DROP CONSTRAINT graphkit_LoadLock IF EXISTS"
"""Drops the constraint of graphkit 0.3 on its lock."""


def adoption(schema: Schema, rule: Rule) -> str:
    """Write the statement that marks what graphkit 0.3 loaded of a kind.

    Run by itself, it commits some rows at a time.
    """
    kind, x_key = schema[rule.kind], f"x.`{rule.properties[0]}`"
    pattern, marks = f"(x:`{kind.name}`)", f"SET x.{MARK.name} = '{kind.name}'"
    if kind.is_edge:
        pattern, marks = f"()-[x:`{kind.name}`]->()", f"SET x.{MARK.name} = x.key REMOVE x.key"
    return (
        f"MATCH {pattern} WHERE x.{MARK.name} IS NULL AND x.digest IS :: INTEGER NOT NULL "
        f"AND {x_key} IS :: {'INTEGER' if kind.is_edge else 'STRING'} NOT NULL "
        f"CALL (x) {{ {marks} }} IN TRANSACTIONS OF 10000 ROWS"
    )


def obstacles(graph: Graph, rules: Sequence[Rule], read: Read) -> Iterator[str]:
    """Yield what of others would end a load in its middle, each with the way on."""
    own = {rule.name: rule for rule in own_rules(graph.schema)}
    former = former_rules(graph.schema, rules)
    for rule in (rule for rule in rules if rule not in former):
        same = [r for r in own.values() if (r.kind, r.properties) == (rule.kind, rule.properties)]
        if same and same[0].is_index == rule.is_index and (rule.is_index or rule.is_unique):
            continue
        kind = graph.schema.by_name.get(rule.kind)
        if rule.name in own or same:
            yield f"{rule} is in the place of one of graphkit's; {_to_drop(rule)}"
        elif rule.is_index or MARK.name in rule.properties:
            continue  # such as the constraint of a kind that a later schema leaves out
        elif kind is None:
            yield from _used(rule, read)
        else:
            yield from _forbidden(graph, kind, rule, read)


def _used(rule: Rule, read: Read) -> Iterator[str]:
    """Yield a constraint on another label that somebody gave to nodes of graphkit's."""
    statement = f"MATCH (x:`{rule.kind}`) WHERE x.{MARK.name} IN labels(x) RETURN count(*) AS n"
    if count := read(statement, {})["n"][0].as_py():
        yield (
            f"{rule} binds {count:,} of graphkit's nodes, which have that label too, and forbids "
            f"what the seeds may say; {_to_drop(rule)}"
        )


def _forbidden(graph: Graph, kind: Kind, rule: Rule, read: Read) -> Iterator[str]:
    """Yield a constraint of others on a kind, if it could forbid what the seeds say."""
    if rule.is_unique and not {prop.name for prop in kind.stored}.issuperset(rule.properties):
        return  # graphkit's rows never have all of its properties
    if not rule.is_unique or kind.is_edge or kind.key not in rule.properties:
        yield f"{rule} forbids what the seeds may say; {_to_drop(rule)}"
    else:
        yield from _taken(graph, kind, rule, read)


def _to_drop(rule: Rule) -> str:
    return f"{rule.drop}, then load again"


def _taken(graph: Graph, kind: Kind, rule: Rule, read: Read) -> Iterator[str]:
    """Yield the nodes of others that a constraint of theirs would let no node stand beside."""
    tables = [part.table.select(rule.properties) for part in graph.parts if part.kind is kind]
    rows = [list(row.values()) for table in tables for row in without_codes(table).to_pylist()]
    values = ", ".join(f"`{name}`: row[{place}]" for place, name in enumerate(rule.properties))
    statement = (
        f"UNWIND $rows AS row MATCH (x:`{kind.name}` {{{values}}}) WHERE {_foreign(kind)} "
        f"RETURN x.`{kind.key}` AS key ORDER BY key"
    )
    keys = read(statement, {"rows": rows})["key"].to_pylist()
    if keys:
        yield (
            f"{rule} forbids a second {kind.name} with {kind.key} {_listed(keys)}, which "
            f"graphkit did not load and the seeds have too; {rule.drop}, or remove the label or "
            "node, then load again"
        )


def _foreign(kind: Kind) -> str:
    return f"(x.{MARK.name} IS NULL OR x.{MARK.name} <> '{kind.name}')"


def _listed(keys: Sequence[Any]) -> str:
    shown = ", ".join(repr(key) for key in keys[:3])
    return shown if len(keys) <= 3 else f"{shown} and {len(keys) - 3:,} more"


def beside(graph: Graph, rules: Sequence[Rule], read: Read) -> Iterator[str]:
    """Yield what others keep under graphkit's labels and types, and which keys they share with it.

    None of it stands in the way.
    """
    if former_rules(graph.schema, rules):
        yield "graphkit 0.3 filled it: a load marks those rows, and so adds fewer"
    for kind in graph.schema.kinds:
        pattern = f"()-[x:`{kind.name}`]->()" if kind.is_edge else f"(x:`{kind.name}`)"
        condition = f"x.{MARK.name} IS NULL" if kind.is_edge else _foreign(kind)
        key = "null" if kind.is_edge else f"x.`{kind.key}`"
        rows = read(
            f"MATCH {pattern} WHERE {condition} RETURN {key} AS key, count(*) AS n ORDER BY key", {}
        ).to_pylist()
        count = sum(row["n"] for row in rows)
        if not count:
            continue
        keys = {
            key
            for part in graph.parts if part.kind is kind and not kind.is_edge
            for key in part.table[kind.key].to_pylist()
        }  # fmt: skip
        shared = [row["key"] for row in rows if row["key"] in keys]
        what = "relationships" if kind.is_edge else "nodes"
        text = f"{count:,} {what} {kind.name} are of others and stay; no question reads them"
        yield text + (f" ({kind.key} {_listed(shared)} is also in the seeds)" if shared else "")
