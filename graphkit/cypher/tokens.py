"""Tokens of Cypher text, and the patterns of nodes and relationships among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from graphkit.errors import UsageError
from graphkit.schema import GRAPH

MAX_CHARACTERS = 100_000

OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|.)", re.DOTALL)
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>//[^\r\n]*|/\*.*?\*/)
  | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<quoted>`(?:[^`]|``)*`)
  | (?P<parameter>\$\s*(?:\w+|`(?:[^`]|``)*`))
  | (?P<number>0[xX][\da-fA-F_]+|0[oO][0-7_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<word>[^\W\d]\w*)
  | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """One piece of Cypher and its offset in the text."""

    kind: str
    text: str
    at: int

    @property
    def upper(self) -> str:
        """The word in capitals, as keywords are compared; empty for other tokens."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def end(self) -> int:
        """Offset of the next character."""
        return self.at + len(self.text)

    @property
    def name(self) -> str:
        """Name that a word, a text in backticks or a parameter stands for."""
        text = self.text.removeprefix("$").strip() if self.kind == "parameter" else self.text
        return text[1:-1].replace("``", "`") if text[:1] == "`" else text


def tokens(statement: str) -> list[Token]:
    """Split a statement into tokens, without white space and comments.

    Raises
    ------
    UsageError
        A string, name or comment is not closed, or the text is absurdly long.

    Examples
    --------
    >>> [t.text for t in tokens("MATCH (a:`Set`) // DELETE\\nRETURN 'DROP', $p")]
    ['MATCH', '(', 'a', ':', '`Set`', ')', 'RETURN', "'DROP'", ',', '$p']
    """
    if len(statement) > MAX_CHARACTERS:
        raise UsageError(
            f"the statement has {len(statement):,} characters; at most {MAX_CHARACTERS:,}"
        )
    return list(_tokens(statement))


def _tokens(statement: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(statement):
        kind, text, at = match.lastgroup or "", match[0], match.start()
        if kind == "symbol" and (text in "'\"`" or statement.startswith("/*", at)):
            what = "comment" if text == "/" else f"{text}-quoted text"
            raise UsageError(f"{place(statement, at)}: the {what} that begins here never ends")
        if kind not in ("space", "comment"):
            yield Token(kind, text, at)


def unescaped(statement: str) -> str:
    r"""Replace ``\uXXXX`` by its character, as Neo4j does before it splits text into tokens.

    >>> print(unescaped(r"RETURN 'a\u0027 SET n.x = 1 //\\u0027'"))
    RETURN 'a' SET n.x = 1 //\\u0027'
    """
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[0], statement)


def place(statement: str, at: int) -> str:
    """Return line and column of a character, for people.

    >>> place("MATCH (n)\\nRETRUN n", 10)
    'line 2, column 1'
    """
    line = statement.count("\n", 0, at) + 1
    return f"line {line}, column {at - (statement.rfind(chr(10), 0, at) + 1) + 1}"


def is_name(every: list[Token], number: int) -> bool:
    """Tell by the signs around a word if it is a label, a property or a map key."""
    before = every[number - 1].text if number else ""
    after = every[number + 1].text if number + 1 < len(every) else ""
    if before == "!":
        # Of a label (:!Set); or ladybug's factorial (3! SET ...), which a clause may follow.
        while number and every[number - 1].text == "!":
            number -= 1
        before = every[number - 1].text if number else ""
        return before in (":", "|", "&", "(")
    if before == ".":
        return number < 2 or every[number - 2].kind != "number"
    return before in (":", "|", "&") or (before in ("{", ",") and after == ":")


CLAUSES = frozenset((
    "MATCH", "OPTIONAL", "WHERE", "WITH", "RETURN", "UNWIND", "CALL", "UNION", "ORDER", "SKIP",
    "LIMIT", "OFFSET", "USING",
))  # fmt: skip


@dataclass(frozen=True)
class Node:
    """Node of a pattern: where it is named or could be, and where it ends.

    ``text`` is the name as it is written, empty where it has none: ``name`` is then its place.
    ``labels`` is empty where the text does not say, or not simply.
    """

    name: str
    text: str
    labels: tuple[str, ...]
    naming: int
    end: int


@dataclass(frozen=True)
class Relationship:
    """Relationship of a pattern, from left to right as it is written.

    ``naming`` is where a name can be inserted, in square brackets if it is ``bare``: ``-->``;
    ``stretching`` is where a star can be, that makes it of variable length.
    """

    name: str
    types: tuple[str, ...]
    many: bool
    bare: bool
    naming: int
    stretching: int
    left: Node
    right: Node
    to_right: bool = False
    to_left: bool = False


@dataclass(frozen=True)
class Match:
    """Clause MATCH: its relationships, the end of its pattern, and the span of its condition.

    ``paths``: it names a whole path. ``alone``: OPTIONAL, or in a subquery.
    """

    at: int
    paths: bool
    alone: bool
    nodes: tuple[Node, ...]
    relationships: tuple[Relationship, ...]
    end: int
    condition: tuple[int, int] | None


def matches(every: list[Token]) -> Iterator[Match]:
    """Yield every MATCH of a statement, those of subqueries too."""
    for number, token in enumerate(every):
        if token.upper == "MATCH" and not is_name(every, number):
            yield match_at(every, number)


def closing(every: list[Token], number: int) -> int:
    """Find the bracket that closes the one at ``number``; the end of the text if none does."""
    depth = 0
    for place in range(number, len(every)):
        depth += (every[place].text in OPENING) - (every[place].text in CLOSING)
        if not depth:
            return place
    return len(every)


def opening(every: list[Token], number: int) -> int | None:
    """Find the innermost bracket that is open before a token."""
    depth = 0
    for start in range(number - 1, -1, -1):
        depth += (every[start].text in CLOSING) - (every[start].text in OPENING)
        if depth < 0:
            return start
    return None


def begins_clause(every: list[Token], number: int) -> bool:
    """Tell if a token is the first of a clause."""
    if every[number].upper not in CLAUSES or is_name(every, number):
        return False
    return not (number and every[number - 1].upper in ("STARTS", "ENDS"))


def clause_end(every: list[Token], number: int) -> int:
    """Return the place after the last token of the clause whose inside begins at ``number``."""
    while number < len(every):
        if every[number].text in OPENING:
            number = closing(every, number)
        elif every[number].text in (*CLOSING, ";") or begins_clause(every, number):
            break
        number += 1
    return min(number, len(every))


def match_at(every: list[Token], number: int) -> Match:
    """Read the MATCH that begins at a token."""
    end = clause_end(every, number + 1)
    nodes: list[Node] = []
    relationships: list[Relationship] = []
    waiting: Relationship | None = None
    place = number + 1
    while place < end:
        text = every[place].text
        if text == "(":
            close = closing(every, place)
            nodes.append(_node(every, place, close))
            if waiting is not None:
                relationships.append(replace(waiting, right=nodes[-1]))
                waiting = None
            place = close
        elif text in ("-", "<") and nodes:
            waiting, place = _relationship(every, place, nodes[-1])
        place += 1
    condition = None
    if end < len(every) and every[end].upper == "WHERE":
        last = clause_end(every, end + 1) - 1
        condition = every[end].end, every[last].end
    paths = any(t.text == "=" for t in outside_brackets(every[number + 1 : end]))
    optional = number > 0 and every[number - 1].upper == "OPTIONAL"
    return Match(
        every[number].at,
        paths,
        optional or opening(every, number) is not None,
        tuple(nodes),
        tuple(relationships),
        every[end - 1].end,
        condition,
    )


def outside_brackets(every: list[Token]) -> Iterator[Token]:
    """Yield the tokens outside brackets."""
    depth = 0
    for token in every:
        depth -= token.text in CLOSING
        if not depth:
            yield token
        depth += token.text in OPENING


def kinds_at(types: tuple[str, ...], starts: bool, ends: bool) -> set[str] | None:
    """Return the node kinds at one end of such relationships; None if a type is unknown."""
    if not all(t in GRAPH.by_name and GRAPH[t].is_edge for t in types):
        return None
    kinds: set[str] = set()
    for kind in (GRAPH[t] for t in types) if types else GRAPH.edges:
        start, end = kind.ends
        kinds.update(start.kinds if starts else ())
        kinds.update(end.kinds if ends else ())
    return kinds


def ends_of(each: Relationship) -> Iterator[tuple[Node, set[str] | None]]:
    """Yield both nodes of a relationship, with the kinds that the schema allows there."""
    yield each.left, kinds_at(each.types, not each.to_left, not each.to_right)
    yield each.right, kinds_at(each.types, not each.to_right, not each.to_left)


def _node(every: list[Token], place: int, close: int) -> Node:
    inside = every[place + 1 : close]
    named = bool(inside) and inside[0].kind in ("word", "quoted")
    name, text = (inside[0].name, inside[0].text) if named else (f"({place})", "")
    end = every[close].end if close < len(every) else every[-1].end
    naming = inside[0].at if named else every[place].end
    return Node(name, text, _labels(inside[named:]), naming, end)


def _labels(inside: list[Token]) -> tuple[str, ...]:
    """Return the names of ``:A`` or ``:A|B``; none for a longer expression."""
    if not inside or inside[0].text != ":":
        return ()
    names, signs = inside[1::2], inside[2::2]
    found = []
    for name, sign in zip(names, [*signs, None], strict=False):
        if name.kind not in ("word", "quoted"):
            return ()
        found.append(name.name)
        if sign is None or sign.text in ("{", "*") or sign.upper == "WHERE":
            return tuple(found)
        if sign.text not in ("|", ":"):
            return ()
    return tuple(found)


def _relationship(every: list[Token], place: int, left: Node) -> tuple[Relationship | None, int]:
    """Read the relationship that begins at ``place``; return the place of its last token too."""
    to_left = every[place].text == "<"
    place += to_left
    following = every[place + 1].text if place + 1 < len(every) else ""
    if following == "[":
        close = closing(every, place + 1)
        inside = every[place + 2 : close]
        named = bool(inside) and inside[0].kind in ("word", "quoted")
        name, types = inside[0].name if named else "", _labels(inside[named:])
        many = any(t.text == "*" for t in inside)
        naming, last = every[place + 1].end, close + 1
        rest = next((n for n, t in enumerate(inside) if t.text in ("{", "*")), len(inside))
        stretching = inside[rest - 1].end if rest else naming
    elif following == "-":
        name, types, many, last = "", (), False, place + 1
        naming = stretching = every[place].end
    else:
        return None, place
    to_right = last + 1 < len(every) and every[last + 1].text == ">"
    found = Relationship(
        name, types, many, following == "-", naming, stretching, left, left, to_right, to_left
    )
    return found, last + to_right
