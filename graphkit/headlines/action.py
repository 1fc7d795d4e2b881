"""Headlines on what to do about a dependence."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, fsum

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.figures import ceiling_percent, number_of, setting_in_words
from graphkit.headlines.wording import (
    BY,
    SETTINGS,
    Figure,
    Lexicon,
    Row,
    Sentences,
    amount,
    between,
    count_of,
    grouped,
    in_main_period,
    listed,
    part,
    qualified,
    sentences_on_parts,
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
    if answer.scope.get("sweep"):
        return sentences_on_parts(answer, "consumer", _swept, _swept_figure)
    return sentences_on_parts(answer, "consumer", _purchases, _purchases_figure)


def _moves(row: Row) -> str:
    """Write what is moved to keep to the share, or what is lacking for it."""
    if row["verdict"] == IMPOSSIBLE:
        return f"lack {amount(row['shortfall'], row['measure'])}"
    return f"move {part(row['moved_share'])}" if row["moved_share"] else "move nothing"


def _at(rows: Sequence[Row], setting: float) -> tuple[int, int]:
    """Count the products in reach at a setting, and all."""
    verdicts = [row["verdict"] for row in rows if row["setting"] == setting]
    return sum(verdict != IMPOSSIBLE for verdict in verdicts), len(verdicts)


def _swept_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    rows = in_main_period(rows)
    settings = {row["setting"] for row in rows}
    ends = [end(settings) for end in (min, max)]
    if _at(rows, ends[0])[1] == 1:
        rows_at_ends = [next(row for row in rows if row["setting"] == end) for end in ends]
        return (names.time(rows), qualified(rows)), ", then ".join(map(_moves, rows_at_ends))
    counts = (_at(rows, end) for end in ends)
    return names.time(rows), " and ".join(f"{count} of {total}" for count, total in counts)


def _swept(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say for how many products the share is in reach at both ends of a sweep."""
    rows = in_main_period(rows)
    settings = {row["setting"] for row in rows}
    first, last, swept = min(settings), max(settings), rows[0]["swept"]
    buyer, time = names.place(rows[0]["consumer"]), time_of(rows)
    (count, total), (more, _) = _at(rows, first), _at(rows, last)
    least = "this share" if swept == "max_share" else _most(rows[0])
    texts = [setting_in_words(swept, value) for value in (first, last)]
    if total == 1:
        ends = [next(row for row in rows if row["setting"] == end) for end in (first, last)]
        begun, changed = map(_moves, ends)
        goods = f"{names.goods(rows[0]['product'])}{time}{qualified(rows)}"
        start = f"{SETTINGS[swept]} {texts[0]}, {buyer} would {begun} of its {goods}"
        share = "" if swept == "max_share" else f" for {least}"
        yield from shortened(f"{start}; with {texts[1]}, {changed}", share)
        return
    for products in (names.products(total), f"{total:,} products"):
        start = f"{SETTINGS[swept]} {texts[0]}, {buyer} could get every supplier of "
        start += f"{count_of(count, products)} to at most {least}{time}"
        yield f"{start}; with {texts[1]}, of {more:,}."


def _purchases(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    rows = in_main_period(rows)
    if len({row["product"] for row in rows}) > 1:
        return _of_products(names, rows)
    row, time, fit = rows[0], time_of(rows), qualified(rows)
    buyer, goods, most = names.place(row["consumer"]), names.goods(row["product"]), _most(row)
    if row["verdict"] == MET:
        largest = f"; {names.place(row['largest'])} has {part(row['largest_share'])}"
        return shortened(
            f"No {row['cap']} has more than {most} of {possessive(buyer)} imports of {goods}{time}"
            f", {BY[row['measure']]}", largest if row["largest"] else "", fit,
        )  # fmt: skip
    if row["verdict"] == IMPOSSIBLE:
        lacking = amount(row["shortfall"], row["measure"])
        if row["least_share"] is None:
            start = f"{capitalized(buyer)} cannot buy all the {goods} that it needs{time}{fit}"
            return shortened(start, f"; {lacking} are lacking")
        start = f"No purchases of {goods}{time} bring all {row['cap']}s of {buyer} below "
        return shortened(f"{start}{part(row['least_share'])}{fit}",
                         f"; for {most}, {lacking} are lacking")  # fmt: skip
    at_share = {row["supplier"] for row in rows if row["limit"] == AT_SHARE}
    seller = names.place(at_share.pop()) if len(at_share) == 1 else "one supplier"
    if row["cap"] != SUPPLIER:
        seller = f"one {row['cap']}"
    moved = amount(row["moved"], row["measure"])
    traced = " as traced" if row["cap"] not in (SUPPLIER, "seller") else ""
    left_out = names.answer.scope.get("exclude")
    nothing = f" and nothing from {names.places(left_out)}" if left_out else ""
    start = f"To buy at most {most} of its {goods} from {seller}{traced}{nothing}, {buyer} would "
    until = names.answer.scope.get("until")
    start += f"buy {moved} more of others by {until}" if until else f"move {moved}{time}"
    strain = f", {part(row['strain'])} of what others sell elsewhere" if row["strain"] else ""
    far = _at_far_prices(rows)
    doubt = f"; {amount(far, row['measure'])} of it at prices of other goods" if far else ""
    if doubt:
        strain = ""
    return shortened(f"{start}{fit}{doubt}", strain)


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
    verdicts = [_reached(group) for group in grouped(rows, "product").values()]
    total, time, most = len(verdicts), time_of(rows), _most(rows[0])
    buyer = names.place(rows[0]["consumer"])
    ends = {MET: "there already", IMPOSSIBLE: "out of reach"}
    far = verdicts.count(AT_FAR_PRICES)
    doubt = f", for {far:,} of them with some purchases at prices of other goods" if far else ""
    counts = ((verdicts.count(verdict), text) for verdict, text in ends.items())
    rest = [
        f"{number:,} {'is' if number == 1 else 'are'} {text}" for number, text in counts if number
    ]
    additions = [f"{', ' if place else '; '}{text}" for place, text in enumerate(rest)]
    for products in (names.products(total), f"{total:,} products"):
        count = count_of(verdicts.count(POSSIBLE) + far, products)
        start = f"{capitalized(buyer)} could get every {rows[0]['cap']} of {count} to at most "
        start += f"{most}{time}{doubt}"
        yield from shortened(start, *additions)


def _purchases_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    rows = in_main_period(rows)
    if len({row["product"] for row in rows}) > 1:
        verdicts = [_reached(group) for group in grouped(rows, "product").values()]
        count = verdicts.count(POSSIBLE) + verdicts.count(AT_FAR_PRICES)
        return (names.time(rows), "products"), f"{count:,} of {len(verdicts):,}"
    row = rows[0]
    kind = (row["product"], row["verdict"], names.time(rows), qualified(rows))
    if row["verdict"] == POSSIBLE:
        return kind, amount(row["moved"], row["measure"])
    if row["verdict"] == IMPOSSIBLE and row["least_share"] is not None:
        return kind, part(row["least_share"])
    return id(rows), ""


def targets(answer: Answer) -> Sentences:
    """Say by which imports a target is judged, or how many targets imports are above."""
    return sentences_on_parts(answer, "country", _outcomes, _outcomes_figure)


def _verdicts(rows: Sequence[Row]) -> list[str]:
    """Judge each target by all its rows: above it at some stage, kept to at all, or neither."""
    return [_verdict(group) for group in grouped(rows, "target").values()]


def _verdict(rows: Sequence[Row]) -> str:
    verdicts = {row["verdict"] for row in rows}
    if verdicts & {MISSED, ON_THE_WAY}:
        return MISSED
    return MET if verdicts == {MET} else UNKNOWN


def _outcomes(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    of_material = grouped([row for row in rows if row["product"]], "target")
    if len(of_material) == 1 and not names.is_of_all:
        yield from _outcome(names, next(iter(of_material.values())))
        return
    verdicts = _verdicts(rows)
    years = {row["until"] for row in rows}
    count = number_of(len(verdicts), "target") + (f" for {years.pop()}" if len(years) == 1 else "")
    start = (
        f"By imports{time_of(rows)}, at face value or as traced, {names.place(rows[0]['country'])} "
        f"is above {count_of(verdicts.count(MISSED), count)} at some stage"
    )
    below, unknown = verdicts.count(MET), verdicts.count(UNKNOWN)
    verb = "is" if below == 1 else "are"
    rest = [f"{below:,} {verb} kept to at every stage"] if below else []
    rest += [f"{unknown:,} cannot be told"] if unknown else []
    yield from shortened(start, *(f"{', ' if n else '; '}{text}" for n, text in enumerate(rest)))


def _outcome(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say the largest share of imports, beside the target for one material, or why none is told."""
    verdict, row = _verdict(rows), rows[0]
    buyer, material = names.place(row["country"]), str(row["name"])
    material = material if PLAIN_NAME.fullmatch(material) else names.subject
    most = f"at most {100 * row['threshold']:g} % from one country by {row['until']}"
    if verdict == MISSED:
        above = [row for row in rows if row["verdict"] in (MISSED, ON_THE_WAY)]
        at_face_value = [row for row in above if row["definition"] == FACE_VALUE]
        row = max(at_face_value or above, key=lambda row: (row["distance_usd"], row["product"]))
        yield from shortened(_came(names, row), f"; its target for {material} is {most}")
        return
    if verdict == MET:
        high, time = max(row["high"] for row in rows), time_of(rows)
        start = f"No country has more than {ceiling_percent(high)} % of {possessive(buyer)} "
        goods = sorted({row["product"] for row in rows})
        texts = (listed([names.goods(key) for key in goods]), number_of(len(goods), "product"))
        for what in texts:
            yield from shortened(
                f"{start}imports of {what}{time}, at face value or as traced",
                f"; its target for {material} is {most}",
            )
        return
    start = f"Whether {buyer} keeps to its target for {material}, {most}, cannot be told"
    row = max((row for row in rows if row["verdict"] == UNKNOWN),
              key=lambda row: (row["period"] or "", row["low"] or 0.0, row["product"]))  # fmt: skip
    if row["missing"] is not None:
        yield from shortened(start, f": missing is {row['missing']}")
        return
    came = _came(names, row)
    yield from shortened(start, f": {came[0].lower()}{came[1:]}")


def _came(names: Lexicon, row: Row) -> str:
    """Write which part of imports came from the largest supplier or origin, within its range."""
    traced = "" if row["definition"] == FACE_VALUE else " as traced"
    share = between(row["low"], row["high"])
    buyer, goods = possessive(names.place(row["country"])), names.goods(row["product"])
    return (
        f"{capitalized(share)} of {buyer} imports of {goods}{time_of([row])} came from "
        f"{names.place(row['supplier'])}{traced}, {BY[row['measure']]}"
    )


def _outcomes_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    of_material = grouped([row for row in rows if row["product"]], "target")
    if len(of_material) == 1 and not names.is_of_all:
        return id(rows), ""
    verdicts = _verdicts(rows)
    return "targets", f"{verdicts.count(MISSED):,} of {len(verdicts):,}"


FIGURES = {
    "production": "output of", "origin of inputs": "inputs for", "unseen trade": "trade in",
}  # fmt: skip
"""Unpublished figures in words, before the product that they are of."""


def unknowns(answer: Answer) -> Sentences:
    """Say which figure would narrow a range most, for sure."""
    return sentences_on_parts(answer, "consumer", _figure, _figure_figure)


def _figure(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    ranked = [row for row in rows if row["reduction"] is not None]
    if not ranked:
        yield f"No range of {names.subject} is open; some figures are in no range."
        return
    of_imports = [row for row in ranked if row["figure"] != OWNER]
    row = max(of_imports or ranked, key=lambda row: row["reduction"])
    points = int(100 * row["reduction"])
    if not points:
        for start in ("No one figure by itself", "No figure"):
            yield f"{start} would narrow a range of {names.subject} for sure by a point or more."
        return
    ends = f"{int(100 * row['low'])} to {ceil(100 * row['high'] - 1e-9)} %"
    goods, good = names.goods(row["product"]), names.goods(row["good"])
    if row["figure"] == OWNER:
        whose, what = "capacity", f"The owner of {row['place']}"
    else:
        buyer = names.place(row["consumer"]) if row["consumer"] else ""
        whose = f"{possessive(buyer)} {goods}" if buyer else f"all trade in {goods}"
        place = names.place(row["place"])
        what = f"{capitalized(possessive(place))} {FIGURES[row['figure']]} {good}"
    share = f"{possessive(names.place(row['origin']))} share of {whose}"
    width = f"by {number_of(points, 'point')} or more"
    for narrowed in (f"the range of {share} ({ends})", f"the range of {share}"):
        yield f"{what}, if known, would narrow {narrowed} {width}."
    yield f"{what}, if known, would narrow a range of {goods} {width}."
    yield f"One figure, if known, would narrow a range of {names.subject} {width}."


def _figure_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    points = [row["reduction"] for row in rows if row["reduction"] is not None]
    return "unknowns", f"{int(100 * max(points, default=0.0))} points"


HEADLINES = {
    "diversification.diversify": diversify, "targets.targets": targets,
    "unknowns.unknowns": unknowns,
}  # fmt: skip
"""Headlines by the function of the question."""
