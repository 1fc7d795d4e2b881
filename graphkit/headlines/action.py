"""Headlines on what to do about a dependence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, fsum
from typing import Any

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.figures import ceiling_percent, number_of, setting_in_words
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import (
    BY,
    SETTINGS,
    Lexicon,
    Row,
    Sentences,
    count_of,
    figure_of_count,
    figure_of_share,
    figure_of_value,
    grouped,
    in_main_period,
    listed,
    qualified,
    shortened,
    time_of,
)
from graphkit.names import capitalized, possessive

MET, POSSIBLE, IMPOSSIBLE = "met", "possible", "impossible"
AT_FAR_PRICES = "at far prices"
FAR_PART = 0.05
"""Part of what is moved from which purchases at prices of other goods are told."""
AT_SHARE, SUPPLIER = "share", "supplier"
OWNER = "owner of a plant"
ON_THE_WAY, MISSED, UNKNOWN = "on the way", "missed", "cannot be told"
FACE_VALUE = "face value"


def diversify(answer: Answer) -> Sentences:
    """Say how much a consumer would move, of how much that others sell, or that it cannot."""
    tell = _swept if answer.scope.get("sweep") else _purchases
    return sentences_on_parts(answer, "consumer", tell)


def _moves(names: Lexicon, row: Row, setting: str) -> Sentence:
    """Write what is moved to keep to the share at a setting, or what is lacking for it."""
    if row["verdict"] == IMPOSSIBLE:
        kind, verb = Kind.LOSS, "lack "
        figure = figure_of_value(row["shortfall"], row["measure"])
    else:
        kind, verb = Kind.SHARE, "move "
        figure = figure_of_share(row["moved_share"] or 0.0)
        if not row["moved_share"]:
            figure = replace(figure, words="nothing")
    assumed = {**_assumed(row), "setting": setting}
    claim = names.claim(kind, [row], figure, subject=(), assumptions=assumed)
    return Sentence(f"{verb}{figure}", (claim,))


def _assumed(row: Row) -> dict[str, Any]:
    """Return the share that no supplier is to exceed, of a row."""
    return {"max_share": row["max_share"]}


def _at(rows: Sequence[Row], setting: float) -> list[Row]:
    """Select the rows of the products in reach at a setting."""
    return [row for row in rows if row["setting"] == setting and row["verdict"] != IMPOSSIBLE]


def _swept(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say for how many products the share is in reach at both ends of a sweep."""
    rows = in_main_period(rows)
    settings = {row["setting"] for row in rows}
    first, last, swept = min(settings), max(settings), rows[0]["swept"]
    buyer, time = names.place(rows[0]["consumer"]), time_of(rows)
    total = sum(row["setting"] == first for row in rows)
    least = "this share" if swept == "max_share" else _most(rows[0])
    texts = [setting_in_words(swept, value) for value in (first, last)]
    if total == 1:
        ends = [next(row for row in rows if row["setting"] == end) for end in (first, last)]
        begun, changed = (_moves(names, row, text) for row, text in zip(ends, texts, strict=True))
        goods = f"{names.goods(rows[0]['product'])}{time}{qualified(rows)}"
        start = Sentence(f"{SETTINGS[swept]} {texts[0]}, {buyer} would ") + begun
        share = "" if swept == "max_share" else f" for {least}"
        yield from shortened(start + f" of its {goods}; with {texts[1]}, " + changed, share)
        return
    reached, more = _at(rows, first), _at(rows, last)
    for products in (names.products(total), f"{total:,} products"):
        figures = (count_of(len(reached), products), f"{len(more):,}")
        counts = [
            names.claim(
                Kind.COUNT, group, Figure(words, len(group), len(group), "product", total),
                assumptions={**_assumed(rows[0]), "setting": text}, whose=rows[0]["consumer"],
            )
            for group, words, text in zip((reached, more), figures, texts, strict=True)
        ]  # fmt: skip
        words = f"{SETTINGS[swept]} {texts[0]}, {buyer} could get every supplier of {figures[0]} "
        end = f"to at most {least}{time}; with {texts[1]}, of {figures[1]}."
        yield Sentence(words + end, (*counts,))


def _purchases(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    rows = in_main_period(rows)
    if len({row["product"] for row in rows}) > 1:
        yield from _of_products(names, rows)
        return
    row, time, fit = rows[0], time_of(rows), qualified(rows)
    buyer, goods, most = names.place(row["consumer"]), names.goods(row["product"]), _most(row)
    parts = {"assumptions": _assumed(row), "measure": row["measure"], "subject": ()}
    if row["verdict"] == MET:
        met = names.claim(Kind.VERDICT, rows, **parts)
        largest = Sentence()
        if row["largest"]:
            share = figure_of_share(row["largest_share"])
            claim = names.claim(Kind.SHARE, [row], share, **{**parts, "subject": row["largest"]})
            largest = Sentence(f"; {names.place(row['largest'])} has {share}", (claim,))
        start = f"No {row['cap']} has more than {most} of {possessive(buyer)} imports of {goods}"
        yield from shortened(Sentence(f"{start}{time}, {BY[row['measure']]}", (met,)), largest, fit)
        return
    if row["verdict"] == IMPOSSIBLE:
        lacking = figure_of_value(row["shortfall"], row["measure"])
        lack = names.claim(Kind.LOSS, [row], lacking, **parts)
        if row["least_share"] is None:
            start = f"{capitalized(buyer)} cannot buy all the {goods} that it needs{time}{fit}"
            impossible = names.claim(Kind.VERDICT, rows, **parts)
            yield from shortened(
                Sentence(start, (impossible,)), Sentence(f"; {lacking} are lacking", (lack,))
            )
            return
        least = names.claim(Kind.SHARE, [row], figure_of_share(row["least_share"]), **parts)
        start = f"No purchases of {goods}{time} bring all {row['cap']}s of {buyer} below "
        yield from shortened(
            Sentence(f"{start}{least.figure}{fit}", (least,)),
            Sentence(f"; for {most}, {lacking} are lacking", (lack,)),
        )
        return
    at_share = {row["supplier"] for row in rows if row["limit"] == AT_SHARE}
    capped = (*at_share,) if len(at_share) == 1 and row["cap"] == SUPPLIER else ()
    seller = names.places(capped) or f"one {row['cap']}"
    moved = figure_of_value(row["moved"], row["measure"])
    traced = " as traced" if row["cap"] not in (SUPPLIER, "seller") else ""
    left_out, until = names.answer.scope.get("exclude"), names.answer.scope.get("until")
    nothing = f" and nothing from {names.places(left_out)}" if left_out else ""
    dated = {**parts, "period": str(until) if until else row["period"]}
    claims = [names.claim(Kind.AMOUNT, rows, moved, **{**dated, "subject": capped})]
    start = f"To buy at most {most} of its {goods} from {seller}{traced}{nothing}, {buyer} would "
    start += f"buy {moved} more of others by {until}" if until else f"move {moved}{time}"
    strain, doubt = Sentence(), ""
    if far := _at_far_prices(rows):
        figure = figure_of_value(far, row["measure"])
        bought = [row for row in rows if row["far_price"]]
        claims.append(names.claim(Kind.AMOUNT, bought, figure, **dated, qualifiers=(FAR_PRICES,)))
        doubt = f"; {figure} of it {FAR_PRICES}"
    elif row["strain"]:
        used = names.claim(Kind.SHARE, [row], figure_of_share(row["strain"]), **dated)
        strain = Sentence(f", {used.figure} of what others sell elsewhere", (used,))
    yield from shortened(Sentence(f"{start}{fit}{doubt}", (*claims,)), strain)


FAR_PRICES = "at prices of other goods"
"""Qualifier of purchases at prices so far from the usual that the goods may be others."""


def _at_far_prices(rows: Sequence[Row]) -> float:
    """Add up what would be bought at prices so far from the usual that the goods may be others.

    Less than a twentieth of what is moved counts as none.
    """
    far = fsum(row["change"] for row in rows if row["far_price"] and (row["change"] or 0.0) > 0)
    return far if far >= FAR_PART * (rows[0]["moved"] or 0.0) else 0.0


def _reached(rows: Sequence[Row]) -> str:
    """Judge the purchases of one product: possible only where the goods are sure to be the same."""
    verdict: str = rows[0]["verdict"]
    return AT_FAR_PRICES if verdict == POSSIBLE and _at_far_prices(rows) else verdict


def _most(row: Row) -> str:
    return f"{100 * row['max_share']:g} %"


def _of_products(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say for how many products purchases can be moved, and for how many they cannot."""
    verdicts = {key: _reached(group) for (key,), group in grouped(rows, "product").items()}
    total, time, most = len(verdicts), time_of(rows), _most(rows[0])
    buyer = names.place(rows[0]["consumer"])

    def counted(words: str, *ends: str, **parts: Any) -> Claim:
        those = [row for row in rows if verdicts[row["product"]] in ends]
        number = len({row["product"] for row in those})
        figure = Figure(words.format(number), number, number, "product", total)
        return names.claim(
            Kind.COUNT, those, figure, subject=(), whose=rows[0]["consumer"],
            assumptions=_assumed(rows[0]), **parts,
        )  # fmt: skip

    number = sum(verdict in (POSSIBLE, AT_FAR_PRICES) for verdict in verdicts.values())
    additions, sign = [], "; "
    for end, text in ((MET, "there already"), (IMPOSSIBLE, "out of reach")):
        claim = counted("{:,}", end)
        if figure := claim.figure:
            verb = "is" if figure.low == 1 else "are"
            additions += [Sentence(f"{sign}{figure} {verb} {text}", (claim,))] * bool(figure.low)
            sign = ", " if additions else sign
    far = counted("{:,}", AT_FAR_PRICES, qualifiers=(FAR_PRICES,))
    doubt = Sentence()
    if far.figure and far.figure.low:
        doubt = Sentence(f", for {far.figure} of them with some purchases {FAR_PRICES}", (far,))
    for products in (names.products(total), f"{total:,} products"):
        claim = counted(count_of(number, products), POSSIBLE, AT_FAR_PRICES)
        named = f", {names.goods(claim.material[0])}," if len(claim.material) == 1 < total else ""
        start = f"{capitalized(buyer)} could get every {rows[0]['cap']} of {claim.figure}{named} "
        yield from shortened(
            Sentence(f"{start}to at most {most}{time}", (claim,)) + doubt, *additions
        )


def targets(answer: Answer) -> Sentences:
    """Say by which imports a target is judged, or how many targets imports are above."""
    return sentences_on_parts(answer, "country", _outcomes)


def _verdict(rows: Sequence[Row]) -> str:
    """Judge a target by all its rows: above it at some stage, kept to at all, or neither."""
    verdicts = {row["verdict"] for row in rows}
    if verdicts & {MISSED, ON_THE_WAY}:
        return MISSED
    return MET if verdicts == {MET} else UNKNOWN


def _outcomes(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    of_material = grouped([row for row in rows if row["product"]], "target")
    if len(of_material) == 1 and not names.is_of_all:
        yield from _outcome(names, next(iter(of_material.values())))
        return
    verdicts = {key: _verdict(group) for (key,), group in grouped(rows, "target").items()}
    years = {row["until"] for row in rows}
    total, country = len(verdicts), rows[0]["country"]
    whole = number_of(total, "target") + (f" for {years.pop()}" if len(years) == 1 else "")

    def counted(end: str, words: str = "{:,}") -> Claim:
        those = [row for row in rows if verdicts[row["target"]] == end]
        number = len({row["target"] for row in those})
        figure = Figure(words.format(number), number, number, "target", total)
        return names.claim(
            Kind.COUNT, those, figure, subject=(), whose=country,
            period=next(iter({row["period"] for row in in_main_period(rows)}), None),
            assumptions={"until": ", ".join(sorted({str(row["until"]) for row in rows}))},
        )  # fmt: skip

    above = counted(MISSED, count_of(sum(v == MISSED for v in verdicts.values()), whole))
    start = f"By imports{time_of(rows)}, at face value or as traced, {names.place(country)} "
    start += f"is above {above.figure} at some stage"
    additions, sign = [], "; "
    for claim, ends in (
        (counted(MET), ("is kept to at every stage", "are kept to at every stage")),
        (counted(UNKNOWN), ("cannot be told", "cannot be told")),
    ):
        if claim.figure and claim.figure.low:
            text = ends[claim.figure.low != 1]
            additions.append(Sentence(f"{sign}{claim.figure} {text}", (claim,)))
            sign = ", "
    yield from shortened(Sentence(start, (above,)), *additions)


def _outcome(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say the largest share of imports, beside the target for one material, or why none is told."""
    verdict, row = _verdict(rows), rows[0]
    buyer, material = names.place(row["country"]), str(row["name"])
    material = material if PLAIN_NAME.fullmatch(material) else names.subject
    most = f"at most {100 * row['threshold']:g} % from one country by {row['until']}"
    target = {"threshold": row["threshold"], "until": row["until"]}
    its_target = f"; its target for {material} is {most}"
    if verdict == MISSED:
        above = [row for row in rows if row["verdict"] in (MISSED, ON_THE_WAY)]
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
            start += f"{time_of(rows)}, at face value or as traced"
            number = figure_of_count(len(goods), "product")
            count = names.claim(Kind.COUNT, rows, number, period=None)
            claims = (claim, count) if what == str(number) else (claim,)
            yield from shortened(Sentence(start, claims), its_target)
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
    """Write which part of imports came from the largest supplier or origin, within its range."""
    traced = "" if row["definition"] == FACE_VALUE else " as traced"
    figure = figure_of_share(row["low"], row["high"])
    claim = names.claim(
        Kind.SHARE, [row], figure, subject=row["supplier"], whose=row["country"],
        measure=row["measure"], assumptions=target,
    )  # fmt: skip
    buyer, goods = possessive(names.place(row["country"])), names.goods(row["product"])
    words = (
        f"{figure} of {buyer} imports of {goods}{time_of([row])} came from "
        f"{names.place(row['supplier'])}{traced}, {BY[row['measure']]}"
    )
    return Sentence(words, (claim,))


FIGURES = {
    "production": "output of", "origin of inputs": "inputs for", "unseen trade": "trade in",
}  # fmt: skip
"""Unpublished figures in words, before the product that they are of."""


def unknowns(answer: Answer) -> Sentences:
    """Say which figure would narrow a range most, for sure."""
    return sentences_on_parts(answer, "consumer", _narrowing)


def _narrowing(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    ranked = [row for row in rows if row["reduction"] is not None]
    none: dict[str, Any] = {"subject": (), "whose": (), "material": (), "period": None}
    if not ranked:
        claim = names.claim(Kind.UNKNOWN, rows, **none)
        yield Sentence(
            f"No range of {names.subject} is open; some figures are in no range.", (claim,)
        )
        return
    of_imports = [row for row in ranked if row["figure"] != OWNER]
    row = max(of_imports or ranked, key=lambda row: row["reduction"])
    time = ""
    if isinstance(names.answer.scope.get("period"), list):
        none["period"], time = row["period"], time_of([row])
    points = int(100 * row["reduction"])
    width = Figure(number_of(points, "point"), points / 100, None, "points")
    claim = names.claim(Kind.AMOUNT, [row], width, **none)
    if not points:
        claim = names.claim(Kind.UNKNOWN, [row], **none)
        for start in ("No one figure by itself", "No figure"):
            words = f"{start} would narrow a range of {names.subject}{time} for sure by a point"
            yield Sentence(f"{words} or more.", (claim,))
        return
    ends = Figure(f"{int(100 * row['low'])} to {ceil(100 * row['high'] - 1e-9)} %", row["low"],
                  row["high"], "range")  # fmt: skip
    span = names.claim(Kind.AMOUNT, [row], ends, **{**none, "subject": row["origin"]})
    goods, good = names.goods(row["product"]), names.goods(row["good"])
    if row["figure"] == OWNER:
        whose, what = "capacity", f"The owner of {row['place']}"
        claim = replace(claim, subject=(row["place"],))
    else:
        buyer = names.place(row["consumer"]) if row["consumer"] else ""
        whose = f"{possessive(buyer)} {goods}" if buyer else f"all trade in {goods}"
        place = names.place(row["place"])
        what = f"{capitalized(possessive(place))} {FIGURES[row['figure']]} {good}"
        claim = replace(claim, subject=(row["place"],))
    share = f"{possessive(names.place(row['origin']))} share of {whose}{time}"
    end = f"by {width} or more."
    yield Sentence(f"{what}, if known, would narrow the range of {share} ({ends}) {end}",
                   (claim, span))  # fmt: skip
    yield Sentence(f"{what}, if known, would narrow the range of {share} {end}", (claim,))
    yield Sentence(f"{what}, if known, would narrow a range of {goods}{time} {end}", (claim,))
    claim = replace(claim, subject=())
    yield Sentence(
        f"One figure, if known, would narrow a range of {names.subject}{time} {end}", (claim,)
    )
