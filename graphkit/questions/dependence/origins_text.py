"""Sentences on origins: who mined, refined and made what a country buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphkit.answers.answer import Answer
from graphkit.answers.figures import HALF, number_of
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import (
    BY,
    ESTIMATE,
    WIDE,
    Lexicon,
    Sentences,
    between,
    figure_of_part,
    figure_of_range,
    figure_of_share,
    in_main_period,
    part,
    places_of,
    qualified,
    shortened,
    time_of,
    worked,
)
from graphkit.names import capitalized, possessive
from graphkit.questions.dependence.origins import FACE_VALUE, Makers, Origin
from graphkit.questions.shared.assumptions import Assuming

CONTRADICTED = "contradicted"
"""Assumption that the data rule out."""
NO_COUNTRY = ("unknown", "untraceable", "any other country")
THROUGH = "through "
ANY_STAGE = "any stage"


def _none_of(answer: Answer) -> Sentences:
    """Say that one country is not known to be behind what is bought, or that nobody is."""
    names = Lexicon(answer)
    if origin := answer.scope.place(Role.ORIGIN):
        place = capitalized(names.place(origin))
        imports = f"{names.whose_imports} {names.subject}"
        yield from shortened(Sentence(f"{place} is not known to be behind {imports}"))
    yield from unknown(
        lambda names, goods:
        f"Where {names.whose_imports} {goods} come from{names.stated_time} is not known"
    )(answer)  # fmt: skip


@otherwise(_none_of)
def origins(answer: Answer) -> Sentences:
    """Say where one product surely comes from, or for how many products one country is half."""
    tell = _by_sellers if answer.scope.of(Makers) == Makers(FACE_VALUE) else _traced
    return sentences_on_parts(answer, Role.CONSUMER, tell)


def _is_country(row: Origin) -> bool:
    return row["origin"] not in NO_COUNTRY and not _is_passed(row)


def _by_sellers(names: Lexicon, rows: Sequence[Origin]) -> Sentences:
    """Say whose sales stand behind one product if each seller is taken for the maker."""
    rows = in_main_period(rows)
    known = [row for row in rows if _is_country(row) and row["face_value"]]
    if not known:
        yield from _traced(names, rows)
        return
    row = max(known, key=lambda row: (row["face_value"], row["product"], row["traced_to"],
                                      row["origin"]))  # fmt: skip
    goods = f"{possessive(names.place(row['consumer']))} imports of {names.goods(row['product'])}"
    claim = _of_origin(names, row, figure_of_share(row["face_value"]), "by sellers")
    start = f"By sellers alone, {claim.figure} of {goods}{time_of([row])} was "
    start += f"{worked(row['traced_to'])} in {names.place(row['origin'])}{qualified([row])}"
    yield from shortened(Sentence(start, (claim,)), f", {BY[row['measure']]}")


def _of_origin(names: Lexicon, row: Origin, figure: Figure, *qualifiers: str) -> Claim:
    """Claim which part the work of a stage was done on in a country, or passed through it."""
    claim = names.claim(
        Kind.SHARE, [row], figure, subject=places_of(row["origin"].removeprefix(THROUGH)),
        measure=row["measure"],
    )  # fmt: skip
    before = ("before that work",) if row["earlier"] else ()
    stage = ANY_STAGE if _is_passed(row) else row["traced_to"]
    return replace(claim, qualifiers=(stage, *claim.qualifiers, *before, *qualifiers))


def _is_through(row: Origin) -> bool:
    """Tell whether a row is what passed those left out."""
    return bool(row["origin"].startswith(THROUGH))


def _is_passed(row: Origin) -> bool:
    """Tell whether a row is of what was in a place at any stage."""
    return _is_through(row) or row["traced_to"] == ANY_STAGE


def _of_any_stage(rows: Sequence[Origin]) -> Sequence[Origin]:
    """Select what was in a place at any stage, where rows have it; else return all."""
    return [row for row in rows if _is_passed(row)] or rows


def _surest(rows: Sequence[Origin]) -> Origin | None:
    """Choose the origin of the largest part that is certain, where the stage's work was done."""
    known = [row for row in _of_any_stage(rows) if _is_passed(row) or _is_country(row)]
    known = [row for row in known if row["share"] is not None]
    sure = [row for row in known if not row["earlier"]] or known
    return max(sure, key=lambda row: (row["low"] or 0.0, row["share"] or 0.0, row["product"],
                                      row["traced_to"], row["origin"]), default=None)  # fmt: skip


def _traced(names: Lexicon, rows: Sequence[Origin]) -> Sentences:
    """Say where imports come from, looked through to who made them."""
    rows = in_main_period(rows)
    if len({row["product"] for row in rows}) > 1 and not any(map(_is_through, rows)):
        yield from _of_products(names, rows)
        return
    row = _surest(rows)
    buyer, time = possessive(names.place(rows[0]["consumer"])), time_of(rows)
    if row is None:
        goods, unknown = names.goods(rows[0]["product"]), names.claim(Kind.UNKNOWN, rows)
        text = f"Which countries {buyer} imports of {goods}{time} come from is unknown"
        yield Sentence(f"{text}.", (unknown,))
        return
    goods = f"{buyer} imports of {names.goods(row['product'])}{time}"
    place = names.place(row["origin"].removeprefix(THROUGH))
    passed = f"passed through {place}"
    work = f"was {worked(row['traced_to'])} in {place}"
    fit = qualified([row])
    if not fit and row["earlier"]:
        fit = ", or sold by it before that work"
    figure = figure_of_range(row["low"], row["high"], row["share"])
    claim, measure = _of_origin(names, row, figure), f", {BY[row['measure']]}"
    estimate = Sentence()
    if row["low"] is not None and figure.words != part(row["share"] or 0.0):
        mean = _of_origin(names, row, figure_of_share(row["share"] or 0.0), ESTIMATE)
        estimate = Sentence(f", estimated at {mean.figure}", (mean,))
    at_stage = f"{passed} at some stage" if _is_passed(row) else work
    start = Sentence(f"{capitalized(figure.words)} of {goods} {at_stage}{fit}", (claim,))
    yield from _assumed(names, start, row)
    yield from shortened(start, estimate, measure)
    untold = replace(claim, kind=Kind.UNKNOWN, denied=Kind.SHARE, reason=figure.words)
    verb = passed if _is_passed(row) else work
    start = Sentence(f"What part of {goods} {verb}{fit} cannot be told: {figure}", (untold,))
    yield from _assumed(names, start, row)
    yield from shortened(start, measure)


def _assumed(names: Lexicon, start: Sentence, row: Origin) -> Sentences:
    """Add what a wide range would be under an assumption, if that is narrower."""
    low, high, assumption = row["low"], row["high"], row["assumption"]
    if low is None or high is None or assumption is None:
        return
    if assumption == CONTRADICTED or high - low <= WIDE:
        return
    figure = figure_of_range(row["assumed_low"], row["assumed_high"], None)
    if figure.words == between(low, high):
        return
    claim = _of_origin(names, row, figure, "assumed")
    claim = replace(claim, assumptions={**claim.assumptions, "assumption": assumption})
    conditions = [f"if {assumption}", "under assumptions"]
    if names.answer.scope.of(Assuming) == Assuming(("makers",)):
        conditions.insert(1, "if only listed makers make it")
    for condition in conditions:
        yield start + Sentence(f"; {condition}: {figure}.", (claim,))


def _half_made(rows: Sequence[Origin]) -> list[Origin]:
    """Select the countries that surely did the work of a stage for half, or passed it on."""
    return [
        row for row in rows
        if not row["earlier"] and (row["low"] or 0.0) >= HALF
        and (_is_country(row) or _is_passed(row))
    ]  # fmt: skip


def _of_products(names: Lexicon, rows: Sequence[Origin]) -> Sentences:
    """Say for how many products one country surely did the work of a stage for half.

    Where the rows tell it, for how many half passed through the country at any stage; of none,
    the largest part that is certain.
    """
    counted = _of_any_stage(rows)
    large = _half_made(counted)
    largest = _surest(rows)
    if not large and largest and largest["low"]:
        return _traced(names, [row for row in rows if row["product"] == largest["product"]])
    return _count_of_products(names, rows, large, _is_passed(counted[0]))


def _count_of_products(
    names: Lexicon, rows: Sequence[Origin], large: Sequence[Origin], passed: bool
) -> Sentences:
    """Count the products of which one country did the work of a stage for half."""
    buyer, time = names.place(rows[0]["consumer"]), time_of(rows)
    whole, products = len({row["product"] for row in rows}), {row["product"] for row in large}
    fit = qualified([row for row in rows if row["product"] in products])
    origin = names.answer.scope.place(Role.ORIGIN)
    subject: tuple[str, ...] = ()
    most, place = Sentence(), "one country"
    if origin is not None:
        place, subject = names.place(origin), places_of(origin)
    else:
        pairs = dict.fromkeys((row["product"], row["origin"]) for row in large)
        most = names.named_most(large, [country for _, country in pairs])
    ends: Sequence[str] = ("was surely mined, refined or made in", "was surely made in")
    if passed:
        ends, place = ("surely passed through",), f"{place} at some stage"
    imports = f"at least half of {possessive(buyer)} imports{time}"
    for text in (names.products(whole), number_of(whole, "product")):
        figure = figure_of_part(len(products), text, whole)
        claim = names.claim(
            Kind.HALF, large or rows, figure, subject=subject, material=tuple(sorted(products)),
            assumptions={"threshold": HALF},
            qualifiers=(ANY_STAGE,) * passed + ("other goods",) * bool(fit),
        )  # fmt: skip
        for end in ends:
            start = f"For {figure}, {imports} {end} {place}{fit}"
            yield from shortened(Sentence(start, (claim,)), most)
