"""The read-only check: one statement of known clauses and functions, small enough to be planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from graphkit.cypher.tokens import CLOSING, OPENING, Token, is_name, place, tokens, unescaped
from graphkit.errors import UsageError

READS = ("MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN", "CALL", "SHOW", "LET", "FOR", "WHEN")
"""Words that a read-only statement may begin with."""

PREFIXES = ("EXPLAIN", "PROFILE", "CYPHER")
"""Words that may stand before those."""

WRITES = frozenset((
    "CREATE", "MERGE", "SET", "DELETE", "DETACH", "NODETACH", "REMOVE", "FOREACH", "INSERT",
    "LOAD", "CALL", "TERMINATE",
))  # fmt: skip
"""Clauses inside a statement that write, reach files or the network, or run a procedure."""

AFTER_VALUE = frozenset((
    "AND", "AS", "ASC", "ASCENDING", "CALL", "CONTAINS", "DESC", "DESCENDING", "ELSE", "END",
    "ENDS", "FILTER", "FINISH", "FOR", "GROUP", "GROUPS", "IN", "IS", "LET", "LIMIT", "MATCH",
    "NEXT", "NOT", "OFFSET", "OPTIONAL", "OR", "ORDER", "PATH", "PATHS", "RETURN", "SCORE",
    "SEARCH", "SHORTEST", "SKIP", "STARTS", "THEN", "UNION", "UNWIND", "USING", "WHEN", "WHERE",
    "WITH", "XOR", "YIELD", "BINDINGS", "ELEMENT", "ELEMENTS", "NORMALIZED", "RELATIONSHIP",
    "RELATIONSHIPS", "TRANSACTIONS", "DATETIME", "INTEGER", "TIME", "TIMESTAMP", "VALUE",
    "WITHOUT", "ZONE",
))  # fmt: skip
"""The words that may follow a value, a name or a pattern: clauses that read, and operators."""

BEFORE_VALUE = AFTER_VALUE - {"ASC", "ASCENDING", "DESC", "DESCENDING", "END", "FINISH"} | {
    "ALL", "BY", "CASE", "DISTINCT", "INDEX", "JOIN", "LOOKUP", "ON", "POINT", "RANGE", "SCAN",
    "SEEK", "TEXT", "TYPED",
}  # fmt: skip
"""The words after which a value, a name or a pattern follows."""

STARRED = ("RETURN", "WITH", "YIELD", "DISTINCT")
"""The words after which a star is all columns."""

SHOWN = frozenset((
    "ALL", "BUILT", "BY", "CONSTRAINT", "CONSTRAINTS", "CURRENT", "DEFINED", "EXECUTABLE",
    "EXIST", "EXISTENCE", "FULLTEXT", "FUNCTION", "FUNCTIONS", "IN", "INDEX", "INDEXES", "KEY",
    "LOOKUP", "NODE", "POINT", "PROCEDURE", "PROCEDURES", "PROPERTY", "RANGE", "REL",
    "RELATIONSHIP", "TEXT", "TYPE", "UNIQUE", "UNIQUENESS", "USER", "VECTOR",
))  # fmt: skip
"""Words after SHOW: neither users' rights nor what others run."""

PROCEDURES = frozenset((
    "db.index.fulltext.listavailableanalyzers", "db.index.fulltext.querynodes",
    "db.index.fulltext.queryrelationships", "db.index.vector.querynodes",
    "db.index.vector.queryrelationships", "db.labels", "db.propertykeys", "db.relationshiptypes",
    "db.schema.nodetypeproperties", "db.schema.reltypeproperties", "db.schema.visualization",
    "show_tables", "table_info",
))  # fmt: skip
"""Procedures that only read what the graph is, of Neo4j and of ladybug, in small letters."""

NAMESPACES = frozenset((
    "date", "datetime", "duration", "localdatetime", "localtime", "point", "time",
    "vector.similarity",
))  # fmt: skip
"""Namespaces of Neo4j's own functions; those of plugins read files and ask the network."""


def check_read_only(text: str, every: list[Token]) -> None:
    """Refuse a statement, given with its tokens, that is not one read-only query.

    Raises
    ------
    UsageError
        Naming the clause and its place.

    Examples
    --------
    >>> from graphkit.cypher.tokens import tokens
    >>> text = "MATCH (n:Set {create: 1}) RETURN 'DELETE' AS `drop`"
    >>> check_read_only(text, tokens(text))
    >>> check_read_only(text := "MATCH (n) DETACH DELETE n", tokens(text))
    Traceback (most recent call last):
        ...
    graphkit.errors.UsageError: line 1, column 11: DETACH is not read-only; graphkit only reads here
    """
    _check(text, every)
    if (seen := unescaped(text)) != text:
        _check(seen, tokens(seen))


def _check(text: str, every: list[Token]) -> None:
    if every and every[-1].text == ";":
        every = every[:-1]
    _check_one(text, every)
    check_size(text, every)
    _check_beginning(text, every)
    for number, token in enumerate(every):
        if token.upper in WRITES and not is_name(every, number):
            _check_clause(text, every, number)
        if token.text == "(":
            _check_function(text, every, number)
    _check_words(text, every)


def _check_one(statement: str, every: list[Token]) -> None:
    try:
        statement.encode()
    except UnicodeEncodeError as error:
        where = place(statement, error.start)
        raise UsageError(f"{where}: found half a character (a lone surrogate)") from error
    if not every:
        raise UsageError("the statement is empty; wanted Cypher such as MATCH (n) RETURN n LIMIT 5")
    for token in every:
        if token.text == ";":
            where = place(statement, token.at)
            raise UsageError(f"{where}: found a second statement; wanted one at a time")


def _check_beginning(statement: str, every: list[Token]) -> None:
    first = every[first_clause(every)]
    if first.upper not in READS:
        wanted = ", ".join(READS[:5])
        raise UsageError(
            f"{place(statement, first.at)}: found {first.text!r}; "
            f"a read-only statement begins with {wanted}"
        )


def first_clause(every: list[Token]) -> int:
    """Return the place of the first clause, after EXPLAIN, PROFILE and ``CYPHER 5 a=b``."""
    number = 0
    while number < len(every) - 1 and every[number].upper in PREFIXES:
        number += 1
        while number < len(every) - 1 and (
            every[number].kind == "number" or every[number + 1].text == "="
        ):
            number += 1 if every[number].kind == "number" else 3
    return min(number, len(every) - 1)


def _check_clause(statement: str, every: list[Token], number: int) -> None:
    token, following = every[number], [t.text.upper() for t in every[number + 1 : number + 3]]
    loads = following[:1] in (["CSV"], ["FROM"]) or following == ["WITH", "HEADERS"]
    if token.upper == "LOAD" and not loads:
        return  # a name
    if token.upper == "CALL" and following[:1] in (["{"], ["("]):
        return  # a subquery reads as the statement around it does
    where = place(statement, token.at)
    if token.upper == "CALL":
        name = _path(every[number + 1 :])
        if name.lower() in PROCEDURES:
            return
        raise UsageError(
            f"{where}: CALL of a procedure may write, and {name or 'this'} is not known to only "
            "read; graphkit only reads here"
        )
    before = every[number - 1].upper if number else ""
    hint = f" (as a name, write `{token.text}`)" if before in ("AS", "WITH", "RETURN", "BY") else ""
    raise UsageError(f"{where}: {token.upper} is not read-only; graphkit only reads here{hint}")


def _path(every: Iterable[Token]) -> str:
    """Join the dotted name that some tokens begin with."""
    names: list[str] = []
    for number, token in enumerate(every):
        if (token.text == ".") != bool(number % 2):
            break
        names.append(token.name)
    return "".join(names)


def _check_function(statement: str, every: list[Token], number: int) -> None:
    """Refuse calls to namespaced functions that are not Neo4j's own."""
    start = number - 1
    while start > 1 and every[start - 1].text == "." and every[start].kind in ("word", "quoted"):
        start -= 2
    namespace, _, name = _path(every[start:number]).rpartition(".")
    called = start and every[start - 1].upper == "CALL"
    if namespace and not called and namespace.lower() not in NAMESPACES:
        where = place(statement, every[start].at)
        raise UsageError(
            f"{where}: {namespace}.{name}() is not a function of Neo4j's own; "
            "graphkit only reads here"
        )


def _check_words(statement: str, every: list[Token]) -> None:
    """Refuse a word after a value that is neither a clause that reads nor an operator."""
    number = _after_show(statement, every, first_clause(every))
    ended = named = False
    for place_, token in enumerate(every[number:], number):
        word = token.upper
        if word and (named or is_name(every, place_)):
            word = ""
        if word and ended and word not in AFTER_VALUE:
            raise UsageError(_unexpected(statement, token))
        named = ended and word == "AS"
        if token.kind == "symbol":
            everything = token.text == "*" and every[place_ - 1].upper in STARRED
            factorial = token.text == "!" and ended
            ended = token.text in CLOSING or everything or factorial
        else:
            ended = word not in BEFORE_VALUE


def _after_show(statement: str, every: list[Token], number: int) -> int:
    """Return the place after what SHOW lists, and refuse lists that are not public."""
    if every[number].upper != "SHOW":
        return number
    for place_, token in enumerate(every[number + 1 :], number + 1):
        if token.upper in ("YIELD", "WHERE"):
            return place_
        if token.upper not in SHOWN:
            where = place(statement, token.at)
            wanted = "INDEXES, CONSTRAINTS, FUNCTIONS or PROCEDURES"
            raise UsageError(f"{where}: found SHOW {token.text}; wanted SHOW {wanted}")
    return len(every)


def _unexpected(statement: str, token: Token) -> str:
    from difflib import get_close_matches

    close = get_close_matches(token.upper, sorted(AFTER_VALUE), 1, 0.7)
    hint = f"; did you mean {close[0]}?" if close else ""
    where = place(statement, token.at)
    return f"{where}: found {token.text!r}, wanted a clause that reads, or an operator{hint}"


MOST = {
    "levels of nesting": 100,
    "open braces": 10,
    "relationships": 30,
    "words and signs": 2_000,
}
"""Limits on the size of a statement.

A parser that calls itself for what is inside something else runs out of stack. A plan takes Neo4j
time that grows faster than the statement: at these numbers some seconds, at ten times as many
minutes, in which it hears of no deadline and keeps a core and its memory.
"""

NESTING = frozenset((".", "-", "+", "!", "NOT"))
"""Tokens that nest when they are repeated, without a bracket."""

DASHES = frozenset("-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
"""Characters that Neo4j takes for the line of a relationship."""

VALUES, BETWEEN = ("string", "number", "parameter"), (*OPENING, *CLOSING, ",")
"""Kinds and texts of the tokens that a list of any length is made of."""


def check_size(statement: str, every: list[Token]) -> None:
    """Refuse a statement that is too deep or has too much in it.

    Raises
    ------
    UsageError
        Naming what there is too much of, and the first place that is too much.

    Examples
    --------
    >>> from graphkit.cypher.tokens import tokens
    >>> check_size(text := "RETURN 1 IN [" + "1, " * 9_999 + "1]", tokens(text))
    >>> check_size(text := "RETURN " + "NOT " * 101 + "true", tokens(text))
    Traceback (most recent call last):
        ...
    graphkit.errors.UsageError: line 1, column 408: more than 100 levels of nesting here
    """
    counts, level, outer = dict.fromkeys(MOST, 0), Level(), list[Level]()
    for number, token in enumerate(every):
        before = every[number - 1].text if number else ""
        after = every[number + 1].text if number + 1 < len(every) else ""
        if token.text in OPENING:
            outer.append(level)
            level = Level(level.depth + 1)
        elif token.text in CLOSING:
            level = outer.pop() if outer else Level()
            level.in_a_row = level.in_a_row + 1 if token.text == "]" else 0  # n[0][0][0]
        elif token.kind == "symbol" or not is_name(every, number):
            level.pass_by(token.upper or token.text)
        counts["levels of nesting"] = level.depth
        counts["open braces"] += (token.text == "{") - (token.text == "}")
        begins = token.text in DASHES and before not in DASHES and after in DASHES | {"["}
        counts["relationships"] += begins
        counts["words and signs"] += token.kind not in VALUES and token.text not in BETWEEN
        for what, count in counts.items():
            if count > MOST[what]:
                where = place(statement, token.at)
                raise UsageError(f"{where}: more than {MOST[what]:,} {what} here")


@dataclass
class Level:
    """Nesting between two brackets: the levels around them, and what nests without one."""

    base: int = 0
    in_a_row: int = 0
    cases: int = 0

    @property
    def depth(self) -> int:
        """Levels of nesting around the next token."""
        return self.base + self.in_a_row + self.cases

    def pass_by(self, text: str) -> None:
        """Take note of a token that is neither a bracket nor a name."""
        self.in_a_row = self.in_a_row + 1 if text in NESTING else 0
        self.cases = 0 if text == "," else self.cases + (text == "CASE")
