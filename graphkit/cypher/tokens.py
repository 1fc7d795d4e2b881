"""Tokens of Cypher text, the syntax tree made of them, and the cursor that reads them in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn

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
    offset: int
    upper: str
    """The word in capitals, as keywords are compared; the text of other tokens."""

    @property
    def end(self) -> int:
        """Offset of the next character."""
        return self.offset + len(self.text)

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
        kind, text, offset = match.lastgroup or "", match[0], match.start()
        if kind == "symbol" and (text in "'\"`" or statement.startswith("/*", offset)):
            name = "comment" if text == "/" else f"{text}-quoted text"
            raise UsageError(f"{place(statement, offset)}: the {name} that begins here never ends")
        if kind not in ("space", "comment"):
            yield Token(kind, text, offset, text.upper() if kind == "word" else text)


def unescaped(statement: str) -> str:
    r"""Replace ``\uXXXX`` by its character, as Neo4j does before it splits text into tokens.

    >>> print(unescaped(r"RETURN 'a\u0027 SET n.x = 1 //\\u0027'"))
    RETURN 'a' SET n.x = 1 //\\u0027'
    """
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[0], statement)


def place(statement: str, offset: int) -> str:
    """Return line and column of a character, for people.

    >>> place("MATCH (n)\\nRETRUN n", 10)
    'line 2, column 1'
    """
    line = statement.count("\n", 0, offset) + 1
    return f"line {line}, column {offset - (statement.rfind(chr(10), 0, offset) + 1) + 1}"


@dataclass(slots=True, eq=False)
class Syntax:
    """One construct of a statement: its kind, its span in the text, a name, and its parts.

    ``name`` is what names it: of a variable, a function, a property or a label, or the keyword
    or sign that tells constructs of one kind apart.
    """

    kind: str
    offset: int
    end: int
    name: str = ""
    parts: list[Syntax] = field(default_factory=list)

    def first(self, *kinds: str) -> Syntax | None:
        """Return the first part of some kinds."""
        for part in self.parts:
            if part.kind in kinds:
                return part
        return None

    def all(self, *kinds: str) -> list[Syntax]:
        """Return the parts of some kinds."""
        return [part for part in self.parts if part.kind in kinds]

    def walk(self, *kinds: str) -> Iterator[Syntax]:
        """Yield this construct and all within it, in the order of the text; only some kinds."""
        rest = [self]
        while rest:
            syntax = rest.pop()
            if not kinds or syntax.kind in kinds:
                yield syntax
            rest += reversed(syntax.parts)


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

BRACKETS = {"(": ")", "[": "]", "{": "}"}
VALUES, BETWEEN = ("string", "number", "parameter"), (*BRACKETS, *BRACKETS.values(), ",")
"""Kinds and texts of the tokens that a list of any length is made of."""
NAMES = ("word", "quoted")


class Cursor:
    """Reads the tokens of one statement from left to right, each once."""

    def __init__(self, text: str) -> None:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            message = f"{place(text, error.start)}: found half a character (a lone surrogate)"
            raise UsageError(message) from error
        self.text = text
        every = tokens(text)
        if every and every[-1].text == ";":
            every.pop()
        if not every:
            raise UsageError(
                "the statement is empty; wanted Cypher such as MATCH (n) RETURN n LIMIT 5"
            )
        self.every = [*every, *[Token("end", "", every[-1].end, "")] * 4]
        self.number = 0
        self.counts = dict.fromkeys(MOST, 0)
        self.closing = self._look_over(every)

    def _look_over(self, every: list[Token]) -> dict[int, int]:
        """Count the words, find a second statement, and match the brackets."""
        opened: list[int] = []
        closing: dict[int, int] = {}
        for number, token in enumerate(every):
            if token.text == ";":
                self.fail(token, "found a second statement; wanted one at a time")
            if token.text in BRACKETS:
                opened.append(number)
            elif opened and token.text == BRACKETS[every[opened[-1]].text]:
                closing[opened.pop()] = number
            elif token.kind not in VALUES and token.text not in BETWEEN:
                self.count("words and signs", token)
        return closing

    # --- reading tokens

    @property
    def token(self) -> Token:
        """The next token."""
        return self.every[self.number]

    @property
    def following(self) -> Token:
        """The token after the next one."""
        return self.every[self.number + 1]

    def take(self) -> Token:
        """Take the next token."""
        token = self.every[self.number]
        self.number += token.kind != "end"
        return token

    def takes(self, *texts: str) -> bool:
        """Take words or signs if they come next."""
        for ahead, text in enumerate(texts):
            if self.every[self.number + ahead].upper != text:
                return False
        self.number += len(texts)
        return True

    def wants(self, *texts: str) -> None:
        """Take words or signs, which must come next."""
        for text in texts:
            if not self.takes(text):
                self.unexpected(repr(text))

    def fail(self, token: Token, message: str) -> NoReturn:
        """Refuse the statement because of a token."""
        raise UsageError(f"{place(self.text, token.offset)}: {message}")

    def unexpected(self, expected: str) -> NoReturn:
        """Refuse the next token."""
        text = repr(self.token.text) if self.token.kind != "end" else "the end"
        self.fail(self.token, f"found {text}, wanted {expected}")

    def count(self, limit: str, token: Token, number: int = 1) -> None:
        """Count what a statement may not have too much of."""
        self.counts[limit] += number
        if self.counts[limit] > MOST[limit]:
            self.fail(token, f"more than {MOST[limit]:,} {limit} here")

    def deeper(self, token: Token) -> None:
        """Go one level of nesting further in."""
        self.count("levels of nesting", token)

    def outward(self, levels: int = 1) -> None:
        """Come back from levels of nesting."""
        self.counts["levels of nesting"] -= levels

    def build(self, kind: str, start: int, name: str = "", *parts: Syntax | None) -> Syntax:
        """Make the construct that ends before the next token."""
        end = self.every[self.number - 1].end
        return Syntax(kind, start, end, name, [part for part in parts if part is not None])

    def single(self, kind: str) -> Syntax:
        """Make a construct of the next token alone."""
        token = self.take()
        return Syntax(kind, token.offset, token.end, token.name)

    def variable(self) -> Syntax:
        """Read a name."""
        if self.token.kind not in NAMES:
            self.unexpected("a name")
        return self.single("variable")

    def separated(self, read: Callable[[], Syntax], sign: str = ",") -> list[Syntax]:
        """Read one construct or several with signs between them."""
        constructs = [read()]
        while self.takes(sign):
            constructs.append(read())
        return constructs

    def dotted(self) -> str:
        """Take a name with dots in it, such as that of a procedure; empty if there is none."""
        names = []
        while self.token.kind in NAMES:
            names.append(self.take().name)
            if self.token.text != "." or self.following.kind not in NAMES:
                break
            self.take()
        return ".".join(names)
