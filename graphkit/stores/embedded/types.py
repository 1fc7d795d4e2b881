"""Types of the values in a statement, as far as its text and the schema tell them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from graphkit.cypher.tokens import Syntax
from graphkit.schema import GRAPH, Kind, Type

LIST = "list:"
"""Beginning of the type of a list; the type of its items follows."""

_OF_PROPERTY = {Type.NUMBER: "float", Type.INTEGER: "int", Type.FLAG: "bool",
                Type.TEXTS: "list:text"}  # fmt: skip


def _of_properties(kinds: Iterable[Kind]) -> dict[str, str]:
    """Return the types of the properties that have one type in all kinds that have them."""
    found: dict[str, set[str]] = {}
    for kind in kinds:
        for prop in kind.stored:
            found.setdefault(prop.name, set()).add(_OF_PROPERTY.get(prop.type, "text"))
    return {name: types.pop() for name, types in found.items() if len(types) == 1}


PROPERTIES = {
    "": _of_properties(GRAPH.kinds),
    "node": _of_properties(GRAPH.nodes),
    "relationship": _of_properties(GRAPH.edges),
}
"""Types of the properties of anything, of nodes, and of relationships."""

FUNCTIONS = {
    "text": "label left lower ltrim replace right rtrim substring toLower toString toStringOrNull "
            "toUpper trim type upper",
    "int": "character_length char_length count id length size sign toInteger toIntegerOrNull year",
    "float": "acos asin atan atan2 avg ceil cos degrees floor log log10 pi percentileCont radians "
             "rand round sin sqrt tan toFloat toFloatOrNull",
    "bool": "exists isEmpty toBoolean toBooleanOrNull",
    "date": "date",
    "list:int": "range",
    "list:text": "keys labels split",
    "list:node": "nodes",
    "list:relationship": "relationships rels",
    "node": "endNode startNode",
}  # fmt: skip
RESULTS = {name.lower(): type_ for type_, names in FUNCTIONS.items() for name in names.split()}
"""Types of the results of functions."""
AS_FIRST = ("abs", "coalesce", "max", "min", "nullif", "percentiledisc", "reverse", "sum", "tail")
OF_ITEM = ("head", "last")


class Types:
    """Types of variables that are bound, and of the values made of them.

    Examples
    --------
    >>> from graphkit.cypher import Statement
    >>> asked = Statement("RETURN [1, 2] AS a, 1 + 2.5 AS b, size('x') AS c, $p AS d, x AS e")
    >>> types = Types({"p": ["KOR"]})
    >>> [types.of(item.parts[0]) for item in asked.tree.walk("item")]
    ['list:int', 'float', 'int', 'list:text', '']
    """

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self.bound: dict[str, str] = {}
        self.parameters = parameters

    def bind(self, path: Syntax) -> None:
        """Take note of the variables of a pattern."""
        for each in path.walk("path", "node", "relationship"):
            variable = each.first("variable")
            if variable is not None:
                many = each.first("length", "quantifier") is not None
                self.bound[variable.name] = LIST * many + each.kind

    def project(self, clause: Syntax) -> None:
        """Take note of the columns of WITH or RETURN."""
        columns = [item.parts for item in clause.all("item") if len(item.parts) == 2]
        types = {name.name: self.of(value) for value, name in columns}
        self.bound = {**self.bound, **types}

    def item(self, values: Syntax) -> str:
        """Return the type of the items of a list."""
        return self.of(values).removeprefix(LIST) if self.of(values).startswith(LIST) else ""

    def of(self, value: Syntax) -> str:
        """Return the type of a value; empty if it is not known."""
        rule = _RULES.get(value.kind)
        return rule(self, value) if rule else ""

    def _common(self, values: list[Syntax]) -> str:
        """Return the type that values have together: a fraction if one of the numbers is one."""
        found = {self.of(value) for value in values} - {"null"}
        if len(found) > 1:
            found -= {LIST}  # an empty list has no type of its own
        if len(found) == 1:
            return found.pop()
        return "float" if found == {"int", "float"} else ""

    def _operation(self, value: Syntax) -> str:
        operands = [part for part in value.parts if part.kind != "sign"]
        found = [self.of(part) for part in operands]
        lists = [type_ for type_ in found if type_.startswith(LIST)]
        if lists:
            return lists[0] if len(set(lists)) == 1 else ""
        if "text" in found and value.kind == "sum":
            return "text"
        return self._common(operands)

    def _function(self, value: Syntax) -> str:
        name = value.name.lower()
        arguments = [part for part in value.parts if part.kind != "distinct"]
        if name in RESULTS or not arguments:
            return RESULTS.get(name, "")
        if name == "collect":
            return LIST + self.of(arguments[0])
        if name == "coalesce":
            return self._common(arguments)
        if name in OF_ITEM:
            return self.item(arguments[0])
        return self.of(arguments[0]) if name in AS_FIRST else ""

    def _comprehension(self, value: Syntax) -> str:
        variable, values = value.parts[:2]
        result = value.first("result")
        if result is None:
            return self.of(values)
        before = self.bound
        self.bound = {**before, variable.name: self.item(values)}
        found = self.of(result.parts[0])
        self.bound = before
        return LIST + found

    def _case(self, value: Syntax) -> str:
        return self._common([part.parts[-1] for part in value.all("when", "else")])

    def _parameter(self, value: Syntax) -> str:
        given = self.parameters
        return _of_python(given[value.name]) if value.name in given else ""


def _of_python(value: Any) -> str:
    names = {
        type(None): "null",
        bool: "bool",
        int: "int",
        float: "float",
        str: "text",
        dict: "map",
        date: "date",
    }
    if isinstance(value, list):
        found = {_of_python(item) for item in value if item is not None}
        return LIST + (found.pop() if len(found) == 1 else "")
    return names.get(type(value), "")


_RULES: dict[str, Callable[[Types, Syntax], str]] = {
    "string": lambda types, value: "text",
    "number": lambda types, value: "float" if set(".eE") & set(value.name) else "int",
    "constant": lambda types, value: "null" if value.name.upper() == "NULL" else "bool",
    "variable": lambda types, value: types.bound.get(value.name, ""),
    "property": lambda types, value: PROPERTIES.get(types.of(value.parts[0]), PROPERTIES[""]).get(
        value.name, ""
    ),
    "parameter": Types._parameter,
    "sum": Types._operation,
    "product": Types._operation,
    "power": lambda types, value: "float",
    "signed": lambda types, value: types.of(value.parts[0]),
    "group": lambda types, value: types.of(value.parts[0]),
    "case": Types._case,
    "list": lambda types, value: LIST + types._common(value.parts),
    "map": lambda types, value: "map",
    "matched": lambda types, value: types.of(value.parts[0]),
    "projection": lambda types, value: "map",
    "index": lambda types, value: types.item(value.parts[0]),
    "slice": lambda types, value: types.of(value.parts[0]),
    "comprehension": Types._comprehension,
    "reduce": lambda types, value: types.of(value.parts[1]),
    "function": Types._function,
    "subquery-value": lambda types, value: "int" if value.name == "COUNT" else "bool",
    **dict.fromkeys(
        ("or", "xor", "and", "not", "compare", "test", "null-test", "label-test", "predicate",
         "pattern"),
        lambda types, value: "bool",
    ),
}  # fmt: skip
