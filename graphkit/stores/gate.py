"""Lets read-only statements through and names what makes another one not read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphkit.errors import UsageError
from graphkit.stores.cypher_text import Token, is_name, place, tokens, unescaped

READS = ("MATCH", "OPTIONAL", "WITH", "UNWIND", "RETURN", "CALL", "SHOW", "LET", "FOR", "WHEN")
"""What a read-only statement may begin with."""

PREFIXES = ("EXPLAIN", "PROFILE", "CYPHER")
"""What may stand before that."""

WRITES = frozenset((
    "CREATE", "MERGE", "SET", "DELETE", "DETACH", "NODETACH", "REMOVE", "FOREACH", "INSERT",
    "LOAD", "CALL", "TERMINATE",
))  # fmt: skip
"""Clauses inside a statement that write, reach files or the network, or run a procedure."""


PROCEDURES = frozenset((
    "db.index.fulltext.listavailableanalyzers", "db.index.fulltext.querynodes",
    "db.index.fulltext.queryrelationships", "db.index.vector.querynodes",
    "db.index.vector.queryrelationships", "db.labels", "db.propertykeys", "db.relationshiptypes",
    "db.schema.nodetypeproperties", "db.schema.reltypeproperties", "db.schema.visualization",
    "show_tables", "table_info",
))  # fmt: skip
"""Procedures that only read what the graph is, of Neo4j and of ladybug, in small letters."""


def check_read_only(statement: str) -> None:
    """Refuse a statement that is not one read-only query.

    Raises
    ------
    UsageError
        Naming the clause and its place.

    Examples
    --------
    >>> check_read_only("MATCH (n:Set {create: 1}) RETURN 'DELETE' AS `drop`")
    >>> check_read_only("MATCH (n) DETACH DELETE n")
    Traceback (most recent call last):
        ...
    graphkit.errors.UsageError: line 1, column 11: DETACH is not read-only; graphkit only reads here
    """
    for text in dict.fromkeys((statement, unescaped(statement))):
        every = tokens(text)
        if every and every[-1].text == ";":
            every.pop()
        _check_one(text, every)
        _check_beginning(text, every)
        for number, token in enumerate(every):
            if token.upper in WRITES and not is_name(every, number):
                _check_clause(text, every, number)


def _check_one(statement: str, every: list[Token]) -> None:
    if not every:
        raise UsageError("the statement is empty; wanted Cypher such as MATCH (n) RETURN n LIMIT 5")
    for token in every:
        if token.text == ";":
            where = place(statement, token.at)
            raise UsageError(f"{where}: found a second statement; wanted one at a time")


def _check_beginning(statement: str, every: list[Token]) -> None:
    first = every[beginning(every)]
    if first.upper not in READS:
        wanted = ", ".join(READS[:5])
        raise UsageError(
            f"{place(statement, first.at)}: found {first.text!r}; "
            f"a read-only statement begins with {wanted}"
        )


def beginning(every: list[Token]) -> int:
    """The place of the first clause, after EXPLAIN, PROFILE and ``CYPHER 5 option=value``."""
    number = 0
    while number < len(every) - 1 and every[number].upper in PREFIXES:
        number += 1
        while number < len(every) - 1 and (
            every[number].kind == "number" or every[number + 1].text == "="
        ):
            number += 1 if every[number].kind == "number" else 3
    return min(number, len(every) - 1)


def to_explain(statement: str) -> str:
    """The statement as one that is planned and not run.

    >>> to_explain("CYPHER 5 PROFILE MATCH (n) RETURN n")
    'EXPLAIN CYPHER 5         MATCH (n) RETURN n'
    """
    every = tokens(statement)
    for token in every[: beginning(every)]:
        if token.upper in ("EXPLAIN", "PROFILE"):
            blank = " " * len(token.text)
            statement = statement[: token.at] + blank + statement[token.end :]
    return f"EXPLAIN {statement}"


def asks_for_plan(statement: str) -> bool:
    """Whether a statement begins with EXPLAIN or PROFILE.

    >>> asks_for_plan("CYPHER 5 PROFILE MATCH (n) RETURN n"), asks_for_plan("RETURN 1 AS explain")
    (True, False)
    """
    every = tokens(statement)
    return any(t.upper in ("EXPLAIN", "PROFILE") for t in every[: beginning(every)])


def _check_clause(statement: str, every: list[Token], number: int) -> None:
    token, following = every[number], [t.text.upper() for t in every[number + 1 : number + 3]]
    loads = following[:1] in (["CSV"], ["FROM"]) or following == ["WITH", "HEADERS"]
    if token.upper == "LOAD" and not loads:
        return  # a name
    if token.upper == "CALL" and following[:1] in (["{"], ["("]):
        return  # a subquery reads as the statement around it does
    where = place(statement, token.at)
    if token.upper == "CALL":
        raise UsageError(f"{where}: CALL of a procedure may write; graphkit only reads here")
    before = every[number - 1].upper if number else ""
    hint = f" (as a name, write `{token.text}`)" if before in ("AS", "WITH", "RETURN", "BY") else ""
    raise UsageError(f"{where}: {token.upper} is not read-only; graphkit only reads here{hint}")


def check_parameters(statement: str, parameters: Mapping[str, object]) -> None:
    """Refuse a statement whose parameters are not all given: a missing one is no null.

    Raises
    ------
    UsageError
        Naming what is missing.
    """
    wanted = parameter_names(statement)
    missing = [name for name in wanted if name not in parameters]
    if missing:
        names = ", ".join(f"${name}" for name in missing)
        raise UsageError(f"the statement needs {names}; give it with -P {missing[0]}=VALUE")


def parameter_names(statement: str) -> Iterable[str]:
    """Names of the parameters a statement uses, in order.

    >>> list(parameter_names("RETURN $a, '$b', $c, $a"))
    ['a', 'c']
    """
    return dict.fromkeys(t.name for t in tokens(statement) if t.kind == "parameter")
