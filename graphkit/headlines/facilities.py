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
    """Count what the graph knows: it is no count of what there is, so nothing is the largest."""
    number, with_capacity = _keys(rows)
    where = f" in {names.place(rows[0]['country'])}" if names.answer.scope["country"] else ""
    about = "" if names.is_of_all else f" for {names.subject}"
    start = f"Known to graphkit: {number_of(number, 'mine or plant', 'mines and plants')}"
    capacities = f"{with_capacity:,} of them with a capacity" if with_capacity else (
        "without a capacity"
    )  # fmt: skip
    yield from shortened(f"{start}{about}{where}, {capacities}")
    yield from shortened(f"{start}, {capacities}")


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


def _is_known(row: Row) -> bool:
    """Return True if at least half of the capacity is surely known: below, nobody is first."""
    least = row["coverage_low"]
    return least is not None and least >= UNDER


def _dates(row: Row) -> str:
    """Write of when the capacities and owners are."""
    dates = str(row["as_of"] or "")
    return f" (facts of {dates})" if PLAIN_NAME.fullmatch(dates) else " (facts without a year)"


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
    goods = names.goods(first["product"])
    bases = {row["basis"] for row in rows if row["product"] == first["product"]}
    if len(bases) > 1:
        goods += f" ({first['basis'] or 'basis not stated'})"
    capacity = f"{possessive(place)} capacity for {goods}"
    if not _is_known(first):
        least = first["coverage_high"] if first["coverage_low"] is None else first["coverage_low"]
        part_known = "an unknown part"
        if least is not None:
            part_known = f"{'at most ' * (first['coverage_low'] is None)}{part(least)}"
        start = f"Who owns most of {capacity} cannot be told"
        yield from shortened(start, f": graphkit knows {part_known} of it{_dates(first)}")
        return
    known = f"{possessive(place)} known capacity for {goods}"
    unknown = next((row for row in block if UNKNOWN in (row["owner"], row["seat"])), None)
    if _is_unknown(first) or not first["share_low"]:
        yield from shortened(f"Who owns most of {known} cannot be told", _dates(first))
        return
    share = between(first["share_low"], first["share_high"])
    rest = f"; {part(unknown['share_low'])} is of unknown owners" if unknown else ""
    who = capitalized(_who(names, first))
    yield from shortened(f"{who} had {share} of {known}{_dates(first)}", rest)


def _most_alone(names: Lexicon, rows: Sequence[Row]) -> Figure:
    block = _first_block(rows)
    if not block or _is_unknown(block[0]) or not block[0]["share_low"] or not _is_known(block[0]):
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
    what = (
        f"{number_of(capacities, 'capacity', 'capacities')} and {number_of(len(owners), 'owner')}"
    )
    yield from _of_one(names, f" in {names.place(answer.scope['country'])}", what)


def company(answer: Answer) -> Sentences:
    """Say of how many plants of one company the graph knows."""
    names = Lexicon(answer)
    rows = answer.rows.to_pylist()
    plants = {row["plant"] for row in rows if row["plant"] and row["fact"] != "runs"}
    run = {row["plant"] for row in rows if row["fact"] == "runs"}
    what = f"a part of {number_of(len(plants), 'mine or plant', 'mines and plants')}"
    what += f", and {len(run):,} that it runs" if run else ""
    seat = answer.scope["seat"]
    where = f", seated in {names.place(seat)}" if seat else ", of unknown seat"
    yield from _of_one(names, where, what)


def _of_one(names: Lexicon, where: str, what: str) -> Sentences:
    """Write what the graph knows of one thing, with its name where that is plain."""
    name = without_brackets(str(names.answer.scope["name"]))
    if PLAIN_NAME.fullmatch(name):
        yield from shortened(f"{capitalized(name)}{where}: graphkit knows {what}")
        yield from shortened(f"{capitalized(name)}: graphkit knows {what}")
    yield from shortened(f"Known to graphkit: {what}")


HEADLINES = {
    "profiles.plant": plant, "profiles.company": company,
    "plants.plants": plants, "owners.owners": owners,
}  # fmt: skip
"""Headlines by the function of the question."""
