"""Headlines on mines and plants, and on who owns them."""

from __future__ import annotations

from collections.abc import Sequence

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.figures import number_of
from graphkit.headlines.wording import (
    Figure,
    Lexicon,
    Row,
    Sentences,
    between,
    part,
    sentences_on_parts,
    shortened,
    weight,
    without_brackets,
)
from graphkit.names import capitalized, possessive

UNDER = 0.5
"""Coverage under which a headline says that it is less."""
NOBODY, UNKNOWN = "no single owner", "unknown"


def plants(answer: Answer) -> Sentences:
    """Count the plants of a country, and name the largest capacity."""
    yield from sentences_on_parts(answer, "country", _count, _count_alone)


def _keys(rows: Sequence[Row]) -> tuple[int, int]:
    """Count plants, and the capacities of one or of several together."""
    plants = {plant for row in rows for plant in row["members"] or (row["plant"],)}
    return len(plants), sum(row["capacity"] is not None for row in rows)


def _count(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    number, with_capacity = _keys(rows)
    where = f" in {names.place(rows[0]['country'])}" if names.answer.scope["country"] else ""
    about = "" if names.is_of_all else f" for {names.subject}"
    start = number_of(number, "mine or plant", "mines and plants")
    verb = "has" if number == 1 else "have"
    capacities = number_of(with_capacity, "known capacity", "known capacities")
    capacities = f"{verb} {capacities if with_capacity else 'no known capacity'}"
    known = f"{start}{about}{where} {capacities}"
    first = rows[0]
    if first["tonnes"] is None:
        yield from shortened(known)
        return
    name = first["name"]
    figure = f"{weight(first['tonnes'])} of {names.goods(first['product'])}"
    largest = f": {name} ({figure})" if PLAIN_NAME.fullmatch(name) else f" of {figure}"
    yield from shortened(f"{known}, the largest{largest}")
    yield from shortened(known)
    yield from shortened(f"{start} {capacities}")


def _count_alone(names: Lexicon, rows: Sequence[Row]) -> Figure:
    number, with_capacity = _keys(rows)
    return "plants", f"{number:,} with {number_of(with_capacity, 'capacity', 'capacities')}"


def owners(answer: Answer) -> Sentences:
    """Say who has most of the first known capacity, as a range, and how far it goes."""
    yield from sentences_on_parts(answer, "country", _most, _most_alone)


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
    if names.answer.scope["by"] == "seat":
        return f"owners seated in {names.place(row['seat'])}"
    name = without_brackets(str(row["owner"]))
    return name if PLAIN_NAME.fullmatch(name) else "one owner"


def _is_unknown(row: Row) -> bool:
    """Return True for a row of what may be anybody's, or nobody's."""
    return UNKNOWN in (row["owner"], row["seat"]) or NOBODY in (row["owner"], row["seat"])


def _coverage(row: Row) -> str:
    """Say that the known capacity is less than half of what was made, if it is or may be."""
    low, high = row["coverage_low"], row["coverage_high"]
    least = high if low is None else low
    if least is not None and least < UNDER:
        return f", under half of its output in {row['output_period']}"
    return ", of unknown coverage" if low is None else ""


def _most(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    block = _first_block(rows)
    place = names.place(rows[0]["country"]) if rows[0]["country"] else "the world"
    if not block:
        named = sum(not _is_unknown(row) for row in rows)
        kind = "seat" if names.answer.scope["by"] == "seat" else "owner"
        known = f"{number_of(named, kind)} {'is' if named == 1 else 'are'} named" if named else (
            f"no {kind} is named"
        )  # fmt: skip
        about = "" if names.is_of_all else f" for {names.subject}"
        yield from shortened(f"No capacity{about} in {place} is known in tonnes; {known}")
        yield from shortened(f"No capacity is known in tonnes; {known}")
        return
    first = block[0]
    goods, coverage = names.goods(first["product"]), _coverage(first)
    bases = {row["basis"] for row in rows if row["product"] == first["product"]}
    if len(bases) > 1:
        goods += f" ({first['basis'] or 'basis not stated'})"
    capacity = f"{possessive(place)} known capacity for {goods}"
    short = f"the known capacity for {goods}"
    unknown = next((row for row in block if UNKNOWN in (row["owner"], row["seat"])), None)
    if _is_unknown(first) or not first["share_low"]:
        kind = "seat" if names.answer.scope["by"] == "seat" else "share"
        named = sum(not _is_unknown(row) for row in block)
        owners_named = f"; {number_of(named, 'owner')} {'is' if named == 1 else 'are'} named" if (
            named and kind == "share"
        ) else ""  # fmt: skip
        for text in (capacity, short):
            start = f"Who owns {text} is unknown{coverage}"
            yield from shortened(start, f": no {kind} of an owner is published", owners_named)
        return
    share = between(first["share_low"], first["share_high"])
    rest = f"; {part(unknown['share_low'])} is unknown" if unknown else ""
    verb = "have" if names.answer.scope["by"] == "seat" else "has"
    for text in (capacity, short):
        who = capitalized(_who(names, first))
        yield from shortened(f"{who} {verb} {share} of {text}{coverage}", rest)
    yield from shortened(f"One owner has {share} of {short}{coverage}")


def _most_alone(names: Lexicon, rows: Sequence[Row]) -> Figure:
    block = _first_block(rows)
    if not block or _is_unknown(block[0]) or not block[0]["share_low"]:
        return "unknown", "unknown"
    first = block[0]
    share = between(first["share_low"], first["share_high"])
    return (first["product"], first["basis"]), f"{_who(names, first)} {share}"


def plant(answer: Answer) -> Sentences:
    """Say what is known of one plant: how many capacities and owners."""
    names = Lexicon(answer)
    rows = answer.rows.to_pylist()
    capacities = sum(row["fact"] == "can make" and row["published"] is not None for row in rows)
    owners = [row for row in rows if row["fact"] == "owned by"]
    known = number_of(capacities, "known capacity", "known capacities") if capacities else (
        "no known capacity"
    )  # fmt: skip
    who = number_of(len(owners), "known owner") if owners else "no known owner"
    where = f" in {names.place(answer.scope['country'])}"
    yield from _of_one(names, where, f"has {known} and {who}")


def company(answer: Answer) -> Sentences:
    """Say in how many plants one company has a part."""
    names = Lexicon(answer)
    rows = answer.rows.to_pylist()
    plants = {row["plant"] for row in rows if row["plant"] and row["fact"] != "runs"}
    run = {row["plant"] for row in rows if row["fact"] == "runs"}
    known = f"has a part of {number_of(len(plants), 'mine or plant', 'mines and plants')}"
    known += f" and runs {len(run):,}" if run else ""
    seat = answer.scope["seat"]
    where = f", seated in {names.place(seat)}," if seat else ", of unknown seat,"
    yield from _of_one(names, where, known)


def _of_one(names: Lexicon, where: str, known: str) -> Sentences:
    """Write what is known of one thing, with its name where that is plain."""
    name = without_brackets(str(names.answer.scope["name"]))
    if PLAIN_NAME.fullmatch(name):
        yield from shortened(f"{capitalized(name)}{where} {known}")
        yield from shortened(f"{capitalized(name)} {known}")
    yield from shortened(f"It {known}")


HEADLINES = {
    "profiles.plant": plant, "profiles.company": company,
    "plants.plants": plants, "owners.owners": owners,
}  # fmt: skip
"""Headlines by the function of the question."""
