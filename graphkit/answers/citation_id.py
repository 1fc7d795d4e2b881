"""Ids of citations: a question, what its answer said, and what that rested on, in one word.

An id is enough to ask again: it needs no server and no list of the ids that were given out.
"""

from __future__ import annotations

import re
import string
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from graphkit.errors import UsageError

PREFIX = "gk1"
"""Beginning of an id: of graphkit, in the first form."""
DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
"""Letters and digits alone: no program escapes, breaks or links them."""
CHECKSUM, FACTS, EDITION = 4, 4, 2
"""Bytes of the checksum, of the digest of the facts, and of that of each source's edition."""
LONGEST = 20_000
"""Characters and bytes of an id and its texts; a question and a sentence are far shorter."""
_START = re.compile(rf"(?<![0-9A-Za-z]){PREFIX}[0-9A-Za-z]{{17,}}")
_NEXT = re.compile(r"-?\s+([0-9A-Za-z]+)")
_BROKEN_LINES = 40
"""Lines that an id may go over."""


@dataclass(frozen=True)
class CitationId:
    """A question, the sentence that answered it, and digests of what the sentence rested on."""

    question: str
    """Address of the question below ``/api/``."""
    sentence: str
    method: int
    facts: bytes
    """First bytes of the digest of all facts."""
    editions: frozenset[bytes]
    """First bytes of the digests of what each source gave."""

    def __str__(self) -> str:
        pack = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        texts = pack.compress(f"{self.question}\n{self.sentence}".encode()) + pack.flush()
        counts = bytes([self.method]) + len(self.editions).to_bytes(2, "big")
        content = counts + self.facts + b"".join(sorted(self.editions)) + texts
        number = int.from_bytes(b"\1" + _checksum(content) + content, "big")
        letters = ""
        while number:
            number, digit = divmod(number, len(DIGITS))
            letters = DIGITS[digit] + letters
        return PREFIX + letters

    @classmethod
    def read(cls, text: str) -> Self:
        """Read an id.

        Raises
        ------
        UsageError
            It is none, or a character of it is missing or another.

        Examples
        --------
        >>> cited = CitationId("depends?country=KOR", "All.", 1, b"abcd", frozenset({b"xy"}))
        >>> CitationId.read(str(cited)) == cited
        True
        >>> CitationId.read("10.5281/zenodo.1234567")
        Traceback (most recent call last):
            ...
        graphkit.errors.UsageError: found '10.5281/zenodo.1234567', wanted the id of a citation: \
gk1 and some 200 letters and digits
        """
        text = text.strip()
        if not _START.fullmatch(text) or len(text) > LONGEST:
            raise UsageError(
                f"found {_shortened(text)!r}, wanted the id of a citation: {PREFIX} and some 200 "
                "letters and digits"
            )
        damaged = UsageError(
            f"the id {PREFIX}...{text[-5:]} is damaged: wanted each letter as it was cited, "
            "capitals too"
        )
        number = 0
        for letter in text.removeprefix(PREFIX):
            number = number * len(DIGITS) + DIGITS.index(letter)
        start, data = 1 + CHECKSUM, number.to_bytes((number.bit_length() + 7) // 8, "big")
        content = data[start:]
        if data[:start] != b"\1" + _checksum(content):
            raise damaged
        try:
            return cls._unpacked(content)
        except (IndexError, ValueError, zlib.error):  # made by hand: its checksum is right
            raise damaged from None

    @classmethod
    def _unpacked(cls, content: bytes) -> Self:
        first = 3 + FACTS
        end = first + EDITION * int.from_bytes(content[1:3], "big")
        editions = {content[n : n + EDITION] for n in range(first, end, EDITION)}
        unpack = zlib.decompressobj(-zlib.MAX_WBITS)
        texts = unpack.decompress(content[end:], LONGEST).decode()
        if not unpack.eof:
            raise ValueError("the texts are cut off or too long")
        question, _, sentence = texts.partition("\n")
        return cls(question, sentence, content[0], content[3:first], frozenset(editions))


def _checksum(content: bytes) -> bytes:
    return sha256(PREFIX.encode() + content).digest()[:CHECKSUM]


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def ids_in(text: str) -> Iterator[tuple[int, CitationId | UsageError]]:
    """Find the ids in a text, also those that go over several lines.

    Yields
    ------
    tuple
        The number of its line, and the id or what is wrong with it.
    """
    end = 0
    for start in _START.finditer(text):
        if start.start() < end:
            continue
        line = text.count("\n", 0, start.start()) + 1
        letters, end = start[0], start.end()
        try:
            cited: CitationId | UsageError = CitationId.read(letters)
        except UsageError as error:
            cited = error
        place = end
        for _ in range(_BROKEN_LINES):
            following = _NEXT.match(text, place)
            if isinstance(cited, CitationId) or following is None:
                break
            letters, place = letters + following[1], following.end()
            if len(letters) > LONGEST:
                break
            try:
                cited, end = CitationId.read(letters), place
            except UsageError:
                continue
        yield line, cited
