"""Headlines on mines and plants, and on who owns them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.headlines.gate import UNKNOWN_OWNER
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

SITES = ("mine or plant", "mines and plants")
NOBODY = "no single owner"


def plants(answer: Answer) -> Sentences:
    """Count the plants of a country, and name the largest capacity."""
    yield from sentences_on_parts(answer, "country", _count)


def _sites(rows: Sequence[Row]) -> set[str]:
    """Collect the plants of rows, of one or of several together."""
    return {plant for row in rows for plant in row["members"] or (row["plant"],)}


def _count(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Count what the graph knows: it is no count of what there is, so nothing is the largest."""
    whose = _countries(rows)
    where = f" in {names.place(whose[0])}" if whose else ""
    about = "" if names.is_of_all else f" for {names.subject}"
    parts: dict[str, Any] = {"whose": whose, "material": (), "period": None}
    number, with_one = len(_sites(rows)), [row for row in rows if row["capacity"] is not None]
    sites = names.claim(Kind.COUNT, rows, figure_of_count(number, *SITES), **parts)
    start = Sentence(f"Known to graphkit: {sites.figure}", (sites,))
    capacities = Sentence(", without a capacity")
    if with_one:
        count = len(_sites(with_one))
        words = "with a capacity" if number == 1 else f"{count:,} of them with a capacity"
        if any(len(row["members"] or ()) > 1 for row in with_one):
            words += ", alone or together"
        some = Figure(words, count, count, "capacity")
        capacities = Sentence(f", {some}", (names.claim(Kind.COUNT, with_one, some, **parts),))
    yield from shortened(start + f"{about}{where}" + capacities)
    yield from shortened(start + where + capacities)


def _countries(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the one country that rows are on; of several, or none, nothing."""
    keys = {row["country"] for row in rows}
    return (*keys,) if len(keys) == 1 and None not in keys else ()


def owners(answer: Answer) -> Sentences:
    """Say who has most of the first known capacity, as a range, and how far it goes."""
    yield from sentences_on_parts(answer, "country", _most)


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
    return UNKNOWN_OWNER in (row["owner"], row["seat"]) or NOBODY in (row["owner"], row["seat"])


def _most(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    block = _first_block(rows)
    place = names.place(rows[0]["country"]) if rows[0]["country"] else "the world"
    whose = _countries(rows)
    if not block:
        kind = "seat" if names.answer.scope["by"] == "seat" else "owner"
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
    return str(row["seat"] if names.answer.scope["by"] == "seat" else row["owner"])


def _years(rows: Sequence[Row]) -> str:
    """Write of when facts are: of a year, of years from one to another, or without a year.

    >>> _years([{"as_of": "2018"}, {"as_of": "2025"}, {"as_of": None}])
    'of 2018 to 2025 and without a year'
    """
    years = sorted({str(row["as_of"]) for row in rows if row["as_of"]})
    if not years:
        return "without a year"
    first_to_last = " to ".join(dict.fromkeys((years[0], years[-1])))
    is_open = any(row["as_of"] is None for row in rows)
    return f"of {first_to_last}" + " and without a year" * is_open


COUNTED = {
    "is in the group": ("group", "groups"), "has the member": ("member", "members"),
    "made": ("figure of production", "figures of production"),
    "restricts exports by": ("export control", "export controls"), "aims at": ("target", "targets"),
    "is bought as": ("product that is bought for it", "products that are bought for it"),
    "is in": ("other product that holds it", "other products that hold it"),
    "is restricted by": ("export control on it", "export controls on it"),
    "travels under": ("HS code", "HS codes"), "contains": ("element in it", "elements in it"),
    "is made from": ("input", "inputs"), "is made into": ("product of it", "products of it"),
    "names": ("element", "elements"), "names the item": ("item", "items"),
    "covers": ("product", "products"),
}  # fmt: skip
"""Nouns for the facts of a profile, one and several."""


def show(answer: Answer) -> Sentences:
    """Say how much is known of one thing, by its kind."""
    names = Lexicon(answer)
    kind = answer.scope["kind"]
    if kind in ("plant", "company"):
        yield from (_plant if kind == "plant" else _company)(answer, names)
        return
    own, counts = str(answer.scope["key"]), []
    for fact, nouns in COUNTED.items():
        if rows := [row for row in names.rows if row["fact"] == fact]:
            claim = names.claim(Kind.COUNT, rows, figure_of_count(len(rows), *nouns))
            key = claim.material[0] if len(rows) == len(claim.material) == 1 else ""
            counts.append((claim, f" ({names.goods(key)})" if key and key != own else ""))
    for number in range(len(counts), 0, -1):  # as many as a line holds
        claims = tuple(claim for claim, _ in counts[:number])
        words = [f"{claim.figure}{name}" for claim, name in counts[:number]]
        together = " and ".join([", ".join(words[:-1])] * (number > 1) + words[-1:])
        yield from _of_one(names, "", Sentence(together, claims))


def _plant(answer: Answer, names: Lexicon) -> Sentences:
    """Say what is known of one plant: how many capacities and owners, or that there is neither."""
    capacities = [row for row in names.rows
                  if row["fact"] == "can make" and row["published"] is not None]  # fmt: skip
    owners = [row for row in names.rows if row["fact"] == "owned by"]
    known: list[Claim] = []
    lacking: list[Claim] = []
    for rows, noun, several in ((capacities, "capacity", "capacities"), (owners, "owner", "")):
        if rows:
            figure, claims = figure_of_count(len(rows), noun, several), known
        else:
            figure, claims = Figure(f"no {noun}", 0, 0, noun), lacking
        claims.append(names.claim(Kind.COUNT, rows, figure, facts=_years(rows)))
    texts = [" and ".join(str(claim.figure) for claim in claims) for claims in (known, lacking)]
    if known:
        texts[0] += f" (facts {_years([*capacities, *owners])})"
    else:
        texts[0] = "what it handles"
    what = Sentence(", but ".join(filter(None, texts)), (*known, *lacking))
    yield from _of_one(names, f" in {names.place(answer.scope['country'])}", what)


def _company(answer: Answer, names: Lexicon) -> Sentences:
    """Say of how many plants of one company the graph knows, and of when that is."""
    owned = [row for row in names.rows if row["plant"] and row["fact"] != "runs"]
    runs = [row for row in names.rows if row["fact"] == "runs"]
    clauses = [(owned, "of which it has all or a part"), (runs, "that it runs")]
    texts: list[str] = []
    claims: list[Claim] = []
    for rows, clause in clauses:
        if rows or not (owned or runs or claims):
            count = len({row["plant"] for row in rows})
            figure = (
                figure_of_count(count, *SITES)
                if rows
                else Figure("no mine or plant", 0, 0, SITES[0])
            )
            claims.append(names.claim(Kind.COUNT, rows, figure, facts=_years(rows)))
            texts.append(f"{figure} {clause}")
    dates = f" (facts {_years([*owned, *runs])})" if owned or runs else ""
    what = Sentence(" and ".join(texts) + dates, (*claims,))
    seat = answer.scope["seat"]
    where = f", seated in {names.place(seat)}" if seat else ", of unknown seat"
    yield from _of_one(names, where, what)


def _of_one(names: Lexicon, where: str, what: Sentence) -> Sentences:
    """Write what the graph knows of one thing, with its name where that is plain."""
    name = without_brackets(str(names.answer.scope["name"]))
    if PLAIN_NAME.fullmatch(name):
        for place in (where, ""):
            yield from shortened(Sentence(f"{capitalized(name)}{place}: graphkit knows ") + what)
    yield from shortened(Sentence("Known to graphkit, of this one: ") + what)
