"""Headlines on what to do about a dependence."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from graphkit.answers.answer import Answer
from graphkit.answers.figures import number_of, setting_in_words
from graphkit.headlines.wording import (
    SETTINGS,
    Figure,
    Lexicon,
    Row,
    Sentences,
    amount,
    count_of,
    grouped,
    in_main_period,
    part,
    qualified,
    sentences_on_parts,
    shortened,
    time_of,
)
from graphkit.names import capitalized, possessive

MET, POSSIBLE, IMPOSSIBLE = "met", "possible", "impossible"
AT_SHARE, SUPPLIER = "share", "supplier"
OWNER = "owner of a plant"
ON_THE_WAY, MISSED, UNKNOWN = "on the way", "missed", "cannot be told"


def diversify(answer: Answer) -> Sentences:
    """Say how much a consumer would move, of how much that others sell, or that it cannot."""
    if answer.scope.get("sweep"):
        return sentences_on_parts(answer, "consumer", _swept, _swept_figure)
    return sentences_on_parts(answer, "consumer", _purchases, _purchases_figure)


def _moves(row: Row) -> str:
    """Write what is moved to keep to the share, or what is lacking for it."""
    if row["verdict"] == IMPOSSIBLE:
        return f"lack {amount(row['shortfall'], row['measure'])}"
    return f"move {part(row['moved_share'])}"


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
            f"No {row['cap']} has more than {most} of {possessive(buyer)} {goods}{time}",
            largest if row["largest"] else "", fit,
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
    start = f"To buy at most {most} of its {goods} from {seller}{traced}, {buyer} would "
    until = names.answer.scope.get("until")
    start += f"buy {moved} more of others by {until}" if until else f"move {moved}{time}"
    strain = f", {part(row['strain'])} of what others sell elsewhere" if row["strain"] else ""
    return shortened(f"{start}{fit}", strain)


def _most(row: Row) -> str:
    return f"{100 * row['max_share']:g} %"


def _of_products(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say for how many products purchases can be moved, and for how many they cannot."""
    verdicts = [some[0]["verdict"] for some in grouped(rows, "product").values()]
    total, time, most = len(verdicts), time_of(rows), _most(rows[0])
    buyer = names.place(rows[0]["consumer"])
    ends = {MET: "there already", IMPOSSIBLE: "out of reach"}
    counts = ((verdicts.count(verdict), text) for verdict, text in ends.items())
    rest = [
        f"{number:,} {'is' if number == 1 else 'are'} {text}" for number, text in counts if number
    ]
    additions = [f"{', ' if place else '; '}{text}" for place, text in enumerate(rest)]
    for products in (names.products(total), f"{total:,} products"):
        count = count_of(verdicts.count(POSSIBLE), products)
        start = f"{capitalized(buyer)} could get every {rows[0]['cap']} of {count} to at most "
        start += f"{most}{time}"
        yield from shortened(start, *additions)


def _purchases_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    rows = in_main_period(rows)
    if len({row["product"] for row in rows}) > 1:
        verdicts = [some[0]["verdict"] for some in grouped(rows, "product").values()]
        return (names.time(rows), "products"), f"{verdicts.count(POSSIBLE):,} of {len(verdicts):,}"
    row = rows[0]
    kind = (row["product"], row["verdict"], names.time(rows), qualified(rows))
    if row["verdict"] == POSSIBLE:
        return kind, amount(row["moved"], row["measure"])
    if row["verdict"] == IMPOSSIBLE and row["least_share"] is not None:
        return kind, part(row["least_share"])
    return id(rows), ""


BE = {
    True: {MET: "is met", ON_THE_WAY: "is on the way", UNKNOWN: "cannot be told"},
    False: {MET: "are met", ON_THE_WAY: "are on the way", UNKNOWN: "cannot be told"},
}
"""Ends of a count of targets, of one and of several."""
OUTCOMES = (MISSED, UNKNOWN, ON_THE_WAY, MET)
"""Verdicts on a target: the first that a product of it has, at face value."""


def targets(answer: Answer) -> Sentences:
    """Say how many targets are met, on the way and missed at face value."""
    return sentences_on_parts(answer, "country", _outcomes, _outcomes_figure)


def _verdicts(rows: Sequence[Row]) -> list[str]:
    counted = [row for row in rows if row["definition"] in (None, "face value")]
    return [
        next(verdict for verdict in OUTCOMES if verdict in {row["verdict"] for row in some})
        for some in grouped(counted, "target").values()
    ]


def _outcomes(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    verdicts = _verdicts(rows)
    whose = names.place(rows[0]["country"])
    start = (
        f"At face value{time_of(rows)}, {whose} misses {verdicts.count(MISSED):,} of "
        f"{number_of(len(verdicts), 'target')} at some stage"
    )
    counts = {verdict: verdicts.count(verdict) for verdict in (MET, ON_THE_WAY, UNKNOWN)}
    rest = [f"{count:,} {BE[count == 1][verdict]}" for verdict, count in counts.items() if count]
    yield from shortened(start, *(f"{', ' if n else '; '}{text}" for n, text in enumerate(rest)))


def _outcomes_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
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
