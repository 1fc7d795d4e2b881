"""Splits Cypher text into tokens, so that words in strings, comments and names are not clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphkit.errors import UsageError

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
    """One piece of Cypher, and where it begins (from 0)."""

    kind: str
    text: str
    at: int

    @property
    def upper(self) -> str:
        """The word in capitals, as keywords are compared; empty if it is no word."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def end(self) -> int:
        """Where the next character is."""
        return self.at + len(self.text)

    @property
    def name(self) -> str:
        """What a word, a name in backticks or a parameter names."""
        text = self.text.removeprefix("$").strip() if self.kind == "parameter" else self.text
        return text[1:-1].replace("``", "`") if text[:1] == "`" else text


def tokens(statement: str) -> list[Token]:
    """The tokens of a statement without white space and comments.

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
    r"""The text as Neo4j sees it: ``\uXXXX`` becomes its character before there are tokens.

    >>> print(unescaped(r"RETURN 'a\u0027 SET n.x = 1 //\\u0027'"))
    RETURN 'a' SET n.x = 1 //\\u0027'
    """
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[0], statement)


def place(statement: str, at: int) -> str:
    """Line and column of a character, for people.

    >>> place("MATCH (n)\\nRETRUN n", 10)
    'line 2, column 1'
    """
    line = statement.count("\n", 0, at) + 1
    return f"line {line}, column {at - (statement.rfind(chr(10), 0, at) + 1) + 1}"


def is_name(every: list[Token], number: int) -> bool:
    """Whether a word is a label, a property or a map key by the signs around it."""
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
