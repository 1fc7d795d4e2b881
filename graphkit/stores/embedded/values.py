"""Operators, lists and maps of Cypher in ladybug's dialect.

Ladybug counts places in lists from 1, makes all items of a list one type, and has other answers for
nulls among them. Where the type of a value decides and is not known, the statement is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

from graphkit.cypher.tokens import Syntax
from graphkit.stores.embedded.patterns import (
    ANY_VALUE,
    EDGES,
    GRAPH_VALUES,
    HIDDEN,
    NODES,
    aggregates,
    meant,
    quoted,
    replaced,
)

if TYPE_CHECKING:
    from graphkit.stores.embedded.dialect import Writer

LIST = "list:"
"""Beginning of the type of a list; the type of its items follows."""
LEAST = "cast('-inf', 'DOUBLE')"
"""The least number."""
MANY = 1_000_000
"""More items than a list has."""
ITEM = f"{HIDDEN}_x"
"""Beginning of the names of items of lists."""
LONG = 100_000
"""More characters than a text has."""
OWN = {
    "int": "({} + 0)",
    "float": "({} + 0.0)",
    "text": f"left({{}}, {LONG})",
    "bool": "cast(cast({}, 'STRING'), 'BOOL')",
    "date": "cast(cast({}, 'STRING'), 'DATE')",
}
"""The same value as another, by type."""


def own(item: str, type_: str) -> str:
    """Write an item of a list as a value of its own.

    Of the 2,049th item of some rows and all after it, conditions and much else read others.
    """
    form = "({}[1:])" if type_.startswith(LIST) else OWN.get(type_, "{}")
    return form.format(item)


def unknown_type(writer: Writer, each: Syntax) -> NoReturn:
    """Refuse a function that does something else for each type, of a value without one."""
    name = each.name or "this"
    writer.refuses(each, f"{name}(): the embedded database cannot tell the type of its value here")


# --- lists, whose places Neo4j counts from 0


def item(writer: Writer, values: Syntax, place: str, of: Syntax | None = None) -> str:
    """Write the item at a place of ladybug's, written out or that of one; null beyond the ends."""
    type_ = writer.types.item(values)
    if type_ in (*GRAPH_VALUES, "map", "path") or type_.startswith(LIST):
        text = writer.written(values)
        if values.name.lower() == "nodes" and place in ("1", "-1"):
            return f"{text}[{place}]"  # every path has a node
        return f"{text}[CASE WHEN abs({place}) <= size({text}) THEN {place} END]"
    if of is None:
        return f"list_max({writer.written(values)}[{place}:{place}])"
    with writer.unless_null([values, of]) as made:
        return made(f"list_max({_alone_at(writer, values, of)})")


def _alone_at(writer: Writer, values: Syntax, place: Syntax) -> str:
    """Write the part of a list that is the item at a place of Neo4j's."""
    at = _place(writer, place)
    at = f"coalesce({at}, 0)" if writer.nulls.may_be(place) else at
    return f"{writer.filled(values, '[]')}[{at}:{at}]"


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
    return item(writer, value, _place(writer, place), place)


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
    with writer.unless_null(each.parts) as made:
        return made(_between(writer, each))


def _between(writer: Writer, each: Syntax) -> str:
    """Write a part of a list, of which neither the list nor a place is null."""
    values = writer.filled(each.parts[0], "[]")
    size = f"size({values})"

    def from_end(place: str) -> str:
        return f"CASE WHEN {size} + {place} > 0 THEN {size} + {place} ELSE 0 END"

    def bound(value: Syntax) -> str:
        known = _whole(value)
        if known is not None:
            return str(known) if known >= 0 else from_end(str(known))
        place = f"({writer.filled(value, '0')})"
        return f"CASE WHEN {place} >= 0 THEN {place} ELSE {from_end(place)} END"

    bounds = [bound(part) for part in each.parts[1:]]
    first = f"{bounds[0]} + 1" if each.name.startswith("from") else "1"
    last = bounds[-1] if each.name.endswith("to") else size
    return f"{values}[{first}:{last}]"


def by_place(writer: Writer, each: Syntax, size: bool = False) -> Syntax:
    """Take items that have properties by their places in the list, or of each its one property.

    Of the 2,049th of all lists together and all after it, a function of each item reads others.
    """
    before = each.parts[:2] if each.kind == "reduce" else []
    variable, values, *rest = each.parts[len(before) :]
    type_ = writer.types.item(values)
    if type_ not in (*GRAPH_VALUES, "map") or not rest or values.kind in ("list", "parameter"):
        return each
    uses = [part for of in rest for part in of.walk("variable") if part.name == variable.name]
    read = [p for of in rest for p in of.walk("property") if _is(p.parts[0], variable)]
    items = each.kind == "comprehension" and each.first("result") is None and not size
    if items or any(values.walk("comprehension")) or aggregates(values):
        writer.lacks(
            each,
            "such use of what has properties in a list",
            "name the list in WITH, and take x.key",
        )
    if type_ != "map" and len(uses) == len(read) and len({part.name for part in read}) == 1:
        listed = Syntax("each-property", values.at, values.end, read[0].name, [values])
        new = {part: Syntax("variable", part.at, part.end, variable.name) for part in read}
    else:
        listed = Syntax("places", values.at, values.end, "", [values])
        new = {part: Syntax("item-at", part.at, part.end, "", [values, variable]) for part in uses}
    rest = [replaced(of, new) for of in rest]
    return Syntax(each.kind, each.at, each.end, each.name, [*before, variable, listed, *rest])


def size(writer: Writer, each: Syntax, arguments: list[Syntax]) -> str:
    """Write ``size(list)``; of a comprehension, how many it would have."""
    value = arguments[0]
    if value.kind != "comprehension" or value.first("result"):
        return writer.called(each)
    return f"size({comprehension(writer, by_place(writer, value, size=True))})"


def comprehension(writer: Writer, each: Syntax) -> str:
    """Write ``[x IN list WHERE condition | value]``."""
    each = by_place(writer, each)
    variable, values = each.parts[:2]
    where, result = each.first("where"), each.first("result")
    text = writer.written(values)
    if where is not None:
        text = writer.lambda_("list_filter", text, variable, values, where.parts[0])
    if result is not None and not _is(result.parts[0], variable):
        text = writer.lambda_("list_transform", text, variable, values, result.parts[0])
    return text


def filtered(values: str, item: str, condition: str) -> str:
    """Write the items that meet a condition; of no items, ladybug gives those of another row."""
    # Whether a list is null is read from other rows too, unless none is.
    some = f"list_filter(coalesce({values}, []), {item} -> {condition})"
    return f"CASE WHEN size({values}) > 0 THEN {some} ELSE {values} END"


def _is(value: Syntax, variable: Syntax) -> bool:
    return value.kind == "variable" and value.name == variable.name


def predicate(writer: Writer, each: Syntax) -> str:
    """Write ``any(x IN list WHERE condition)``; ladybug's own takes but a simple condition."""
    each = by_place(writer, each)
    variable, values = each.parts[:2]
    where, text = each.first("where"), writer.written(values)
    met = f"size({text})"
    if where is not None:
        if writer.nulls.may_hold(values) or writer.nulls.may_leave_open(
            where.parts[0], variable, values
        ):
            return _of_three_values(writer, each.name, text, variable, values, where.parts[0])
        met = f"size({writer.lambda_('list_filter', text, variable, values, where.parts[0])})"
    wanted = {"ANY": "> 0", "NONE": "= 0", "SINGLE": "= 1", "ALL": f"= size({text})"}
    return f"({met} {wanted[each.name]})"


def _of_three_values(
    writer: Writer, name: str, values: str, variable: Syntax, of: Syntax, condition: Syntax
) -> str:
    """Write a predicate of which the condition may be null, and make it null."""
    with writer.local(variable, of, condition) as x:
        met = _condition(writer.written(condition))
    yes, no = {"ALL": (0, 2), "SINGLE": (MANY, 0)}.get(name, (2, 0))
    each = f"CASE WHEN {met} THEN {yes} WHEN NOT ({met}) THEN {no} ELSE 1 END"
    numbers = writer.of_each(f"list_transform({values}[1:], {x} -> {each})")
    if name == "SINGLE":
        total = f"list_sum({numbers})"
        open_ = f"{total} % {MANY} > 0"
        return (
            f"({total} < {2 * MANY} AND nullif(NOT ({open_}), false) AND ({open_} OR {total} > 0))"
        )
    # One 2 is enough for an answer, without one a 1 leaves it open; CASE in CASE is read wrong.
    found = f"(nullif(coalesce(list_max({numbers}), size({values})), 1) = 2)"
    return found if name == "ANY" else f"(NOT {found})"


def test(writer: Writer, each: Syntax) -> str:
    """Write ``x STARTS WITH text`` and its kin, of texts alone."""
    value, other = each.parts
    if each.name == "IN":
        return membership(writer, each, value, other)
    if {writer.types.of(value), writer.types.of(other)} - {"text", "null", ""}:
        writer.lacks(each, f"{each.name} of anything but texts")
    text, part = writer.written(value), writer.written(other)
    if each.name == "CONTAINS" and other.kind != "string":
        return f"CASE WHEN {part} = '' THEN ({text}) = ({text}) ELSE ({text}) CONTAINS ({part}) END"
    if each.name == "CONTAINS" and len(other.name) == 2:
        return f"(({text}) = ({text}))"
    return f"({text}) {each.name} ({part})"


def membership(writer: Writer, each: Syntax, value: Syntax, values: Syntax) -> str:
    """Write ``x IN list``: null if a null among the items leaves it open, false of no items."""
    type_, items = writer.types.of(value), writer.types.item(values)
    _check_types(writer, each, [(value, type_), (values, items)])
    graph = type_ in GRAPH_VALUES and type_ == items
    form = "id({})" if graph else "({})"  # ladybug compares no node out of a list
    text = form.format(writer.written(value))
    given = writer.types.parameters.get(values.name) if values.kind == "parameter" else None
    if given == [] or (values.kind == "list" and not values.parts):
        return "false"
    if given is not None:
        found = f"{text} IN ({writer.written(values)})"
        return f"nullif({found}, false)" if None in given else found
    if values.kind == "list":
        if not writer.nulls.may_hold(values) and type_ not in GRAPH_VALUES:
            return f"{text} IN ({writer.written(values)})"
        equal = [f"({text}) = ({form.format(item)})" for item in writer.all_written(values.parts)]
        return f"({' OR '.join(equal)})"
    every = writer.written(values)
    if graph:
        every, items = f"properties({every}, '_id')", ""
    found = f"{text} IN ({every})"
    if writer.nulls.may_hold(values) and not type_.startswith(LIST):
        null = writer.item_name()
        nulls = writer.of_each(filtered(every, null, f"{own(null, items)} IS NULL"))
        found = f"({found} OR nullif(size({nulls}) > 0, true))"
    # Null in no items at all is false. A filter on a CASE is slow: only where there may be a null.
    if not writer.nulls.may_be(value) or values.kind == "parameter":
        return found
    return f"CASE WHEN size({every}) = 0 THEN false ELSE {found} END"


def _check_types(writer: Writer, each: Syntax, values: list[tuple[Syntax, str]]) -> None:
    """Refuse to compare values of two types, which ladybug makes one, and lists with nulls."""
    kinds = {re.sub("int|float", "number", type_) for _, type_ in values} - {"", "null", LIST}
    if len(kinds) > 1:
        writer.lacks(each, f"comparison of {' with '.join(sorted(kinds))}")
    whole = [value for value, type_ in values if type_.startswith((LIST, "map"))]
    if len(whole) > 1 and any(writer.nulls.may_hold(value) for value in whole):
        writer.lacks(each, "comparison of lists or maps that may hold null")


def reduce(writer: Writer, each: Syntax) -> str:
    """Write ``reduce(total = 0, x IN list | total + x)``: the sum, or product, of a list."""
    each = by_place(writer, each)
    total, first, variable, values, result = each.parts
    operands, signs = result.parts[::2], {sign.name for sign in result.parts[1::2]}
    begins = result.kind in ("sum", "product") and _is(operands[0], total)
    again = any(v.name == total.name for o in operands[1:] for v in o.walk("variable"))
    if not begins or again or len(signs) > 1 or not signs <= {"+", "*"}:
        writer.lacks(each, "function reduce() of anything but a sum or a product")
    [sign], added = signs, operands[1]
    if len(operands) > 2:
        added = Syntax(result.kind, added.at, result.end, result.name, result.parts[2:])
    text = writer.written(values)
    with writer.local(variable, values, added):
        type_, start = writer.types.of(added), writer.types.of(first)
        types = {writer.types.of(operand) for operand in operands[1:]}
        open_ = any(writer.nulls.may_be(value) for value in (first, *operands[1:]))
    if type_ != start and {type_, start} != {"int", "float"}:
        writer.lacks(each, "function reduce() of two types")
    if len(operands) > 2 and types not in ({"int"}, {"text"}):
        writer.lacks(each, "function reduce() of anything but a sum or a product")
    if type_ == "text" and open_:
        writer.lacks(each, "function reduce() of texts that may be null")
    if not _is(added, variable):
        text = writer.lambda_("list_transform", text, variable, values, added)
    if type_ != start and type_ == "int":
        text = f"cast({text}, 'DOUBLE[]')"
    begin = as_float(writer.written(first), start if type_ != start else "")
    every = f"list_concat([{begin}], {text})"
    if sign == "+" and "float" in (type_, start) and not open_:
        return f"list_sum({every})"
    so_far, one = writer.item_name(), writer.item_name()
    return writer.of_each(f"list_reduce({every}, ({so_far}, {one}) -> {so_far} {sign} {one})")


def deviation(writer: Writer, each: Syntax) -> str:
    """Write ``stDev(x)`` or ``stDevP(x)`` by the list of all x and their mean."""
    values, mean = each.parts
    one = Syntax("variable", each.at, each.at, f"{HIDDEN}_d")
    apart = Syntax("squared-distance", each.at, each.at, "", [one, mean])
    text = writer.written(values)
    total = f"list_sum({writer.lambda_('list_transform', text, one, values, apart)})"
    number = f"size({text})" if each.name.lower() == "stdevp" else f"(size({text}) - 1)"
    return f"CASE size({text}) WHEN 0 THEN null WHEN 1 THEN 0.0 ELSE sqrt({total} / {number}) END"


def squared_distance(writer: Writer, each: Syntax) -> str:
    """Write the square of the difference of two numbers."""
    difference = " - ".join(writer.all_written(each.parts))
    return f"({difference}) * ({difference})"


def as_float(text: str, type_: str) -> str:
    """Write a number as a fraction, if it is an integer."""
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
    if all(type_ in GRAPH_VALUES for _, type_ in typed):
        texts = [f"id({text})" for text in texts]
    pairs = [f"{a} {s.name} {b}" for a, s, b in zip(texts, signs, texts[1:], strict=False)]
    pairs += [
        f"{text} >= {LEAST}"
        for place, (value, text) in enumerate(zip(values, texts, strict=True))
        if _may_be_no_number(writer, value)
        and ({s.name for s in signs[place : place + 1]} & {"<", "<="}
             or {s.name for s in signs[place - 1 : place]} & {">", ">="})
    ]  # fmt: skip
    return pairs[0] if len(pairs) == 1 else f"({' AND '.join(pairs)})"


def _may_be_no_number(writer: Writer, value: Syntax) -> bool:
    """Tell if a value may be 0.0 / 0.0, which ladybug takes for less than all numbers."""
    divided = any(part.kind == "sign" and part.name == "/" for part in value.parts)
    if value.kind == "group":
        return _may_be_no_number(writer, value.parts[0])
    return value.kind == "product" and divided and writer.types.of(value) != "int"


def _identifies(value: Syntax) -> bool:
    return value.kind == "function" and value.name.lower() in ("id", "elementid")


def _identity(writer: Writer, value: Syntax) -> str:
    return f"id({writer.every(value.parts)})"


def null_test(writer: Writer, each: Syntax) -> str:
    """Write ``x IS NULL``; also of an identity, whose value would be another one."""
    value = each.parts[0]
    text = _identity(writer, value) if _identifies(value) else writer.written(value)
    return f"({text}) {each.name}"


def case(writer: Writer, each: Syntax) -> str:
    """Write CASE with conditions: a value compared with null is for ladybug's own form the same."""
    subject, otherwise = each.first("subject"), each.first("else")
    pieces = ["CASE"]
    for when in each.all("when"):
        *conditions, value = writer.all_written(when.parts)
        if subject is not None:
            types = [(part, writer.types.of(part)) for part in (*subject.parts, *when.parts[:-1])]
            _check_types(writer, when, types)
            text = writer.every(subject.parts)
            conditions = [f"({text}) = ({condition})" for condition in conditions]
        pieces += [f"WHEN {_condition(condition)} THEN {value}" for condition in conditions]
    if otherwise is not None:
        pieces.append(f"ELSE {writer.every(otherwise.parts)}")
    return " ".join([*pieces, "END"])


def _condition(text: str) -> str:
    """Write a condition of CASE; ladybug takes a CASE for false, after `true AND` as well."""
    return f"({text}) = true" if "CASE " in text else text


def _alone(writer: Writer, value: Syntax, type_: str) -> str:
    """Write a list of one item, which has a type where it is a null that is written out."""
    other = ANY_VALUE.get(type_)
    return f"[{writer.filled(value, other) if other else writer.written(value)}]"


def sum_(writer: Writer, each: Syntax) -> str:
    """Write ``a + b``, which also joins texts, numbers to texts, and items to lists."""
    values, signs = each.parts[::2], each.parts[1::2]
    types = [writer.types.of(value) for value in values]
    lists = [type_.startswith(LIST) for type_ in types]
    if any(lists[2:]) and not any(lists[:2]):  # what stands before a list is one item of it
        first = lists.index(True)
        before = Syntax("sum", each.at, each.end, "", each.parts[: 2 * first - 1])
        return sum_(
            writer, Syntax("sum", each.at, each.end, "", [before, *each.parts[2 * first - 1 :]])
        )
    while types[:2] == ["null", "null"]:  # for ladybug they are two texts
        values, signs, types = values[1:], signs[1:], types[1:]
    # Null is for ladybug an empty text, and no list that it can take a part of.
    numbers = "text" not in types and not any(lists) and not set(types) <= {"", "null"}
    with writer.unless_null([] if numbers else values) as made:
        return made(_joined(writer, values, signs, types))


def _joined(writer: Writer, values: list[Syntax], signs: list[Syntax], types: list[str]) -> str:
    """Write numbers, texts or lists one after the other."""
    lists = [type_.startswith(LIST) for type_ in types]
    texts = writer.all_written(values)
    if "text" in types and not any(lists):
        texts = [
            text if type_ in ("text", "") else as_text(writer, value, type_, text)
            for value, type_, text in zip(values, types, texts, strict=True)
        ]
    text, listed = texts[0], lists[:1] == [True]
    rest = zip(signs, values[1:], types[1:], texts[1:], strict=True)
    for sign, value, type_, more in rest:
        # After a list with a null, list_append may leave one in its place.
        if listed and type_ and not type_.startswith(LIST):
            text = f"list_concat({text}, {_alone(writer, value, type_)})"
        elif not listed and types[0] and type_.startswith(LIST):
            text = f"list_concat({_alone(writer, values[0], types[0])}, {more})"
            listed = True
        else:
            text = f"{text} {'+' if sign.name == '||' else sign.name} {more}"
    return text


def projection(writer: Writer, each: Syntax) -> str:
    """Write ``n {.a, b: 1, c}`` as a map; of nothing, null."""
    if writer.in_comprehension:
        writer.lacks(each, "comprehension that makes maps")
    of, graph = writer.written(each.parts[0]), writer.types.of(each.parts[0]) in GRAPH_VALUES
    entries = []
    for part in each.parts[1:]:
        value = {
            "own-property": lambda p=part: f"{of}.{quoted(p.name)}",
            "own-variable": lambda p=part: writer.variable(p),
            "entry": lambda p=part: writer.written(p.parts[0]),
            "own-properties": lambda p=part: writer.written(p),
        }[part.kind]()
        entries.append(f"{quoted(part.name)}: {value}")
    text = f"{{{', '.join(entries)}}}"
    if graph and not writer.optional:
        return text
    return f"CASE WHEN {f'id({of})' if graph else of} IS NOT NULL THEN {text} END"


def property_(writer: Writer, each: Syntax) -> str:
    """Write ``n.key``, or a part of a date."""
    value = each.parts[0]
    if value.kind == "index" and writer.types.of(value) in ("node", "relationship", "map"):
        with writer.unless_null(value.parts) as made:
            found = _alone_at(writer, *value.parts)
            # Beside one that takes something of its row it must stand apart; in one it need not.
            x = "x" if writer.in_comprehension else writer.item_name()
            one = writer.of_each(f"list_transform({found}, {x} -> {x}.{quoted(each.name)})")
            return made(f"list_max({one})")
    if writer.types.of(value) == "date":
        part = {"year": "year", "month": "month", "day": "day", "quarter": "quarter"}.get(each.name)
        if part is None:
            writer.lacks(each, f"field {each.name} of a date")
        return f"date_part('{part}', {writer.written(value)})"
    if value.kind == "function" and value.name.lower() == "properties":
        return f"{writer.every(value.parts)}.{quoted(each.name)}"
    if value.kind not in ("variable", "property", "parameter", "map", "index", "group", "item-at"):
        name = value.name.lower() if value.kind == "function" else ""
        if name not in ("startnode", "endnode", "head", "last"):
            writer.lacks(each, f"property of a call f(x).{each.name}")
    of = writer.written(value)
    text = f"({of}).{quoted(each.name)}" if of.endswith("]") else f"{of}.{quoted(each.name)}"
    return own(text, writer.types.of(each)) if writer.is_item(value) else text


def label_test(writer: Writer, each: Syntax) -> str:
    """Write ``n:A|B`` as a condition on the label."""
    value, labels = each.parts
    every = EDGES if writer.types.of(value) == "relationship" else NODES
    names = ", ".join(f"'{name}'" for name in sorted(meant(labels.parts[0], every))) or "''"
    return label(writer, value, f"{{}} IN [{names}]")


def label(writer: Writer, value: Syntax, form: str = "{}") -> str:
    """Write the label of a node or the type of a relationship; one that is null has none."""
    text = writer.written(value)
    found = form.format(f"label({text})")
    if writer.types.of(value) == "null":
        return "null"
    return f"CASE WHEN id({text}) IS NOT NULL THEN {found} END" if writer.optional else found


def list_(writer: Writer, each: Syntax) -> str:
    """Write a list of one type; ladybug makes everything in it a text else."""
    found = {writer.types.of(item) for item in each.parts} - {"", "null", LIST}
    if len({re.sub("int|float", "number", type_) for type_ in found}) > 1:
        writer.lacks(each, "list of several types")
    return writer.as_it_stands(each)


def map_(writer: Writer, each: Syntax) -> str:
    """Write a map; ladybug has none without entries."""
    names = [entry.name.lower() for entry in each.parts]
    if writer.in_comprehension:  # it would be that of the first item, each time
        writer.lacks(each, "comprehension that makes maps")
    if not names:
        writer.lacks(each, "empty map {}")
    if len(set(names)) < len(names):
        writer.lacks(each, "map with names that differ in case alone")
    return f"{{{writer.every(each.parts)}}}"


def as_text(writer: Writer, each: Syntax, type_: str, text: str) -> str:
    """Write a value as text, as Neo4j writes it."""
    if type_ == "text":
        return text
    if type_ in ("int", "date"):
        return f"cast({text}, 'STRING')"
    if type_ == "null":
        return "cast(null, 'STRING')"
    if type_ == "bool":
        return f"lower(cast({text}, 'STRING'))"
    if type_ == "float":
        writer.refuses(each, "the embedded database writes fractions otherwise as text")
    return unknown_type(writer, each)


VALUES: dict[str, Callable[[Writer, Syntax], str]] = {
    "case": case,
    "compare": comparison,
    "comprehension": comprehension,
    "deviation": deviation,
    "each-property": lambda writer, each: f"properties({writer.every(each.parts)}, '{each.name}')",
    "index": index,
    "item-at": lambda writer, each: "({}[{}])".format(*writer.all_written(each.parts)),
    "label-test": label_test,
    "list": list_,
    "map": map_,
    "places": lambda writer, each: f"range(1, size({writer.every(each.parts)}))",
    "null-test": null_test,
    "predicate": predicate,
    "projection": projection,
    "property": property_,
    "reduce": reduce,
    "slice": slice_,
    "squared-distance": squared_distance,
    "sum": sum_,
    "test": test,
}
"""Values that are written otherwise, by their kind."""
