"""Equality and order of values as Cypher has them: three-valued, and never across types."""

from __future__ import annotations

from graphkit.errors import Untranslated
from graphkit.stores.duck.types import (
    ANY,
    BOOL,
    NULL,
    SCALARS,
    Value,
    ValueType,
    entry,
    once,
    together,
    unsure,
)

NULL_TRUTH = "CAST(NULL AS BOOLEAN)"
NUMBERS = "('INT64', 'DOUBLE')"
"""Types of the numbers in a value of any type."""
OPEN = 'null|[.]|"[0-9]{4}-[0-9]{2}-[0-9]{2}"'
"""Null, fraction, or date that may be a text, in the JSON of a value."""


def compared(left: Value, sign: str, right: Value) -> str:
    """Compare two values: those of two types are different and have no order.

    Parameters
    ----------
    left, right : Value
        The values.
    sign : str
        One of ``=``, ``<>``, ``<``, ``<=``, ``>`` and ``>=``.

    Returns
    -------
    str
        An expression that is true, false or null.
    """
    if NULL in (left.type, right.type):
        return NULL_TRUTH
    if sign == "=":
        return _equal(left, right)
    if sign == "<>":
        return f"(NOT {_equal(left, right)})"
    return _ordered(left, sign, right)


def _equal(left: Value, right: Value) -> str:
    if ANY in (left.type, right.type):
        return _any_equal(left, right)
    if left.type.is_element and left.type.name == right.type.name:
        return f"({identity(left.sql)} = {identity(right.sql)})"
    if left.type.name == right.type.name == "list":
        return _lists_equal(left, right)
    if left.type.name == right.type.name == "map":
        return _maps_equal(left, right)
    if _alike(left.type, right.type):
        written = f"({left.sql} = {right.sql})"
        if left.type.nan and right.type.nan:  # a number that is none is not itself
            return f"({left.sql} = {right.sql} AND NOT isnan({left.sql}))"
        return written
    return f"CASE WHEN {left.sql} IS NOT NULL AND {right.sql} IS NOT NULL THEN FALSE END"


def _alike(left: ValueType, right: ValueType) -> bool:
    """Return True if the engine compares values of two types as Cypher does."""
    same = left == right and left.name not in ("any", "list", "map", "path")
    return same or (left.is_number and right.is_number)


def identity(element: str) -> str:
    """Write what tells a node or relationship from all others, or null."""
    return f"(({element})._kind || ' ' || CAST(({element})._key AS VARCHAR))"


def _lists_equal(left: Value, right: Value) -> str:
    """Compare item by item: one that differs decides, else one that may differ leaves it open."""
    items = (left.type.item or NULL, right.type.item or NULL)
    pair = compared(Value("z[1]", items[0]), "=", Value("z[2]", items[1]))
    equal = f"list_transform(list_zip(o.a, o.b), lambda z: {pair})"
    return once(
        {"a": left.sql, "b": right.sql},
        "CASE WHEN o.a IS NULL OR o.b IS NULL THEN NULL WHEN len(o.a) <> len(o.b) THEN FALSE "
        f"ELSE {every(equal)} END",
    )


def every(truths: str) -> str:
    """Write the conjunction of a list of truths."""
    return once(
        {"t": truths},
        "CASE WHEN list_contains(o.t, FALSE) THEN FALSE "
        "WHEN len(list_filter(o.t, lambda u: u IS NULL)) > 0 THEN NULL ELSE TRUE END",
    )


def _maps_equal(left: Value, right: Value) -> str:
    if left.type.sparse or right.type.sparse:
        raise Untranslated("equality of maps of properties")
    types = (dict(left.type.fields), dict(right.type.fields))
    condition = f"{left.sql} IS NOT NULL AND {right.sql} IS NOT NULL"
    if types[0].keys() != types[1].keys():
        return f"CASE WHEN {condition} THEN FALSE END"
    pairs = [
        compared(Value(entry(left.sql, key), types[0][key]), "=",
                 Value(entry(right.sql, key), types[1][key]))
        for key in types[0]
    ]  # fmt: skip
    return f"CASE WHEN {condition} THEN {' AND '.join(pairs) or 'TRUE'} END"


def _any_equal(left: Value, right: Value) -> str:
    """Compare values of which one may be of any type: of lists and maps, those without a null."""
    kinds = [f"variant_typeof(o.{name})" for name in ("a", "b")]
    nested = " OR ".join(f"{kind} LIKE 'ARRAY%' OR {kind} LIKE 'OBJECT%'" for kind in kinds)
    texts = [f"CAST(CAST(o.{name} AS JSON) AS VARCHAR)" for name in ("a", "b")]
    open_ = " OR ".join(f"regexp_matches({text}, '{OPEN}')" for text in texts)
    return once(
        {"a": left.cast(ANY), "b": right.cast(ANY)},
        "CASE WHEN o.a IS NULL OR o.b IS NULL THEN NULL "
        f"WHEN {kinds[0]} IN {NUMBERS} AND {kinds[1]} IN {NUMBERS} "
        "THEN CAST(o.a AS DOUBLE) = CAST(o.b AS DOUBLE) "
        f"WHEN ({nested}) AND left({kinds[0]}, 5) = left({kinds[1]}, 5) AND ({open_}) "
        f"THEN {unsure('equality of nested values with a null, a fraction or a date in them')} "
        f"ELSE left({kinds[0]}, 5) = left({kinds[1]}, 5) AND {texts[0]} = {texts[1]} END",
    )


def _ordered(left: Value, sign: str, right: Value) -> str:
    if ANY in (left.type, right.type):
        return _any_ordered(left, sign, right)
    if left.type.name == right.type.name == "list":
        return _lists_ordered(left, sign, right)
    if _alike(left.type, right.type) and not left.type.is_element:
        written = f"({left.sql} {sign} {right.sql})"
        unordered = [f"NOT isnan({value.sql})" for value in (left, right) if value.type.nan]
        return f"({' AND '.join([written, *unordered])})" if unordered else written
    return NULL_TRUTH


def _lists_ordered(left: Value, sign: str, right: Value) -> str:
    """Compare the items from the first on; one that is null leaves the order open."""
    item = together((left.type.item or NULL, right.type.item or NULL))
    if item.name not in SCALARS:
        raise Untranslated(f"order of lists of {item.name}")
    lists = [value.cast(ValueType("list", item)) for value in (left, right)]
    nulls = " OR ".join(f"len(list_filter(o.{name}, lambda u: u IS NULL)) > 0" for name in "ab")
    return once(
        {"a": lists[0], "b": lists[1]},
        "CASE WHEN o.a IS NULL OR o.b IS NULL THEN NULL "
        f"WHEN {nulls} THEN {unsure('order of lists with a null in them')} "
        f"ELSE o.a {sign} o.b END",
    )


def _any_ordered(left: Value, sign: str, right: Value) -> str:
    kinds = [f"variant_typeof(o.{name})" for name in ("a", "b")]
    return once(
        {"a": left.cast(ANY), "b": right.cast(ANY)},
        f"CASE WHEN {kinds[0]} IN {NUMBERS} AND {kinds[1]} IN {NUMBERS} "
        f"THEN CAST(o.a AS DOUBLE) {sign} CAST(o.b AS DOUBLE) "
        f"WHEN {kinds[0]} = 'VARCHAR' AND {kinds[1]} = 'VARCHAR' "
        f"THEN CAST(o.a AS VARCHAR) {sign} CAST(o.b AS VARCHAR) "
        f"WHEN {kinds[0]} LIKE 'BOOL%' AND {kinds[1]} LIKE 'BOOL%' "
        f"THEN CAST(o.a AS BOOLEAN) {sign} CAST(o.b AS BOOLEAN) "
        f"WHEN {kinds[0]} = 'DATE' AND {kinds[1]} = 'DATE' "
        f"THEN CAST(o.a AS DATE) {sign} CAST(o.b AS DATE) "
        f"WHEN {kinds[0]} LIKE 'ARRAY%' AND {kinds[1]} LIKE 'ARRAY%' "
        f"THEN {unsure('order of lists of any type')} END",
    )


def membership(item: Value, among: Value) -> Value:
    """Compile IN: null where it cannot be told for a null among the items."""
    if among.type == NULL:
        return Value(NULL_TRUTH, BOOL)
    if among.type.name != "list":
        raise Untranslated(f"IN of {among.type.name}")
    type_ = among.type.item or NULL
    if item.type == NULL or type_ == NULL:
        return Value(f"CASE WHEN len({among.sql}) = 0 THEN FALSE END", BOOL)
    if _alike(type_, item.type) and not (type_.is_element or item.type.nan):
        return Value(once(
            {"a": item.sql, "b": among.sql},
            "CASE WHEN o.b IS NULL OR (o.a IS NULL AND len(o.b) > 0) THEN NULL "
            "WHEN list_contains(o.b, o.a) THEN TRUE "
            "WHEN len(list_filter(o.b, lambda u: u IS NULL)) > 0 THEN NULL ELSE FALSE END",
        ), BOOL)  # fmt: skip
    equal = compared(Value("z", type_), "=", Value("o.a", item.type))
    return Value(once(
        {"a": item.sql, "b": among.sql},
        f"CASE WHEN o.b IS NOT NULL THEN {some(f'list_transform(o.b, lambda z: {equal})')} END",
    ), BOOL)  # fmt: skip


def some(truths: str) -> str:
    """Write the disjunction of a list of truths."""
    return once(
        {"t": truths},
        "CASE WHEN list_contains(o.t, TRUE) THEN TRUE "
        "WHEN len(list_filter(o.t, lambda u: u IS NULL)) > 0 THEN NULL ELSE FALSE END",
    )


def boolean(value: str) -> str:
    """Write a condition that may be of any type; one that is no truth ends the statement."""
    return once(
        {"x": value},
        "CASE WHEN o.x IS NULL THEN NULL WHEN variant_typeof(o.x) LIKE 'BOOL%' "
        f"THEN CAST(o.x AS BOOLEAN) ELSE {unsure('condition of another type')} END",
    )


def sorted_by(value: Value) -> list[str]:
    """Write what puts values in Neo4j's order: lists, texts, truths, numbers.

    Raises
    ------
    Untranslated
        Values of the type have no order here.
    """
    if value.type == NULL:
        return []
    kind = f"variant_typeof({value.sql})"
    if value.type == ANY:
        return [
            f"CASE WHEN {kind} = 'VARCHAR' THEN 1 WHEN {kind} LIKE 'BOOL%' THEN 2 "
            f"WHEN {kind} IN {NUMBERS} THEN 3 WHEN {value.sql} IS NULL THEN 4 "
            f"ELSE {unsure('order of values of these types')} END",
            f"CASE WHEN {kind} = 'VARCHAR' THEN CAST({value.sql} AS VARCHAR) END",
            f"CASE WHEN {kind} LIKE 'BOOL%' THEN CAST({value.sql} AS BOOLEAN) END",
            f"CASE WHEN {kind} IN {NUMBERS} THEN CAST({value.sql} AS DOUBLE) END",
        ]
    item = value.type
    while item.name == "list":
        item = item.item or NULL
    if item.name not in ("null", *SCALARS):
        lists = " in lists" if value.type.name == "list" else ""
        raise Untranslated(f"order of {item.name}s{lists}")
    return [value.sql]


def equivalent(type_: ValueType) -> bool:
    """Return True if the engine finds values of a type the same where Cypher does."""
    if type_.name == "list":
        return equivalent(type_.item or NULL)
    if type_.name == "map":
        return all(equivalent(item) for _, item in type_.fields)
    return type_ != ANY


def told_apart(value: Value) -> Value:
    """Return a value for a group or DISTINCT; in Cypher, a number that is none is like no other."""
    if not value.type.nan:
        return value
    unlike = unsure("group of a fraction that is no number")
    return Value(
        once({"x": value.sql}, f"CASE WHEN isnan(o.x) THEN {unlike} ELSE o.x END"), value.type
    )
