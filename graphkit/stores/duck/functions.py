"""Functions of Cypher in SQL: one rule each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated, UsageError
from graphkit.stores.duck.comparisons import compared, equivalent, sorted_by
from graphkit.stores.duck.scope import ENDS, KEY, KIND, BoundValues, node_rows
from graphkit.stores.duck.temporal import functions as temporal
from graphkit.stores.duck.temporal import texts
from graphkit.stores.duck.temporal.values import TYPES
from graphkit.stores.duck.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NULL,
    SCALARS,
    TEXT,
    Value,
    ValueType,
    entry,
    list_of,
    once,
    packed,
    sql_type,
    text,
    together,
    unsure,
)

NUMERAL = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
"""Text that is a number, with no blank around it."""
WHITE = (
    r"\s\x0b\x1c-\x1f\x{1680}\x{2000}-\x{2006}\x{2008}-\x{200a}"
    r"\x{2028}\x{2029}\x{205f}\x{3000}"
)
"""Signs that Neo4j trims from a text, in a regular expression."""
CONTROL = r"\x01-\x20"
"""Signs that it trims from a text that is read as a fraction."""
AGGREGATES = frozenset((
    "count", "sum", "avg", "min", "max", "collect", "stdev", "stdevp", "percentilecont",
    "percentiledisc",
))  # fmt: skip


def called(scope: BoundValues, syntax: Syntax) -> Value:
    """Compile a call.

    Raises
    ------
    Untranslated
        The function has no rule.
    """
    name = syntax.name.lower()
    if name in AGGREGATES:
        return aggregate(scope, syntax)
    if name in temporal.FUNCTIONS:
        return temporal.FUNCTIONS[name](scope, syntax)
    if name in ELEMENTS:
        return ELEMENTS[name](scope, syntax)
    if name not in FUNCTIONS:
        raise Untranslated(f"function {syntax.name}()")
    return FUNCTIONS[name]([scope.value(part) for part in syntax.parts])


def aggregate(scope: BoundValues, syntax: Syntax) -> Value:
    """Compile an aggregate of a group."""
    name = syntax.name.lower()
    distinct = "DISTINCT " if syntax.first("distinct") else ""
    parts = [part for part in syntax.parts if part.kind != "distinct"]
    if name == "count":
        if parts[0].kind == "star":
            return Value("count(*)", INT)
        return Value(f"count({distinct}{_counted(scope, parts[0])})", INT)
    value = scope.value(parts[0])
    if distinct and not equivalent(value.type):
        raise Untranslated("different values of any type")
    if name == "collect":
        type_ = list_of(value.type)
        not_null = f"FILTER (WHERE {value.sql} IS NOT NULL)"
        return Value(f"coalesce(list({distinct}{value.sql}) {not_null}, [])", type_)
    if name in ("min", "max"):
        if value.type == ANY:
            keys = ", ".join(f"'{n}': {key}" for n, key in enumerate(sorted_by(value)))
            not_null = f"FILTER (WHERE {value.sql} IS NOT NULL)"
            return Value(f"arg_{name}({value.sql}, {{{keys}}}) {not_null}", ANY)
        if value.type.name not in ("null", "list", *SCALARS):
            raise Untranslated(f"{name} of {value.type.name}")
        return Value(f"{name}({value.sql})", value.type)
    if value.type == NULL:  # an aggregate all the same: one row of a group
        return Value("count(NULL)", INT) if name == "sum" else Value("max(NULL)", NULL)
    if not value.type.is_number:
        raise Untranslated(f"{name} of {value.type.name}")
    if name == "sum":
        if value.type == INT:
            return Value(f"CAST(coalesce(sum({distinct}{value.sql}), 0) AS BIGINT)", INT)
        return Value(f"coalesce(fsum({distinct}{value.sql}), CAST(0 AS DOUBLE))", value.type)
    if name == "avg":
        return Value(f"favg({distinct}{value.cast(FLOAT)})", FLOAT)
    if name in ("stdev", "stdevp"):
        function = "stddev_samp" if name == "stdev" else "stddev_pop"
        spread = f"coalesce({function}({distinct}{value.cast(FLOAT)}), CAST(0 AS DOUBLE))"
        return Value(f"CASE WHEN count({value.sql}) > 0 THEN {spread} END", FLOAT)
    share = scope.value(parts[1]).cast(FLOAT)
    if name == "percentiledisc":
        return Value(f"quantile_disc({value.sql}, {share})", value.type)
    return Value(f"quantile_cont({value.cast(FLOAT)}, {share})", FLOAT)


def _counted(scope: BoundValues, part: Syntax) -> str:
    """Return what stands for a value that is counted: of a node or relationship, its identity."""
    variable = scope.scope.get(part.name) if part.kind == "variable" else None
    if variable is not None and not variable.is_value:
        key, kind = variable.columns[KEY], variable.columns[KIND]
        return f"CASE WHEN {key} IS NOT NULL THEN [{kind}, CAST({key} AS VARCHAR)] END"
    return scope.value(part).sql


def _element(scope: BoundValues, syntax: Syntax) -> tuple[str, str, ValueType]:
    """Return kind, key and type of the node or relationship that a function takes."""
    part = syntax.parts[0]
    variable = scope.scope.get(part.name) if part.kind == "variable" else None
    if variable is not None and not variable.is_value:
        return variable.columns[KIND], variable.columns[KEY], variable.type
    value = scope.value(part)
    if value.type == NULL:
        return "NULL", "NULL", value.type
    if not value.type.is_element:
        raise Untranslated(f"{syntax.name} of {value.type.name}")
    return f"({value.sql})._kind", f"({value.sql})._key", value.type


def _type(scope: BoundValues, syntax: Syntax) -> Value:
    kind, key, _ = _element(scope, syntax)
    return Value(f"CASE WHEN {key} IS NOT NULL THEN {kind} END", TEXT)


def _labels(scope: BoundValues, syntax: Syntax) -> Value:
    kind, key, _ = _element(scope, syntax)
    return Value(f"CASE WHEN {key} IS NOT NULL THEN [{kind}] END", list_of(TEXT))


def properties_of(scope: BoundValues, part: Syntax) -> Value:
    """Compile the properties of a node or relationship, or a map, as a map."""
    value = scope.value(part)
    if value.type == NULL or value.type.name == "map":
        return value
    if not value.type.is_element:
        raise Untranslated(f"properties of {value.type.name}")
    variable = scope.scope.get(part.name) if part.kind == "variable" else None
    fields = tuple(scope.context.model.types(value.type).items())
    entries = {
        name: f"struct_extract({value.sql}, {text(name)})" if variable is None or variable.is_value
        else variable.columns.get(name, "NULL")
        for name, _ in fields
    }  # fmt: skip
    written = f"CASE WHEN {value.sql} IS NOT NULL THEN {packed(entries, sparse=entries)} END"
    return Value(written, ValueType("map", fields=fields, sparse=True))


def _properties(scope: BoundValues, syntax: Syntax) -> Value:
    return properties_of(scope, syntax.parts[0])


def _keys(scope: BoundValues, syntax: Syntax) -> Value:
    value = properties_of(scope, syntax.parts[0])
    if value.type == NULL:
        return Value("NULL", list_of(TEXT))
    names = [(scope.context.bind(name).sql, name) for name, _ in value.type.fields]
    if value.type.sparse:
        set_ = [f"CASE WHEN {entry(value.sql, key)} IS NOT NULL THEN {name} END"
                for name, key in names]  # fmt: skip
        listed = f"list_filter([{', '.join(set_)}], lambda k: k IS NOT NULL)"
    else:
        listed = f"CAST([{', '.join(name for name, _ in names)}] AS VARCHAR[])"
    return Value(f"CASE WHEN {value.sql} IS NOT NULL THEN {listed} END", list_of(TEXT))


def _end_of(place: int) -> Callable[[BoundValues, Syntax], Value]:
    """Make the rule of startNode() and endNode(): the node is looked up by its key."""

    def rule(scope: BoundValues, syntax: Syntax) -> Value:
        part = syntax.parts[0]
        variable = scope.scope.get(part.name) if part.kind == "variable" else None
        kind_name, key_name_ = ENDS[place]
        if variable is not None and not variable.is_value:
            kind, key, type_ = (
                variable.columns[kind_name],
                variable.columns[key_name_],
                variable.type,
            )
        else:
            value = scope.value(part)
            if value.type == NULL:
                return value
            kind, key = f"({value.sql}).{kind_name}", f"({value.sql}).{key_name_}"
            type_ = value.type
        if type_.name != "relationship":
            raise Untranslated(f"{syntax.name} of {type_.name}")
        tables = scope.context.model.tables(type_)
        node = ValueType("node", kinds=frozenset(k for t in tables for k in t.ends[place].kinds))
        nodes = node_rows(scope.context.model, node)
        return Value(f"(SELECT n.s FROM ({nodes}) n WHERE n.k = {kind} AND n.i = {key})", node)

    return rule


def _id(scope: BoundValues, syntax: Syntax) -> Value:
    kind, key, _ = _element(scope, syntax)
    return Value(f"CAST(hash({kind} || ' ' || CAST({key} AS VARCHAR)) >> 1 AS BIGINT)", INT)


def _element_id(scope: BoundValues, syntax: Syntax) -> Value:
    kind, key, _ = _element(scope, syntax)
    return Value(f"({kind} || ' ' || CAST({key} AS VARCHAR))", TEXT)


def _exists(scope: BoundValues, syntax: Syntax) -> Value:
    if syntax.parts[0].kind != "pattern":
        raise UsageError("exists() takes a pattern; of a property, write IS NOT NULL")
    return scope.value(syntax.parts[0])


def _of_path(part: str) -> Callable[[BoundValues, Syntax], Value]:
    def rule(scope: BoundValues, syntax: Syntax) -> Value:
        value = scope.value(syntax.parts[0])
        if value.type == NULL:
            return value
        if value.type.name != "path":
            raise Untranslated(f"{syntax.name} of {value.type.name}")
        listed = f"({value.sql})._{part}"
        return Value(listed, dict(value.type.fields)[part])

    return rule


def _length(scope: BoundValues, syntax: Syntax) -> Value:
    value = scope.value(syntax.parts[0])
    if value.type.name == "path":
        return Value(f"CAST(len(({value.sql})._relationships) AS BIGINT)", INT)
    return _size([value])


ELEMENTS: dict[str, Callable[[BoundValues, Syntax], Value]] = {
    "type": _type, "labels": _labels, "properties": _properties, "length": _length,
    "keys": _keys, "startnode": _end_of(0), "endnode": _end_of(1), "id": _id,
    "elementid": _element_id, "exists": _exists,
    "nodes": _of_path("nodes"), "relationships": _of_path("relationships"),
}  # fmt: skip
"""Functions that take a node or relationship, of which they need no property."""


def _same(name: str, type_: ValueType) -> Callable[[Sequence[Value]], Value]:
    """Make the rule of a function that SQL has too, and that takes values of one type."""

    def rule(arguments: Sequence[Value]) -> Value:
        if any(value.type == NULL for value in arguments):
            return Value("NULL", NULL)
        _check_types(name, arguments, type_)
        return Value(f"{name}({', '.join(value.sql for value in arguments)})", type_)

    return rule


def _check_types(name: str, arguments: Sequence[Value], *types: ValueType) -> None:
    for value in arguments:
        if value.type not in types:
            raise Untranslated(f"{name} of {value.type.name}")


LIMITED = {"sqrt": "< 0", "ln": "< 0", "log10": "< 0"}
"""Functions that have no number for some, and the condition of those."""


def _of_number(name: str) -> Callable[[Sequence[Value]], Value]:
    def rule(arguments: Sequence[Value]) -> Value:
        if arguments[0].type == NULL:
            return arguments[0]
        _check_types(name, arguments, INT, FLOAT)
        number = arguments[0].cast(FLOAT)
        type_ = arguments[0].type.nan or name in LIMITED
        if name in LIMITED:  # Neo4j: no number; the engine: an error
            number = f"CASE WHEN {number} {LIMITED[name]} THEN 'NaN'::DOUBLE ELSE {number} END"
        return Value(f"{name}({number})", replace(FLOAT, nan=type_))

    return rule


def _size(arguments: Sequence[Value]) -> Value:
    if arguments[0].type == NULL:
        return Value("CAST(NULL AS BIGINT)", INT)
    if arguments[0].type != TEXT and arguments[0].type.name != "list":
        raise Untranslated(f"size of {arguments[0].type.name}")
    return Value(f"CAST(len({arguments[0].sql}) AS BIGINT)", INT)


def _coalesce(arguments: Sequence[Value]) -> Value:
    type_ = together(value.type for value in arguments)
    if type_ == NULL:
        return Value("NULL", NULL)
    values = [value.cast(type_) for value in arguments if value.type != NULL]
    return Value(f"coalesce({', '.join(values)})", type_)


def _range(arguments: Sequence[Value]) -> Value:
    if any(value.type == NULL for value in arguments):
        raise UsageError("range() has no end that is null")
    _check_types("range", arguments, INT)
    end = "error('range() has no end that is null')"
    first, last, *rest = (f"coalesce({value.sql}, {end})" for value in arguments)
    if not rest:
        return Value(f"range({first}, {last} + 1)", list_of(INT))
    zero = "CASE WHEN o.c = 0 THEN error('the step of range() is zero') ELSE o.c END"
    beyond = "o.b + CASE WHEN o.c > 0 THEN 1 ELSE -1 END"
    values = {"a": first, "b": last, "c": rest[0]}
    return Value(once(values, f"range(o.a, {beyond}, {zero})"), list_of(INT))


def _end(place: str) -> Callable[[Sequence[Value]], Value]:
    def rule(arguments: Sequence[Value]) -> Value:
        type_ = arguments[0].type
        if type_ == NULL:
            return arguments[0]
        return Value(f"({arguments[0].sql})[{place}]", type_.item or NULL)

    return rule


def _tail(arguments: Sequence[Value]) -> Value:
    return Value(f"list_slice({arguments[0].sql}, 2, len({arguments[0].sql}))", arguments[0].type)


def _round(arguments: Sequence[Value]) -> Value:
    value = arguments[0]
    if value.type == NULL:
        return value
    _check_types("round", [value], INT, FLOAT)
    if len(arguments) == 1:
        # Halves go up, also those below zero.
        return Value(f"floor({value.cast(FLOAT)} + 0.5::DOUBLE)", FLOAT)
    if len(arguments) == 2:
        return Value(f"round({value.cast(FLOAT)}, CAST({arguments[1].sql} AS INTEGER))", FLOAT)
    raise Untranslated("round with a mode")


def trimmed(text: str, ends: str = "both", signs: str = WHITE) -> str:
    """Write a text without the signs at its ends."""
    parts = {"left": f"^[{signs}]+", "right": f"[{signs}]+$"}
    pattern = parts.get(ends) or "|".join(parts.values())
    return f"regexp_replace({text}, '{pattern}', '', 'g')"


def _trim(ends: str) -> Callable[[Sequence[Value]], Value]:
    def rule(arguments: Sequence[Value]) -> Value:
        if arguments[0].type == NULL:
            return arguments[0]
        _check_types("trim", arguments, TEXT)
        return Value(trimmed(arguments[0].sql, ends), TEXT)

    return rule


def _to_integer(arguments: Sequence[Value]) -> Value:
    value = arguments[0]
    if value.type == NULL:
        return Value("CAST(NULL AS BIGINT)", INT)
    if value.type == TEXT:
        digits = f"regexp_full_match({value.sql}, '[+-]?[0-9]+')"
        number = f"CASE WHEN regexp_full_match({value.sql}, '{NUMERAL}') THEN {value.sql} END"
        fraction = f"TRY_CAST(trunc(TRY_CAST({number} AS DOUBLE)) AS BIGINT)"
        return Value(
            f"CASE WHEN {digits} THEN TRY_CAST({value.sql} AS BIGINT) ELSE {fraction} END", INT
        )
    if value.type == FLOAT:
        return Value(f"TRY_CAST(trunc({value.sql}) AS BIGINT)", INT)
    if value.type == ANY:
        return of_any(value, _to_integer, (INT, FLOAT, TEXT, BOOL), INT)
    _check_types("toInteger", [value], INT, BOOL)
    return Value(f"CAST({value.sql} AS BIGINT)", INT)


def _to_float(arguments: Sequence[Value]) -> Value:
    value = arguments[0]
    if value.type == NULL:
        return Value("CAST(NULL AS DOUBLE)", FLOAT)
    if value.type == ANY:
        return of_any(value, _to_float, (INT, FLOAT, TEXT), FLOAT)
    if value.type == TEXT:
        inner = trimmed(value.sql, signs=CONTROL)
        number = f"CASE WHEN regexp_full_match(o.x, '{NUMERAL}') THEN o.x END"
        return Value(once({"x": inner}, f"TRY_CAST({number} AS DOUBLE)"), FLOAT)
    _check_types("toFloat", [value], INT, FLOAT)
    return Value(f"CAST({value.sql} AS DOUBLE)", FLOAT)


def _to_boolean(arguments: Sequence[Value]) -> Value:
    value = arguments[0]
    if value.type == NULL:
        return Value("CAST(NULL AS BOOLEAN)", BOOL)
    if value.type == TEXT:
        cases = (
            f"CASE lower({trimmed(value.sql)}) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END"
        )
        return Value(cases, BOOL)
    if value.type == ANY:
        return of_any(value, _to_boolean, (TEXT, BOOL, INT), BOOL)
    if value.type == INT:
        return Value(f"({value.sql} <> 0)", BOOL)
    _check_types("toBoolean", [value], BOOL)
    return value


def of_any(
    value: Value,
    rule: Callable[[Sequence[Value]], Value],
    types: Sequence[ValueType],
    result: ValueType,
) -> Value:
    """Compile a function of a value of any type by its rule for each of some types."""
    tests = {
        INT: "= 'INT64'", FLOAT: "= 'DOUBLE'", TEXT: "= 'VARCHAR'", BOOL: "LIKE 'BOOL%'",
    }  # fmt: skip
    cases = "".join(
        f"WHEN variant_typeof(o.x) {tests[one]} "
        f"THEN {rule([Value(f'CAST(o.x AS {sql_type(one)})', one)]).sql} "
        for one in types
    )
    end = f"ELSE {unsure('function of a value of another type')} END"
    written = once({"x": value.sql}, f"CASE WHEN o.x IS NULL THEN NULL {cases}{end}")
    return Value(written, result)


def as_text(value: Value) -> str:
    """Write a value as Neo4j's ``toString()`` does."""
    if value.type == TEXT:
        return value.sql
    if value.type in (INT, BOOL):
        return f"CAST({value.sql} AS VARCHAR)"
    if value.type == ANY:
        types = (INT, FLOAT, TEXT, BOOL)
        return of_any(value, lambda arguments: Value(as_text(arguments[0]), TEXT), types, TEXT).sql
    if value.type == FLOAT and not value.type.mixed:
        return _fraction_text(value.sql)
    if value.type in TYPES:
        return texts.as_text(value)
    raise Untranslated(f"text of {value.type.name}")


def _fraction_text(fraction: str) -> str:
    """Write a fraction as text as Java does: with a power of ten beside 0.001 to 10,000,000."""
    digits = "CAST(abs(o.x) AS VARCHAR)"
    plain = "abs(o.x) >= 1e-3 AND abs(o.x) < 1e7 OR o.x = 0"
    parts = (
        f"{{w: split_part(split_part({digits}, 'e', 1), '.', 1), "
        f"f: split_part(split_part({digits}, 'e', 1), '.', 2), "
        f"e: coalesce(TRY_CAST(split_part({digits}, 'e', 2) AS INTEGER), 0)}}"
    )
    significant = "rtrim(ltrim(q.w || q.f, '0'), '0')"
    power = (
        "q.e + CASE WHEN q.w <> '0' THEN len(q.w) - 1 ELSE len(ltrim(q.f, '0')) - len(q.f) - 1 END"
    )
    written = (
        f"left({significant}, 1) || '.' || coalesce(nullif(substring({significant}, 2), ''), '0') "
        f"|| 'E' || CAST({power} AS VARCHAR)"
    )
    sign = "CASE WHEN o.x < 0 THEN '-' ELSE '' END"
    scientific = f"{sign} || list_transform([{parts}], lambda q: {written})[1]"
    return once(
        {"x": fraction},
        "CASE WHEN o.x IS NULL THEN NULL WHEN isnan(o.x) THEN 'NaN' "
        f"WHEN isinf(o.x) THEN {sign} || 'Infinity' "
        f"WHEN {plain} THEN CAST(o.x AS VARCHAR) ELSE {scientific} END",
    )


def _to_string(arguments: Sequence[Value]) -> Value:
    return arguments[0] if arguments[0].type == NULL else Value(as_text(arguments[0]), TEXT)


def _split(arguments: Sequence[Value]) -> Value:
    """Split a text, of which an empty one is one part; of signs between nothing each is one."""
    if any(value.type == NULL for value in arguments):
        return Value("NULL", list_of(TEXT))
    _check_types("split", arguments, TEXT)
    cases = (
        "CASE WHEN o.a IS NULL OR o.b IS NULL THEN NULL WHEN o.a = '' THEN [''] "
        "ELSE string_split(o.a, o.b) END"
    )
    return Value(once({"a": arguments[0].sql, "b": arguments[1].sql}, cases), list_of(TEXT))


def _replace(arguments: Sequence[Value]) -> Value:
    """Replace a text; an empty one stands before each character and at the end."""
    if any(value.type == NULL for value in arguments):
        return Value("NULL", NULL)
    _check_types("replace", arguments, TEXT)
    values = dict(zip("abc", (value.sql for value in arguments), strict=True))
    between = (
        "CASE WHEN o.c IS NOT NULL THEN o.c || array_to_string("
        "list_transform(string_split(o.a, ''), lambda i: i || o.c), '') END"
    )
    cases = "CASE WHEN o.b <> '' THEN replace(o.a, o.b, o.c) WHEN o.a || o.b = '' THEN o.c "
    return Value(once(values, f"{cases}WHEN o.b = '' THEN {between} END"), TEXT)


def _substring(arguments: Sequence[Value]) -> Value:
    text, start, *length = (value.sql for value in arguments)
    limit = f", {length[0]}" if length else ""
    return Value(f"substring({text}, CAST({start} AS BIGINT) + 1{limit})", TEXT)


def _abs(arguments: Sequence[Value]) -> Value:
    value = arguments[0]
    return value if value.type == NULL else Value(f"abs({value.sql})", value.type)


def _sign(arguments: Sequence[Value]) -> Value:
    return Value(f"CAST(sign({arguments[0].sql}) AS BIGINT)", INT)


def _reverse(arguments: Sequence[Value]) -> Value:
    name = "list_reverse" if arguments[0].type.name == "list" else "reverse"
    return Value(f"{name}({arguments[0].sql})", arguments[0].type)


def _null_if(arguments: Sequence[Value]) -> Value:
    first, second = arguments
    if first.type == NULL:
        return first
    same = compared(first, "=", second)
    return Value(f"CASE WHEN {same} THEN NULL ELSE {first.sql} END", first.type)


FUNCTIONS: dict[str, Callable[[Sequence[Value]], Value]] = {
    **{name: _same(sql, TEXT) for name, sql in {
        "toupper": "upper", "upper": "upper", "tolower": "lower", "lower": "lower",
    }.items()},
    **{name: _of_number(name) for name in (
        "sqrt", "exp", "log10", "ceil", "floor", "sin", "cos", "tan", "degrees", "radians",
    )},
    "log": lambda arguments: _of_number("ln")(arguments),
    "trim": _trim("both"), "btrim": _trim("both"), "ltrim": _trim("left"), "rtrim": _trim("right"),
    "replace": _replace,
    "size": _size, "length": _size, "char_length": _size, "character_length": _size,
    "coalesce": _coalesce, "range": _range, "head": _end("1"), "last": _end("-1"), "tail": _tail,
    "round": _round, "tointeger": _to_integer, "tofloat": _to_float,
    "tostring": _to_string, "split": _split, "substring": _substring, "abs": _abs, "sign": _sign,
    "left": lambda g: Value(f"left({g[0].sql}, {g[1].sql})", TEXT),
    "right": lambda g: Value(f"right({g[0].sql}, {g[1].sql})", TEXT),
    "reverse": _reverse,
    "timestamp": lambda _: Value("epoch_ms(now())", INT),
    "rand": lambda _: Value("random()", FLOAT),
    "pi": lambda _: Value("pi()", FLOAT), "e": lambda _: Value("exp(1.0::DOUBLE)", FLOAT),
    "atan2": lambda g: Value(f"atan2({g[0].cast(FLOAT)}, {g[1].cast(FLOAT)})", FLOAT),
    "toboolean": _to_boolean, "tobooleanornull": _to_boolean, "tointegerornull": _to_integer,
    "tofloatornull": _to_float, "tostringornull": _to_string,
    "isnan": lambda g: Value(f"isnan({g[0].cast(FLOAT)})", BOOL),
    "nullif": _null_if,
    "isempty": lambda g: g[0] if g[0].type == NULL else Value(f"(len({g[0].sql}) = 0)", BOOL),
}  # fmt: skip
