"""First lines on single points of failure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.figures import HALF, number_of
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.lacking import absent, otherwise, unknown
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import (
    BY,
    Lexicon,
    Row,
    Sentences,
    facts_of,
    figure_of_count,
    figure_of_range,
    figure_of_share,
    grouped,
    in_main_period,
    listed,
    most_frequent,
    places_of,
    qualified,
    shortened,
    time_of,
    without_brackets,
    worked,
)
from graphkit.names import possessive, with_article
from graphkit.questions.supply.terms import Definition, Level, Threshold
from graphkit.questions.supply.wording import in_brackets, with_estimate


def _none_of(answer: Answer) -> Sentences:
    """Say that nobody is known to have so large a part, or why nothing is known."""
    scope = answer.scope
    if scope.of(Definition) == Definition("domestic"):
        yield from absent(answer)
        return
    level, threshold = scope.of(Level), scope.of(Threshold)
    point = "country" if level is None else "state" if level.level == "controller" else level.level
    least = f"at least {threshold.threshold * 100:g} %" if threshold else "such a part"
    yield from unknown(
        lambda names, goods:
        f"No {point} is known to have {least} of {names.whose_imports} {goods}{names.stated_time}"
    )(answer)  # fmt: skip


@otherwise(_none_of)
def single_points(answer: Answer) -> Sentences:
    """Say how many products depend on one country, or how many importers do."""
    columns = answer.rows.column_names
    if answer.scope.of(Definition) == Definition("domestic"):
        names = Lexicon(answer)
        return _domestic(names, names.rows)
    if answer.scope.of(Level):
        tell = _ended_for_all if "consumers" in columns else _ended
    else:
        tell = _exposed if "consumers" in columns else _dependent
    return sentences_on_parts(answer, Role.CONSUMER, tell)


SURE = {
    "certain": "surely", "as traced": "by estimate", "possible": "perhaps",
    "basket": "with the other goods under its code",
    "proxy": "with the other goods under its code",
}  # fmt: skip
"""Certainty of the verdicts on single points, the most certain first."""
FACE_VALUE = "face value"


def _dependent(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say for how many products a consumer depends on one country."""
    rows = in_main_period(rows)
    verdicts = {row["verdict"] for row in rows}
    verdict = next(verdict for verdict in SURE if verdict in verdicts)
    sure = [row for row in rows if row["verdict"] == verdict]
    point = "removed" if rows[0].get("removed") is not None else "supplier"
    threshold = _threshold(names)
    pairs = grouped(sure, "consumer", "product")
    time = time_of(sure)
    if point == "removed" and (len(pairs) == 1 or threshold == 0):
        yield from _without(names, sure, time)
        return
    bought = [row for row in sure if row.get("definition") == FACE_VALUE]
    counted = bought or sure
    goods = sorted({row["product"] for row in counted})
    number, consumers = figure_of_count(len(goods), "product"), {row["consumer"] for row in sure}
    qualifiers = (verdict,) + (FACE_VALUE,) * bool(bought)
    many = names.claim(
        Kind.HALF, counted, number, material=(*goods,), subject=(), qualifiers=qualifiers
    )
    counts: tuple[str, ...] = (names.products(len(goods)), str(number))
    claims: tuple[Claim, ...] = (many,)
    if len(goods) == 1:
        counts, claims = (names.goods(goods[0]),), (replace(many, figure=None),)
    if len(consumers) == 1:
        whose = f"{possessive(names.place(sure[0]['consumer']))} imports"
    else:
        buyers = figure_of_count(len({row["consumer"] for row in counted}), "importer")
        claims = (replace(many, figure=buyers), *(claims if len(goods) > 1 else ()))
        any_of = "one or more of " * (len(goods) > 1)
        counts = tuple(f"{buyers} of {any_of}{count}" for count in counts)
        whose = "the imports"
    verb = "was bought from one country" if bought else f"{SURE[verdict]} depends on one country"
    if bought and verdict in ("basket", "proxy"):
        verb += f", {SURE[verdict]}"
    hangs = f"{_least(threshold)} of {whose}{time} {verb}"
    pairs = grouped(counted, "consumer", "product")
    points = [key for group in pairs.values() for key in sorted({row[point] for row in group})]
    traced, behind = [row for row in sure if row["product"] not in goods], Sentence()
    if traced and len(consumers) == 1:
        rest = len({row["product"] for row in traced})
        more = names.claim(Kind.COUNT, traced, Figure(f"{rest:,} more", rest, rest, "more"))
        behind = Sentence(f"; for {more.figure} as traced behind the last seller", (more,))
    for count in counts:
        start = Sentence(f"For {count}, {hangs}", claims)
        yield from shortened(start, names.named_most(counted, points), behind)


def _threshold(names: Lexicon) -> float:
    stated = names.answer.scope.of(Threshold)
    return stated.threshold if stated else HALF


def _least(threshold: float) -> str:
    """Write the part from which one country is a single point of failure."""
    return "all" if threshold >= 1 else f"at least {threshold * 100:g} %"


def _without(names: Lexicon, rows: Sequence[Row], time: str) -> Sentences:
    """Say what a consumer loses at least of one product without a country or bloc."""
    known = [row for row in rows if row["loss"] is not None]
    if not known:
        row = min(rows, key=lambda row: (row["consumer"], row["product"], row["removed"]))
        unknown = names.claim(Kind.UNKNOWN, [row], subject=places_of(row["removed"]))
        yield Sentence(
            f"Without {names.place(row['removed'])}, {names.place(row['consumer'])} may get no "
            f"{names.goods(row['product'])}{time}.", (unknown,),
        )  # fmt: skip
        return
    row = max(known, key=lambda row: (row["low"] or 0.0, row["loss"], row["product"],
                                      row["removed"], row["consumer"]))  # fmt: skip
    start = f"Without {names.place(row['removed'])}, {names.place(row['consumer'])} would lose "
    end = f"its imports of {names.goods(row['product'])}{time}{qualified([row])}"
    figure = figure_of_range(row["low"], row["high"], row["loss"])
    claim = names.claim(Kind.LOSS, [row], figure, subject=places_of(row["removed"]),
                        measure=row["measure"])  # fmt: skip
    sentence = Sentence(f"{start}{figure} of {end}", (claim,))
    if row["low"] is None or row["high"] is None:
        yield from shortened(sentence)
        return
    yield from shortened(sentence, in_brackets(claim, row["loss"]), f", {BY[row['measure']]}")


def _exposed(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say on whom importers of the largest part of all imports of a product depend."""
    rows = in_main_period(rows)
    bought = [row for row in rows if row.get("definition") == FACE_VALUE] or list(rows)
    point = "removed" if rows[0].get("removed") is not None else "supplier"
    row = max(bought, key=lambda row: (row["at_stake"] or 0.0, row["consumers"], row["product"],
                                       row[point]))  # fmt: skip
    goods, time = names.goods(row["product"]), time_of([row])
    number = f"{row['consumers']:,} of {number_of(row['importers'], 'importer')}"
    figure = Figure(number, row["consumers"], row["consumers"], "importer", row["importers"])
    claim = names.claim(Kind.HALF, [row], figure, subject=places_of(row[point]))
    count = f"{figure} of {goods}"
    least = _least(_threshold(names))
    place, fit = names.place(row[point]), qualified([row])
    if point == "removed":
        start = f"Without {place}, {count}{time} could lose {least} of what they buy{fit}"
    elif row["definition"] == FACE_VALUE:
        start = f"{count} bought {least} from {place}{time}{fit}"
    else:
        start = f"For {count}{time}, {least} could have been {worked(row['traced_to'])} in "
        start += f"{place}{fit}"
    stake, measure = Sentence(), ""
    if row["at_stake"] is not None:
        share = names.claim(Kind.SHARE, [row], figure_of_share(row["at_stake"]),
                            subject=claim.subject, measure=row["measure"])  # fmt: skip
        share = replace(share, qualifiers=("at stake", *share.qualifiers))
        stake = Sentence(f"; {share.figure} of all imports is at stake", (share,))
        measure = f", {BY[row['measure']]}"
    yield from shortened(Sentence(start, (claim,)), stake, measure)


def _ends_of(names: Lexicon, row: Row) -> Iterator[tuple[Sentence, tuple[str, ...]]]:
    """Name the plant, company or state whose end a row is about, then without its name."""
    level = names.answer.scope.the(Level).level
    one = f"one {'state' if level == 'controller' else level}"
    name, full = without_brackets(str(row["name"])), str(row["name"])
    if level == "controller":
        yield Sentence(f"what {with_article(full)} can stop"), (full,)
    else:
        more = Sentence()
        if members := row["members"]:
            name, number = without_brackets(members[0]), len(members) - 1
            sites = names.claim(Kind.COUNT, [row], figure_of_count(number, "more site"))
            more = Sentence(f" and {sites.figure}", (sites,))
        start = "" if level == "plant" else "plants of "
        if PLAIN_NAME.fullmatch(name):
            yield Sentence(f"{start}{name}") + more, (name,)
        else:
            yield Sentence(f"{start}{one}"), ()
    yield Sentence(one), ()


def _coverage(row: Row) -> str:
    """Say if less than half of the capacity behind a row is known, or if that is unknown."""
    if row["plants"] is None:
        return ""
    low, high = row["coverage_low"], row["coverage_high"]
    least = high if low is None else low
    if least is None:
        return "; coverage of its capacity is unknown"
    return "; under half of capacity is known" if least < HALF else ""


def _largest_end(rows: Sequence[Row], part_of: str) -> Row:
    return max(rows, key=lambda row: (row[part_of] or 0.0, row["product"], row["point"]))


def _ended(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say what the end of one plant, company or state would cost a consumer most."""
    row = _largest_end(in_main_period(rows), "loss")
    figure = figure_of_range(row["low"], row["high"], row["loss"])
    end = f"imports of {names.goods(row['product'])}{time_of([row])}{qualified([row])}"
    for who, subject in _ends_of(names, row):
        claim = names.claim(Kind.LOSS, [row], figure, subject=subject, facts=row["as_of"])
        size, estimate = with_estimate(claim, row["loss"], is_wide=False)
        start = Sentence(f"Without {who}{facts_of(row)}, ")
        start += Sentence(f"{names.place(row['consumer'])} would lose ") + size
        start += Sentence(f" of its {end}{_coverage(row)}", who.claims)
        yield from shortened(start, estimate)


def _ended_for_all(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say whose end would cost most of all imports of a product."""
    row = _largest_end(in_main_period(rows), "at_stake")
    goods, time, fit = names.goods(row["product"]), time_of([row]), qualified([row])
    figure, buyers = figure_of_share(row["at_stake"]), number_of(row["importers"], "importer")
    words = f"{row['consumers']:,} of {buyers}"
    number = Figure(words, row["consumers"], row["consumers"], "importer", row["importers"])
    many = Sentence(f", by {number}", (names.claim(Kind.COUNT, [row], number),))
    loss = f"{figure} of all imports of {goods}{time} would be lost{fit}{_coverage(row)}"
    for who, subject in _ends_of(names, row):
        claim = names.claim(Kind.LOSS, [row], figure, subject=subject, facts=row["as_of"])
        start = Sentence(f"Without {who}{facts_of(row)}, {loss}", (claim, *who.claims))
        yield from shortened(start, many)


def _domestic(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say how many materials have one producer, as far as sources say so."""
    published = [row for row in rows if row["verdict"] == "published"]
    counted = published or rows
    goods = sorted({names.goods(row["product"] or row["element"]) for row in counted})
    country, times = most_frequent(row["country"] for row in counted)
    number = figure_of_count(len(goods), "material") if len(goods) > 3 else None
    claim = names.claim(Kind.COUNT, counted, number, period=None)
    subject = number or listed(goods)
    if published:
        start = f"Sources name a single producer of {subject}"
    else:
        start = f"Only one country is known to produce {subject}"
    most = Sentence()
    if times == len(counted):
        most = Sentence(f", in {names.place(country)}")
        claim = replace(claim, subject=(country,))
    elif number:
        number = Figure(f"{times:,}", times, times, "time")
        producer = names.claim(Kind.COUNT, counted, number, subject=country, period=None)
        most = Sentence(f", {number} in {names.place(country)}", (producer,))
    yield from shortened(Sentence(start, (claim,)), most)
