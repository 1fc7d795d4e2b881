"""Values of Cypher as expressions of SQL, with their types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from graphkit.cypher.tokens import Syntax
from graphkit.errors import Untranslated, UsageError
from graphkit.stores.duck.comparisons import boolean, compared, every, membership, some
from graphkit.stores.duck.dates import field
from graphkit.stores.duck.functions import as_text, called, properties_of
from graphkit.stores.duck.scope import ENDS, KEY, KIND, NAMELESS, Context, Scope, Variable
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
    key_name,
    list_of,
    map_of,
    number_of,
    once,
    packed,
    sql_type,
    together,
    unsure,
)


class ExpressionCompiler:
    """Compiler of the values of one scope."""

    def __init__(
        self, context: Context, scope: Scope,
        subqueries: Callable[[ExpressionCompiler, Syntax], Value] | None = None,
    ) -> None:  # fmt: skip
        self.context, self.scope, self.subqueries = context, scope, subqueries

    def within(self, scope: Scope) -> ExpressionCompiler:
        """Return the compiler of a scope inside this one."""
        return ExpressionCompiler(self.context, {**self.scope, **scope}, self.subqueries)

    def value(self, syntax: Syntax) -> Value:
        """Compile a value.

        Raises
        ------
        Untranslated
            It has a construct that has no rule.
        """
        rule = RULES.get(syntax.kind)
        try:
            if rule is None:
                raise Untranslated(CONSTRUCTS.get(syntax.kind, syntax.kind))
            return rule(self, syntax)
        except Untranslated as error:
            error.at = syntax.offset if error.at is None else error.at
            raise

    def condition(self, syntax: Syntax) -> str:
        """Compile a condition, which is true, false or null."""
        value = self.value(syntax)
        if value.type == ANY:
            return boolean(value.sql)
        if value.type not in (BOOL, NULL):
            raise Untranslated(f"condition that is {value.type.name}")
        return value.sql

    # --- names

    def variable(self, syntax: Syntax) -> Value:
        """Compile a variable."""
        return (
            self.of_variable(self.scope[syntax.name])
            if syntax.name in self.scope
            else (self.unknown(syntax))
        )

    def unknown(self, syntax: Syntax) -> Value:
        """Refuse a variable that nothing binds."""
        raise UsageError(f"Variable `{syntax.name}` not defined")

    def of_variable(self, variable: Variable) -> Value:
        """Return a variable as one value: a node or relationship as a struct."""
        if variable.is_value:
            return Value(variable.columns[""], variable.type)
        type_ = variable.type
        entries = [f"'_kind': {variable.columns[KIND]}", f"'_key': {variable.columns[KEY]}"]
        entries += [
            f"{_text(name)}: {column}" for name, column in variable.columns.items()
            if name not in (KIND, KEY)
        ]  # fmt: skip
        packed = "{" + ", ".join(entries) + "}"
        return Value(f"CASE WHEN {variable.columns[KEY]} IS NOT NULL THEN {packed} END", type_)

    def wide(self, variable: Variable, type_: ValueType) -> str:
        """Write a node or relationship with the properties of all kinds that others may have."""
        types = self.context.model.types(type_)
        entries = [
            f"'_kind': {variable.columns[KIND]}",
            f"'_key': CAST({variable.columns[KEY]} AS VARCHAR)",
        ]
        if type_.name == "relationship":
            for name in (name for end in ENDS for name in end):
                entries.append(f"{_text(name)}: {variable.columns.get(name, 'NULL')}")
        for name, property_type in types.items():
            stored_type = self.context.model.property(variable.type, name)
            column = variable.columns.get(name)
            value = Value("NULL", NULL)
            if column and stored_type != NULL:
                value = Value(column, stored_type)
            entries.append(f"{_text(name)}: {value.cast(property_type)}")
        return "{" + ", ".join(entries) + "}"

    def property(self, syntax: Syntax) -> Value:
        """Compile a property of a node, relationship or map."""
        owner = syntax.parts[0]
        if owner.kind == "variable" and owner.name in self.scope:
            variable = self.scope[owner.name]
            if not variable.is_value:
                type_ = self.context.model.property(variable.type, syntax.name)
                if type_ == NULL and variable.type.kinds:
                    kinds = " or ".join(sorted(variable.type.kinds)[:3])
                    note = f"{kinds} has no property {syntax.name!r}; it is null"
                    self.context.unknown[syntax.end - len(syntax.name)] = note
                if syntax.name not in variable.columns:
                    return Value("NULL", NULL)
                return Value(variable.columns[syntax.name], type_)
        return self.entry(self.value(owner), syntax.name)

    def entry(self, owner: Value, name: str) -> Value:
        """Take an entry of a map, or a property of a node or relationship, by its name."""
        if owner.type == NULL:
            return owner
        if owner.type.is_element:
            type_ = self.context.model.property(owner.type, name)
            if type_ == NULL:
                return Value("NULL", NULL)
            return Value(f"struct_extract({owner.sql}, {_text(name)})", type_)
        if owner.type.name == "map":
            types = dict(owner.type.fields)
            if name not in types:
                return Value("NULL", NULL)
            return Value(entry(owner.sql, name), types[name])
        if owner.type == ANY:
            return Value(self.any_entry(owner.sql, name), ANY)
        if owner.type == DATE:
            return field(owner, name)
        raise Untranslated(f"property of {owner.type.name}")

    def any_entry(self, owner: str, name: str) -> str:
        """Take an entry or property of a value that may be of any type."""
        entries = [f"variant_extract(o.x, '{key_name(name)}')"]
        if name in self.context.model.properties:
            entries.append(f"variant_extract(o.x, {_text(name)})")
        written = entries[0] if len(entries) == 1 else f"coalesce({', '.join(entries)})"
        kind = "variant_typeof(o.x)"
        of_date = unsure("field of a date among values of other types")
        cases = f"WHEN {kind} LIKE 'OBJECT%' THEN {written} WHEN {kind} = 'DATE' THEN {of_date}"
        refusal = "ELSE error('a property of what is no map, node or relationship') END"
        return once({"x": owner}, f"CASE WHEN o.x IS NULL THEN NULL {cases} {refusal}")

    # --- literals

    def constant(self, syntax: Syntax) -> Value:
        """Compile TRUE, FALSE or NULL."""
        return {"TRUE": Value("TRUE", BOOL), "FALSE": Value("FALSE", BOOL)}.get(
            syntax.name.upper(), Value("NULL", NULL)
        )

    def number(self, syntax: Syntax) -> Value:
        """Compile a number."""
        number = integer_of(syntax.name)
        if number is None:
            return Value(f"CAST({float(syntax.name.replace('_', ''))!r} AS DOUBLE)", FLOAT)
        if number >= -LEAST:
            raise UsageError(f"found {syntax.name}, wanted a number of 64 bits")
        return Value(f"CAST({number} AS BIGINT)", replace(INT, zero=number == 0))

    def string(self, syntax: Syntax) -> Value:
        """Compile a text, which is bound."""
        return self.context.bind(unquoted(syntax.name))

    def parameter(self, syntax: Syntax) -> Value:
        """Compile a parameter, which is bound."""
        return self.context.parameter(syntax.name)

    def list(self, syntax: Syntax) -> Value:
        """Compile a list, of items of one type or of any."""
        items = [self.value(part) for part in syntax.parts]
        type_ = together(item.type for item in items)
        written = ", ".join("NULL" if item.type == NULL else item.cast(type_) for item in items)
        return Value(f"[{written}]", list_of(type_))

    def map(self, syntax: Syntax) -> Value:
        """Compile a map."""
        entries = {part.name: self.value(part.parts[0]) for part in syntax.parts}
        return map_of(entries)

    # --- operators

    def group(self, syntax: Syntax) -> Value:
        """Compile a value in parentheses."""
        value = self.value(syntax.parts[0])
        return Value(f"({value.sql})", value.type)

    def logic(self, syntax: Syntax) -> Value:
        """Compile AND and OR, which are three-valued in SQL too, and XOR."""
        parts = [self.condition(part) for part in syntax.parts if part.kind != "sign"]
        if syntax.kind == "xor":
            joined = parts[0]
            for part in parts[1:]:
                joined = f"(({joined}) <> ({part}))"
            return Value(joined, BOOL)
        return Value("(" + f" {syntax.kind.upper()} ".join(f"({p})" for p in parts) + ")", BOOL)

    def negation(self, syntax: Syntax) -> Value:
        """Compile NOT."""
        return Value(f"(NOT ({self.condition(syntax.parts[0])}))", BOOL)

    def comparison(self, syntax: Syntax) -> Value:
        """Compile comparisons; of a chain, each pair."""
        values = [self.value(part) for part in syntax.parts[::2]]
        signs = [part.name for part in syntax.parts[1::2]]
        pairs = zip(values, signs, values[1:], strict=False)
        written = [compared(left, sign, right) for left, sign, right in pairs]
        return Value("(" + " AND ".join(written) + ")", BOOL)

    def test(self, syntax: Syntax) -> Value:
        """Compile IN, STARTS WITH, ENDS WITH, CONTAINS and =~."""
        left = self.value(syntax.parts[0])
        if syntax.name == "IN":
            return self.among(left, syntax.parts[1])
        right = self.value(syntax.parts[1])
        if left.type == NULL or right.type == NULL:
            return Value("CAST(NULL AS BOOLEAN)", BOOL)
        texts = [v if v.type == TEXT else text_or_null(v) for v in (left, right)]
        if syntax.name == "=~":
            return Value(f"regexp_full_match({texts[0].sql}, {texts[1].sql})", BOOL)
        return Value(f"{TESTS[syntax.name]}({texts[0].sql}, {texts[1].sql})", BOOL)

    def among(self, left: Value, listed: Syntax) -> Value:
        """Compile IN; of single values that are written out, as the engine has it too.

        It then reads only where there are such values.
        """
        values = self.context.value_of(listed.name) if listed.kind == "parameter" else None
        items: list[Value] = []
        if listed.kind == "list":
            items = [self.value(item) for item in listed.parts]
        elif isinstance(values, list) and 0 < len(values) <= MOST_ITEMS:
            items = [self.context.bind(value) for value in values]
        types = {left.type, *(item.type for item in items)} - {NULL}
        if items and len(types) == 1 and types <= DIRECT:
            return Value(f"({left.sql} IN ({', '.join(item.sql for item in items)}))", BOOL)
        return membership(left, self.value(listed))

    def null_test(self, syntax: Syntax) -> Value:
        """Compile IS NULL and IS NOT NULL."""
        part = syntax.parts[0]
        if part.kind == "variable" and part.name in self.scope:
            variable = self.scope[part.name]
            column = variable.columns["" if variable.is_value else KEY]
            return Value(f"({column} {syntax.name})", BOOL)
        return Value(f"({self.value(part).sql} {syntax.name})", BOOL)

    def sum(self, syntax: Syntax) -> Value:
        """Compile + and -, of numbers, texts and lists."""
        result = self.value(syntax.parts[0])
        for sign, part in zip(syntax.parts[1::2], syntax.parts[2::2], strict=True):
            result = added(result, sign.name, self.value(part))
        return result

    def product(self, syntax: Syntax) -> Value:
        """Compile *, / and %: of two integers, / cuts off the fraction."""
        result = self.value(syntax.parts[0])
        for sign, part in zip(syntax.parts[1::2], syntax.parts[2::2], strict=True):
            factor = self.value(part)
            if NULL in (result.type, factor.type):
                result = Value("NULL", NULL)
                continue
            if not (result.type.is_number and factor.type.is_number):
                raise Untranslated(f"{sign.name} of {result.type.name} and {factor.type.name}")
            operator = sign.name
            if operator == "/":
                written_out = part.kind == "number" and integer_of(part.name)
                result = quotient(result, factor, zero=not written_out)
                continue
            both = number_of(result.type, factor.type)
            zero = result.type.zero or factor.type.zero  # if both are integers, one is 0
            both = replace(both, zero=zero and operator == "*", nan=both != INT)
            result = Value(f"({result.cast(both)} {operator} {factor.cast(both)})", both)
        return result

    def power(self, syntax: Syntax) -> Value:
        """Compile ^, which gives a fraction."""
        result = self.value(syntax.parts[0])
        for part in syntax.parts[2::2]:
            values = (result.cast(FLOAT), self.value(part).cast(FLOAT))
            result = Value(f"power({values[0]}, {values[1]})", replace(FLOAT, nan=True))
        return result

    def signed(self, syntax: Syntax) -> Value:
        """Compile a sign before a number."""
        part = syntax.parts[0]
        if syntax.name == "-" and part.kind == "number" and integer_of(part.name) == -LEAST:
            return Value(f"CAST({LEAST} AS BIGINT)", INT)
        value = self.value(part)
        if not (value.type.is_number or value.type == NULL):
            raise Untranslated(f"sign before {value.type.name}")
        if syntax.name == "+":
            return value
        # Neo4j takes from 0 what is not written out: of 0.0 it has 0.0 and not -0.0.
        zero = "0.0::DOUBLE" if value.type == FLOAT and part.kind != "number" else ""
        return Value(f"({zero} - {value.sql})", value.type)

    # --- lists

    def index(self, syntax: Syntax) -> Value:
        """Compile an item of a list by its place from 0, or from -1 at the end; or of a map."""
        owner, place = map(self.value, syntax.parts)
        if NULL in (owner.type, place.type):
            return Value("NULL", NULL)
        if owner.type.name == "list" and place.type == INT:
            position = f"CASE WHEN {place.sql} >= 0 THEN {place.sql} + 1 ELSE {place.sql} END"
            return Value(f"({owner.sql})[{position}]", owner.type.item or NULL)
        if place.type != TEXT:
            raise Untranslated(f"item of {owner.type.name} at {place.type.name}")
        name = self.constant_text(syntax.parts[1])
        if name is not None:
            if syntax.parts[0].kind == "variable":
                return self.property(
                    Syntax("property", syntax.offset, syntax.end, name, syntax.parts[:1])
                )
            return self.entry(owner, name)
        return self.named_entry(owner, place.sql)

    def constant_text(self, syntax: Syntax) -> str | None:
        """Return the text that a literal or a parameter stands for; None for anything else."""
        if syntax.kind == "string":
            return unquoted(syntax.name)
        if syntax.kind == "parameter":
            value = self.context.value_of(syntax.name)
            return value if isinstance(value, str) else None
        return None

    def named_entry(self, owner: Value, name: str) -> Value:
        """Take an entry or property of a name that is known once the statement runs."""
        if owner.type.is_element:
            names = [(key, _text(key)) for key in self.context.model.types(owner.type)]
        elif owner.type.name == "map":
            names = [(key, self.context.bind(key).sql) for key, _ in owner.type.fields]
        else:
            raise Untranslated(f"item of {owner.type.name}")
        values = [(key, self.entry(owner, property_name)) for property_name, key in names]
        result = together(value.type for _, value in values)
        cases = " ".join(f"WHEN {key} THEN {value.cast(result)}" for key, value in values)
        return Value(f"CASE {name} {cases} END" if cases else "NULL", result)

    def slice(self, syntax: Syntax) -> Value:
        """Compile a part of a list: from a place on, up to one that is left out."""
        owner, *bounds = map(self.value, syntax.parts)
        if NULL in (owner.type, *(end.type for end in bounds)):
            return Value("NULL", list_of(NULL) if owner.type == NULL else owner.type)
        if owner.type.name != "list" or any(end.type != INT for end in bounds):
            raise Untranslated(f"part of {owner.type.name}")
        first = bounds.pop(0).sql if "from" in syntax.name else "0"
        last = bounds.pop(0).sql if "to" in syntax.name else "len(o.x)"
        begin = "CASE WHEN o.a < 0 THEN greatest(len(o.x) + o.a, 0) ELSE o.a END"
        end = "CASE WHEN o.b < 0 THEN len(o.x) + o.b ELSE o.b END"
        values = {"x": owner.sql, "a": first} | ({"b": last} if "to" in syntax.name else {})
        if "to" not in syntax.name:
            end = "len(o.x)"
        places = [f"o.{name}" for name in values if name != "x"]
        wide = " OR ".join(f"{place} NOT BETWEEN {-(2**31)} AND {2**31 - 1}" for place in places)
        cut = (
            f"CASE WHEN {' OR '.join(f'{name} IS NULL' for name in ('o.x', *places))} THEN NULL "
            f"WHEN {wide} THEN error('found a place in a list that does not fit into 32 bits') "
            f"WHEN ({end}) > ({begin}) "
            f"THEN list_slice(o.x, ({begin}) + 1, {end}) ELSE list_slice(o.x, 1, 0) END"
        )
        return Value(once(values, cut), owner.type)

    def comprehension(self, syntax: Syntax) -> Value:
        """Compile ``[x IN list WHERE condition | value]``."""
        variable, source = syntax.parts[0], self.value(syntax.parts[1])
        if source.type == NULL:
            return source
        inner = self.lambda_scope(variable.name, source)
        name = inner.scope[variable.name].columns[""]
        where, result = syntax.first("where"), syntax.first("result")
        item = Value(name, source.type.item or NULL)
        value = inner.value(result.parts[0]) if result is not None else item
        if has_subquery(where, result):
            filtered = f" WHERE {inner.condition(where.parts[0])}" if where is not None else ""
            written = self.of_rows(source, name, value.sql, filtered)
            return Value(written, list_of(value.type))
        written = source.sql
        if where is not None:
            written = f"list_filter({written}, lambda {name}: {inner.condition(where.parts[0])})"
        if result is not None:
            written = f"list_transform({written}, lambda {name}: {value.sql})"
        return Value(written, list_of(value.type))

    def of_rows(self, source: Value, name: str, value: str, where: str = "") -> str:
        """Write a list of values, one for each item: a lambda of SQL has no subquery in it."""
        place, table = self.context.fresh("i"), self.context.fresh("u")
        rows = f"SELECT unnest({source.sql}) AS {name}, unnest(range(len({source.sql}))) AS {place}"
        listed = f"SELECT list({value} ORDER BY {place}) FROM ({rows}) {table}{where}"
        return f"CASE WHEN {source.sql} IS NOT NULL THEN coalesce(({listed}), []) END"

    def lambda_scope(self, name: str, source: Value) -> ExpressionCompiler:
        """Return the compiler in which a name stands for each item of a list."""
        if source.type.name != "list":
            raise Untranslated(f"list of {source.type.name}")
        column = self.context.fresh("x")
        return self.within({name: Variable(source.type.item or NULL, {"": column})})

    def predicate(self, syntax: Syntax) -> Value:
        """Compile any, all, none and single, in three-valued logic."""
        variable, source = syntax.parts[0], self.value(syntax.parts[1])
        if source.type == NULL:
            return Value("CAST(NULL AS BOOLEAN)", BOOL)
        inner = self.lambda_scope(variable.name, source)
        name = inner.scope[variable.name].columns[""]
        where = syntax.first("where")
        condition = inner.condition(where.parts[0]) if where else "TRUE"
        truths = f"list_transform({source.sql}, lambda {name}: {condition})"
        if has_subquery(where):
            truths = self.of_rows(source, name, condition)
        true, unknown = (
            f"len(list_filter(o.t, lambda u: u IS {truth}))" for truth in ("TRUE", "NULL")
        )
        single = f"CASE WHEN {true} > 1 THEN FALSE WHEN {unknown} > 0 THEN NULL ELSE {true} = 1 END"
        written = {
            "ANY": some(truths),
            "ALL": every(truths),
            "NONE": f"(NOT {some(truths)})",
            "SINGLE": once({"t": truths}, single),
        }[syntax.name]
        return Value(f"CASE WHEN {source.sql} IS NOT NULL THEN {written} END", BOOL)

    def reduce(self, syntax: Syntax) -> Value:
        """Compile reduce: each step takes a pair of an item and the value so far."""
        total, first, variable, source, result = syntax.parts
        start, items = self.value(first), self.value(source)
        if items.type == NULL:
            return items
        if has_subquery(result):
            raise Untranslated("subquery in reduce()")
        item = items.type.item or NULL
        a, b = self.context.fresh("x"), self.context.fresh("x")
        inner = self.lambda_scope(variable.name, items)
        inner = inner.within({variable.name: Variable(item, {"": f"{b}.x"})})
        total_type = start.type
        for _ in range(3):
            scope = inner.within({total.name: Variable(total_type, {"": f"{a}.y"})})
            value = scope.value(result)
            both = together((total_type, value.type))
            if both == total_type and (both.mixed, both.zero) == (
                total_type.mixed,
                total_type.zero,
            ):
                break
            total_type = both
        else:
            raise Untranslated("reduce() of several types")
        if total_type == NULL:
            return Value("NULL", NULL)
        pairs = (
            f"list_transform({items.sql}, lambda {b}: "
            f"{{x: {b}, y: CAST(NULL AS {sql_type(total_type)})}})"
        )
        if total_type.name not in SCALARS and (total_type.item or NULL).name not in SCALARS:
            raise Untranslated(f"reduce() to {total_type.name}")
        step = f"lambda {a}, {b}: {{x: {b}.x, y: {value.cast(total_type)}}}"
        begin = f"{{x: ({items.sql})[0], y: {start.cast(total_type)}}}"
        return Value(f"(list_reduce({pairs}, {step}, {begin})).y", total_type)

    def case(self, syntax: Syntax) -> Value:
        """Compile CASE, of one type or of any."""
        subject = syntax.first("subject")
        base = Value("NULL", NULL) if subject is None else self.value(subject.parts[0])
        inner = self.within({SUBJECT: Variable(base.type, {"": base.sql})})
        whens: list[tuple[str, Value]] = []
        for branch in syntax.all("when"):
            *conditions, result = branch.parts
            written = [
                inner.condition(c)
                if subject is None or (c.parts and c.parts[0].kind == "subject-value")
                else compared(base, "=", self.value(c))
                for c in conditions
            ]
            whens.append((" OR ".join(f"({w})" for w in written), self.value(result)))
        otherwise = syntax.first("else")
        last = Value("NULL", NULL) if otherwise is None else self.value(otherwise.parts[0])
        type_ = together([*(v.type for _, v in whens), last.type])
        if type_ == NULL:
            return last
        cases = " ".join(f"WHEN {c} THEN {v.cast(type_)}" for c, v in whens)
        return Value(f"CASE {cases} ELSE {last.cast(type_)} END", type_)

    def subject(self, syntax: Syntax) -> Value:
        """Compile what the CASE around it is about."""
        return self.of_variable(self.scope[SUBJECT])

    def projection(self, syntax: Syntax) -> Value:
        """Compile ``n {.name, key: value}``."""
        owner = syntax.parts[0]
        entries: dict[str, Value] = {}
        sparse: set[str] = set()
        for part in syntax.parts[1:]:
            if part.kind == "own-properties":
                properties = properties_of(self, owner)
                entries |= {key: self.entry(properties, key) for key, _ in properties.type.fields}
                sparse |= {key for key, _ in properties.type.fields if properties.type.sparse}
                continue
            if part.kind == "own-property":
                value = self.value(Syntax("property", part.offset, part.end, part.name, [owner]))
            elif part.kind == "own-variable":
                value = self.variable(Syntax("variable", part.offset, part.end, part.name))
            else:
                value = self.value(part.parts[0])
            entries[part.name] = value
            sparse.discard(part.name)
        map_value = map_of(entries)
        if sparse:
            written = {key: value.sql for key, value in entries.items()}
            whole = sparse == entries.keys()
            map_value = Value(
                packed(written, sparse=sorted(sparse)), replace(map_value.type, sparse=whole)
            )
        if self.value(owner).type == NULL:
            return Value("NULL", NULL)
        return Value(f"CASE WHEN {self.is_there(owner)} THEN {map_value.sql} END", map_value.type)

    def is_there(self, owner: Syntax) -> str:
        """Write that a variable has a value."""
        variable = self.scope[owner.name]
        return f"{variable.columns['' if variable.is_value else KEY]} IS NOT NULL"

    def label_test(self, syntax: Syntax) -> Value:
        """Compile ``n:Label``."""
        owner, labels = syntax.parts
        variable = self.scope.get(owner.name) if owner.kind == "variable" else None
        if variable is None or variable.is_value:
            value = self.value(owner)
            kind, type_ = f"({value.sql})._kind", value.type
        else:
            kind, type_ = variable.columns[KIND], variable.type
        among = (
            self.context.model.nodes if type_.name == "node" else self.context.model.relationships
        )
        fitting = sorted(labelled(labels.parts[0], frozenset(among)))
        listed = ", ".join(map(_text, fitting)) or "''"
        return Value(f"({kind} IN ({listed}))", BOOL)

    def function(self, syntax: Syntax) -> Value:
        """Compile a function by its rule."""
        return called(self, syntax)

    def subquery(self, syntax: Syntax) -> Value:
        """Compile EXISTS, COUNT and COLLECT of a query, and patterns that are conditions."""
        if self.subqueries is None:
            raise Untranslated("subquery here")
        return self.subqueries(self, syntax)


SUBQUERIES = ("subquery-value", "pattern", "pattern-comprehension")


def has_subquery(*parts: Syntax | None) -> bool:
    """Return True if a construct holds one that asks the graph."""
    return any(
        inner.kind != "function" or inner.name.lower() in ("startnode", "endnode")
        for part in parts if part is not None
        for inner in part.walk("function", *SUBQUERIES)
    )  # fmt: skip


RULES: dict[str, Callable[[ExpressionCompiler, Syntax], Value]] = {
    "variable": ExpressionCompiler.variable,
    "property": ExpressionCompiler.property,
    "constant": ExpressionCompiler.constant,
    "number": ExpressionCompiler.number,
    "string": ExpressionCompiler.string,
    "parameter": ExpressionCompiler.parameter,
    "list": ExpressionCompiler.list,
    "map": ExpressionCompiler.map,
    "group": ExpressionCompiler.group,
    "and": ExpressionCompiler.logic,
    "or": ExpressionCompiler.logic,
    "xor": ExpressionCompiler.logic,
    "not": ExpressionCompiler.negation,
    "compare": ExpressionCompiler.comparison,
    "test": ExpressionCompiler.test,
    "null-test": ExpressionCompiler.null_test,
    "sum": ExpressionCompiler.sum,
    "product": ExpressionCompiler.product,
    "power": ExpressionCompiler.power,
    "signed": ExpressionCompiler.signed,
    "index": ExpressionCompiler.index,
    "slice": ExpressionCompiler.slice,
    "comprehension": ExpressionCompiler.comprehension,
    "predicate": ExpressionCompiler.predicate,
    "reduce": ExpressionCompiler.reduce,
    "case": ExpressionCompiler.case,
    "subject-value": ExpressionCompiler.subject,
    "projection": ExpressionCompiler.projection,
    "label-test": ExpressionCompiler.label_test,
    "function": ExpressionCompiler.function,
    "subquery-value": ExpressionCompiler.subquery,
    "pattern": ExpressionCompiler.subquery,
    "pattern-comprehension": ExpressionCompiler.subquery,
}
"""The rule of each construct."""
TESTS = {"STARTS WITH": "starts_with", "ENDS WITH": "ends_with", "CONTAINS": "contains"}
CONSTRUCTS = {"type-test": "type test", "normal-test": "test IS NORMALIZED"}
"""Names of constructs that have no rule."""
SUBJECT = f"{NAMELESS}subject"
"""Name in a scope of what a CASE is about."""
DIRECT = {BOOL, INT, TEXT}
"""Types of which IN is the same in SQL."""
MOST_ITEMS = 1_000
"""Items of a parameter that are written out one by one."""
LEAST = -(2**63)


def integer_of(number: str) -> int | None:
    """Return the integer that is written; None for a fraction.

    >>> integer_of("0x1F"), integer_of("0o17"), integer_of("1_000"), integer_of("1e3")
    (31, 15, 1000, None)
    """
    text = number.replace("_", "").lower()
    if text.startswith(("0x", "0o")):
        return int(text, 0)
    return None if any(sign in text for sign in ".e") else int(text)


def added(left: Value, sign: str, right: Value) -> Value:
    """Add or subtract two values; a text with anything gives a text, a list with one a list."""
    types = {left.type.name, right.type.name}
    if "list" in types and sign in ("+", "||"):
        if NULL in (left.type, right.type):
            return Value("NULL", NULL)
        if ANY in (left.type, right.type):
            return _with_any(left, right)
        lists = [value if value.type.name == "list" else _single(value) for value in (left, right)]
        type_ = together(value.type for value in lists)
        return Value(f"({lists[0].cast(type_)} || {lists[1].cast(type_)})", type_)
    if NULL in (left.type, right.type):
        return Value("NULL", NULL)
    if "text" in types and sign in ("+", "||"):
        return Value(f"({as_text(left)} || {as_text(right)})", TEXT)
    if not (left.type.is_number and right.type.is_number):
        raise Untranslated(f"{sign} of {left.type.name} and {right.type.name}")
    both = replace(number_of(left.type, right.type), zero=left.type.zero and right.type.zero)
    return Value(f"({left.cast(both)} {sign} {right.cast(both)})", both)


def quotient(left: Value, right: Value, *, zero: bool = True) -> Value:
    """Divide two numbers; of two integers, the quotient has no fraction.

    Neo4j does not divide by the integer 0, also not a fraction; ``zero`` tells that it may come.

    Raises
    ------
    Untranslated
        Both may be integers other than 0.
    """
    both = number_of(left.type, right.type)
    if both.mixed and not all(one.zero or one == INT for one in (left.type, right.type)):
        raise Untranslated("quotient of numbers that may be integers")
    divisor, refusal = right, "error('/ by zero')" if zero and right.type == INT else ""
    if right.type.mixed:
        refusal = unsure("quotient by 0, which may be an integer")
    if refusal:
        cases = f"CASE WHEN o.b = 0 THEN {refusal} ELSE o.b END"
        divisor = Value(once({"b": right.sql}, cases), right.type)
    if both == INT:
        return Value(f"({left.sql} // {divisor.sql})", INT)
    integer = both.mixed and right.type == INT  # of an integer 0
    type_ = replace(FLOAT, mixed=integer, zero=integer, nan=True)
    return Value(f"({left.cast(FLOAT)} / {divisor.cast(FLOAT)})", type_)


def _single(item: Value) -> Value:
    """Make a list of one item; of null there is none."""
    return Value(f"CASE WHEN {item.sql} IS NOT NULL THEN [{item.sql}] END", list_of(item.type))


def _with_any(left: Value, right: Value) -> Value:
    """Join a list and a value of any type, which may be a list or an item."""
    sides = {
        name: value.cast(list_of(ANY)) if value.type.name == "list" else value.sql
        for name, value in (("a", left), ("b", right))
    }
    lists = [
        f"o.{name}" if value.type.name == "list" else
        f"CASE WHEN variant_typeof(o.{name}) LIKE 'ARRAY%' THEN CAST(o.{name} AS VARIANT[]) "
        f"WHEN o.{name} IS NOT NULL THEN [o.{name}] END"
        for name, value in (("a", left), ("b", right))
    ]  # fmt: skip
    return Value(once(sides, f"{lists[0]} || {lists[1]}"), list_of(ANY))


def text_or_null(value: Value) -> Value:
    """Return a value that is a text, else null."""
    if value.type == ANY:
        is_text = f"variant_typeof({value.sql}) = 'VARCHAR'"
        return Value(f"CASE WHEN {is_text} THEN CAST({value.sql} AS VARCHAR) END", TEXT)
    return Value("CAST(NULL AS VARCHAR)", TEXT)


def labelled(syntax: Syntax, every: frozenset[str]) -> frozenset[str]:
    """Return the labels or types that fit a label expression, of those that there are.

    Raises
    ------
    Untranslated
        A label is computed: the tables that a statement reads are chosen before it runs.
    """
    if syntax.kind == "computed-label":
        error = Untranslated("label that is computed")
        error.at = syntax.offset
        raise error
    if syntax.kind == "label":
        return frozenset({syntax.name}) & every
    if syntax.kind == "wildcard":
        return every
    parts = [labelled(part, every) for part in syntax.parts]
    if syntax.kind == "not-label":
        return every - parts[0]
    if syntax.kind == "all-labels":
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
