"""Functions of Cypher in SQL: one rule each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated, UsageError
from graphkit.stores.duck.comparisons import compared, equivalent, sorted_by, told_apart
from graphkit.stores.duck.dates import date, refuse_others
from graphkit.stores.duck.rounding import rounding
from graphkit.stores.duck.scope import ENDS, KEY, KIND, BoundValues, node_rows
from graphkit.stores.duck.types import (
    ANY,
    BOOL,
    DATE,
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
UNLIKE = r"\x{19b}\x{264}\x{1c89}\x{1c8a}\x{a7cb}-\x{a7cd}\x{a7da}-\x{a7dc}\x{10d50}-\x{10d85}"
"""Letters whose capitals Java learned with Unicode 16."""
SEVERAL = (
    r"\x{149}\x{1f0}\x{390}\x{3b0}\x{587}\x{1e96}-\x{1e9a}\x{1f50}-\x{1f56}\x{1f80}-\x{1faf}"
    r"\x{1fb2}-\x{1fb7}\x{1fbc}\x{1fc2}-\x{1fc7}\x{1fcc}\x{1fd2}-\x{1fd7}\x{1fe2}-\x{1fe7}"
    r"\x{1ff2}-\x{1ff7}\x{1ffc}\x{fb00}-\x{fb06}\x{fb13}-\x{fb17}"
)
"""Letters whose capital is of several letters; that of the sharp s, which is SS, is made here."""
CASED = r"\p{Lu}\p{Ll}"
"""Letters that are capital or small."""
BEYOND = r"\x{10000}-\x{10ffff}"
"""Characters that are two for Java, which some functions of Neo4j split."""
LARGEST = 2**31 - 1
"""Largest number of a place in a text."""
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
    if name in ELEMENTS:
        return ELEMENTS[name](scope, syntax)
    if name not in FUNCTIONS:
        refuse_others(syntax.name)
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
        if not distinct or scope.value(parts[0]).type != FLOAT:
            return Value(f"count({distinct}{_counted(scope, parts[0])})", INT)
    value = scope.value(parts[0])
    if distinct and not equivalent(value.type):
        raise Untranslated("different values of any type")
    if distinct:
        value = told_apart(value)
    if name == "count":
        return Value(f"count({distinct}{value.sql})", INT)
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
    share = f"CAST({_share(scope, parts[1])!r} AS DOUBLE)"
    if name == "percentiledisc":
        return Value(f"quantile_disc({value.sql}, {share})", value.type)
    type_ = replace(FLOAT, mixed=value.type.mixed or value.type == INT, nan=value.type.nan)
    number = value.cast(FLOAT)
    if value.type == INT:
        large = unsure("percentileCont of integers of more than 53 bits")
        number = once({"x": value.sql}, f"CASE WHEN abs(o.x) > {2**53} THEN {large} ELSE o.x END")
    return Value(f"quantile_cont(CAST({number} AS DOUBLE), {share})", type_)


def _share(scope: BoundValues, part: Syntax) -> float:
    """Return the share of a percentile, which the engine wants to be written out.

    Raises
    ------
    Untranslated
        It is computed.
    UsageError
        It is not from 0 to 1.
    """
    number = part.parts[0] if part.kind == "signed" else part
    if number.kind == "parameter":
        share = scope.context.value_of(number.name)
    elif number.kind == "number":
        share = float(number.name.replace("_", ""))
    else:
        raise Untranslated("percentile of a share that is computed")
    if part.name == "-":
        share = -share
    if not (isinstance(share, int | float) and 0 <= share <= 1):
        raise UsageError(f"found {share!r}, wanted the share of a percentile from 0 to 1")
    return float(share)


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


def _check_types(name: str, arguments: Sequence[Value], *types: ValueType) -> None:
    for value in arguments:
        if value.type not in types:
            raise Untranslated(f"{name} of {value.type.name}")


LIMITED = {
    "sqrt": "o.x < 0", "ln": "o.x < 0", "log10": "o.x < 0",
    "asin": "abs(o.x) > 1", "acos": "abs(o.x) > 1",
    "sin": "isinf(o.x)", "cos": "isinf(o.x)", "tan": "isinf(o.x)",
}  # fmt: skip
"""Functions that have no number for some, and the condition of those."""


def _of_number(name: str, written: str = "") -> Callable[[Sequence[Value]], Value]:
    """Make the rule of a function of a fraction, which has a name in SQL or is written of it."""

    def rule(arguments: Sequence[Value]) -> Value:
        if arguments[0].type == NULL:
            return arguments[0]
        _check_types(name, arguments, INT, FLOAT)
        number = arguments[0].cast(FLOAT)
        result = replace(FLOAT, nan=arguments[0].type.nan or name in LIMITED)
        if name not in LIMITED:
            return Value(f"{name}({number})", result)
        # Neo4j: no number; the engine: an error
        call = written or f"{name}(o.x)"
        cases = f"CASE WHEN isnan(o.x) OR {LIMITED[name]} THEN 'NaN'::DOUBLE ELSE {call} END"
        return Value(once({"x": number}, cases), result)

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


def trimmed(text: str, ends: str = "both", signs: str = WHITE) -> str:
    """Write a text without the signs at its ends."""
    parts = {"left": f"^[{signs}]+", "right": f"[{signs}]+$"}
    pattern = parts.get(ends) or "|".join(parts.values())
    return f"regexp_replace({text}, '{pattern}', '', 'g')"


TRIMS = {"both": "trim", "left": "ltrim", "right": "rtrim"}
"""Functions of SQL that trim a text of given signs."""


def _trim(ends: str) -> Callable[[Sequence[Value]], Value]:
    def rule(arguments: Sequence[Value]) -> Value:
        if any(argument.type == NULL for argument in arguments):
            return Value("CAST(NULL AS VARCHAR)", TEXT)
        _check_types("trim", arguments, TEXT)
        if len(arguments) == 1:
            return Value(trimmed(arguments[0].sql, ends), TEXT)
        texts = {"a": arguments[0].sql, "b": arguments[1].sql}
        written = f"{TRIMS[ends]}(o.a, o.b)"
        if ends == "right":  # Neo4j leaves the first character
            whole = unsure("trim at the end of a text of which nothing is left")
            written = f"CASE WHEN o.a <> '' AND {written} = '' THEN {whole} ELSE {written} END"
        return Value(once(texts, written), TEXT)

    return rule


SIDES = {"": "both", "BOTH": "both", "LEADING": "left", "TRAILING": "right"}


def _trim_of_sign(scope: BoundValues, syntax: Syntax) -> Value:
    """Compile ``trim(text)`` and ``trim(BOTH sign FROM text)``, whose sign is one."""
    side = syntax.first("side")
    text, *sign = (scope.value(part) for part in syntax.parts if part.kind != "side")
    if sign and side is None:
        raise Untranslated("trim() of two values")
    if sign and sign[0].type == TEXT:
        single = f"CASE WHEN len(o.x) = 1 THEN o.x WHEN o.x IS NOT NULL THEN {NOT_ONE} END"
        sign = [Value(once({"x": sign[0].sql}, single), TEXT)]
    return _trim(SIDES[side.name if side else ""])([text, *sign])


NOT_ONE = "error('found a text of other than one character in trim(), wanted one')"


def _upper(arguments: Sequence[Value]) -> Value:
    """Write in capitals; a sharp s is two of them."""
    if arguments[0].type == NULL:
        return arguments[0]
    _check_types("upper", arguments, TEXT)
    return Value(once(
        {"x": arguments[0].sql},
        f"CASE WHEN regexp_matches(o.x, '[{SEVERAL}{UNLIKE}]') "
        f"THEN {unsure('capital of a letter that is none of one letter')} "
        "ELSE upper(replace(o.x, 'ß', 'SS')) END",
    ), TEXT)  # fmt: skip


def _lower(arguments: Sequence[Value]) -> Value:
    """Write in small letters; a sigma at the end of a word has a form of its own."""
    if arguments[0].type == NULL:
        return arguments[0]
    _check_types("lower", arguments, TEXT)
    last = rf"regexp_replace(o.x, '([{CASED}])Σ(\s|$)', '\1ς\2', 'g')"
    doubtful = rf"regexp_matches({last}, '\SΣ([^{CASED}]|$)|[{UNLIKE}]')"
    return Value(once(
        {"x": arguments[0].sql},
        f"CASE WHEN {doubtful} THEN {unsure('small form of a letter beside a sign')} "
        f"ELSE lower(replace({last}, 'İ', 'i̇')) END",
    ), TEXT)  # fmt: skip


def _items(rule: Callable[[Sequence[Value]], Value]) -> Callable[[Sequence[Value]], Value]:
    """Make the rule of a conversion of each item of a list."""

    def of_items(arguments: Sequence[Value]) -> Value:
        value = arguments[0]
        if value.type == NULL:
            return value
        if value.type.name != "list":
            raise Untranslated(f"list of {value.type.name}")
        item = rule([Value("v", value.type.item or NULL)])
        return Value(f"list_transform({value.sql}, lambda v: {item.sql})", list_of(item.type))

    return of_items


def _or_null(
    rule: Callable[[Sequence[Value]], Value], *types: ValueType
) -> Callable[[Sequence[Value]], Value]:
    """Make the rule of a conversion that gives null of what is of none of some types."""

    def or_null(arguments: Sequence[Value]) -> Value:
        value = arguments[0]
        if value.type in (NULL, ANY, *types):
            return rule(arguments)
        return Value(f"CAST(NULL AS {sql_type(rule([NOTHING]).type)})", rule([NOTHING]).type)

    return or_null


NOTHING = Value("NULL", NULL)


def _to_integer(beyond: str) -> Callable[[Sequence[Value]], Value]:
    """Make the rule of a conversion; ``beyond`` stands for a number in a text that is too large."""

    def rule(arguments: Sequence[Value]) -> Value:
        value = arguments[0]
        if value.type == NULL:
            return Value("CAST(NULL AS BIGINT)", INT)
        if value.type == TEXT:
            return Value(once({"x": value.sql}, _integer_in_text(beyond)), INT)
        if value.type == FLOAT:
            return Value(once({"x": value.sql}, WHOLE), INT)
        if value.type == ANY:
            return of_any(value, rule, (INT, FLOAT, TEXT, BOOL), INT)
        _check_types("toInteger", [value], INT, BOOL)
        return Value(f"CAST({value.sql} AS BIGINT)", INT)

    return rule


WHOLE = (
    "CASE WHEN isnan(o.x) THEN 0 WHEN o.x >= 9223372036854775808::DOUBLE THEN 9223372036854775807 "
    "WHEN o.x <= -9223372036854775808::DOUBLE THEN -9223372036854775807 - 1 "
    "ELSE CAST(trunc(o.x) AS BIGINT) END"
)
"""Integer of a fraction, as near as 64 bits come."""


def _integer_in_text(beyond: str) -> str:
    """Write the integer before the point of a decimal: exactly, also with a power of ten."""
    whole = "TRY_CAST(coalesce(nullif(regexp_extract(o.x, '[0-9]*', 0), ''), '0') AS HUGEINT)"
    unsigned = "ltrim(o.x, '+-')"
    whole = whole.replace("o.x", unsigned)
    signed = f"CASE WHEN starts_with(o.x, '-') THEN -{whole} ELSE {whole} END"
    behind = "regexp_matches(o.x, '[.][0-9]*[1-9]')"
    inside = (
        f"({signed} > -9223372036854775808 OR {signed} = -9223372036854775808 AND NOT {behind}) "
        f"AND ({signed} < 9223372036854775807 OR {signed} = 9223372036854775807 AND NOT {behind})"
    )
    fraction = "TRY_CAST(o.x AS DOUBLE)"
    return (
        "CASE WHEN regexp_full_match(o.x, '[+-]?[0-9]{1,18}') THEN CAST(o.x AS BIGINT) "
        rf"WHEN regexp_full_match(o.x, '[-+.eE\p{{Nd}}]*\p{{Nd}}[-+.eE\p{{Nd}}]*') "
        "AND regexp_matches(o.x, '[^ -~]') "
        f"THEN {unsure('number in digits other than 0 to 9')} "
        f"WHEN NOT regexp_full_match(o.x, '{NUMERAL}') THEN NULL "
        f"WHEN NOT regexp_matches(o.x, '[eE]') THEN "
        f"CASE WHEN {inside} THEN CAST({signed} AS BIGINT) ELSE {beyond} END "
        f"WHEN abs({fraction}) < 1e15::DOUBLE AND len(o.x) <= 15 "
        f"THEN CAST(trunc({fraction}) AS BIGINT) "
        f"WHEN abs({fraction}) > 1e19::DOUBLE AND len(o.x) <= 15 THEN {beyond} "
        f"WHEN o.x IS NOT NULL THEN {unsure('integer of a long number with a power of ten')} END"
    )


TOO_LARGE = "error('the integer in a text is too large for 64 bits')"


def _to_float(arguments: Sequence[Value]) -> Value:
    """Compile a conversion: of a text, of the forms that Java reads."""
    value = arguments[0]
    result = replace(FLOAT, nan=value.type in (TEXT, ANY) or value.type.nan)
    if value.type == NULL:
        return Value("CAST(NULL AS DOUBLE)", FLOAT)
    if value.type == ANY:
        return of_any(value, _to_float, (INT, FLOAT, TEXT), result)
    if value.type == TEXT:
        cases = (
            f"CASE WHEN regexp_full_match(o.x, '({NUMERAL})[fFdD]?') "
            "THEN CAST(rtrim(o.x, 'fFdD') AS DOUBLE) "
            "WHEN regexp_full_match(o.x, '[+-]?NaN') THEN CAST('NaN' AS DOUBLE) "
            "WHEN regexp_full_match(o.x, '[+-]?Infinity') "
            "THEN CAST(replace(o.x, '+', '') AS DOUBLE) "
            f"WHEN regexp_full_match(o.x, '{HEXADECIMAL}') "
            f"THEN {unsure('hexadecimal fraction in a text')} END"
        )
        return Value(once({"x": trimmed(value.sql, signs=CONTROL)}, cases), result)
    _check_types("toFloat", [value], INT, FLOAT)
    return Value(f"CAST({value.sql} AS DOUBLE)", result)


HEXADECIMAL = "[+-]?0[xX][0-9a-fA-F.]+[pP][+-]?[0-9]+[fFdD]?"
"""Text that is a fraction in digits to the base 16."""


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
    if value.type in (INT, BOOL, DATE):
        return f"CAST({value.sql} AS VARCHAR)"
    if value.type == ANY:
        types = (INT, FLOAT, TEXT, BOOL)
        return of_any(value, lambda arguments: Value(as_text(arguments[0]), TEXT), types, TEXT).sql
    if value.type == FLOAT and not value.type.mixed:
        return _fraction_text(value.sql)
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
    least = unsure("digits of the least fractions")
    scientific = f"{sign} || list_transform([{parts}], lambda q: {written})[1]"
    return once(
        {"x": fraction},
        "CASE WHEN o.x IS NULL THEN NULL WHEN isnan(o.x) THEN 'NaN' "
        f"WHEN o.x <> 0 AND abs(o.x) < 1e-321::DOUBLE THEN {least} "
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
        f"WHEN o.b = '' AND regexp_matches(o.a, '[{BEYOND}]') THEN {PIECES} "
        "ELSE string_split(o.a, o.b) END"
    )
    return Value(once({"a": arguments[0].sql, "b": arguments[1].sql}, cases), list_of(TEXT))


PIECES = unsure("character that is two for Java, between which it finds an empty text")


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
    apart = f"WHEN regexp_matches(o.a, '[{BEYOND}]') THEN {PIECES} WHEN o.b = '' THEN {between} END"
    return Value(once(values, f"{cases}{apart}"), TEXT)


def _count(number: Value, beyond: str = str(LARGEST)) -> str:
    """Write a number of characters; less than none ends the statement, as what is beyond may."""
    if number.type == NULL:
        return "CAST(NULL AS BIGINT)"
    _check_types("part of a text by a place", [number], INT)
    negative = "error('found a place below 0 in a text')"
    return once(
        {"n": number.sql},
        f"CASE WHEN o.n < 0 THEN {negative} WHEN o.n > {LARGEST} THEN {beyond} ELSE o.n END",
    )


TOO_FAR = "error('found a place in a text that does not fit into 32 bits')"


def _substring(arguments: Sequence[Value]) -> Value:
    text, start, *length = arguments
    _check_types("substring", [text], TEXT, NULL)
    limit = f", {_count(length[0], TOO_FAR)}" if length else ""
    return Value(f"substring({text.cast(TEXT)}, {_count(start, TOO_FAR)} + 1{limit})", TEXT)


def _side(name: str) -> Callable[[Sequence[Value]], Value]:
    """Make the rule of left() and right()."""

    def rule(arguments: Sequence[Value]) -> Value:
        _check_types(name, arguments[:1], TEXT, NULL)
        return Value(f"{name}({arguments[0].cast(TEXT)}, {_count(arguments[1])})", TEXT)

    return rule


def _abs(arguments: Sequence[Value]) -> Value:
    value = arguments[0]
    return value if value.type == NULL else Value(f"abs({value.sql})", value.type)


def _sign(arguments: Sequence[Value]) -> Value:
    return Value(f"CAST(sign({arguments[0].sql}) AS BIGINT)", INT)


def _reverse(arguments: Sequence[Value]) -> Value:
    """Turn a list or a text round; of a text, each character by itself."""
    value = arguments[0]
    if value.type == TEXT:
        characters = f"list_reverse(regexp_extract_all({value.sql}, '(?s).'))"
        return Value(f"array_to_string({characters}, '')", TEXT)
    if value.type.name not in ("list", "null"):
        raise Untranslated(f"reverse of {value.type.name}")
    return Value(f"list_reverse({value.sql})", value.type)


def _normalize(arguments: Sequence[Value]) -> Value:
    if any(argument.type == NULL for argument in arguments):
        return Value("NULL", NULL)
    if len(arguments) > 1:
        raise Untranslated("normalize() to a form")
    _check_types("normalize", arguments, TEXT)
    return Value(f"nfc_normalize({arguments[0].sql})", TEXT)


def _null_if(arguments: Sequence[Value]) -> Value:
    first, second = arguments
    if first.type == NULL:
        return first
    same = compared(first, "=", second)
    return Value(f"CASE WHEN {same} THEN NULL ELSE {first.sql} END", first.type)


OR_NULL: dict[str, Callable[[Sequence[Value]], Value]] = {
    "toboolean": _or_null(_to_boolean, BOOL, INT, TEXT),
    "tointeger": _or_null(_to_integer("NULL"), INT, FLOAT, BOOL, TEXT),
    "tofloat": _or_null(_to_float, INT, FLOAT, TEXT),
    "tostring": _or_null(_to_string, INT, FLOAT, BOOL, TEXT, DATE),
}
"""Conversions that give null of what they cannot convert, by the beginning of their names."""

FUNCTIONS: dict[str, Callable[[Sequence[Value]], Value]] = {
    "toupper": _upper, "upper": _upper, "tolower": _lower, "lower": _lower,
    **{name: _of_number(name) for name in (
        "sqrt", "exp", "log10", "ceil", "floor", "sin", "cos", "tan", "degrees", "radians", "asin",
        "acos", "atan",
    )},
    "log": _of_number("ln"),
    "cot": _of_number("tan", "1.0::DOUBLE / tan(o.x)"),
    "haversin": _of_number("cos", "(1.0::DOUBLE - cos(o.x)) / 2"),
    "btrim": _trim("both"), "ltrim": _trim("left"), "rtrim": _trim("right"),
    "replace": _replace,
    "size": _size, "length": _size, "char_length": _size, "character_length": _size,
    "coalesce": _coalesce, "range": _range, "head": _end("1"), "last": _end("-1"), "tail": _tail,
    "date": date,
    "round": rounding, "tointeger": _to_integer(TOO_LARGE), "tofloat": _to_float,
    "tostring": _to_string, "split": _split, "substring": _substring, "abs": _abs, "sign": _sign,
    "left": _side("left"), "right": _side("right"),
    "reverse": _reverse, "normalize": _normalize,
    "timestamp": lambda _: Value("epoch_ms(now())", INT),
    "rand": lambda _: Value("random()", FLOAT),
    "pi": lambda _: Value("pi()", FLOAT), "e": lambda _: Value("exp(1.0::DOUBLE)", FLOAT),
    "atan2": lambda g: Value(f"atan2({g[0].cast(FLOAT)}, {g[1].cast(FLOAT)})", FLOAT),
    "toboolean": _to_boolean,
    **{f"{name}ornull": rule for name, rule in OR_NULL.items()},
    **{f"{name}list": _items(rule) for name, rule in OR_NULL.items()},
    "isnan": lambda g: Value(f"isnan({g[0].cast(FLOAT)})", BOOL),
    "nullif": _null_if,
    "isempty": lambda g: g[0] if g[0].type == NULL else Value(f"(len({g[0].sql}) = 0)", BOOL),
}  # fmt: skip

ELEMENTS: dict[str, Callable[[BoundValues, Syntax], Value]] = {
    "type": _type, "labels": _labels, "properties": _properties, "length": _length,
    "keys": _keys, "startnode": _end_of(0), "endnode": _end_of(1), "id": _id,
    "elementid": _element_id, "exists": _exists,
    "trim": _trim_of_sign, "nodes": _of_path("nodes"), "relationships": _of_path("relationships"),
}  # fmt: skip
"""Functions that read more of their arguments than the values."""
