"""Calls of functions and operators on awkward values, made by chance, and made smaller."""

from __future__ import annotations

from random import Random

from random_statements import GAP, Value

CONSTANTS: dict[str, tuple[str, ...]] = {
    "int": (
        "0", "1", "-1", "2", "3", "7", "15", "-10", "255", "9007199254740993",
        "9223372036854775807", "-9223372036854775808", "1000000000000", "null",
    ),
    "float": (
        "0.0", "1.0", "-1.0", "0.5", "-0.5", "1.5", "-2.5", "2.5", "0.1", "0.3", "1.005", "2.675",
        "-1.005", "1.15", "1234567.891", "0.49999999999999994", "4503599627370497.5", "1e22",
        "123456789012345.67", "9.223372036854776e18", "1e300", "-1e300", "5e-324", "1e-7", "1e7",
        "0.001", "1e-5", "9999999.999999998", "(0.0 / 0.0)", "(1.0 / 0.0)", "(-1.0 / 0.0)",
        "(0.1 + 0.2)", "2.0", "100.0", "-0.05", "null",
    ),
    "text": (
        "''", "' '", "'a'", "'abc'", "'xxhixx'", "'straße'", "'İ'", "'ΑΣ'", "'ǅ'", "'ﬁ'", "'é日'",
        "'e\\u0301'", "'👍x'", "'NaN'", "'Infinity'", "'1d'", "'1e30'", "'0x1F'", "'1.5'",
        "' 12 '", "'-7'", "'+.5e-3'", "'9223372036854775808'", "'9223372036854775806.5'", "'true'",
        "' FALSE'", "'a-b-c'", "'--'", "'[]'", "'a.b'", "'\\t\\u00a0x\\u2003'", "'007'", "'1_000'",
        "'%_'", "'null'", "'٣'", "'2024-02-29'", "'x'", "'ab'", "'-Infinity'", "'1e'", "null",
    ),
    "bool": ("true", "false", "null"),
    "ints": ("[]", "[1]", "[3, 1, 2]", "[1, null, 2]", "[9223372036854775807, -1]", "range(1, 4)"),
    "texts": ("[]", "['a']", "['b', 'A', 'ß']", "['x', null]", "['', 'é', 'e\\u0301']"),
    "date": (
        "date('2024-02-29')", "date('1999-12-31')", "date('2024-12-30')", "date('0001-01-01')",
        "null",
    ),
    "map": ("{k: 'a', n: 1}", "{k: null, n: 2}", "{n: 1.5, k: 'ß'}"),
}  # fmt: skip
"""Values at the edges of their types."""

MODES = ("UP", "DOWN", "CEILING", "FLOOR", "HALF_UP", "HALF_DOWN", "HALF_EVEN")
FORMS: dict[str, tuple[str, ...]] = {
    "int": (
        "toInteger({float})", "toInteger({text})", "toInteger({int})", "toIntegerOrNull({text})",
        "toInteger({bool})", "toIntegerOrNull({float})", "size({text})", "size({ints})",
        "char_length({text})", "abs({int})", "sign({int})", "sign({float})", "({int} + {int})",
        "({int} - {int})", "({int} * {int})", "({int} / {int})", "({int} % {int})", "(- {int})",
        "coalesce({int}, {int})", "nullIf({int}, {int})", "head({ints})", "last({ints})",
        "({ints})[{int}]", "{date}.year", "{date}.week", "{date}.weekYear", "{date}.dayOfWeek",
        "{date}.ordinalDay", "{date}.dayOfQuarter", "{date}.quarter", "{date}.month", "{date}.day",
        "CASE {int} WHEN > {int} THEN 1 WHEN IS NULL THEN 2 ELSE 3 END",
        "CASE {text} WHEN STARTS WITH {text} THEN 1 WHEN {text}, > {text} THEN 2 END",
        "({map}).n", "reduce(s = 0, v IN {ints} | s + v)", "size(keys({map}))", "size({texts})",
        "size(split({text}, {text}))",
    ),
    "float": (
        "round({float})", "round({float}, 0)", "round({float}, 1)", "round({float}, 2)",
        "round({float}, 15)", "round({float}, {int})", "round({int}, 2)", "round({int})",
        *(f"round({{float}}, {n}, '{mode}')" for n in (0, 2) for mode in MODES),
        "round({float}, {float})", "ceil({float})", "floor({float})", "abs({float})",
        "sqrt({float})", "exp({float})", "log({float})", "log10({float})", "({float} ^ {float})",
        "({int} ^ {int})", "toFloat({text})", "toFloat({int})", "toFloatOrNull({text})",
        "({float} + {int})", "({float} * {float})", "({float} / {float})", "({float} % {float})",
        "({int} / {float})", "({float} - {float})", "(- {float})", "ceil({int})", "floor({int})",
        "sqrt({int})", "coalesce({float}, {float})", "nullIf({float}, {float})", "sin({float})",
        "atan2({float}, {float})", "radians({float})", "degrees({float})", "cos({int})",
        "tan({float})", "reduce(s = 0.0, v IN [{float}, {float}] | s + v)", "log({int})",
        "acos({float})", "asin({float})", "atan({float})", "cot({float})", "haversin({float})",
        "[{float}, {float}][0]",
    ),
    "text": (
        "toString({float})", "toString({int})", "toString({bool})", "toString({date})",
        "toStringOrNull({float})", "toUpper({text})", "toLower({text})", "upper({text})",
        "trim({text})", "ltrim({text})", "rtrim({text})", "btrim({text})", "btrim({text}, {text})",
        "ltrim({text}, {text})", "rtrim({text}, {text})", "trim(BOTH {text} FROM {text})",
        "trim(LEADING {text} FROM {text})", "trim(TRAILING 'x' FROM {text})", "trim({text}, 'x')",
        "replace({text}, {text}, {text})", "substring({text}, {int})", "reverse({text})",
        "substring({text}, {int}, {int})", "left({text}, {int})", "right({text}, {int})",
        "split({text}, {text})[0]", "split({text}, {text})[-1]", "({text} + {text})",
        "({text} + {int})", "({text} + {float})", "({float} + {text})",
        "({text} || {text})", "coalesce({text}, {text})", "nullIf({text}, {text})",
        "head({texts})", "({texts})[{int}]", "({map}).k", "normalize({text})", "lower({text})",
        "CASE {float} WHEN < {float} THEN 'a' WHEN <> {float} THEN 'b' ELSE {text} END",
        "reduce(s = '', v IN {texts} | s + v)", "toString({date}.week)",
    ),
    "bool": (
        "toBoolean({text})", "toBoolean({int})", "toBooleanOrNull({text})", "isEmpty({text})",
        "isNaN({float})", "({float} < {float})", "({float} = {float})", "({int} = {float})",
        "({int} < {float})", "({text} < {text})", "({text} = {text})", "({float} <> {float})",
        "({int} <= {float})", "({text} STARTS WITH {text})", "({text} ENDS WITH {text})",
        "({text} CONTAINS {text})", "({float} IN [{float}, {float}])", "({text} IN {texts})",
        "({int} IN {ints})", "({text} =~ 'a.*|[0-9]+')", "({texts} = {texts})", "isEmpty({texts})",
        "({ints} < {ints})", "({date} < {date})", "({text} IS NULL)", "({float} >= {int})",
    ),
    "ints": (
        "range({int}, 3)", "range(0, 10, sign({int}) + 2)", "tail({ints})", "reverse({ints})",
        "({ints})[{int}..]", "({ints})[..{int}]", "({ints})[{int}..{int}]", "({ints} + {ints})",
        "[v IN {ints} | v % 3]", "[v IN {texts} | size(v)]", "toIntegerList({texts})",
        "coalesce({ints}, {ints})",
    ),
    "texts": (
        "split({text}, {text})", "split({text}, '')", "split({text}, ['-', 'x'])", "tail({texts})",
        "reverse({texts})", "({texts} + {text})", "({texts})[{int}..{int}]",
        "[v IN {texts} | toUpper(v)]", "[v IN {texts} | btrim(v, 'a')]", "toStringList({ints})",
    ),
    "date": (
        "date({text})", "date({date})", "date({year: {date}.year, month: {date}.month})",
        "date(toString({date}))", "coalesce({date}, {date})",
    ),
    "map": ("{k: {text}, n: {float}}",),
}  # fmt: skip
"""Calls and operations, by the type of what they give."""

AGGREGATES = (
    "percentileCont({float}, 0.3)", "percentileDisc({float}, 0.5)", "percentileDisc({int}, 0.4)",
    "percentileCont({int}, 1.0)", "stDev({float})", "stDevP({int})", "avg({float})", "sum({float})",
    "sum({int})", "min({text})", "max({float})", "min({int})", "collect({text})", "avg({int})",
    "collect(DISTINCT {float})", "count(DISTINCT {text})", "sum(DISTINCT {int})", "max({text})",
    "round(avg({float}), 2)", "toString(sum({int}))", "percentileDisc({float}, {float})",
    "percentileCont({float}, 0.0)", "stDev({int})", "stDevP({float})", "count(DISTINCT {float})",
)  # fmt: skip
ROWS = {"int": "i", "float": "f", "text": "t"}
"""Variables of the rows, by type."""


class Expressions:
    """Statements of one expression each, of constants or over a few rows."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)

    def one(self) -> Value:
        """One statement; what it is made of can be made smaller."""
        over_rows = self.chance.random() < 0.5
        if self.chance.random() < 0.1:
            shown, over_rows = self.filled("column", self.chance.choice(AGGREGATES), 0, True), True
        else:
            type_ = self.chance.choice(("int", "float", "float", "text", "text", "bool", "ints",
                                        "texts", "date"))  # fmt: skip
            depth = self.chance.choice((1, 1, 1, 2))
            shown = self.filled(type_, self.chance.choice(FORMS[type_]), depth - 1, over_rows)
        form = f"RETURN {{{shown.type}}} AS x"
        if over_rows:
            items = [[self.chance.choice(CONSTANTS[type_]) for _ in range(4)] for type_ in ROWS]
            lists = ", ".join(
                f"[{', '.join(values)}][n] AS {name}"
                for values, name in zip(items, ROWS.values(), strict=True)
            )
            form = f"UNWIND range(0, 3) AS n WITH {lists} {form}"
        if shown.type == "column":
            form = form.replace("{column}", "{text}")
        return Value("statement", form, (shown,))

    def filled(self, type_: str, form: str, depth: int, over_rows: bool) -> Value:
        """A form with values in its gaps, of forms within forms up to a depth."""
        inside = [self.value(gap, depth, over_rows) for gap in GAP.findall(form)]
        return Value(type_, form, tuple(inside))

    def value(self, type_: str, depth: int, over_rows: bool) -> Value:
        """A value of a type."""
        if depth > 0 and self.chance.random() < 0.6:
            return self.filled(type_, self.chance.choice(FORMS[type_]), depth - 1, over_rows)
        if over_rows and type_ in ROWS and self.chance.random() < 0.7:
            return Value(type_, ROWS[type_])
        return Value(type_, self.chance.choice(CONSTANTS[type_]))
