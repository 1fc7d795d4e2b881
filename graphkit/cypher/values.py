"""Checks of values and patterns: each name in them is bound, and no value is of a wrong kind."""

from __future__ import annotations

import math
import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn

from graphkit.cypher.grouping import aggregates, is_aggregate, is_random
from graphkit.cypher.signatures import (
    LIST,
    LIST_OF,
    NO_NUMBERS,
    NO_PROPERTIES,
    NUMBERS,
    UNKNOWN,
    Kind,
    base,
    common,
    describe,
    fits,
    item_of,
    list_of,
    signatures,
)
from graphkit.cypher.tokens import Syntax, place
from graphkit.errors import UsageError

Scope = Mapping[str, Kind]
"""The variables that a place of a statement may use, with their kinds."""

OPEN = ""
"""Name in a scope with more variables than are known."""

LARGEST = 2**63 - 1
_HALF_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*(\\u(?![0-9A-Fa-f]{4}))")


class Values:
    """Checks of values and patterns."""

    def __init__(self, text: str) -> None:
        self.text = text

    @abstractmethod
    def subquery_value(self, value: Syntax, scope: Scope) -> Kind:
        """Check EXISTS, COUNT or COLLECT."""

    def refuse(self, part: Syntax, message: str, offset: int = 0) -> NoReturn:
        """Refuse the statement because of a part of it."""
        raise UsageError(f"{place(self.text, part.offset + offset)}: {message}")

    def want(self, value: Syntax, kind: Kind, *kinds: Kind) -> None:
        """Refuse a value of a wrong kind."""
        if not fits(kind, *kinds):
            self.refuse(value, f"found {describe(kind)}, wanted {describe(*kinds)}")

    def value(self, value: Syntax, scope: Scope) -> Kind:
        """Check a value and all within it; return its kind."""
        if check := _VALUES.get(value.kind):
            return check(self, value, scope)
        for part in value.parts:
            self.value(part, scope)
        return UNKNOWN

    def values(self, value: Syntax, scope: Scope) -> list[Kind]:
        """Check the parts of a value; return their kinds."""
        return [self.value(part, scope) for part in value.parts if part.kind != "sign"]

    def condition(self, value: Syntax, scope: Scope) -> None:
        """Check a value that must be true or false, or a pattern that must be there."""
        inner = value
        while inner.kind == "group":
            [inner] = inner.parts
        if inner.kind == "pattern":
            self.existence(inner, scope)
            return
        kind = self.value(value, scope)
        if base(kind) == LIST:
            self.refuse(value, f"found {describe(kind)}, wanted a boolean: NOT isEmpty(...)")
        self.want(value, kind, "boolean")

    def refuse_aggregates(self, value: Syntax, clause_name: str) -> None:
        """Refuse aggregates in a value, where none can be."""
        for aggregate in aggregates(value):
            message = f"found {aggregate.name}() in {clause_name}; aggregate in a WITH"
            self.refuse(aggregate, message)

    # --- names and literals

    def variable(self, value: Syntax, scope: Scope) -> Kind:
        """Check that a variable is bound."""
        if value.name not in scope and OPEN not in scope:
            self.refuse(value, f"Variable `{value.name}` not defined")
        return scope.get(value.name, UNKNOWN)

    def number(self, value: Syntax, scope: Scope, largest: int = LARGEST) -> Kind:
        """Check that a number has 64 bits."""
        text = value.name.replace("_", "").lower()
        if text[1:2] in ("x", "o"):
            number: float = int(text[2:] or "0", 16 if text[1] == "x" else 8)
        elif text.isdigit():
            if text[0] == "0" and text.strip("0"):
                self.refuse(value, f"found {value.name}; octal numbers are written 0o17")
            number = int(text)
        elif math.isinf(float(text)):
            self.refuse(value, f"found {value.name}, wanted a number of 64 bits")
        else:
            return "float"
        if number > largest:
            self.refuse(value, f"found {value.name}, wanted an integer of 64 bits")
        return "integer"

    def string(self, value: Syntax, scope: Scope) -> Kind:
        """Check the characters of a text that are given by number."""
        if match := _HALF_ESCAPE.search(value.name):
            message = "found \\u, wanted four hexadecimal digits after it"
            self.refuse(value, message, match.start(1))
        return "text"

    def constant(self, value: Syntax, scope: Scope) -> Kind:
        """Return the kind of true, false or null."""
        return "null" if value.name.upper() == "NULL" else "boolean"

    def list_(self, value: Syntax, scope: Scope) -> Kind:
        """Check the items of a list."""
        return list_of(common(self.values(value, scope)))

    def map_(self, value: Syntax, scope: Scope) -> Kind:
        """Check the values of a map."""
        self.values(value, scope)
        return "map"

    def projection(self, value: Syntax, scope: Scope) -> Kind:
        """Check ``n {.name, key: value}``."""
        first, *entries = value.parts
        self.want(first, self.value(first, scope), "map", "node", "relationship")
        for entry in entries:
            self.value(entry, scope)
        return "map"

    # --- operators

    def group(self, value: Syntax, scope: Scope) -> Kind:
        """Check a value in parentheses."""
        return self.value(value.parts[0], scope)

    def boolean(self, value: Syntax, scope: Scope) -> Kind:
        """Check a value that is true or false, whatever it is made of."""
        self.values(value, scope)
        return "boolean"

    def logic(self, value: Syntax, scope: Scope) -> Kind:
        """Check AND, OR, XOR and NOT."""
        for part in value.parts:
            if part.kind != "sign":
                self.condition(part, scope)
        return "boolean"

    def label_test(self, value: Syntax, scope: Scope) -> Kind:
        """Check ``n:Label``."""
        self.want(value, self.value(value.parts[0], scope), "node", "relationship")
        return "boolean"

    def test(self, value: Syntax, scope: Scope) -> Kind:
        """Check IN, =~ and the tests of texts."""
        left, right = value.parts
        kinds = self.values(value, scope)
        if value.name == "IN":
            self.want(right, kinds[1], LIST)
        elif value.name == "=~":
            self.want(left, kinds[0], "text")
            self.want(right, kinds[1], "text")
        return "boolean"

    def sum_(self, value: Syntax, scope: Scope) -> Kind:
        """Check ``+``, ``-`` and ``||``."""
        kind = self.value(value.parts[0], scope)
        left = value.parts[0]
        for sign, right in zip(value.parts[1::2], value.parts[2::2], strict=True):
            right_kind = self.value(right, scope)
            if sign.name == "||":
                self.want(left, kind, "text", LIST)
                self.want(right, right_kind, "text", LIST)
                kind = common((base(kind), base(right_kind)))
            elif sign.name == "-":
                self.calculated(left, kind)
                self.calculated(right, right_kind)
                kind = _number(kind, right_kind)
            else:
                kind = self.joined(left, kind, right, right_kind)
            left = right
        return kind

    def joined(self, left: Syntax, first: Kind, right: Syntax, second: Kind) -> Kind:
        """Check two values that are added or joined."""
        kinds = (base(first), base(second))
        if LIST in kinds:
            return LIST
        if UNKNOWN in kinds or "null" in kinds or "property" in kinds:
            return UNKNOWN
        for part, kind in ((left, first), (right, second)):
            if "text" not in kinds or kind != "boolean":
                self.want(part, kind, "text", "number", LIST)
        return "text" if "text" in kinds else _number(first, second)

    def calculated(self, value: Syntax, kind: Kind) -> None:
        """Check a value that is calculated with."""
        if base(kind) in NO_NUMBERS:
            self.refuse(value, f"found {describe(kind)}, wanted a number")

    def product(self, value: Syntax, scope: Scope) -> Kind:
        """Check ``*``, ``/`` and ``%``."""
        kinds = self.values(value, scope)
        for part, kind in zip(value.parts[::2], kinds, strict=True):
            self.calculated(part, kind)
        kind = kinds[0]
        for factor_kind in kinds[1:]:
            kind = _number(kind, factor_kind)
        return kind

    def power(self, value: Syntax, scope: Scope) -> Kind:
        """Check ``^``."""
        self.product(value, scope)
        return "float"

    def signed(self, value: Syntax, scope: Scope) -> Kind:
        """Check a value with a sign; the smallest integer has no positive twin."""
        [part] = value.parts
        if part.kind == "number":
            return self.number(part, scope, LARGEST + (value.name == "-"))
        kind = self.value(part, scope)
        self.calculated(part, kind)
        return kind

    # --- parts of values

    def property(self, value: Syntax, scope: Scope) -> Kind:
        """Check ``n.name``."""
        [first] = value.parts
        kind = self.value(first, scope)
        if base(kind) in NO_PROPERTIES:
            self.refuse(first, f"found {describe(kind)}; it has no property {value.name!r}")
        return "property" if kind in ("node", "relationship") else UNKNOWN

    def index(self, value: Syntax, scope: Scope) -> Kind:
        """Check ``list[0]`` and ``map['key']``."""
        first, key = value.parts
        kind, index = self.values(value, scope)
        if kind in ("map", "node", "relationship"):
            self.want(key, index, "text")
            return UNKNOWN if kind == "map" else "property"
        self.want(first, kind, LIST)
        if base(kind) == LIST:
            self.want(key, index, "integer")
        return "property" if kind == "property" else item_of(kind)

    def slice(self, value: Syntax, scope: Scope) -> Kind:
        """Check ``list[1..2]``."""
        kind, *bounds = self.values(value, scope)
        self.want(value.parts[0], kind, LIST)
        for part, bound in zip(value.parts[1:], bounds, strict=True):
            self.want(part, bound, "integer")
        return kind if base(kind) == LIST else LIST

    def case(self, value: Syntax, scope: Scope) -> Kind:
        """Check CASE."""
        subject = value.first("subject")
        if subject:
            self.value(subject.parts[0], scope)
        kinds = []
        for branch in value.all("when"):
            *conditions, result = branch.parts
            for condition in conditions:
                check = self.value if subject else self.condition
                check(condition, scope)
            kinds.append(self.value(result, scope))
        for otherwise in value.all("else"):
            kinds.append(self.value(otherwise.parts[0], scope))
        return common(kinds)

    # --- functions

    def function(self, value: Syntax, scope: Scope) -> Kind:
        """Check the call of a function."""
        signature = signatures().get(value.name.lower())
        if signature is None:
            self.refuse(value, f"Unknown function `{value.name}`")
        arguments = [part for part in value.parts if part.kind not in ("distinct", "star", "side")]
        count = len(arguments) or len(value.all("star"))
        if not signature.fewest <= count <= signature.most:
            arity = f"found {count or 'no'} argument{'s' * (count != 1)} of {value.name}()"
            self.refuse(value, f"{arity}, wanted {signature.arity}")
        if is_aggregate(value):
            self.aggregate(value)
        self.refuse_arguments(value)
        if value.name.lower() == "exists":
            self.condition(arguments[0], scope)
            return "boolean"
        kinds = [self.value(argument, scope) for argument in arguments]
        for argument, kind, accepted in zip(arguments, kinds, signature.parameters, strict=False):
            if not fits(kind, *accepted):
                message = f"found {describe(kind)} in {value.name}(), wanted {describe(*accepted)}"
                self.refuse(argument, message)
        return _result(signature.result, kinds)

    def aggregate(self, value: Syntax) -> None:
        """Refuse an aggregate of aggregates, or of random numbers."""
        for argument in value.parts:
            self.refuse_aggregates(argument, f"{value.name}()")
            if any(map(is_random, argument.walk("function"))):
                message = f"found rand() in an aggregate ({value.name}()); wanted it in a WITH"
                self.refuse(value, message)

    def refuse_arguments(self, value: Syntax) -> None:
        """Refuse arguments that their kinds do not tell: patterns, ``*``, and the step zero."""
        name, arguments = value.name.lower(), value.parts
        if value.first("star") and name != "count":
            self.refuse(value, f"found * in {value.name}(), wanted a value")
        if value.first("distinct") and not is_aggregate(value):
            self.refuse(value, f"found DISTINCT in {value.name}(), which is no aggregate")
        pattern = bool(arguments) and arguments[0].kind in ("pattern", "group")
        if name == "exists" and not pattern:
            self.refuse(value, "found exists() of a value, wanted a pattern, or IS NOT NULL")
        if name == "size" and value.first("pattern"):
            self.refuse(value, "found size() of a pattern, wanted COUNT { ... }")
        steps = arguments[2:] if name == "range" else []
        for step in steps:
            if step.kind == "number" and step.name == "0":
                self.refuse(step, "found range() with the step 0, wanted another number")

    # --- values over lists

    def comprehension(self, value: Syntax, scope: Scope) -> Kind:
        """Check ``[x IN list WHERE condition | value]``."""
        variable, items, *rest = value.parts
        kind = self.value(items, scope)
        self.want(items, kind, LIST)
        inner = {**scope, variable.name: item_of(kind)}
        return self.listed(rest, inner, item_of(kind))

    def listed(self, parts: Iterable[Syntax], inner: Scope, item: Kind) -> Kind:
        """Check condition and value of a list that is made of items of a kind."""
        for part in parts:
            self.refuse_aggregates(part, "a value over a list")
            if part.kind == "where":
                self.condition(part.parts[0], inner)
            else:
                item = self.value(part.parts[0], inner)
        return list_of(item)

    def predicate(self, value: Syntax, scope: Scope) -> Kind:
        """Check ``any(x IN list WHERE condition)``."""
        if not value.first("where"):
            self.refuse(value, f"found {value.name.lower()}() without WHERE")
        self.comprehension(value, scope)
        return "boolean"

    def reduce(self, value: Syntax, scope: Scope) -> Kind:
        """Check ``reduce(total = 0, x IN list | total + x)``."""
        total, first, variable, items, result = value.parts
        start = self.value(first, scope)
        kind = self.value(items, scope)
        self.want(items, kind, LIST)
        self.refuse_aggregates(result, "a value over a list")
        inner = {**scope, total.name: UNKNOWN, variable.name: item_of(kind)}
        self.value(result, inner)
        return start if start == "text" else UNKNOWN

    # --- patterns

    def pattern(self, value: Syntax, scope: Scope) -> Kind:
        """Refuse a pattern where a value is wanted; the shortest path is one."""
        if not value.parts[0].first("shortest"):
            self.refuse(value, "found a pattern, wanted a value: EXISTS { ... } or COUNT { ... }")
        self.existence(value, scope)
        return "path"

    def existence(self, value: Syntax, scope: Scope) -> None:
        """Check a pattern that is a condition, which binds nothing."""
        for part in value.walk("node", "relationship"):
            if variable := part.first("variable"):
                kind = self.variable(variable, scope)
                self.want_same(variable, kind, _element_kind(part))
        self.described(value, scope)

    def pattern_comprehension(self, value: Syntax, scope: Scope) -> Kind:
        """Check ``[(a)-->(b) WHERE condition | value]``."""
        path = value.parts[0]
        variable = path.first("variable")
        inner = {
            name: kind for name, kind in scope.items() if not variable or name != variable.name
        }
        inner = self.bound([path], inner)
        return self.listed(value.parts[1:], inner, "path")

    def bound(self, paths: list[Syntax], scope: Scope) -> dict[str, Kind]:
        """Bind the names in paths, and check what describes their nodes and relationships."""
        names = dict(scope)
        for path in paths:
            self.bind_path(path, names)
        for path in paths:
            self.described(path, names)
        return names

    def bind_path(self, path: Syntax, names: dict[str, Kind]) -> None:
        """Bind the name of a path and those on it."""
        if variable := path.first("variable"):
            if variable.name in names:
                self.refuse(
                    variable, f"{variable.name} has a value, wanted a new name for the path"
                )
            names[variable.name] = "path"
        self.bind_elements(path, names)

    def bind_elements(self, chain: Syntax, names: dict[str, Kind]) -> None:
        """Bind the names of nodes and relationships."""
        for part, following in zip(chain.parts, [*chain.parts[1:], None], strict=True):
            if part.kind == "node" and following and following.kind == "node":
                self.refuse(
                    following, "found a node beside a node, wanted a relationship between them"
                )
            if part.kind in ("node", "relationship"):
                if variable := part.first("variable"):
                    if part.first("quantifier") and variable.name in names:
                        self.refuse(variable, f"{variable.name} has a value, wanted a new name")
                    self.bind(variable, _element_kind(part), names)
            elif part.kind == "shortest":
                self.bind_elements(part, names)
            elif part.kind == "group-path":
                self.bind_group(part, names)

    def bind(self, variable: Syntax, kind: Kind, names: dict[str, Kind]) -> None:
        """Bind a name to a kind, or check that it has it already."""
        earlier = names.get(variable.name)
        self.want_same(variable, earlier or UNKNOWN, kind)
        if not earlier:
            names[variable.name] = kind

    def want_same(self, variable: Syntax, earlier: Kind, kind: Kind) -> None:
        """Refuse one name for two kinds."""
        if fits(earlier, base(kind)) and fits(item_of(earlier), item_of(kind) or "any"):
            return
        message = f"{variable.name} is {describe(earlier)}, wanted {describe(kind)} here"
        self.refuse(variable, message)

    def bind_group(self, group: Syntax, names: dict[str, Kind]) -> None:
        """Bind the names in a part of a path: lists, if it is repeated."""
        path, repeated = group.parts[0], group.first("quantifier")
        if not repeated:
            self.bind_path(path, names)
            return
        if not path.first("relationship"):
            self.refuse(group, "found a repeated part of a path without a relationship")
        inner: dict[str, Kind] = {}
        self.bind_path(path, inner)
        for variable in path.walk("variable"):
            if variable.name in inner and variable.name in names:
                message = (
                    f"{variable.name} has a value outside of the repeated part; wanted a new name"
                )
                self.refuse(variable, f"{message}, wanted a new name")
        names |= {name: list_of(kind) for name, kind in inner.items()}

    def described(self, chain: Syntax, scope: Scope) -> None:
        """Check the properties and conditions of nodes and relationships."""
        for part in chain.parts:
            if part.kind == "group-path":
                inner = dict(scope)
                if part.first("quantifier"):
                    inner |= {v.name: item_of(scope[v.name]) for v in _variables(part.parts[0])}
                self.described(part, inner)
            elif part.kind in ("path", "shortest"):
                self.described(part, scope)
            elif part.kind in ("node", "relationship"):
                self.element(part, scope)
            elif part.kind == "where":
                self.refuse_aggregates(part, "a pattern")
                self.condition(part.parts[0], scope)

    def element(self, part: Syntax, scope: Scope) -> None:
        """Check what describes a node or relationship."""
        inner = scope
        variable = part.first("variable")
        if variable and part.first("quantifier"):
            inner = {**scope, variable.name: "relationship"}
        for description in part.all("parameter", "map", "where"):
            self.refuse_aggregates(description, "a pattern")
            if description.kind == "parameter":
                message = "found a parameter for the properties, wanted {key: $key}"
                self.refuse(description, message)
            elif description.kind == "map":
                self.value(description, inner)
            else:
                self.condition(description.parts[0], inner)


def _variables(path: Syntax) -> list[Syntax]:
    """Return the names that a path binds."""
    parts = path.walk("path", "node", "relationship")
    return [variable for part in parts for variable in part.all("variable")]


def _element_kind(part: Syntax) -> Kind:
    """Return the kind of what a node or relationship of a pattern binds."""
    return LIST_OF + part.kind if part.first("length", "quantifier") else part.kind


def _number(first: Kind, second: Kind) -> Kind:
    """Return the kind of what is calculated of two values."""
    if not {first, second} <= NUMBERS:
        return UNKNOWN
    return first if first == second else "float" if "float" in (first, second) else "number"


def _result(result: str, kinds: list[Kind]) -> Kind:
    """Return the kind of a function's result by those of its arguments."""
    if result == "common":
        return common(kinds)
    if result not in ("same", "item", "each"):
        return result
    first = kinds[0] if kinds else UNKNOWN
    return {"same": first, "item": item_of(first), "each": list_of(first)}[result]


_VALUES: dict[str, Callable[[Values, Syntax, Scope], Kind]] = {
    "variable": Values.variable,
    "own-variable": Values.variable,
    "number": Values.number,
    "string": Values.string,
    "constant": Values.constant,
    "list": Values.list_,
    "map": Values.map_,
    "projection": Values.projection,
    "group": Values.group,
    "and": Values.logic,
    "or": Values.logic,
    "xor": Values.logic,
    "not": Values.logic,
    "compare": Values.boolean,
    "null-test": Values.boolean,
    "type-test": Values.boolean,
    "normal-test": Values.boolean,
    "label-test": Values.label_test,
    "test": Values.test,
    "sum": Values.sum_,
    "product": Values.product,
    "power": Values.power,
    "signed": Values.signed,
    "property": Values.property,
    "index": Values.index,
    "slice": Values.slice,
    "case": Values.case,
    "function": Values.function,
    "comprehension": Values.comprehension,
    "predicate": Values.predicate,
    "reduce": Values.reduce,
    "pattern": Values.pattern,
    "pattern-comprehension": Values.pattern_comprehension,
    "subquery-value": lambda checks, value, scope: checks.subquery_value(value, scope),
}
"""Check of each kind of value."""
