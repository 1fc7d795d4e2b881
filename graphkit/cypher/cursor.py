"""The tokens of a statement, read one after the other within limits on their number."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from graphkit.cypher.syntax import Syntax
from graphkit.cypher.tokens import Token, place, tokens
from graphkit.errors import UsageError

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
            where = place(text, error.start)
            raise UsageError(f"{where}: found half a character (a lone surrogate)") from error
        self.text = text
        every = tokens(text)
        if every and every[-1].text == ";":
            every.pop()
        if not every:
            wanted = "wanted Cypher such as MATCH (n) RETURN n LIMIT 5"
            raise UsageError(f"the statement is empty; {wanted}")
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

    def takes(self, *wanted: str) -> bool:
        """Take words or signs if they come next."""
        for ahead, text in enumerate(wanted):
            if self.every[self.number + ahead].upper != text:
                return False
        self.number += len(wanted)
        return True

    def wants(self, *wanted: str) -> None:
        """Take words or signs, which must come next."""
        for text in wanted:
            if not self.takes(text):
                self.unexpected(repr(text))

    def fail(self, token: Token, message: str) -> NoReturn:
        """Refuse the statement because of a token."""
        raise UsageError(f"{place(self.text, token.at)}: {message}")

    def unexpected(self, wanted: str) -> NoReturn:
        """Refuse the next token."""
        found = repr(self.token.text) if self.token.kind != "end" else "the end"
        self.fail(self.token, f"found {found}, wanted {wanted}")

    def count(self, what: str, token: Token, more: int = 1) -> None:
        """Count what a statement may not have too much of."""
        self.counts[what] += more
        if self.counts[what] > MOST[what]:
            self.fail(token, f"more than {MOST[what]:,} {what} here")

    def deeper(self, token: Token) -> None:
        """Go one level of nesting further in."""
        self.count("levels of nesting", token)

    def outward(self, levels: int = 1) -> None:
        """Come back from levels of nesting."""
        self.counts["levels of nesting"] -= levels

    def made(self, kind: str, start: int, name: str = "", *parts: Syntax | None) -> Syntax:
        """Make the construct that ends before the next token."""
        end = self.every[self.number - 1].end
        return Syntax(kind, start, end, name, [part for part in parts if part is not None])

    def single(self, kind: str) -> Syntax:
        """Make a construct of the next token alone."""
        token = self.take()
        return Syntax(kind, token.at, token.end, token.name)

    def variable(self) -> Syntax:
        """Read a name."""
        if self.token.kind not in NAMES:
            self.unexpected("a name")
        return self.single("variable")

    def separated(self, read: Callable[[], Syntax], sign: str = ",") -> list[Syntax]:
        """Read one construct or several with signs between them."""
        found = [read()]
        while self.takes(sign):
            found.append(read())
        return found

    def dotted(self) -> str:
        """Take a name with dots in it, such as that of a procedure; empty if there is none."""
        names = []
        while self.token.kind in NAMES:
            names.append(self.take().name)
            if self.token.text != "." or self.following.kind not in NAMES:
                break
            self.take()
        return ".".join(names)
