"""First lines on targets of governments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.figures import ceiling_percent, number_of
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import (
    BY,
    Lexicon,
    Row,
    Sentences,
    count_of,
    figure_of_count,
    figure_of_share,
    grouped,
    in_main_period,
    listed,
    shortened,
    time_of,
)
from graphkit.names import capitalized, possessive
from graphkit.questions.act.wording import FACE_VALUE, MET, ONE_COUNTRY, SOURCED

ABOVE, UNKNOWN = "above", "cannot be told"
EXCEEDED = ("missed", ABOVE, "on the way")


def targets(answer: Answer) -> Sentences:
    """Say by which imports a target is judged, or how many targets imports are above."""
    return sentences_on_parts(answer, Role.COUNTRY, _outcomes)


def _verdict(rows: Sequence[Row]) -> str:
    """Judge a target by rows of it: above it at some stage, kept to at all, or neither."""
    verdicts = {row["verdict"] for row in rows}
    if not verdicts.isdisjoint(EXCEEDED):
        return ABOVE
    return MET if verdicts == {MET} else UNKNOWN


def _outcomes(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    imports = [row for row in rows if row["aim"] == ONE_COUNTRY and row["definition"] != SOURCED]
    of_material = grouped([row for row in imports if row["product"]], "target")
    if not of_material:
        yield from _untold(names, rows)
        return
    if len(of_material) == 1 and not names.is_of_all:
        [(key,)] = of_material
        sourced = [row for row in rows if (row["target"], row["definition"]) == (key, SOURCED)]
        yield from _outcome(names, of_material[key,], sourced)
        return
    rows = imports
    verdicts = {key: _verdict(group) for (key,), group in grouped(rows, "target").items()}
    years = {row["until"] for row in rows}
    total, country = len(verdicts), rows[0]["country"]
    whole = number_of(total, "target") + " for one country’s share"
    whole += f" by {years.pop()}" if len(years) == 1 else ""

    exceeded = [row for row in rows if row["verdict"] in EXCEEDED]
    measure = next(row["measure"] for row in rows if row["product"])

    def counted(those: Sequence[Row], words: str = "{:,}") -> Claim:
        number = len({row["target"] for row in those})
        figure = Figure(words.format(number), number, number, "target", total)
        return names.claim(
            Kind.COUNT, those, figure, subject=(), whose=country, measure=measure,
            period=next(iter({row["period"] for row in in_main_period(rows)}), None),
            assumptions={"until": ", ".join(sorted({str(row["until"]) for row in rows}))},
        )  # fmt: skip

    farthest = [group[0] for group in grouped(exceeded, "target").values()]
    above = counted(exceeded, count_of(len(farthest), whole))
    start = f"{capitalized(BY[measure])} of imports{time_of(rows)}, direct or traced, "
    start += f"{names.place(country)} is above {above.figure}"
    additions, sign = [], "; "
    for end, ends in (
        (MET, ("is kept to at every stage", "are kept to at every stage")),
        (UNKNOWN, ("cannot be told", "cannot be told")),
    ):
        claim = counted([row for row in rows if verdicts[row["target"]] == end])
        if claim.figure and claim.figure.low:
            text = ends[claim.figure.low != 1]
            additions.append(Sentence(f"{sign}{claim.figure} {text}", (claim,)))
            sign = ", "
    if farthest:
        goods = listed([*dict.fromkeys(names.goods(row["product"]) for row in farthest)])
        yield next(shortened(Sentence(f"{start}, in {goods}", (above,)), *additions))
    yield from shortened(Sentence(f"{start} at some stage", (above,)), *additions)


def _untold(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say that no figure can be held against the targets of a country."""
    count = len({row["target"] for row in rows})
    claim = names.claim(
        Kind.COUNT, rows, Figure(number_of(count, "target"), count, count, "target"), subject=(),
        whose=rows[0]["country"], material=(), period=None,
    )  # fmt: skip
    place, them = names.place(rows[0]["country"]), "it" if count == 1 else "them"
    words = f"Known to graphkit: {claim.figure} of {place}"
    yield from shortened(
        Sentence(words, (claim,)), f"; no figure in the graph can be held against {them}"
    )


def _outcome(names: Lexicon, rows: Sequence[Row], sourced: Sequence[Row]) -> Sentences:
    """Say the largest share of imports, beside the target for one material, or why none is told.

    Where imports tell nothing, published shares of the sourcing may.
    """
    verdict, row = _verdict(rows), rows[0]
    buyer, material = names.place(row["country"]), str(row["name"])
    material = material if PLAIN_NAME.fullmatch(material) else names.subject
    most = f"at most {100 * row['threshold']:g} % from one country by {row['until']}"
    target = {"threshold": row["threshold"], "until": row["until"]}
    its_target = f"; its target for {material} is {most}"
    if verdict == ABOVE:
        above = [row for row in rows if row["verdict"] in EXCEEDED]
        at_face_value = [row for row in above if row["definition"] == FACE_VALUE]
        row = max(at_face_value or above, key=lambda row: (row["distance_usd"], row["product"]))
        came = _came(names, row, target)
        yield from shortened(Sentence(capitalized(came.words), came.claims), its_target)
        return
    if verdict == MET:
        row = max(rows, key=lambda row: row["high"])
        high = ceiling_percent(row["high"])
        figure = Figure(f"{high} %", None, row["high"], "share")
        claim = names.claim(Kind.SHARE, [row], figure, subject=(), whose=row["country"],
                            material=(), assumptions=target)  # fmt: skip
        goods = sorted({row["product"] for row in rows})
        for what in (listed([names.goods(key) for key in goods]), number_of(len(goods), "product")):
            start = f"No country has more than {figure} of {possessive(buyer)} imports of {what}"
            start += f"{time_of(rows)}, {BY[rows[0]['measure']]}, at face value or as traced"
            number = figure_of_count(len(goods), "product")
            count = names.claim(Kind.COUNT, rows, number, period=None)
            claims = (claim, count) if what == str(number) else (claim,)
            yield from shortened(Sentence(start, claims), its_target)
        return
    above = [row for row in sourced if row["verdict"] in EXCEEDED]
    if above:
        came = _came(
            names, max(above, key=lambda row: (row["share"], row["product"] or "")), target
        )
        yield from shortened(Sentence(capitalized(came.words), came.claims), its_target)
        return
    row = max((row for row in rows if row["verdict"] == UNKNOWN),
              key=lambda row: (row["period"] or "", row["low"] or 0.0, row["product"]))  # fmt: skip
    missing = f"missing is {row['missing']}" if row["missing"] is not None else ""
    untold = names.claim(Kind.UNKNOWN, [row], subject=(), whose=row["country"], material=(),
                         period=None, assumptions=target, reason=missing)  # fmt: skip
    start = f"Whether {buyer} keeps to its target for {material}, {most}, cannot be told"
    why = Sentence(f": {missing}") if missing else Sentence(": ") + _came(names, row, target)
    yield from shortened(Sentence(start, (untold,)), why)


def _came(names: Lexicon, row: Row, target: dict[str, Any]) -> Sentence:
    """Write which part of the goods came from the largest supplier or origin, within its range."""
    sourced = row["definition"] == SOURCED
    traced = "" if sourced or row["definition"] == FACE_VALUE else " as traced"
    ends = (row["share"],) if sourced else (row["low"], row["high"])
    figure = figure_of_share(*ends)
    claim = names.claim(
        Kind.SHARE, [row], figure, subject=row["supplier"], whose=row["country"],
        measure=row["measure"], assumptions=target,
    )  # fmt: skip
    buyer = possessive(names.place(row["country"]))
    goods = names.goods(row["product"] or row["element"])
    goods = goods if sourced else f"imports of {goods}"
    how = "of imports and own production together" if sourced else BY[row["measure"]]
    words = (
        f"{figure} of {buyer} {goods}{time_of([row])} came from "
        f"{names.place(row['supplier'])}{traced}, {how}"
    )
    return Sentence(words, (claim,))
