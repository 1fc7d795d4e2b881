"""Statements of graphkit's own, restricted to the nodes and relationships that a load wrote."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import count

from graphkit.cypher.statement import Statement
from graphkit.cypher.tokens import Syntax
from graphkit.errors import StoreError
from graphkit.schema import MARK


@lru_cache(maxsize=512)
def own_statement(text: str) -> str:
    """Restrict the patterns of a statement to what bears graphkit's mark.

    A node with a label must be marked as of that kind, and a relationship be marked, so that both
    its ends are graphkit's: nodes without a label need no test, but where they stand alone.

    Parameters
    ----------
    text : str
        A statement of graphkit's own; none of its patterns is a condition by itself.

    Examples
    --------
    >>> print(own_statement("MATCH (c:Country {iso3: 'KOR'})<-[f:EXPORTS]-() RETURN f.usd AS usd"))
    MATCH (c:Country {iso3: 'KOR', graphkit: 'Country'})<-[f:EXPORTS WHERE f.graphkit IS NOT NULL]-() RETURN f.usd AS usd
    >>> print(own_statement("MATCH (a)-[:MADE_INTO*0..6]->(b) RETURN b.key AS key"))
    MATCH (a)(()-[own1:MADE_INTO WHERE own1.graphkit IS NOT NULL]->()){0,6}(b) RETURN b.key AS key
    >>> print(own_statement("MATCH (a)-[:MADE_INTO]->+(b) RETURN b.key AS key"))
    MATCH (a)(()-[own1:MADE_INTO WHERE own1.graphkit IS NOT NULL]->())+(b) RETURN b.key AS key
    """  # noqa: E501
    tree = Statement(text).tree
    names = (f"own{number}" for number in count(1))
    edits = [edit for path in tree.walk("path") for edit in _of_path(text, path, names)]
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


Edit = tuple[int, int, str]
"""Where a text is to be replaced, and by what."""


def _of_path(text: str, path: Syntax, names: Iterator[str]) -> Iterator[Edit]:
    """Yield the edits of one path, with names for what has none."""
    alone = not any(path.walk("relationship"))
    for part in path.parts:
        if part.kind == "node":
            yield from _of_node(text, part, names, alone=alone)
        elif part.kind == "relationship":
            yield _of_relationship(text, part, next(names))
        elif part.kind != "variable":
            raise StoreError(f"a statement of graphkit's own has the pattern {part.kind}")


def _of_node(text: str, node: Syntax, names: Iterator[str], *, alone: bool) -> Iterator[Edit]:
    """Yield the edits of a node."""
    labels = [label.name for part in node.all("labels") for label in part.walk("label")]
    if not labels and not alone:
        return
    end = node.end - 1
    condition = node.first("where")
    properties = node.first("map")
    if len(labels) == 1:
        mark = f"{MARK.name}: '{labels[0]}'"
        if properties is not None:
            yield properties.end - 1, properties.end - 1, f", {mark}"
        else:
            place = condition.offset if condition else end
            yield place, place, f"{{{mark}}} " if condition else f" {{{mark}}}"
        return
    variable = node.first("variable")
    name = variable.name if variable else next(names)
    if variable is None:
        yield node.offset + 1, node.offset + 1, name
    test = f"{name}.{MARK.name} IN {labels}" if labels else f"{name}.{MARK.name} IS NOT NULL"
    yield _with_test(text, condition, end, test)


def _of_relationship(text: str, link: Syntax, name: str) -> Edit:
    """Return the edit of a relationship: all of it, rewritten."""
    variable, condition = link.first("variable"), link.first("where")
    name = variable.name if variable else name
    parts = [text[part.offset : part.end] for part in link.parts if part.kind in ("labels", "map")]
    inner = " ".join([name + "".join(parts[:1]), *parts[1:]])
    _, _, where = _with_test(text, condition, 0, f"{name}.{MARK.name} IS NOT NULL")
    left, right = "<" * ("<" in link.name), ">" * (">" in link.name)
    own = f"{left}-[{inner}{where}]-{right}"
    if length := link.first("length"):
        least, dots, most = length.name.removeprefix("*").partition("..")
        own = f"((){own}()){{{least or 1},{most if dots else least}}}"
    if quantifier := link.first("quantifier"):
        own = f"((){own}()){text[quantifier.offset : quantifier.end]}"
    return link.offset, link.end, own


def _with_test(text: str, condition: Syntax | None, end: int, test: str) -> Edit:
    """Return the edit that begins a condition with a test, and goes on with the one it has."""
    if condition is None:
        return end, end, f" WHERE {test}"
    rest = text[condition.offset + len("WHERE") : condition.end].strip()
    return condition.offset - 1, condition.end, f" WHERE {test} AND ({rest})"
