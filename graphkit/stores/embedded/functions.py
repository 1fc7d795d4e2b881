"""Functions and values of Cypher in ladybug's dialect.

Ladybug counts places in lists and texts from 1, fails beyond their ends, and rounds where Neo4j
cuts off. Where the type of a value decides and is not known, the statement is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

from graphkit.cypher.tokens import Syntax
from graphkit.stores.embedded.subqueries import EDGES, HIDDEN, NODES, meant, quoted
from graphkit.stores.embedded.types import LIST

if TYPE_CHECKING:
    from graphkit.stores.embedded.dialect import Writer

LONG = 100_000
"""More characters than a text has."""
MARK = "\u0001"
"""A character that no text has."""
WHOLE, DECIMAL = "'[+-]?[0-9]{1,18}'", "'[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?'"
"""Texts that are an integer, and a number."""


def unknown_type(writer: Writer, each: Syntax) -> NoReturn:
    """Refuse a function that does something else for each type, of a value without one."""
    name = each.name or "this"
    writer.refuses(each, f"{name}(): the embedded database cannot tell the type of its value here")


# --- lists, whose places Neo4j counts from 0


def item(writer: Writer, values: Syntax, place: str) -> str:
    """Write the item at a place of ladybug's; null beyond the ends of a list of plain values."""
    text = writer.written(values)
    type_ = writer.types.item(values)
    if type_ in ("node", "relationship", "map", "path") or type_.startswith(LIST):
        return f"{text}[{place}]"
    return f"list_max({text}[{place}:{place}])"


def index(writer: Writer, each: Syntax) -> str:
    """Write ``list[0]`` or ``n['key']``."""
    value, place = each.parts
    if place.kind == "string":
        return f"{writer.written(value)}.{quoted(place.name[1:-1])}"
    if (
        writer.types.of(value) in ("map", "node", "relationship")
        or writer.types.of(place) == "text"
    ):
        writer.lacks(each, "property by name n[key]")
    return item(writer, value, _place(writer, place))


def _place(writer: Writer, value: Syntax) -> str:
    """Write a place counted from 0, or from the end, as one that ladybug counts."""
    known = _whole(value)
    if known is not None:
        return str(known + (known >= 0))
    place = f"({writer.written(value)})"
    return f"CASE WHEN {place} < 0 THEN {place} ELSE {place} + 1 END"


def _whole(value: Syntax) -> int | None:
    """Return the value of an integer that is written out."""
    sign, number = (-1, value.parts[0]) if value.kind == "signed" else (1, value)
    plain = number.kind == "number" and number.name.isdecimal() and value.name != "+"
    return sign * int(number.name) if plain else None


def slice_(writer: Writer, each: Syntax) -> str:
    """Write ``list[1..3]``, whose end Neo4j leaves out and ladybug takes in."""
    values = writer.written(each.parts[0])
    size = f"size({values})"

    def from_end(place: str) -> str:
        return f"CASE WHEN {size} + {place} > 0 THEN {size} + {place} ELSE 0 END"

    def bound(value: Syntax) -> str:
        known = _whole(value)
        if known is not None:
            return str(known) if known >= 0 else from_end(str(known))
        place = f"({writer.written(value)})"
        return f"CASE WHEN {place} >= 0 THEN {place} ELSE {from_end(place)} END"

    bounds = [bound(part) for part in each.parts[1:]]
    first = f"{bounds[0]} + 1" if each.name.startswith("from") else "1"
    last = bounds[-1] if each.name.endswith("to") else size
    part = f"{values}[{first}:{last}]"
    open_ = [f"({writer.written(p)}) IS NOT NULL" for p in each.parts[1:] if _whole(p) is None]
    return f"CASE WHEN {' AND '.join(open_)} THEN {part} END" if open_ else part


def comprehension(writer: Writer, each: Syntax) -> str:
    """Write ``[x IN list WHERE condition | value]``."""
    variable, values = each.parts[:2]
    where, result = each.first("where"), each.first("result")
    text, type_ = writer.written(values), writer.types.item(values)
    if where is not None:
        text = writer.lambda_("list_filter", text, variable, type_, where.parts[0])
    if result is not None and not _is(result.parts[0], variable):
        text = writer.lambda_("list_transform", text, variable, type_, result.parts[0])
    return text


def _is(value: Syntax, variable: Syntax) -> bool:
    return value.kind == "variable" and value.name == variable.name


def predicate(writer: Writer, each: Syntax) -> str:
    """Write ``any(x IN list WHERE condition)``; ladybug's own takes but a simple condition."""
    variable, values = each.parts[:2]
    where, text = each.first("where"), writer.written(values)
    met = f"size({text})"
    if where is not None:
        type_ = writer.types.item(values)
        if may_hold_null(writer, values):
            return _of_three_values(writer, each.name, text, variable, type_, where.parts[0])
        met = f"size({writer.lambda_('list_filter', text, variable, type_, where.parts[0])})"
    wanted = {"ANY": "> 0", "NONE": "= 0", "SINGLE": "= 1", "ALL": f"= size({text})"}
    return f"({met} {wanted[each.name]})"


def may_hold_null(writer: Writer, values: Syntax) -> bool:
    """Tell if a list may have nulls in it, or a value be null, as far as the text tells."""
    if values.kind == "constant":
        return values.name.upper() == "NULL"
    if values.kind == "variable":
        return values.name not in writer.whole
    if values.kind in ("property", "parameter", "string", "number"):
        return False
    parts = [part for part in values.parts if part.kind != "sign"]
    if values.kind == "function":
        items = ("split", "labels", "range", "collect", "nodes", "relationships", "rels")
        return values.name.lower() not in items and any(may_hold_null(writer, p) for p in parts)
    if values.kind == "comprehension" and values.first("result") is None:
        return may_hold_null(writer, values.parts[1])
    if values.kind in ("list", "group", "slice", "sum"):
        return any(may_hold_null(writer, part) for part in parts)
    return True


def _of_three_values(
    writer: Writer, name: str, values: str, variable: Syntax, type_: str, condition: Syntax
) -> str:
    """Write a predicate over items of which some may be null, and make it null."""
    if name == "SINGLE":
        writer.lacks(variable, "single() of a list that may hold null")
    with writer.local(variable, type_) as x:
        met = writer.written(condition)
    writer.compound = True
    wanted, other = (0, 2) if name == "ALL" else (2, 0)
    met = _condition(met)
    each = f"CASE WHEN {met} THEN {wanted} WHEN NOT ({met}) THEN {other} ELSE 1 END"
    most = f"list_max(list_transform({values}[1:], {x} -> {each}))"
    # One 2 is enough for an answer, without one a 1 leaves it open; CASE in CASE is read wrong.
    found = f"(nullif(coalesce({most}, size({values})), 1) = 2)"
    return found if name == "ANY" else f"(NOT {found})"


def test(writer: Writer, each: Syntax) -> str:
    """Write ``x STARTS WITH text`` and its kin, of texts alone."""
    value, other = each.parts
    if each.name == "IN":
        return membership(writer, each, value, other)
    if {writer.types.of(value), writer.types.of(other)} - {"text", "null", ""}:
        writer.lacks(each, f"{each.name} of anything but texts")
    return f"{writer.written(value)} {each.name} ({writer.written(other)})"


def membership(writer: Writer, each: Syntax, value: Syntax, values: Syntax) -> str:
    """Write ``x IN [a, b]`` as comparisons if a null among the items may make it null."""
    type_, items = writer.types.of(value), writer.types.item(values)
    _check_types(writer, each, [(value, type_), (values, items)])
    text = writer.written(value)
    if values.kind == "list" and values.parts and may_hold_null(writer, values):
        equal = [f"({text}) = ({item})" for item in writer.all_written(values.parts)]
        return f"({' OR '.join(equal)})"
    return f"{text} IN ({writer.written(values)})"


def _check_types(writer: Writer, each: Syntax, values: list[tuple[Syntax, str]]) -> None:
    """Refuse to compare values of two types, which ladybug makes one, and lists with nulls."""
    kinds = {re.sub("int|float", "number", type_) for _, type_ in values} - {"", "null", LIST}
    if len(kinds) > 1:
        writer.lacks(each, f"comparison of {' with '.join(sorted(kinds))}")
    whole = [value for value, type_ in values if type_.startswith((LIST, "map"))]
    if len(whole) > 1 and any(may_hold_null(writer, value) for value in whole):
        writer.lacks(each, "comparison of lists or maps that may hold null")


def reduce(writer: Writer, each: Syntax) -> str:
    """Write ``reduce(total = 0, x IN list | total + x)``: the sum, or product, of a list."""
    total, first, variable, values, result = each.parts
    operands, signs = result.parts[::2], {sign.name for sign in result.parts[1::2]}
    begins = result.kind in ("sum", "product") and _is(operands[0], total)
    again = any(v.name == total.name for o in operands[1:] for v in o.walk("variable"))
    if not begins or again or len(operands) > 2 or not signs <= {"+", "*"}:
        writer.lacks(each, "function reduce() of anything but a sum or a product")
    [sign], added = signs, operands[1]
    text, items = writer.written(values), writer.types.item(values)
    with writer.local(variable, items):
        type_, start = writer.types.of(added), writer.types.of(first)
    if type_ != start and {type_, start} != {"int", "float"}:
        writer.lacks(each, "function reduce() of two types")
    if not _is(added, variable):
        text = writer.lambda_("list_transform", text, variable, items, added)
    if type_ != start and type_ == "int":
        text = f"cast({text}, 'DOUBLE[]')"
    begin = _as_float(writer.written(first), start if type_ != start else "")
    writer.locals += 1
    so_far, one = f"{HIDDEN}_t{writer.locals}", f"{HIDDEN}_i{writer.locals}"
    items = f"list_concat([{begin}], {text})"
    return f"list_reduce({items}, ({so_far}, {one}) -> {so_far} {sign} {one})"


def _as_float(text: str, type_: str) -> str:
    return f"cast({text}, 'DOUBLE')" if type_ == "int" else text


# --- operators


def comparison(writer: Writer, each: Syntax) -> str:
    """Write ``a < b < c`` as two comparisons."""
    values, signs = each.parts[::2], each.parts[1::2]
    typed = [(value, writer.types.of(value)) for value in values]
    for pair in pairwise(typed):
        _check_types(writer, each, list(pair))
    same = all(map(_identifies, values)) and {sign.name for sign in signs} <= {"=", "<>"}
    texts = [_identity(writer, value) for value in values] if same else writer.all_written(values)
    pairs = [f"{a} {s.name} {b}" for a, s, b in zip(texts, signs, texts[1:], strict=False)]
    return pairs[0] if len(pairs) == 1 else f"({' AND '.join(pairs)})"


def _identifies(value: Syntax) -> bool:
    return value.kind == "function" and value.name.lower() in ("id", "elementid")


def _identity(writer: Writer, value: Syntax) -> str:
    return f"id({writer.every(value.parts)})"


def null_test(writer: Writer, each: Syntax) -> str:
    """Write ``x IS NULL``; also of an identity, whose value would be another one."""
    value = each.parts[0]
    text = _identity(writer, value) if _identifies(value) else writer.written(value)
    return f"{text} {each.name}"


def case(writer: Writer, each: Syntax) -> str:
    """Write CASE, whose conditions may be a CASE themselves."""
    subject, otherwise = each.first("subject"), each.first("else")
    pieces = ["CASE"] if subject is None else ["CASE", writer.written(subject)]
    for when in each.all("when"):
        if subject is not None:
            types = [(part, writer.types.of(part)) for part in (*subject.parts, *when.parts[:-1])]
            _check_types(writer, when, types)
        *conditions, value = writer.all_written(when.parts)
        found = conditions if subject else map(_condition, conditions)
        pieces += [f"WHEN {condition} THEN {value}" for condition in found]
    if otherwise is not None:
        pieces.append(f"ELSE {writer.every(otherwise.parts)}")
    return " ".join([*pieces, "END"])


def _condition(text: str) -> str:
    """Write a condition of CASE; ladybug takes one that is a CASE for false."""
    return f"({text}) = true" if text.lstrip("( ").startswith("CASE") else text


def sum_(writer: Writer, each: Syntax) -> str:
    """Write ``a + b``, which also joins texts, numbers to texts, and items to lists."""
    values, signs = each.parts[::2], each.parts[1::2]
    types = [writer.types.of(value) for value in values]
    texts = writer.all_written(values)
    lists = any(type_.startswith(LIST) for type_ in types)
    if "text" in types and not lists:
        texts = [
            text if type_ in ("text", "") else as_text(writer, value, type_, text)
            for value, type_, text in zip(values, types, texts, strict=True)
        ]
    unknown = [text for text, value in zip(texts, values, strict=True) if value.kind != "string"]
    text = texts[0]
    for sign, type_, more in zip(signs, types[1:], texts[1:], strict=True):
        if types[0].startswith(LIST) and type_ and not type_.startswith(LIST):
            text = f"list_append({text}, {more})"
        else:
            text = f"{text} {'+' if sign.name == '||' else sign.name} {more}"
    if "text" in types and not lists and unknown:
        # Null is for ladybug an empty text.
        known = " AND ".join(f"({each}) IS NOT NULL" for each in dict.fromkeys(unknown))
        text = f"CASE WHEN {known} THEN {text} END"
    return text


def projection(writer: Writer, each: Syntax) -> str:
    """Write ``n {.a, b: 1, c}`` as a map."""
    of = writer.written(each.parts[0])
    entries = []
    for part in each.parts[1:]:
        value = {
            "own-property": lambda p=part: f"{of}.{quoted(p.name)}",
            "own-variable": lambda p=part: writer.variable(p),
            "entry": lambda p=part: writer.written(p.parts[0]),
            "own-properties": lambda p=part: writer.written(p),
        }[part.kind]()
        entries.append(f"{quoted(part.name)}: {value}")
    return f"{{{', '.join(entries)}}}"


def property_(writer: Writer, each: Syntax) -> str:
    """Write ``n.key``, or a part of a date."""
    value = each.parts[0]
    if value.kind == "index" and writer.types.of(value) in ("node", "relationship", "map"):
        items = f"list_transform({writer.written(value.parts[0])}, x -> x.{quoted(each.name)})"
        place = _place(writer, value.parts[1])
        return f"list_max({items}[{place}:{place}])"
    if writer.types.of(value) == "date":
        part = {"year": "year", "month": "month", "day": "day", "quarter": "quarter"}.get(each.name)
        if part is None:
            writer.lacks(each, f"field {each.name} of a date")
        return f"date_part('{part}', {writer.written(value)})"
    if value.kind == "function" and value.name.lower() == "properties":
        return f"{writer.every(value.parts)}.{quoted(each.name)}"
    if value.kind not in ("variable", "property", "parameter", "map", "index", "group"):
        name = value.name.lower() if value.kind == "function" else ""
        if name not in ("startnode", "endnode", "head", "last"):
            writer.lacks(each, f"property of a call f(x).{each.name}")
    return f"{writer.written(value)}.{quoted(each.name)}"


def label_test(writer: Writer, each: Syntax) -> str:
    """Write ``n:A|B`` as a condition on the label."""
    value, labels = each.parts
    every = EDGES if writer.types.of(value) == "relationship" else NODES
    names = ", ".join(f"'{name}'" for name in sorted(meant(labels.parts[0], every))) or "''"
    return f"label({writer.written(value)}) IN [{names}]"


def list_(writer: Writer, each: Syntax) -> str:
    """Write a list of one type; ladybug makes everything in it a text else."""
    found = {writer.types.of(item) for item in each.parts} - {"", "null", LIST}
    if len({re.sub("int|float", "number", type_) for type_ in found}) > 1:
        writer.lacks(each, "list of several types")
    return writer.as_it_stands(each)


def map_(writer: Writer, each: Syntax) -> str:
    """Write a map; ladybug has none without entries."""
    names = [entry.name.lower() for entry in each.parts]
    if not names:
        writer.lacks(each, "empty map {}")
    if len(set(names)) < len(names):
        writer.lacks(each, "map with names that differ in case alone")
    return writer.as_it_stands(each)


# --- functions


def as_text(writer: Writer, each: Syntax, type_: str, text: str) -> str:
    """Write a value as text, as Neo4j writes it."""
    if type_ == "text":
        return text
    if type_ == "int":
        return f"cast({text}, 'STRING')"
    if type_ == "null":
        return "cast(null, 'STRING')"
    if type_ == "bool":
        return f"lower(cast({text}, 'STRING'))"
    if type_ == "float":
        writer.refuses(each, "the embedded database writes fractions otherwise as text")
    unknown_type(writer, each)


def to_string(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``toString(x)``."""
    value = arguments[0]
    return as_text(writer, each, writer.types.of(value), writer.written(value))


def to_integer(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``toInteger(x)``, which cuts off, and is null for what is no number."""
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
            whole = f"cast(CASE WHEN {is_whole} THEN {value} END, 'INT64')"
            # coalesce() of nothing but nulls that are constant would be a text.
            return f"CASE WHEN {is_whole} THEN {whole} ELSE {_cut_off(_number(value))} END"
    unknown_type(writer, each)


def _cut_off(value: str) -> str:
    return f"cast(CASE WHEN {value} < 0 THEN ceil({value}) ELSE floor({value}) END, 'INT64')"


def _number(value: str) -> str:
    return f"cast(CASE WHEN regexp_full_match({value}, {DECIMAL}) THEN {value} END, 'DOUBLE')"


def to_float(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``toFloat(x)``, which is null for what is no number."""
    value, type_ = writer.written(arguments[0]), writer.types.of(arguments[0])
    if type_ in ("int", "float"):
        return _as_float(value, type_)
    if type_ == "text":
        return _number(f"trim({value})")
    if type_ == "null":
        return "cast(null, 'DOUBLE')"
    unknown_type(writer, each)


def to_boolean(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``toBoolean(x)``."""
    value, type_ = writer.written(arguments[0]), writer.types.of(arguments[0])
    if type_ == "bool":
        return value
    if type_ == "text":
        return f"CASE lower({value}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    unknown_type(writer, each)


def reverse(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``reverse(x)`` of a list or a text."""
    value, type_ = writer.written(arguments[0]), writer.types.of(arguments[0])
    if type_ == "text":
        return f"reverse({value})"
    if type_.startswith(LIST):
        return f"list_reverse({value})"
    unknown_type(writer, each)


def substring(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``substring(text, start, length)``; beyond the end, ladybug gives the text itself."""
    value, start, *length = writer.all_written(arguments)
    part = f"substring({value}, {start} + 1, {length[0] if length else LONG})"
    beyond = f"({start}) IS NOT NULL AND ({value}) IS NOT NULL"
    return f"CASE WHEN size({value}) > {start} THEN {part} WHEN {beyond} THEN '' END"


def coalesce(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``coalesce(a, b)``; ladybug has one type for all."""
    mixed = {"int", "float"} <= {writer.types.of(value) for value in arguments}
    texts = [
        _as_float(writer.written(value), writer.types.of(value) if mixed else "")
        for value in arguments
    ]
    return f"coalesce({', '.join(texts)})"


def split(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``split(text, sign)``; ladybug leaves out the empty texts between two signs."""
    text, sign = writer.all_written(arguments)
    writer.locals += 1
    name = f"{HIDDEN}_x{writer.locals}"
    marked = f"string_split('{MARK}' + replace({text}, {sign}, {sign} + '{MARK}'), {sign})"
    parts = f"list_transform({marked}, {name} -> substring({name}, 2, {LONG}))"
    return f"CASE WHEN ({text}) IS NOT NULL THEN {parts} END"


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


Rule = Callable[["Writer", Syntax, list[Syntax]], str]

FUNCTIONS: dict[str, Rule] = {
    "ceil": template("(ceil({0}) + 0.0)"),  # -0.0 would come before all numbers in an order
    "char_length": template("size({0})"),
    "character_length": template("size({0})"),
    "coalesce": coalesce,
    "date": lambda writer, each, arguments: writer.called(each) if arguments else "current_date()",
    "elementid": different("answers something else", "use the node's key"),
    "endnode": template("end_node({0})"),
    "exists": exists,
    "head": lambda writer, each, arguments: item(writer, arguments[0], "1"),
    "id": different("answers something else", "use the node's key"),
    "isempty": template("(size({0}) = 0)"),
    "keys": different("of a value, not of a column, lists what is not set as well"),
    "labels": template("[label({0})]"),
    "last": lambda writer, each, arguments: item(writer, arguments[0], "-1"),
    "log": template("ln({0})"),
    "properties": different("of a value, not of a column, has what is not set as well"),
    "rand": template("random()"),
    "reverse": reverse,
    "round": round_,
    "sum": lambda writer, each, arguments: f"coalesce({writer.called(each)}, 0)",
    "split": split,
    "startnode": template("start_node({0})"),
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
    "type": template("label({0})"),
}
"""Functions that are written otherwise, by their name in small letters."""

LACKING = frozenset("""
    btrim datetime duration e exp haversin isNaN localdatetime localtime normalize point
    randomUUID stDev stDevP time timestamp toBooleanList toFloatList toIntegerList toStringList
    valueType
    """.lower().split())  # fmt: skip
"""Functions of Neo4j that ladybug lacks."""

VALUES: dict[str, Callable[[Writer, Syntax], str]] = {
    "case": case,
    "compare": comparison,
    "comprehension": comprehension,
    "index": index,
    "label-test": label_test,
    "list": list_,
    "map": map_,
    "null-test": null_test,
    "predicate": predicate,
    "projection": projection,
    "property": property_,
    "reduce": reduce,
    "slice": slice_,
    "sum": sum_,
    "test": test,
}
"""Values that are written otherwise, by their kind."""
