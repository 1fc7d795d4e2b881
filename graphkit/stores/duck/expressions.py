"""Values of Cypher as expressions of SQL, with their types."""

from __future__ import annotations

from collections.abc import Callable

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated, UsageError
from graphkit.stores.duck import temporal
from graphkit.stores.duck.functions import as_text, called
from graphkit.stores.duck.scope import KEY, KIND, Context, Scope, Variable
from graphkit.stores.duck.types import (
    ANY,
    BOOL,
    DURATION,
    FLOAT,
    INT,
    NULL,
    TEXT,
    T,
    Value,
    list_of,
    together,
)


class Expressions:
    """Compiler of the values of one scope."""

    def __init__(
        self, context: Context, scope: Scope,
        subqueries: Callable[[Expressions, Syntax], Value] | None = None,
    ) -> None:  # fmt: skip
        self.context, self.scope, self.subqueries = context, scope, subqueries

    def within(self, scope: Scope) -> Expressions:
        """Return the compiler of a scope inside this one."""
        return Expressions(self.context, {**self.scope, **scope}, self.subqueries)

    def value(self, each: Syntax) -> Value:
        """Compile a value.

        Raises
        ------
        Untranslated
            It has a construct that has no rule.
        """
        rule = RULES.get(each.kind)
        if rule is None:
            raise Untranslated(f"{each.kind} has no rule yet")
        return rule(self, each)

    def condition(self, each: Syntax) -> str:
        """Compile a condition, which is true, false or null."""
        found = self.value(each)
        if found.type == ANY:
            return f"TRY_CAST({found.sql} AS BOOLEAN)"
        if found.type not in (BOOL, NULL):
            raise Untranslated(f"a condition is {found.type.name}")
        return found.sql

    # --- names

    def variable(self, each: Syntax) -> Value:
        """Compile a variable."""
        return (
            self.of_variable(self.scope[each.name])
            if each.name in self.scope
            else (self.unknown(each))
        )

    def unknown(self, each: Syntax) -> Value:
        """Refuse a variable that nothing binds."""
        raise UsageError(f"Variable `{each.name}` not defined")

    def of_variable(self, variable: Variable) -> Value:
        """Return a variable as one value: a node or relationship as a struct."""
        if variable.is_value:
            return Value(variable.columns[""], variable.type)
        of = variable.type
        entries = [f"'_kind': {variable.columns[KIND]}", f"'_key': {variable.columns[KEY]}"]
        entries += [
            f"{_text(name)}: {column}" for name, column in variable.columns.items()
            if name not in (KIND, KEY) and not name.startswith("_")
        ]  # fmt: skip
        packed = "{" + ", ".join(entries) + "}"
        return Value(f"CASE WHEN {variable.columns[KEY]} IS NOT NULL THEN {packed} END", of)

    def wide(self, variable: Variable, of: T) -> str:
        """Write a node or relationship with the properties of all kinds that others may have."""
        types = self.context.model.types(of)
        entries = [
            f"'_kind': {variable.columns[KIND]}",
            f"'_key': CAST({variable.columns[KEY]} AS VARCHAR)",
        ]
        for name, wanted in types.items():
            own = self.context.model.property(variable.type, name)
            column = variable.columns.get(name)
            value = Value(column, own) if column and own != NULL else Value("NULL", NULL)
            entries.append(f"{_text(name)}: {value.cast(wanted)}")
        return "{" + ", ".join(entries) + "}"

    def property(self, each: Syntax) -> Value:
        """Compile a property of a node, relationship or map."""
        owner = each.parts[0]
        if owner.kind == "variable" and owner.name in self.scope:
            variable = self.scope[owner.name]
            if not variable.is_value:
                of = self.context.model.property(variable.type, each.name)
                if each.name not in variable.columns:
                    return Value("NULL", NULL)
                return Value(variable.columns[each.name], of)
        return self.entry(self.value(owner), each.name)

    def entry(self, owner: Value, name: str) -> Value:
        """Take an entry of a map, or a property of a node or relationship, by its name."""
        if owner.type == NULL:
            return owner
        if owner.type.is_element:
            of = self.context.model.property(owner.type, name)
            if of == NULL:
                return Value("NULL", NULL)
            return Value(f"struct_extract({owner.sql}, {_text(name)})", of)
        if owner.type.name == "map":
            types = dict(owner.type.fields)
            if name not in types:
                return Value("NULL", NULL)
            return Value(f"struct_extract({owner.sql}, {_text(name)})", types[name])
        if owner.type in temporal.TYPES:
            return temporal.component(owner, name)
        raise Untranslated(f"a property of {owner.type.name}")

    # --- literals

    def constant(self, each: Syntax) -> Value:
        """Compile TRUE, FALSE or NULL."""
        return {"TRUE": Value("TRUE", BOOL), "FALSE": Value("FALSE", BOOL)}.get(
            each.name.upper(), Value("NULL", NULL)
        )

    def number(self, each: Syntax) -> Value:
        """Compile a number."""
        text = each.name.replace("_", "").lower()
        if text.startswith(("0x", "0o", "0b")):
            return Value(f"CAST({int(text, 0)} AS BIGINT)", INT)
        if any(sign in text for sign in ".e"):
            return Value(f"CAST({float(text)!r} AS DOUBLE)", FLOAT)
        return Value(f"CAST({int(text)} AS BIGINT)", INT)

    def string(self, each: Syntax) -> Value:
        """Compile a text, which is bound."""
        return self.context.bind(unquoted(each.name))

    def parameter(self, each: Syntax) -> Value:
        """Compile a parameter, which is bound."""
        return self.context.bind(self.context.parameters[each.name])

    def list(self, each: Syntax) -> Value:
        """Compile a list, of items of one type or of any."""
        items = [self.value(part) for part in each.parts]
        of = together(item.type for item in items)
        if of == NULL and items:
            return Value(f"[{', '.join('NULL' for _ in items)}]", list_of(NULL))
        written = ", ".join(item.cast(of) if item.type != of else item.sql for item in items)
        return Value(f"[{written}]", list_of(of))

    def map(self, each: Syntax) -> Value:
        """Compile a map."""
        entries = [(part.name, self.value(part.parts[0])) for part in each.parts]
        written = ", ".join(f"{_text(name)}: {value.sql}" for name, value in entries)
        fields = tuple((name, value.type) for name, value in entries)
        return Value("{" + written + "}" if entries else "MAP {}", T("map", fields=fields))

    # --- operators

    def group(self, each: Syntax) -> Value:
        """Compile a value in parentheses."""
        found = self.value(each.parts[0])
        return Value(f"({found.sql})", found.type)

    def logic(self, each: Syntax) -> Value:
        """Compile AND and OR, which are three-valued in SQL too, and XOR."""
        parts = [self.condition(part) for part in each.parts if part.kind != "sign"]
        if each.kind == "xor":
            joined = parts[0]
            for part in parts[1:]:
                joined = f"(({joined}) <> ({part}))"
            return Value(joined, BOOL)
        return Value("(" + f" {each.kind.upper()} ".join(f"({p})" for p in parts) + ")", BOOL)

    def negation(self, each: Syntax) -> Value:
        """Compile NOT."""
        return Value(f"(NOT ({self.condition(each.parts[0])}))", BOOL)

    def comparison(self, each: Syntax) -> Value:
        """Compile comparisons; of a chain, each pair."""
        values = [self.value(part) for part in each.parts[::2]]
        signs = [part.name for part in each.parts[1::2]]
        pairs = zip(values, signs, values[1:], strict=False)
        written = [compared(left, sign, right) for left, sign, right in pairs]
        return Value("(" + " AND ".join(written) + ")", BOOL)

    def test(self, each: Syntax) -> Value:
        """Compile IN, STARTS WITH, ENDS WITH, CONTAINS and =~."""
        left, right = map(self.value, each.parts)
        if each.name == "IN":
            return self.membership(left, right)
        if left.type == NULL or right.type == NULL:
            return Value("CAST(NULL AS BOOLEAN)", BOOL)
        texts = [v if v.type == TEXT else text_or_null(v) for v in (left, right)]
        if each.name == "=~":
            return Value(f"regexp_full_match({texts[0].sql}, {texts[1].sql})", BOOL)
        return Value(f"{TESTS[each.name]}({texts[0].sql}, {texts[1].sql})", BOOL)

    def membership(self, item: Value, among: Value) -> Value:
        """Compile IN: null where it cannot be told for a null among the items."""
        if among.type == NULL:
            return Value("CAST(NULL AS BOOLEAN)", BOOL)
        if among.type.name != "list":
            raise Untranslated(f"IN of {among.type.name}")
        of = among.type.item or NULL
        if of == NULL or item.type == NULL:
            empty = f"len({among.sql}) = 0"
            return Value(f"CASE WHEN {empty} THEN FALSE END", BOOL)
        both = together((of, item.type))
        if both == ANY and of != ANY and item.type != ANY and not item.type.is_element:
            # No item has the type, so none is it, unless one is null.
            unsure = f"len(list_filter({among.sql}, lambda x: x IS NULL)) > 0 OR {item.sql} IS NULL"
            return Value(f"CASE WHEN NOT ({unsure}) THEN FALSE END", BOOL)
        if item.type.is_element:
            keys = (
                f"list_transform({among.sql}, lambda x: CASE WHEN x IS NOT NULL THEN "
                "[x._kind, CAST(x._key AS VARCHAR)] END)"
            )
            own = f"[({item.sql})._kind, CAST(({item.sql})._key AS VARCHAR)]"
            nulls = f"len(list_filter({among.sql}, lambda x: x IS NULL)) > 0"
            return Value(
                f"CASE WHEN {among.sql} IS NULL OR ({item.sql} IS NULL AND len({among.sql}) > 0) "
                f"THEN NULL WHEN list_contains({keys}, {own}) THEN TRUE WHEN {nulls} THEN NULL "
                "ELSE FALSE END", BOOL,
            )  # fmt: skip
        one, many = item.cast(both), among.cast(list_of(both))
        name = self.context.fresh("x")
        found = f"list_contains({many}, {one})"
        nulls = f"len(list_filter({many}, lambda {name}: {name} IS NULL)) > 0"
        return Value(
            f"CASE WHEN {among.sql} IS NULL OR ({one} IS NULL AND len({many}) > 0) THEN NULL "
            f"WHEN {found} THEN TRUE WHEN {nulls} THEN NULL ELSE FALSE END", BOOL,
        )  # fmt: skip

    def null_test(self, each: Syntax) -> Value:
        """Compile IS NULL and IS NOT NULL."""
        part = each.parts[0]
        if part.kind == "variable" and part.name in self.scope:
            variable = self.scope[part.name]
            column = variable.columns["" if variable.is_value else KEY]
            return Value(f"({column} {each.name})", BOOL)
        return Value(f"({self.value(part).sql} {each.name})", BOOL)

    def sum(self, each: Syntax) -> Value:
        """Compile + and -, of numbers, texts and lists."""
        result = self.value(each.parts[0])
        for sign, part in zip(each.parts[1::2], each.parts[2::2], strict=True):
            result = added(result, sign.name, self.value(part))
        return result

    def product(self, each: Syntax) -> Value:
        """Compile *, / and %: of two integers, / cuts off the fraction."""
        result = self.value(each.parts[0])
        for sign, part in zip(each.parts[1::2], each.parts[2::2], strict=True):
            other = self.value(part)
            if NULL in (result.type, other.type):
                result = Value("NULL", NULL)
                continue
            if DURATION in (result.type, other.type):
                result = temporal.multiplied(result, sign.name, other)
                continue
            if not (result.type.is_number and other.type.is_number):
                raise Untranslated(f"{sign.name} of {result.type.name} and {other.type.name}")
            both = together((result.type, other.type))
            operator = sign.name
            if operator == "/" and both == INT:
                zero = f"CASE WHEN {other.sql} = 0 THEN error('/ by zero') ELSE {other.sql} END"
                result = Value(f"({result.sql} // {zero})", INT)
            else:
                result = Value(f"({result.cast(both)} {operator} {other.cast(both)})", both)
        return result

    def power(self, each: Syntax) -> Value:
        """Compile ^, which gives a fraction."""
        result = self.value(each.parts[0])
        for part in each.parts[2::2]:
            result = Value(f"power({result.cast(FLOAT)}, {self.value(part).cast(FLOAT)})", FLOAT)
        return result

    def signed(self, each: Syntax) -> Value:
        """Compile a sign before a number."""
        found = self.value(each.parts[0])
        return Value(f"(- {found.sql})", found.type) if each.name == "-" else found

    # --- lists

    def index(self, each: Syntax) -> Value:
        """Compile an item of a list by its place from 0, or from -1 at the end; or of a map."""
        owner, place = map(self.value, each.parts)
        if NULL in (owner.type, place.type):
            return Value("NULL", NULL)
        if owner.type.name == "list" and place.type == INT:
            at = f"CASE WHEN {place.sql} >= 0 THEN {place.sql} + 1 ELSE {place.sql} END"
            return Value(f"({owner.sql})[{at}]", owner.type.item or NULL)
        raise Untranslated(f"an item of {owner.type.name}")

    def slice(self, each: Syntax) -> Value:
        """Compile a part of a list: from a place on, up to one that is left out."""
        owner, *ends = map(self.value, each.parts)
        first = ends.pop(0) if "from" in each.name else Value("0", INT)
        last = ends.pop(0) if "to" in each.name else None
        size = f"len({owner.sql})"
        begin = (
            f"(CASE WHEN {first.sql} < 0 THEN greatest({size} + {first.sql}, 0) "
            f"ELSE {first.sql} END)"
        )
        end = size if last is None else (
            f"(CASE WHEN {last.sql} < 0 THEN {size} + {last.sql} ELSE {last.sql} END)"
        )  # fmt: skip
        cut = f"list_slice({owner.sql}, {begin} + 1, {end})"
        empty = f"WHEN {owner.sql} IS NOT NULL THEN list_slice({owner.sql}, 1, 0)"
        return Value(f"CASE WHEN {end} > {begin} THEN {cut} {empty} END", owner.type)

    def comprehension(self, each: Syntax) -> Value:
        """Compile ``[x IN list WHERE condition | value]``."""
        variable, source = each.parts[0], self.value(each.parts[1])
        if source.type == NULL:
            return source
        inner = self.lambda_scope(variable.name, source)
        name = inner.scope[variable.name].columns[""]
        written, of = source.sql, source.type.item or NULL
        if (where := each.first("where")) is not None:
            written = f"list_filter({written}, lambda {name}: {inner.condition(where.parts[0])})"
        if (result := each.first("result")) is not None:
            value = inner.value(result.parts[0])
            written, of = f"list_transform({written}, lambda {name}: {value.sql})", value.type
        return Value(written, list_of(of))

    def lambda_scope(self, name: str, source: Value) -> Expressions:
        """Return the compiler in which a name stands for each item of a list."""
        if source.type.name != "list":
            raise Untranslated(f"a list of {source.type.name}")
        column = self.context.fresh("x")
        return self.within({name: Variable(source.type.item or NULL, {"": column})})

    def predicate(self, each: Syntax) -> Value:
        """Compile any, all, none and single, in three-valued logic."""
        variable, source = each.parts[0], self.value(each.parts[1])
        if source.type == NULL:
            return Value("CAST(NULL AS BOOLEAN)", BOOL)
        inner = self.lambda_scope(variable.name, source)
        name = inner.scope[variable.name].columns[""]
        where = each.first("where")
        condition = inner.condition(where.parts[0]) if where else "TRUE"
        held = f"list_transform({source.sql}, lambda {name}: {condition})"
        y = self.context.fresh("x")
        true, false, unsure = (
            f"len(list_filter({held}, lambda {y}: {y} IS {what}))"
            for what in ("TRUE", "FALSE", "NULL")
        )
        cases = {
            "ANY": f"WHEN {true} > 0 THEN TRUE WHEN {unsure} > 0 THEN NULL ELSE FALSE",
            "ALL": f"WHEN {false} > 0 THEN FALSE WHEN {unsure} > 0 THEN NULL ELSE TRUE",
            "NONE": f"WHEN {true} > 0 THEN FALSE WHEN {unsure} > 0 THEN NULL ELSE TRUE",
            "SINGLE": f"WHEN {true} > 1 THEN FALSE WHEN {unsure} > 0 THEN NULL ELSE {true} = 1",
        }[each.name]
        return Value(f"CASE WHEN {source.sql} IS NULL THEN NULL {cases} END", BOOL)

    def reduce(self, each: Syntax) -> Value:
        """Compile reduce."""
        total, first, variable, source, result = each.parts
        start, items = self.value(first), self.value(source)
        inner = self.lambda_scope(variable.name, items)
        x = inner.scope[variable.name].columns[""]
        for of in (start.type, FLOAT, ANY):
            y = self.context.fresh("x")
            inner = inner.within({total.name: Variable(of, {"": y})})
            value = inner.value(result)
            if together((value.type, start.type)) == of or of == ANY:
                break
        if of == ANY:
            raise Untranslated("a reduce of mixed types")
        item = items.type.item or NULL
        if item != of and item != NULL:
            # The engine reduces to the type of the list: carry each item in a struct.
            raise Untranslated("a reduce to another type")
        return Value(
            f"list_reduce({items.sql}, lambda {y}, {x}: {value.cast(of)}, {start.cast(of)})", of
        )

    def case(self, each: Syntax) -> Value:
        """Compile CASE, of one type or of any."""
        subject = each.first("subject")
        base = None if subject is None else self.value(subject.parts[0])
        whens: list[tuple[str, Value]] = []
        for when in each.all("when"):
            *conditions, result = when.parts
            written = [
                self.condition(c) if base is None else compared(base, "=", self.value(c))
                for c in conditions
            ]
            whens.append((" OR ".join(f"({w})" for w in written), self.value(result)))
        otherwise = each.first("else")
        last = Value("NULL", NULL) if otherwise is None else self.value(otherwise.parts[0])
        of = together([*(v.type for _, v in whens), last.type])
        if of == NULL:
            return last
        cases = " ".join(f"WHEN {c} THEN {v.cast(of)}" for c, v in whens)
        return Value(f"CASE {cases} ELSE {last.cast(of)} END", of)

    def projection(self, each: Syntax) -> Value:
        """Compile ``n {.name, key: value}``."""
        owner = each.parts[0]
        fields: list[tuple[str, Value]] = []
        for part in each.parts[1:]:
            if part.kind == "own-property":
                single = Syntax("property", part.at, part.end, part.name, [owner])
                fields.append((part.name, self.value(single)))
            elif part.kind == "own-variable":
                fields.append((part.name, self.of_variable(self.scope[part.name])))
            elif part.kind == "entry":
                fields.append((part.name, self.value(part.parts[0])))
            else:
                variable = self.scope[owner.name]
                fields.append(("_set", Value("TRUE", BOOL)))
                names = [n for n in variable.columns if n not in (KIND, KEY)]
                fields += [(n, Value(variable.columns[n], self.context.model.property(
                    variable.type, n))) for n in names]  # fmt: skip
        written = ", ".join(f"{_text(name)}: {value.sql}" for name, value in fields)
        return Value("{" + written + "}", T("map", fields=tuple((n, v.type) for n, v in fields)))

    def label_test(self, each: Syntax) -> Value:
        """Compile ``n:Label``."""
        owner, labels = each.parts
        variable = self.scope.get(owner.name) if owner.kind == "variable" else None
        if variable is None or variable.is_value:
            value = self.value(owner)
            kind, of = f"({value.sql})._kind", value.type
        else:
            kind, of = variable.columns[KIND], variable.type
        among = self.context.model.nodes if of.name == "node" else self.context.model.relationships
        fitting = sorted(labelled(labels.parts[0], frozenset(among)))
        listed = ", ".join(map(_text, fitting)) or "''"
        return Value(f"({kind} IN ({listed}))", BOOL)

    def function(self, each: Syntax) -> Value:
        """Compile a function by its rule."""
        return called(self, each)

    def subquery(self, each: Syntax) -> Value:
        """Compile EXISTS, COUNT and COLLECT of a query, and patterns that are conditions."""
        if self.subqueries is None:
            raise Untranslated("a subquery here")
        return self.subqueries(self, each)


RULES: dict[str, Callable[[Expressions, Syntax], Value]] = {
    "variable": Expressions.variable,
    "property": Expressions.property,
    "constant": Expressions.constant,
    "number": Expressions.number,
    "string": Expressions.string,
    "parameter": Expressions.parameter,
    "list": Expressions.list,
    "map": Expressions.map,
    "group": Expressions.group,
    "and": Expressions.logic,
    "or": Expressions.logic,
    "xor": Expressions.logic,
    "not": Expressions.negation,
    "compare": Expressions.comparison,
    "test": Expressions.test,
    "null-test": Expressions.null_test,
    "sum": Expressions.sum,
    "product": Expressions.product,
    "power": Expressions.power,
    "signed": Expressions.signed,
    "index": Expressions.index,
    "slice": Expressions.slice,
    "comprehension": Expressions.comprehension,
    "predicate": Expressions.predicate,
    "reduce": Expressions.reduce,
    "case": Expressions.case,
    "projection": Expressions.projection,
    "label-test": Expressions.label_test,
    "function": Expressions.function,
    "subquery-value": Expressions.subquery,
    "pattern": Expressions.subquery,
    "pattern-comprehension": Expressions.subquery,
}
"""The rule of each construct."""
TESTS = {"STARTS WITH": "starts_with", "ENDS WITH": "ends_with", "CONTAINS": "contains"}
ORDERED = ("<", ">", "<=", ">=")


def compared(left: Value, sign: str, right: Value) -> str:
    """Compare two values as Neo4j does: values of two types are different and have no order."""
    if NULL in (left.type, right.type):
        return "CAST(NULL AS BOOLEAN)"
    if left.type.is_element and right.type.is_element and sign in ("=", "<>"):
        pairs = [f"[({v.sql})._kind, CAST(({v.sql})._key AS VARCHAR)]" for v in (left, right)]
        unsure = " OR ".join(f"({v.sql}) IS NULL" for v in (left, right))
        return f"CASE WHEN {unsure} THEN NULL ELSE {pairs[0]} {sign} {pairs[1]} END"
    alike = left.type == right.type or (left.type.is_number and right.type.is_number)
    lists = left.type.name == right.type.name == "list"
    if left.type == right.type == DURATION and sign in ORDERED:
        return "CAST(NULL AS BOOLEAN)"  # a month has no length
    if alike and not lists:
        return f"({left.sql} {sign} {right.sql})"
    if lists:
        of = together((left.type, right.type))
        return f"({left.cast(of)} {sign} {right.cast(of)})"
    if ANY in (left.type, right.type):
        if sign in ORDERED:
            raise Untranslated("an order of values of any type")
        return f"({left.cast(ANY)} {sign} {right.cast(ANY)})"
    unsure = f"{left.sql} IS NULL OR {right.sql} IS NULL"
    other = "NULL" if sign in ORDERED else "FALSE" if sign == "=" else "TRUE"
    return f"CASE WHEN {unsure} THEN NULL ELSE CAST({other} AS BOOLEAN) END"


def added(left: Value, sign: str, right: Value) -> Value:
    """Add or subtract two values; a text with anything gives a text, a list with one a list."""
    types = {left.type.name, right.type.name}
    if "list" in types and sign in ("+", "||"):
        if NULL in (left.type, right.type):
            return Value("NULL", NULL)
        sides = [v if v.type.name == "list" else Value(f"[{v.sql}]", list_of(v.type))
                 for v in (left, right)]  # fmt: skip
        of = together(v.type for v in sides)
        written = [v.cast(of) for v in sides]
        return Value(f"list_concat({written[0]}, {written[1]})", of)
    if NULL in (left.type, right.type):
        return Value("NULL", NULL)
    if "text" in types and sign in ("+", "||"):
        return Value(f"({as_text(left)} || {as_text(right)})", TEXT)
    if DURATION in (left.type, right.type):
        return temporal.added(left, sign, right)
    both = together((left.type, right.type))
    if not both.is_number:
        raise Untranslated(f"{sign} of {left.type.name} and {right.type.name}")
    return Value(f"({left.cast(both)} {sign} {right.cast(both)})", both)


def text_or_null(value: Value) -> Value:
    """Return a value that is a text, else null."""
    if value.type == ANY:
        is_text = f"variant_typeof({value.sql}) = 'VARCHAR'"
        return Value(f"CASE WHEN {is_text} THEN CAST({value.sql} AS VARCHAR) END", TEXT)
    return Value("CAST(NULL AS VARCHAR)", TEXT)


def labelled(each: Syntax, every: frozenset[str]) -> frozenset[str]:
    """Return the labels or types that fit a label expression, of those that there are."""
    if each.kind == "label":
        return frozenset({each.name}) & every
    if each.kind == "wildcard":
        return every
    parts = [labelled(part, every) for part in each.parts]
    if each.kind == "not-label":
        return every - parts[0]
    if each.kind == "all-labels":
        return frozenset.intersection(*parts)
    return frozenset.union(*parts)


ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def unquoted(text: str) -> str:
    r"""Return the text that a literal stands for.

    >>> unquoted(r"'it\'s'"), unquoted('"a\\nb"')
    ("it's", 'a\nb')
    """
    result, rest = [], iter(text[1:-1])
    for sign in rest:
        if sign != "\\":
            result.append(sign)
            continue
        escaped = next(rest, "")
        if escaped in "uU":
            digits = "".join(next(rest) for _ in range(4 if escaped == "u" else 8))
            result.append(chr(int(digits, 16)))
        else:
            result.append(ESCAPES.get(escaped, escaped))
    return "".join(result)


def _text(value: str) -> str:
    """Write a name of the model as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"
