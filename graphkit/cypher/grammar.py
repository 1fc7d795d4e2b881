"""The grammar of patterns (paths, nodes, relationships) and values of Cypher."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from graphkit.cypher.tokens import NAMES, VALUES, Cursor, Syntax, Token

DASHES = frozenset("-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
"""Characters that Neo4j takes for the line of a relationship."""


class Patterns(Cursor):
    """Parser of paths."""

    @abstractmethod
    def expression(self, power: int = 0) -> Syntax:
        """Read a value with the operators that bind at least so strongly."""

    @abstractmethod
    def map(self) -> Syntax:
        """Read ``{key: value}``."""

    @abstractmethod
    def where(self) -> Syntax | None:
        """Read WHERE and its condition, if it comes next."""

    def path(self) -> Syntax:
        """Read a path and its name."""
        start = self.token
        variable = None
        if start.kind in NAMES and self.following.text == "=":
            variable = self.variable()
            self.wants("=")
        return self.build("path", start.offset, "", variable, *self.selected())

    def selected(self) -> list[Syntax]:
        """Read the chain of a path, and what selects the shortest of several."""
        start = self.token
        if start.upper in ("SHORTESTPATH", "ALLSHORTESTPATHS") and self.following.text == "(":
            return [self.shortest()]
        if start.upper not in ("ANY", "ALL", "SHORTEST"):
            return self.chain()
        words, number = [self.take().upper], None
        while self.token.text != "(":
            if self.token.kind in ("number", "parameter"):
                number = self.single(self.token.kind)
            elif self.token.upper in ("SHORTEST", "PATH", "PATHS", "GROUP", "GROUPS"):
                words.append(self.take().upper)
            else:
                self.unexpected("'('")
        return [self.build("selector", start.offset, " ".join(words), number), *self.chain()]

    def shortest(self) -> Syntax:
        """Read ``shortestPath(...)``."""
        start = self.take()
        self.wants("(")
        chain = self.chain()
        self.wants(")")
        return self.build("shortest", start.offset, start.upper, *chain)

    def chain(self) -> list[Syntax]:
        """Read nodes and the relationships between them."""
        elements = [self.element()]
        while True:
            if self.token.text in DASHES or (
                self.token.text == "<" and self.following.text in DASHES
            ):
                elements += [self.relationship(), self.element()]
            elif self.token.text == "(":
                elements.append(self.element())
            else:
                return elements

    def element(self) -> Syntax:
        """Read a node, or a path in parentheses that may be repeated."""
        start = self.token
        is_named = self.following.kind in NAMES and self.every[self.number + 2].text == "="
        if self.following.text != "(" and not is_named:
            return self.node()
        self.wants("(")
        self.deeper(start)
        parts = [self.path(), self.where()]
        self.wants(")")
        self.outward()
        return self.build("group-path", start.offset, "", *parts, self.quantifier())

    def quantifier(self) -> Syntax | None:
        """Read ``+``, ``*``, ``{2}`` or ``{1,3}`` after a part of a path."""
        start = self.token
        if start.text in ("+", "*"):
            return self.single("quantifier")
        if not self.takes("{"):
            return None
        while self.token.kind == "number" or self.token.text == ",":
            self.take()
        self.wants("}")
        text = self.text[start.offset : self.token.offset].strip()
        return self.build("quantifier", start.offset, text)

    def node(self) -> Syntax:
        """Read a node."""
        start = self.token
        self.wants("(")
        parts = self.inside()
        self.wants(")")
        return self.build("node", start.offset, "", *parts)

    def inside(self) -> list[Syntax | None]:
        """Read what describes a node or relationship: name, labels, length, properties."""
        variable = None
        keyword = self.token.upper in ("WHERE", "IS") and self.following.kind in NAMES
        if self.token.kind in NAMES and not keyword:
            variable = self.variable()
        labels = self.labels() if self.token.upper in (":", "IS") else None
        length = self.length() if self.token.text == "*" else None
        properties = None
        if self.token.text == "{":
            properties = self.map()
        elif self.token.kind == "parameter":
            properties = self.single("parameter")
        return [variable, labels, length, properties, self.where()]

    def length(self) -> Syntax:
        """Read ``*``, ``*2``, ``*1..3``."""
        self.wants("*")
        start = self.token.offset
        first = self.token
        while self.token.kind == "number" or self.token.text == "..":
            self.take()
        after = self.every[self.number - 1].end
        return Syntax("length", start, max(after, start), self.text[first.offset : after])

    def relationship(self) -> Syntax:
        """Read a relationship and its direction."""
        start = self.token
        left = self.takes("<")
        self.count("relationships", self.token)
        self.dash()
        parts: list[Syntax | None] = []
        if self.takes("["):
            parts = self.inside()
            self.wants("]")
        self.dash()
        right = self.takes(">")
        direction = "<" * left + ">" * right
        return self.build("relationship", start.offset, direction, *parts, self.quantifier())

    def dash(self) -> None:
        """Take the line of a relationship."""
        if self.token.text not in DASHES:
            self.unexpected("'-'")
        self.take()

    def labels(self) -> Syntax:
        """Read a label expression."""
        start = self.take()
        return self.build("labels", start.offset, "", self.any_label())

    def any_label(self) -> Syntax:
        """Read labels of which one is enough."""
        start, labels = self.token, [self.all_labels()]
        while self.takes("|"):
            self.takes(":")
            labels.append(self.all_labels())
        if len(labels) == 1:
            return labels[0]
        return self.build("any-label", start.offset, "", *labels)

    def all_labels(self) -> Syntax:
        """Read labels that all are needed."""
        start, labels = self.token, [self.label()]
        signs = ""
        while self.token.text in ("&", ":"):
            signs = self.take().text
            labels.append(self.label())
        if len(labels) == 1:
            return labels[0]
        return self.build("all-labels", start.offset, signs, *labels)

    def label(self) -> Syntax:
        """Read a label, one that is computed, its negation, or labels in parentheses."""
        start = self.token
        if self.takes("%"):
            return self.build("wildcard", start.offset)
        if start.text == "$" or start.text.lower() in ("$all", "$any"):
            return self.computed_label()
        if start.kind in NAMES:
            return self.single("label")
        if start.text not in ("!", "("):
            self.unexpected("a label")
        self.take()
        self.deeper(start)
        if start.text == "!":
            label = self.build("not-label", start.offset, "", self.label())
        else:
            label = self.any_label()
            self.wants(")")
        self.outward()
        return label

    def computed_label(self) -> Syntax:
        """Read ``$(value)``, ``$all(value)`` or ``$any(value)``."""
        start = self.take()
        self.wants("(")
        value = self.expression()
        self.wants(")")
        return self.build("computed-label", start.offset, start.text[1:].lower(), value)

    def begins_pattern(self) -> bool:
        """Tell if a path begins at this parenthesis, and not a value in parentheses."""
        every, inside = self.every, self.number + 1
        is_named = every[inside].kind in NAMES
        if every[inside + is_named].upper not in (")", ":", "{", "WHERE", "IS"):
            return False
        ahead = self.closing.get(self.number, len(every) - 5) + 1
        ahead += every[ahead].text == "<"
        if every[ahead].text not in DASHES:
            return False
        ahead += 1
        if every[ahead].text == "[":
            ahead = self.closing.get(ahead, len(every) - 5) + 1
        if every[ahead].text not in DASHES:
            return False
        ahead += 1 + (every[ahead + 1].text == ">")
        return every[ahead].text in ("(", "{", "+", "*")


READS = ("MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN", "CALL", "SHOW", "LET", "FOR")
"""Words that a read-only statement may begin with."""

CLAUSES = (*READS, "FILTER", "FINISH", "NEXT", "UNION", "USING", "WHERE", "ORDER", "SKIP",
           "OFFSET", "LIMIT")  # fmt: skip

WRITES = (
    "CREATE", "MERGE", "SET", "DELETE", "DETACH", "NODETACH", "REMOVE", "FOREACH", "INSERT",
    "LOAD", "TERMINATE",
)  # fmt: skip
"""Clauses that write, reach files or stop what others run: refused by their name."""

NAMESPACES = frozenset((
    "date", "datetime", "duration", "localdatetime", "localtime", "point", "time",
    "vector.similarity",
))  # fmt: skip
"""Namespaces of Neo4j's own functions; those of plugins read files and ask the network."""

OPERATORS = {
    "OR": ("or", 1),
    "XOR": ("xor", 2),
    "AND": ("and", 3),
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">="), ("compare", 5)),
    **dict.fromkeys(("=~", "IN", "CONTAINS", "STARTS", "ENDS", "IS", "::"), ("test", 6)),
    **dict.fromkeys(("+", "-", "||"), ("sum", 7)),
    **dict.fromkeys(("*", "/", "%"), ("product", 8)),
    "^": ("power", 9),
}
"""Kind of the operation and binding strength of the operators between two values."""
COMPARISONS = frozenset(sign for sign, (kind, _) in OPERATORS.items() if kind == "compare")
OF_SUBJECT = frozenset((
    ("STARTS", "WITH"), ("ENDS", "WITH"), ("IS", "NULL"), ("IS", "NOT"), ("IS", "TYPED"),
    ("IS", "NORMALIZED"),
))  # fmt: skip
"""Words with which a test begins that CASE makes of its subject."""
NOT, SIGN = 4, 10
"""Binding strength of the operators before a value."""

SIDES = ("BOTH", "LEADING", "TRAILING")
"""Words of the ends of a text in ``trim(LEADING '0' FROM text)``."""

TYPES = frozenset((
    "ANY", "ARRAY", "BOOL", "BOOLEAN", "DATE", "DATETIME", "DURATION", "EDGE", "FLOAT", "INT",
    "INTEGER", "LIST", "LOCAL", "MAP", "NODE", "NOTHING", "NULL", "PATH", "POINT", "PROPERTY",
    "RELATIONSHIP", "SIGNED", "STRING", "TIME", "TIMESTAMP", "TIMEZONE", "VALUE", "VARCHAR",
    "VERTEX", "WITH", "WITHOUT", "ZONE", "ZONED", "NOT",
))  # fmt: skip
"""Words of the types in ``x IS :: LIST<INTEGER NOT NULL>``."""


class Expressions(Patterns):
    """Parser of values."""

    @abstractmethod
    def query(self) -> Syntax:
        """Read one clause or more, up to what is not one."""

    @abstractmethod
    def braced(self, read: Callable[[], Syntax]) -> Syntax:
        """Read what stands in braces."""

    def expression(self, power: int = 0) -> Syntax:
        """Read a value with the operators that bind at least so strongly."""
        left = self.prefixed()
        start = left.offset
        while True:
            token = self.token
            kind, strength = OPERATORS.get(token.upper, ("", -1))
            if strength < power or token.kind == "quoted":
                return left
            if kind == "test":
                left = self.test(left)
                continue
            self.take()
            sign = Syntax("sign", token.offset, token.end, token.upper)
            right = self.expression(strength + 1)
            if left.kind == kind:  # one operation of many values, so that it is not deep
                left.parts += [sign, right]
                left.end = right.end
            else:
                left = self.build(kind, start, "", left, sign, right)

    def test(self, left: Syntax) -> Syntax:
        """Read what is said of a value: ``IN list``, ``STARTS WITH text``, ``IS NULL``."""
        token = self.take()
        name = token.upper
        if name in ("STARTS", "ENDS"):
            self.wants("WITH")
            name += " WITH"
        if name not in ("IS", "::"):
            return self.build("test", left.offset, name, left, self.expression(7))
        negated = "NOT " if self.takes("NOT") else ""
        if name == "IS" and self.takes("NULL"):
            return self.build("null-test", left.offset, f"IS {negated}NULL", left)
        if name == "IS" and self.token.upper in ("NFC", "NFD", "NFKC", "NFKD", "NORMALIZED"):
            if self.take().upper != "NORMALIZED":
                self.wants("NORMALIZED")
            return self.build("normal-test", left.offset, negated, left)
        if name == "IS" and not (self.takes("::") or self.takes("TYPED")):
            self.unexpected("NULL, NOT NULL or ::")
        self.type()
        return self.build("type-test", left.offset, negated, left)

    def type(self) -> None:
        """Read the type of a type test."""
        if self.token.upper not in TYPES:
            self.unexpected("a type such as INTEGER")
        while self.token.upper in TYPES or self.token.text in ("<", ">", "|"):
            self.take()

    def prefixed(self) -> Syntax:
        """Read a value with the operators before it."""
        token = self.token
        sign = token.kind == "symbol" and token.text in ("-", "+")
        negation = token.upper == "NOT"
        if not sign and not negation:
            return self.postfixed()
        self.take()
        self.deeper(token)
        value = self.expression(NOT if negation else SIGN)
        self.outward()
        return self.build("not" if negation else "signed", token.offset, token.upper, value)

    def postfixed(self) -> Syntax:
        """Read a value with the properties, places and labels after it."""
        value = self.atom()
        levels = 0
        while True:
            token = self.token
            if token.text == "." and value.kind != "number":
                self.take()
                if self.token.kind not in NAMES:
                    self.unexpected("the name of a property")
                value = self.enclose("property", value, self.take().name)
            elif token.text == "[":
                self.take()
                value = self.indexed(value)
            elif token.text == "!":
                self.take()
                value = self.enclose("factorial", value)
            elif token.text == ":" and value.kind in ("variable", "property", "group", "function"):
                labels = self.labels()
                value = self.enclose("label-test", value)
                value.parts.append(labels)
            else:
                self.outward(levels)
                return value
            levels += 1
            self.deeper(token)

    def enclose(self, kind: str, value: Syntax, name: str = "") -> Syntax:
        """Make the construct of a value and what follows it."""
        return self.build(kind, value.offset, name, value)

    def indexed(self, value: Syntax) -> Syntax:
        """Read ``[0]``, ``[1..2]``, ``[..2]`` or ``[1..]`` after a list."""
        first = None if self.token.text == ".." else self.expression()
        if not self.takes(".."):
            self.wants("]")
            return self.build("index", value.offset, "", value, first)
        last = None if self.token.text == "]" else self.expression()
        self.wants("]")
        name = "from" * (first is not None) + "to" * (last is not None)
        return self.build("slice", value.offset, name, value, first, last)

    def atom(self) -> Syntax:
        """Read a value without operators."""
        token = self.token
        if token.kind in ("number", "string", "parameter"):
            return self.single(token.kind)
        if token.kind in NAMES:
            return self.named()
        if token.text == "(":
            return self.parenthesis()
        if token.text == "[":
            return self.listed()
        if token.text == "{":
            return self.map()
        return self.unexpected("a value")

    def parenthesis(self) -> Syntax:
        """Read a value in parentheses, or a pattern that is a condition."""
        start = self.token
        if self.begins_pattern():
            return self.build(
                "pattern", start.offset, "", self.build("path", start.offset, "", *self.chain())
            )
        self.take()
        self.deeper(start)
        value = self.expression()
        self.wants(")")
        self.outward()
        return self.build("group", start.offset, "", value)

    def listed(self) -> Syntax:
        """Read a list, or a comprehension of a list or a pattern."""
        start = self.take()
        self.deeper(start)
        is_named = self.token.kind in NAMES
        if is_named and self.following.upper == "IN":
            value = self.comprehension(start)
        elif (is_named and self.following.text == "=") or (
            self.token.text == "(" and self.begins_pattern()
        ):
            value = self.pattern_comprehension(start)
        else:
            items = [] if self.token.text == "]" else self.separated(self.expression)
            self.wants("]")
            value = self.build("list", start.offset, "", *items)
        self.outward()
        return value

    def comprehension(self, start: Token) -> Syntax:
        """Read ``[x IN list WHERE condition | value]``."""
        variable = self.variable()
        self.wants("IN")
        parts = [variable, self.expression(), self.where(), self.result()]
        self.wants("]")
        return self.build("comprehension", start.offset, "", *parts)

    def pattern_comprehension(self, start: Token) -> Syntax:
        """Read ``[(a)-->(b) WHERE condition | value]``."""
        parts = [self.path(), self.where(), self.result()]
        self.wants("]")
        return self.build("pattern-comprehension", start.offset, "", *parts)

    def result(self) -> Syntax | None:
        """Read the value after the bar of a comprehension."""
        start = self.token
        if not self.takes("|"):
            return None
        return self.build("result", start.offset, "", self.expression())

    def map(self) -> Syntax:
        """Read ``{key: value}``."""
        start = self.token
        self.wants("{")
        self.deeper(start)
        self.count("open braces", start)
        entries = [] if self.token.text == "}" else self.separated(self.entry)
        self.wants("}")
        self.counts["open braces"] -= 1
        self.outward()
        return self.build("map", start.offset, "", *entries)

    def entry(self) -> Syntax:
        """Read a key with its value; in a projection also ``.key``, ``.*`` or a variable."""
        start = self.token
        if self.takes("."):
            name = self.take().name if self.token.kind in NAMES else ""
            if not name:
                self.wants("*")
            return self.build("own-property" if name else "own-properties", start.offset, name)
        name = self.variable().name
        if not self.takes(":"):
            return self.build("own-variable", start.offset, name)
        return self.build("entry", start.offset, name, self.expression())

    def named(self) -> Syntax:
        """Read what begins with a word: a constant, CASE, a function, a subquery or a variable."""
        token, after = self.token, self.following
        word = token.upper if token.kind == "word" else ""
        if word in ("TRUE", "FALSE", "NULL"):
            return self.single("constant")
        if word == "CASE" and after.text not in (".", ",", ")", "]", "}", ":", "="):
            return self.case()
        if word in ("EXISTS", "COUNT", "COLLECT") and after.text == "{":
            self.take()
            return self.build("subquery-value", token.offset, word, self.braced(self.subquery_body))
        if after.text in ("(", "."):
            return self.called()
        clause = word in CLAUSES or word in ("AND", "OR", "XOR", "AS", "THEN", "ELSE", "WHEN")
        if clause and (after.kind in ("number", "string", "parameter", "quoted")):
            self.unexpected("a value")
        if clause and after.kind == "word" and after.upper not in (
            *OPERATORS, *CLAUSES, "AS", "NOT", "THEN", "ELSE", "END", "WHEN", "ASC", "DESC",
        ):  # fmt: skip
            self.unexpected("a value")
        variable = self.variable()
        if self.token.text == "{":
            return self.build("projection", token.offset, "", variable, *self.map().parts)
        return variable

    def subquery_body(self) -> Syntax:
        """Read the inside of EXISTS or COUNT: a query, or a pattern alone."""
        start = self.token
        if start.upper in READS and self.following.text != "=":
            return self.query()
        paths = self.separated(self.path)
        clause = self.build("match", start.offset, "", *paths, self.where())
        return self.build("query", start.offset, "", clause)

    def called(self) -> Syntax:
        """Read a call, or the variable that a property or nothing follows."""
        start, before = self.token, self.number
        name = self.dotted()
        if self.token.text != "(":
            self.number = before
            return self.variable()
        word = name.upper() if start.kind == "word" else ""
        if word in WRITES:
            self.fail(start, f"{word} is not read-only; graphkit only reads here")
        namespace = name.rpartition(".")[0]
        if namespace and namespace.lower() not in NAMESPACES:
            message = f"{name}() is not a function of Neo4j's own; graphkit only reads here"
            self.fail(start, message)
        if word in ("SHORTESTPATH", "ALLSHORTESTPATHS"):
            self.number = before
            return self.build(
                "pattern", start.offset, "", self.build("path", start.offset, "", self.shortest())
            )
        self.deeper(start)
        if word in ("ALL", "ANY", "NONE", "SINGLE") and self.every[self.number + 2].upper == "IN":
            call = self.predicate(start, word)
        elif word == "REDUCE" and self.following.kind in NAMES:
            call = self.reduced(start)
        elif word == "TRIM":
            call = self.build("function", start.offset, name, *self.trimmed())
        else:
            call = self.build("function", start.offset, name, *self.arguments())
        self.outward()
        return call

    def trimmed(self) -> list[Syntax]:
        """Read the arguments of trim(): a text, or ``BOTH sign FROM text``."""
        self.wants("(")
        side, sign, start = None, None, self.token
        if start.upper in SIDES and self.following.kind in (*NAMES, *VALUES):
            side = Syntax("side", start.offset, start.end, self.take().upper)
        if self.token.upper != "FROM" and self.token.text != ")":
            sign = self.expression()
        if side or self.token.upper == "FROM":
            self.wants("FROM")
            side = side or Syntax("side", start.offset, start.offset, SIDES[0])
            texts = [side, self.expression(), sign]
        else:
            texts = [sign, *(self.separated(self.expression) if self.takes(",") else ())]
        self.wants(")")
        return [text for text in texts if text is not None]

    def arguments(self) -> list[Syntax]:
        """Read the arguments of a function."""
        self.wants("(")
        arguments = []
        if self.token.upper == "DISTINCT" and self.following.text not in (")", ",", "."):
            arguments.append(self.single("distinct"))
        if self.token.text == "*" and self.following.text == ")":
            arguments.append(self.single("star"))
        elif self.token.text != ")":
            arguments += self.separated(self.expression)
        self.wants(")")
        return arguments

    def predicate(self, start: Token, name: str) -> Syntax:
        """Read ``any(x IN list WHERE condition)``."""
        self.wants("(")
        variable = self.variable()
        self.wants("IN")
        parts = [variable, self.expression(), self.where()]
        self.wants(")")
        return self.build("predicate", start.offset, name, *parts)

    def reduced(self, start: Token) -> Syntax:
        """Read ``reduce(total = 0, x IN list | total + x)``."""
        self.wants("(")
        total = self.variable()
        self.wants("=")
        first = self.expression()
        self.wants(",")
        variable = self.variable()
        self.wants("IN")
        parts = [total, first, variable, self.expression()]
        self.wants("|")
        parts.append(self.expression())
        self.wants(")")
        return self.build("reduce", start.offset, "", *parts)

    def case(self) -> Syntax:
        """Read CASE."""
        start = self.take()
        self.deeper(start)
        parts: list[Syntax | None] = []
        read: Callable[[], Syntax] = self.expression
        if self.token.upper != "WHEN":
            parts.append(self.build("subject", self.token.offset, "", self.expression()))
            read = self.said_of_subject
        while self.token.upper == "WHEN":
            branch = self.take()
            conditions = self.separated(read)
            self.wants("THEN")
            parts.append(self.build("when", branch.offset, "", *conditions, self.expression()))
        if self.token.upper == "ELSE":
            otherwise = self.take()
            parts.append(self.build("else", otherwise.offset, "", self.expression()))
        self.wants("END")
        self.outward()
        return self.build("case", start.offset, "", *parts)

    def said_of_subject(self) -> Syntax:
        """Read what the subject of CASE must equal, or ``> 3``, ``=~ 'a.*'``, ``IS NULL``."""
        subject = Syntax("subject-value", self.token.offset, self.token.offset)
        token, after = self.token, self.following.upper
        if token.upper in COMPARISONS and token.kind == "symbol":
            sign = self.single("sign")
            return self.build("compare", token.offset, "", subject, sign, self.expression(6))
        if token.text in ("=~", "::") or (token.upper, after) in OF_SUBJECT:
            return self.test(subject)
        return self.expression()
