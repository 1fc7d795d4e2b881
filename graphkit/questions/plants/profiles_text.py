"""First lines on one thing by its name."""

from __future__ import annotations

from collections.abc import Sequence

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.headlines.lacking import otherwise, unknown
from graphkit.headlines.wording import (
    Lexicon,
    Row,
    Sentences,
    figure_of_count,
    figure_of_share,
    shortened,
    without_brackets,
)
from graphkit.names import capitalized, possessive
from graphkit.questions.plants.profiles import Firm, Site, Subject
from graphkit.questions.plants.wording import SITES


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


@otherwise(unknown(lambda *_: "Known to graphkit: no more than the name"))
def show(answer: Answer) -> Sentences:
    """Say how much is known of one thing, by its kind."""
    names = Lexicon(answer)
    subject = answer.scope.the(Subject)
    if subject.kind in ("plant", "company"):
        yield from (_plant if subject.kind == "plant" else _company)(answer, names)
        return
    counts = []
    for fact, nouns in COUNTED.items():
        if rows := [row for row in names.rows if row["fact"] == fact]:
            claim = names.claim(Kind.COUNT, rows, figure_of_count(len(rows), *nouns))
            key = claim.material[0] if len(rows) == len(claim.material) == 1 else ""
            counts.append((claim, f" ({names.goods(key)})" if key and key != subject.key else ""))
    for number in range(len(counts), 0, -1):  # as many as a line holds
        claims = tuple(claim for claim, _ in counts[:number])
        words = [f"{claim.figure}{name}" for claim, name in counts[:number]]
        together = " and ".join([", ".join(words[:-1])] * (number > 1) + words[-1:])
        yield from _of_one(names, "", Sentence(together, claims))


def _plant(answer: Answer, names: Lexicon) -> Sentences:
    """Say what is known of one plant: how many capacities and owners, or that there is neither."""
    yield from _output(names, f" in {names.place(answer.scope.the(Site).country)}")
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
    yield from _of_one(names, f" in {names.place(answer.scope.the(Site).country)}", what)


def _company(answer: Answer, names: Lexicon) -> Sentences:
    """Say of how many plants of one company the graph knows, and of when that is."""
    seat = answer.scope.the(Firm).seat
    yield from _output(names, f", seated in {names.place(seat)}," if seat else "")
    owned = [row for row in names.rows
             if row["plant"] and row["fact"] not in ("runs", "made")]  # fmt: skip
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
    where = f", seated in {names.place(seat)}" if seat else ", of unknown seat"
    yield from _of_one(names, where, what)


def _output(names: Lexicon, where: str) -> Sentences:
    """Say what a plant or company made of the product of which it has the largest known share."""
    rows = [row for row in names.rows if row["fact"] == "made" and row["share_low"]]
    name = without_brackets(names.answer.scope.the(Subject).name)
    if not rows or not PLAIN_NAME.fullmatch(name):
        return
    row = max(rows, key=lambda row: (row["share_low"], row["as_of"], row["product"]))
    same = [
        other for other in rows
        if (other["product"], other["as_of"]) == (row["product"], row["as_of"])
    ]  # fmt: skip
    highs = [other["share_high"] for other in same]
    high = None if None in highs else max(highs)
    figure = figure_of_share(min(other["share_low"] for other in same), high)
    whose = names.place(row["country"]) if row["country"] else "the world"
    parts = {"period": row["as_of"], "whose": row["country"] or ()}
    claim = names.claim(Kind.SHARE, same, figure, **parts)
    output = f"{figure} of {possessive(whose)} output of {names.goods(row['product'])}"
    start = Sentence(f"{capitalized(name)}{where} made {output} in {row['as_of']}", (claim,))
    yield from shortened(start)


def _of_one(names: Lexicon, where: str, what: Sentence) -> Sentences:
    """Write what the graph knows of one thing, with its name where that is plain."""
    name = without_brackets(names.answer.scope.the(Subject).name)
    if PLAIN_NAME.fullmatch(name):
        for place in (where, ""):
            yield from shortened(Sentence(f"{capitalized(name)}{place}: graphkit knows ") + what)
    yield from shortened(Sentence("Known to graphkit, of this one: ") + what)
