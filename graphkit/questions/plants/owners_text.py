"""First lines on owners of capacity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.sentence import Kind, Sentence
from graphkit.answers.terms import By, Role
from graphkit.headlines.gate import UNKNOWN_OWNER
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    facts_of,
    figure_of_count,
    figure_of_share,
    shortened,
    without_brackets,
)
from graphkit.names import capitalized, possessive
from graphkit.questions.plants.wording import country_of

NOBODY = "no single owner"


@otherwise(unknown(lambda _, goods: f"Known to graphkit: no mine or plant for {goods}"))
def owners(answer: Answer) -> Sentences:
    """Say who has most of the first known capacity, as a range, and how far it goes."""
    yield from sentences_on_parts(answer, Role.COUNTRY, _most)


def _first_block(rows: Sequence[Row]) -> list[Row]:
    """Select the rows of the first product and basis; none without a capacity."""
    first = rows[0]
    if first["total_tonnes"] is None:
        return []
    return [
        row for row in rows
        if (row["product"], row["basis"]) == (first["product"], first["basis"])
    ]  # fmt: skip


def _who(names: Lexicon, row: Row) -> str:
    """Name an owner, or the owners of a seat."""
    if names.answer.scope.of(By) == By("seat"):
        return f"owners seated in {names.place(row['seat'])}"
    name = without_brackets(str(row["owner"]))
    return name if PLAIN_NAME.fullmatch(name) else "one owner"


def _is_unknown(row: Row) -> bool:
    """Return True for a row of what may be anybody's, or nobody's."""
    return UNKNOWN_OWNER in (row["owner"], row["seat"]) or NOBODY in (row["owner"], row["seat"])


def _most(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    block = _first_block(rows)
    place = names.place(rows[0]["country"]) if rows[0]["country"] else "the world"
    whose = country_of(rows)
    if not block:
        kind = "seat" if names.answer.scope.of(By) == By("seat") else "owner"
        named = [row for row in rows if not _is_unknown(row)]
        count = names.claim(Kind.COUNT, named, figure_of_count(len(named), kind), whose=whose)
        known = Sentence(f"no {kind} is named")
        if named:
            known = Sentence(f"{count.figure} {'is' if len(named) == 1 else 'are'} named", (count,))
        unknown = names.claim(Kind.UNKNOWN, rows, whose=whose)
        about = "" if names.is_of_all else f" for {names.subject}"
        for where in (f"{about} in {place}", ""):
            start = Sentence(f"No capacity{where} is known in tonnes; ", (unknown,))
            yield from shortened(start + known)
        return
    first = block[0]
    goods = names.goods(first["product"])
    bases = {row["basis"] for row in rows if row["product"] == first["product"]}
    if len(bases) > 1:
        goods += f" ({first['basis'] or 'basis not stated'})"
    parts: dict[str, Any] = {"whose": whose, "facts": str(first["as_of"] or "") or None}
    if not _is_unknown(first) and first["share_low"]:
        figure = figure_of_share(first["share_low"], first["share_high"])
        who = names.claim(Kind.FIRST, [first], figure, subject=_owner(names, first), **parts)
        whole = f"{possessive(place)} known capacity for {goods}"
        words = f"{capitalized(_who(names, first))} had {figure} of {whole}{facts_of(first)}"
        rest = Sentence()
        unnamed = next((row for row in block if UNKNOWN_OWNER in (row["owner"], row["seat"])), None)
        if unnamed:
            figure = figure_of_share(unnamed["share_low"])
            left = names.claim(Kind.SHARE, [unnamed], figure, **parts)
            rest = Sentence(f"; {figure} is of unknown owners", (left,))
        yield from shortened(Sentence(words, (who,)), rest)
    question = f"Who owns most of {possessive(place)} capacity for {goods} cannot be told"
    untold = names.claim(Kind.UNKNOWN, [first], denied=Kind.FIRST, **parts)
    yield Sentence(f"{question}{facts_of(first)}.", (untold,))
    untold = names.claim(Kind.UNKNOWN, [first], reason="its owners are not known", **parts)
    yield Sentence(f"{question}{facts_of(first)}.", (untold,))


def _owner(names: Lexicon, row: Row) -> str:
    """Return the key of an owner, or of a seat."""
    return str(row["seat"] if names.answer.scope.of(By) == By("seat") else row["owner"])
