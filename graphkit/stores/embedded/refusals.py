"""Refuses text that would answer differently on ladybug, and words ladybug's errors as Neo4j does.

What it cannot see stays different, and is in docs/cypher.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from graphkit.cypher import Statement
from graphkit.cypher.tokens import Syntax, place
from graphkit.errors import OutOfMemory, StoreError, Untranslated, UsageError, one_line
from graphkit.schema import GRAPH, Type
from graphkit.stores.embedded.dialect import Translation, translate
from graphkit.stores.embedded.patterns import (
    AGGREGATES,
    EDGES,
    NODES,
    labels_of,
    links,
    name_of,
    sections,
)
from graphkit.stores.embedded.subqueries import (
    SCOPES,
    bound_after,
)

_TEXT_TYPES = (Type.TEXT, Type.PERIOD, Type.DATE)
_PROPS = [prop for kind in GRAPH.kinds for prop in kind.stored]
_TEXTS = {p.name for p in _PROPS} - {p.name for p in _PROPS if p.type not in _TEXT_TYPES}
_NAMES = {kind.name.lower(): kind.name for kind in GRAPH.kinds}
_PROPERTIES = {prop.name.lower(): prop.name for prop in _PROPS}
NAMED = ("variable", "group")
"""Kinds of values that name a column of WITH themselves."""

Refusal = tuple[int, str]
"""Offset and message."""


def translate_free(statement: Statement, parameters: Mapping[str, Any]) -> Translation:
    """Translate a statement that anybody wrote, or refuse it.

    Raises
    ------
    Untranslated
        The embedded database has nothing that means the same.
    UsageError
        A name or a comparison in it would mean something else there.
    """
    refuse_silent_differences(statement, parameters)
    return translate(statement, parameters, NODES | EDGES)


def refuse_silent_differences(statement: Statement, parameters: Mapping[str, Any]) -> None:
    """Refuse text that runs on both engines but answers differently.

    Raises
    ------
    UsageError
        Naming the first such thing, its place, and what to write instead.
    """
    tree = statement.tree
    _check_lists_of_maps(statement.text, tree)
    _check_shortest_paths(statement.text, tree)
    found = [
        *_other_case(tree),
        *text_and_number(tree, parameters),
        *_led_nowhere(tree.parts[-1]),
        *_not_cypher(statement),
    ]
    for at, message in sorted(found):
        raise UsageError(f"{place(statement.text, at)}: {message}")


def _check_lists_of_maps(text: str, tree: Syntax) -> None:
    """Refuse ``[{a: 1}, {b: 2}]``: ladybug gives every map the names of the last one."""
    for each in tree.walk("list"):
        names = {tuple(entry.name for entry in item.parts) for item in each.all("map")}
        if len(names) > 1:
            at = place(text, each.at)
            raise Untranslated(
                f"{at}: the embedded database mixes up maps of different names in one list"
            )


def _check_shortest_paths(text: str, tree: Syntax) -> None:
    """Refuse shortest paths of which ladybug finds others, or fewer."""
    for pattern in tree.walk("match"):
        where = pattern.first("where")
        conditions = list(_required(where.parts[0])) if where else []
        for path in pattern.all("path"):
            shortest, selector = path.first("shortest"), path.first("selector")
            way = (path, *path.walk("relationship"))
            names = {each.name for part in way for each in part.all("variable")}
            on_it = [v for c in conditions for v in c.walk("variable") if v.name in names]
            if shortest and on_it:
                # Neo4j looks on for a path that meets it, ladybug filters the one that it found.
                raise Untranslated(
                    f"{place(text, on_it[0].at)}: the embedded database has no shortest path "
                    "under a condition on the path itself"
                )
            if selector and selector.name not in ("ALL", "ALL PATHS"):
                ends = {("variable", name_of(path.all("node")[end])) for end in (0, -1)}
                apart = [c.parts for c in conditions if [p.name for p in c.parts[1:2]] == ["<>"]]
                if not any({(v.kind, v.name) for v in pair[::2]} == ends for pair in apart):
                    raise Untranslated(
                        f"{place(text, selector.at)}: the embedded database has no "
                        f"{selector.name} path that may lead back to its start (here: a <> b)"
                    )


def _required(condition: Syntax) -> Iterator[Syntax]:
    """Yield the conditions that must all be met."""
    if condition.kind not in ("and", "group"):
        yield condition
        return
    for part in condition.parts:
        yield from _required(part)


def _other_case(tree: Syntax) -> Iterator[Refusal]:
    """Refuse ``:country`` and ``n.ISO3``: ladybug ignores case, for Neo4j they name nothing."""
    for each in tree.walk("label", "property", "own-property"):
        known = _NAMES if each.kind == "label" else _PROPERTIES
        meant = known.get(each.name.lower(), each.name)
        if meant != each.name:
            yield (
                each.end - len(each.name),
                f"found {each.name}, wanted {meant}: names in the graph have their case",
            )


def text_and_number(tree: Syntax, parameters: Mapping[str, Any]) -> Iterator[Refusal]:
    """Refuse ``f.period = 2024``: ladybug compares text with numbers, Neo4j does not."""
    compared = [
        (property_, property_.end - len(property_.name), value)
        for each in tree.walk("compare")
        for a, b in zip(each.parts[::2], each.parts[2::2], strict=False)
        for property_, value in ((a, b), (b, a))
        if property_.kind == "property"
    ]
    compared += [
        (entry, entry.at, entry.parts[0])
        for each in tree.walk("node", "relationship")
        for properties in each.all("map")
        for entry in properties.parts
    ]
    for each, at, value in compared:
        found = _number(value, parameters) if each.name in _TEXTS else None
        if found is not None:
            yield at, f"{each.name} holds text; found {found}, wanted text such as '2024'"


def _number(value: Syntax, parameters: Mapping[str, Any]) -> str | None:
    """Describe a number, a date or a parameter that is a number; None for anything else."""
    if value.kind == "number":
        return f"the number {value.name}"
    if value.kind == "function" and value.name.lower() == "date":
        return "a date"
    given = parameters.get(value.name) if value.kind == "parameter" else None
    if isinstance(given, int | float) and not isinstance(given, bool):
        return f"the number {given} for ${value.name}"
    return None


def _led_nowhere(query: Syntax) -> Iterator[Refusal]:
    """Refuse patterns that the schema rules out: ladybug miscounts their OPTIONAL and EXISTS."""
    for section in sections(query):
        known: dict[str, frozenset[str] | set[str]] = {}
        for pattern, alone in section:
            for node in (n for path in pattern.all("path") for n in path.walk("node")):
                if labels := labels_of(node):
                    name = name_of(node)
                    known[name] = known.get(name, labels) & labels or labels
            for link in links(pattern):
                for node, possible in link.ends():
                    name = name_of(node)
                    have = known.get(name, possible)
                    if not possible or not have or not have <= NODES or link.many:
                        continue
                    if not have & possible:
                        types = "|".join(sorted(labels_of(link.relationship) or ()))
                        message = f"no {types} relationship is there at {'|'.join(sorted(have))}"
                        yield (link.relationship.first("labels") or link.relationship).at, message
                    elif not alone:
                        known[name] = have & possible


def _not_cypher(statement: Statement) -> Iterator[Refusal]:
    """Refuse what Neo4j gives an error for, and ladybug runs."""
    bound: dict[str, None] = {}
    first: list[str] = []
    for clause in statement.query.parts:
        names = {*bound, *_bound_within(clause)}
        for path in clause.all("path"):
            if (variable := path.first("variable")) and variable.name in names:
                yield variable.at, f"{variable.name} has a value; wanted a new name for the path"
        for each in (v for pattern in clause.walk("pattern") for v in pattern.walk("variable")):
            if each.name not in names:
                yield each.at, f"variable {each.name!r} is not defined; a condition defines none"
        for value, *name in (item.parts for item in clause.all("item")):
            if clause.kind == "with" and not name and value.kind not in NAMED:
                yield value.at, "found a value without a name in WITH, wanted VALUE AS NAME"
        bound = {} if clause.kind in ("union", "next") else bound_after(clause, bound)
        if clause.kind == "next":
            first = []
        if clause.kind == "return":
            columns = [statement.column(item) for item in clause.all("item", "star")]
            if first and columns != first and "*" not in (*columns, *first):
                wanted = ", ".join(first)
                yield (
                    clause.at,
                    f"found the columns {', '.join(columns)} after UNION, wanted {wanted}",
                )
            first = columns
    for each in statement.query.walk("function"):
        random = any(value.name.lower() == "rand" for value in each.walk("function"))
        if each.name.lower() in AGGREGATES and random:
            yield each.at, "found rand() in an aggregate; wanted it in a WITH before"
        if each.name.lower() == "size" and each.first("pattern"):
            yield each.at, "found size() of a pattern, wanted COUNT { ... }"
    for each in statement.query.walk("number"):
        if each.name[1:2] not in tuple("xXoO") and math.isinf(float(each.name)):
            yield each.at, f"found {each.name}, wanted a number of 64 bits"


def _bound_within(each: Syntax) -> Iterator[str]:
    """Yield the names that patterns and scopes in a clause define; a condition defines none."""
    if each.kind in ("node", "relationship", *SCOPES, "unwind", "item", "let", "assignment"):
        yield from (variable.name for variable in each.all("variable"))
    for part in each.parts:
        if part.kind != "pattern":
            yield from _bound_within(part)


def explain_failure(statement: Statement, error: Exception) -> StoreError:
    """Return the error to show for one of ladybug's."""
    message = one_line(error)
    if "bad_alloc" in message or "Unable to allocate memory" in message:
        return OutOfMemory()
    if "bad_function_call" in message:
        return Untranslated("the embedded database has no comprehension of such lists in maps")
    if "Cannot bind LIST_CONCAT" in message:
        return Untranslated(
            "the embedded database has no column of UNION in a subquery, and no list, of two types"
        )
    if match := re.search(r"Invalid struct field name: (.+)\.$", message):
        where = _place_of(statement, match[1], "property")
        what = f"null for the key {match[1]!r}, which a map lacks"
        return Untranslated(f"{where}the embedded database has no {what}")
    found = _reworded(statement, message)
    if found is not None:
        return StoreError(found)
    message = re.sub(r"^(Parser|Binder|Runtime|Catalog|Function) exception: ", "", message)
    if "(line: " in message:
        return StoreError("the embedded database cannot read the statement")
    return StoreError(f"the embedded database refused the statement: {message}")


def _reworded(statement: Statement, message: str) -> str | None:
    """Reword what ladybug itself says clearly enough."""
    if match := re.search(r"Table (\S+) does not exist", message):
        where = _place_of(statement, match[1], "label")
        return f"{where}the graph has no label or relationship type {match[1]!r}"
    if match := re.search(r"Cannot find property (\S+) for (\S+)", message):
        where = _place_of(statement, match[1], "property", "entry", "own-property")
        return f"{where}{match[2].rstrip('.')} has no property {match[1]!r}"
    if "ANY type" in message:
        return "the embedded database cannot tell the type of a null or an empty list here"
    if "Lambda paramName" in message:
        return "the embedded database has no comprehension that uses the variable of one around it"
    if match := re.search(r"Variable (\S+) is not in scope", message):
        return f"{_place_of(statement, match[1], 'variable')}variable {match[1]!r} is not defined"
    return None


def _place_of(statement: Statement, name: str, *kinds: str) -> str:
    """Return the place of a name in some constructs, to begin a message with."""
    for each in statement.tree.walk(*kinds):
        if each.name == name:
            at = each.end - len(name) if each.kind.endswith("property") else each.at
            return f"{place(statement.text, at)}: "
    return ""
