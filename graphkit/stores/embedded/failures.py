"""The words of ladybug's errors, made those of the statement that somebody wrote."""

from __future__ import annotations

import re

from graphkit.cypher import Statement
from graphkit.cypher.tokens import place
from graphkit.errors import StoreError, one_line


def explain_failure(statement: Statement, error: Exception) -> StoreError:
    """Return the error to show for one of ladybug's."""
    message = one_line(error)
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
    if "bad_alloc" in message or "Unable to allocate memory" in message:
        return "the statement needs more memory than it may have; ask for less at a time"
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
