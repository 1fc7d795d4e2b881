"""Functions of Cypher in ladybug's dialect, and the types of the values in a statement.

Ladybug counts places in texts from 1, fails beyond their ends, and rounds where Neo4j cuts off.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from graphkit.cypher.tokens import Syntax
from graphkit.schema import GRAPH, Kind, Type
from graphkit.stores.embedded.patterns import GRAPH_VALUES
from graphkit.stores.embedded.values import (
    LIST,
    LONG,
    as_float,
    as_text,
    item,
    label,
    size,
    unknown_type,
)

if TYPE_CHECKING:
    from graphkit.stores.embedded.dialect import Writer

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

RETURNS = {
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
RESULTS = {name.lower(): type_ for type_, names in RETURNS.items() for name in names.split()}
"""Types of the results of functions."""
AS_FIRST = ("abs", "coalesce", "max", "min", "nullif", "percentiledisc", "reverse", "sum", "tail")
OF_ITEM = ("head", "last")
OF_MAPS = (*OF_ITEM, "collect", "reverse", "tail")
"""Functions whose result, if it is a map or a list of maps, has the entries of what they take."""


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
        self.maps: dict[str, dict[str, str]] = {}
        """Types of the entries of variables that are maps, or lists of them."""
        self.walks: set[str] = set()
        """Relationships of variable length, which are not lists for ladybug."""
        self.parameters = parameters

    def bind(self, path: Syntax) -> None:
        """Take note of the variables of a pattern."""
        for each in path.walk("path", "node", "relationship"):
            variable = each.first("variable")
            if variable is not None:
                many = each.first("length", "quantifier") is not None
                self.bound[variable.name] = LIST * many + each.kind
                if many:
                    self.walks.add(variable.name)

    def project(self, clause: Syntax) -> None:
        """Take note of the columns of WITH or RETURN."""
        columns = [item.parts for item in clause.all("item") if len(item.parts) == 2]
        types = {name.name: self.of(value) for value, name in columns}
        self.maps = {**self.maps, **{name.name: self.entries(value) for value, name in columns}}
        walks = {name.name for value, name in columns if value.name in self.walks}
        self.walks = (self.walks - set(types)) | walks
        self.bound = {**self.bound, **types}

    def item(self, values: Syntax) -> str:
        """Return the type of the items of a list."""
        return self.of(values).removeprefix(LIST) if self.of(values).startswith(LIST) else ""

    def assign(self, variable: Syntax, value: Syntax) -> None:
        """Take note of a variable for a value."""
        self.bound = {**self.bound, variable.name: self.of(value)}
        self.maps = {**self.maps, variable.name: self.entries(value)}

    def take(self, variable: Syntax, values: Syntax) -> None:
        """Take note of a variable for the items of a list."""
        self.bound = {**self.bound, variable.name: self.item(values)}
        self.maps = {**self.maps, variable.name: self.entries(values)}

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Keep what is noted inside a scope to it."""
        before = self.bound, self.maps
        yield
        self.bound, self.maps = before

    def entries(self, value: Syntax) -> dict[str, str]:
        """Return the types of the entries of a map, or of the maps in a list."""
        if value.kind == "variable":
            return self.maps.get(value.name, {})
        if value.kind == "map":
            return {entry.name: self.of(entry.parts[0]) for entry in value.parts}
        if value.kind == "projection":
            of, *parts = value.parts
            kinds = {"own-variable": "variable", "own-property": "property"}
            values = [
                part.parts[0]
                if part.kind == "entry"
                else Syntax(kinds.get(part.kind, ""), part.at, part.end, part.name, [of])
                for part in parts
            ]
            return {part.name: self.of(of) for part, of in zip(parts, values, strict=True)}
        if value.kind == "list":
            first, *others = map(self.entries, value.parts) if value.parts else ({},)
            return {k: t for k, t in first.items() if all(o.get(k) == t for o in others)}
        if value.kind == "comprehension" and value.first("result") is None:
            return self.entries(value.parts[1])
        name = value.name.lower() if value.kind == "function" else ""
        if name in OF_MAPS or value.kind in (
            "index",
            "item-at",
            "slice",
            "group",
            "matched",
            "sum",
        ):
            return self.entries(value.parts[-1 if name else 0])
        return {}

    def of(self, value: Syntax) -> str:
        """Return the type of a value; empty if it is not known."""
        rule = _RULES.get(value.kind)
        return rule(self, value) if rule else ""

    def _common(self, values: list[Syntax]) -> str:
        """Return the type that values have together: a fraction if one of the numbers is one."""
        found = {self.of(value) for value in values}
        if found == {"null"}:
            return "null"
        found -= {"null"}
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
        with self.inside():
            self.take(variable, values)
            return LIST + self.of(result.parts[0])

    def _case(self, value: Syntax) -> str:
        return self._common([part.parts[-1] for part in value.all("when", "else")])

    def _property(self, value: Syntax) -> str:
        of = self.of(value.parts[0])
        if of == "map":
            return self.entries(value.parts[0]).get(value.name, "")
        return "int" if of == "date" else PROPERTIES.get(of, PROPERTIES[""]).get(value.name, "")

    def _index(self, value: Syntax) -> str:
        of, place = value.parts
        if place.kind == "string":
            return self._property(Syntax("property", of.at, of.end, place.name[1:-1], [of]))
        return self.item(of)

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
        datetime.date: "date",
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
    "property": Types._property,
    "each-property": lambda types, value: (
        LIST + PROPERTIES[types.item(value.parts[0])].get(value.name, "")
    ),
    "parameter": Types._parameter,
    "places": lambda types, value: "list:int",
    "item-at": lambda types, value: types.item(value.parts[0]),
    "sum": Types._operation,
    "product": Types._operation,
    "power": lambda types, value: "float",
    "signed": lambda types, value: types.of(value.parts[0]),
    "group": lambda types, value: types.of(value.parts[0]),
    "case": Types._case,
    "list": lambda types, value: LIST + types._common(value.parts).removeprefix("null"),
    "map": lambda types, value: "map",
    "matched": lambda types, value: types.of(value.parts[0]),
    "projection": lambda types, value: "map",
    "index": Types._index,
    "slice": lambda types, value: types.of(value.parts[0]),
    "comprehension": Types._comprehension,
    "reduce": lambda types, value: types.of(value.parts[1]),
    "function": Types._function,
    "subquery-value": lambda types, value: "int" if value.name == "COUNT" else "bool",
    **dict.fromkeys(("deviation", "squared-distance"), lambda types, value: "float"),
    **dict.fromkeys(
        ("or", "xor", "and", "not", "compare", "test", "null-test", "label-test", "predicate",
         "pattern"),
        lambda types, value: "bool",
    ),
}  # fmt: skip


def shape(types: Types, value: Syntax) -> str:
    """Return what a column shows of what is asked for: its properties, their keys, its text."""
    if value.kind == "projection":
        all_ = [part.kind for part in value.parts[1:]] == ["own-properties"]
        return "properties" if all_ and types.of(value.parts[0]) in GRAPH_VALUES else ""
    if value.kind != "function" or not value.parts:
        return ""
    name, type_ = value.name.lower(), types.of(value.parts[0])
    if type_ == "float":
        return "text" if name.removesuffix("ornull") == "tostring" else ""
    return name if name in ("properties", "keys") and type_ in GRAPH_VALUES else ""


WHITE = (
    r"\\s\\x0b\\x1c-\\x1f\\x{1680}\\x{2000}-\\x{2006}\\x{2008}-\\x{200a}"
    r"\\x{2028}\\x{2029}\\x{205f}\\x{3000}"
)
"""Signs that Neo4j trims from a text, in a regular expression."""
CONTROL = r"\\x01-\\x20"
"""Signs that it trims from a text that is read as a fraction."""
MARK = "\u0001"
"""A character that no text has."""
WHOLE, DECIMAL = "'[+-]?[0-9]{1,18}'", "'[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?'"
"""Texts that are an integer, and a number."""


def trimmed(text: str, ends: str = "both", signs: str = WHITE) -> str:
    """Write a text without signs at its ends; a text that ladybug trims itself may be garbage."""
    parts = {"left": f"^[{signs}]+", "right": f"[{signs}]+$"}
    pattern = parts.get(ends) or "|".join(parts.values())
    return f"regexp_replace({text}, '{pattern}', '', 'g')"


def trim(ends: str) -> Rule:
    """Make the rule for a function that trims a text."""

    def rule(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
        null = writer.types.of(arguments[0]) == "null"
        return "cast(null, 'STRING')" if null else trimmed(writer.every(arguments), ends)

    return rule


def to_string(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``toString(x)``."""
    value = arguments[0]
    return as_text(writer, each, writer.types.of(value), writer.written(value))


def to_integer(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``toInteger(x)``, which cuts off, and gives null for what is not a number."""
    value = writer.written(arguments[0])
    match writer.types.of(arguments[0]):
        case "null":
            return "cast(null, 'INT64')"
        case "int":
            return value
        case "float":
            return _cut_off(value)
        case "text":
            is_whole = f"regexp_full_match({value}, {WHOLE})"
            whole = f"cast(CASE WHEN {is_whole} THEN {_plain(value)} END, 'INT64')"
            # coalesce() of nothing but nulls that are constant would be a text.
            return f"CASE WHEN {is_whole} THEN {whole} ELSE {_cut_off(_number(value))} END"
    return unknown_type(writer, each)


def _cut_off(value: str) -> str:
    return f"cast(CASE WHEN {value} < 0 THEN ceil({value}) ELSE floor({value}) END, 'INT64')"


def _number(value: str) -> str:
    number = f"CASE WHEN regexp_full_match({value}, {DECIMAL}) THEN {_plain(value)} END"
    return f"cast({number}, 'DOUBLE')"


def _plain(number: str) -> str:
    """Write the text of a number as ladybug reads it: without a plus and zeros before it."""
    return rf"regexp_replace(replace({number}, '+', ''), '^(-?)0+([0-9])', '\\1\\2')"


def to_float(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``toFloat(x)``, which gives null for what is not a number."""
    value, type_ = writer.written(arguments[0]), writer.types.of(arguments[0])
    if type_ in ("int", "float"):
        return as_float(value, type_)
    if type_ == "text":
        return _number(trimmed(value, signs=CONTROL))
    if type_ == "null":
        return "cast(null, 'DOUBLE')"
    return unknown_type(writer, each)


def to_boolean(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``toBoolean(x)``."""
    value, type_ = writer.written(arguments[0]), writer.types.of(arguments[0])
    if type_ == "bool":
        return value
    if type_ == "text":
        return f"CASE lower({trimmed(value)}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    return unknown_type(writer, each)


def reverse(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``reverse(x)`` of a list or a text."""
    value, type_ = writer.written(arguments[0]), writer.types.of(arguments[0])
    if type_ == "text":
        return f"reverse({value})"
    if type_.startswith(LIST):
        return f"list_reverse({value})"
    return unknown_type(writer, each)


def substring(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``substring(text, start, length)``; beyond the end, ladybug gives the text itself."""
    with writer.unless_null(arguments) as made:
        value, *places = arguments
        text = writer.filled(value, "''")
        start, length = [*(writer.filled(place, "0") for place in places), str(LONG)][:2]
        part = f"substring({text}, {start} + 1, {length})"
        return made(f"CASE WHEN size({text}) > {start} THEN {part} ELSE '' END")


def coalesce(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``coalesce(a, b)``; ladybug has one type for all."""
    mixed = {"int", "float"} <= {writer.types.of(value) for value in arguments}
    texts = [
        as_float(writer.written(value), writer.types.of(value) if mixed else "")
        for value in arguments
    ]
    found = f"coalesce({', '.join(texts)})"
    # As a condition alone, it lets rows through that it mixes up.
    return f"({found} = true)" if writer.types.of(each) == "bool" else found


def split(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``split(text, sign)``, of which ladybug's leaves out the empty texts."""
    with writer.unless_null(arguments) as made:
        text, sign = (writer.filled(value, "''") for value in arguments)
        name = writer.item_name()
        marked = f"string_split('{MARK}' + replace({text}, {sign}, {sign} + '{MARK}'), {sign})"
        cut = f"list_transform({marked}, {name} -> substring({name}, 2, {LONG}))"
        parts = writer.of_each(cut)
        if not _is_some_text(arguments[1]):
            signs = f"regexp_extract_all({text}, '(?s).')"
            parts = f"CASE WHEN {sign} = '' AND size({text}) > 0 THEN {signs} ELSE {parts} END"
        return made(parts)


def date(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``date()``, ``date(text)`` or ``date({year: 2024, month: 2})``."""
    if not arguments:
        return "current_date()"
    if arguments[0].kind != "map":
        return writer.called(each)
    parts = {entry.name: entry.parts[0] for entry in arguments[0].parts}
    if list(parts) != ["year", "month", "day"][: len(parts)] or not parts:
        writer.lacks(each, f"date() of {', '.join(parts) or 'nothing'}")
    if any(map(writer.nulls.may_be, parts.values())):
        writer.lacks(each, "date() of a part that may be null", "coalesce(month, 1)")
    texts = map(writer.written, parts.values())
    return f"make_date({', '.join([*texts, '1', '1'][:3])})"


def replace(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``replace(text, part, other)``; an empty part is before and after each character."""
    with writer.unless_null(arguments) as made:
        text, part, other = (writer.filled(value, "''") for value in arguments)
        replaced = f"replace({text}, {part}, {other})"
        if not _is_some_text(arguments[1]):
            plain = rf"replace({other}, '\\', '\\\\')"
            every = f"regexp_replace({text}, '', {plain}, 'g')"
            replaced = f"CASE WHEN {part} = '' THEN {every} ELSE {replaced} END"
        return made(replaced)


def _is_some_text(value: Syntax) -> bool:
    """Tell if a text is written out and not empty."""
    return value.kind == "string" and len(value.name) > 2


def end_of(name: str) -> Rule:
    """Make the rule for an end of a relationship; in a pattern without a direction it is wrong."""

    def rule(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
        if writer.undirected:
            writer.refuses(each, f"{each.name}() beside a pattern without a direction: give it one")
        return f"{name}({writer.every(arguments)})"

    return rule


def exists(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``exists((a)-->(b))``."""
    if arguments[0].kind != "pattern":
        writer.lacks(each, "function exists() of a property", "n.key IS NOT NULL")
    return writer.written(arguments[0])


def different(what: str, instead: str = "") -> Rule:
    """Make the rule that refuses a function which answers something else."""

    def rule(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
        hint = f" ({instead})" if instead else ""
        writer.refuses(each, f"{each.name}() {what} on the embedded database{hint}")

    return rule


def template(text: str) -> Rule:
    """Make the rule that writes a function of one or two arguments as a text with them in it."""

    def rule(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
        return text.format(*writer.all_written(arguments), "", "")

    return rule


def round_(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``round(x)``, which takes a half to the greater number."""
    if len(arguments) > 1:
        return writer.called(each)
    return f"floor({writer.written(arguments[0])} + 0.5)"


def collect(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``collect(x)``; of a node or relationship that CASE makes null, ladybug fails."""
    value = arguments[-1]
    if value.kind in ("case", "matched") and writer.types.of(value) in GRAPH_VALUES:
        writer.lacks(each, "collect() of nodes that CASE chooses", "WITH CASE ... END AS x before")
    return writer.called(each)


def length(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``length(path)``, for which ladybug's own wants the path in its own MATCH."""
    if writer.optional:  # what has no match has no relationships, but no length either
        return writer.called(each)
    return f"size(rels({writer.every(arguments)}))"


def sum_(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``sum(x)``, which of no values is 0; ladybug's of integers has 128 bits."""
    total = f"coalesce({writer.called(each)}, 0)"
    return f"cast({total}, 'INT64')" if writer.types.of(each) == "int" else total


def type_(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``type(r)``."""
    if writer.types.of(arguments[0]) == "node":
        writer.refuses(each, "type() of a node: wanted a relationship; a node has labels()")
    return label(writer, arguments[0])


Rule = Callable[["Writer", Syntax, list[Syntax]], str]

FUNCTIONS: dict[str, Rule] = {
    "ceil": template("(ceil({0}) + 0.0)"),  # -0.0 would come before all numbers in an order
    "char_length": template("size({0})"),
    "character_length": template("size({0})"),
    "coalesce": coalesce,
    "collect": collect,
    "date": date,
    "elementid": different("answers something else", "use the node's key"),
    "endnode": end_of("end_node"),
    "exists": exists,
    "head": lambda writer, each, arguments: item(writer, arguments[0], "1"),
    "id": different("answers something else", "use the node's key"),
    "isempty": template("(size({0}) = 0)"),
    "keys": different("of a value, not of a column, lists what is not set as well"),
    "labels": lambda writer, each, arguments: label(writer, arguments[0], "[{}]"),
    "last": lambda writer, each, arguments: item(writer, arguments[0], "-1"),
    "length": length,
    "log": template("ln({0})"),
    "ltrim": trim("left"),
    "properties": different("of a value, not of a column, has what is not set as well"),
    "rand": template("random()"),
    "replace": replace,
    "reverse": reverse,
    "round": round_,
    "sum": sum_,
    "rtrim": trim("right"),
    "size": size,
    "split": split,
    "startnode": end_of("start_node"),
    "substring": substring,
    "tail": template("{0}[2:]"),
    "toboolean": to_boolean,
    "tobooleanornull": to_boolean,
    "tofloat": to_float,
    "tofloatornull": to_float,
    "tointeger": to_integer,
    "tointegerornull": to_integer,
    "tostring": to_string,
    "tostringornull": to_string,
    "trim": trim("both"),
    "type": type_,
}
"""Functions that are written otherwise, by their name in small letters."""

LACKING = frozenset("""
    btrim datetime duration e exp haversin isNaN localdatetime localtime normalize point
    randomUUID stDev stDevP time timestamp toBooleanList toFloatList toIntegerList toStringList
    valueType
    """.lower().split())  # fmt: skip
"""Functions of Neo4j that ladybug lacks."""
