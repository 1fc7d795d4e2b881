"""Tokens of Cypher text, and where they stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphkit.errors import UsageError

MAX_CHARACTERS = 100_000

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|.)", re.DOTALL)
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>//[^\r\n]*|/\*.*?\*/)
  | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<quoted>`(?:[^`]|``)*`)
  | (?P<parameter>\$\s*(?:\w+|`(?:[^`]|``)*`))
  | (?P<number>0[xX][\da-fA-F_]+|0[oO][0-7_]+
      |(?:\d[\d_]*(?:\.\d+)?|(?<![\w`.)\]}])\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<word>[^\W\d]\w*)
  | (?P<symbol><>|<=|>=|=~|\|\||\.\.|::|.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class Token:
    """One piece of Cypher and its offset in the text."""

    kind: str
    text: str
    at: int
    upper: str
    """The word in capitals, as keywords are compared; the text of other tokens."""

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
            yield Token(kind, text, at, text.upper() if kind == "word" else text)


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
