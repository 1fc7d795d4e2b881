"""Headlines on chains of supply: origins, single points of failure, losses when exports stop."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from graphkit.analysis.end_uses import value_added
from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.figures import HALF, ceiling_percent, money, number_of, setting_in_words
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
    most_frequent,
    part,
    qualified,
    sentences_on_parts,
    shortened,
    time_of,
    without_brackets,
)
from graphkit.names import capitalized, possessive, with_article

WORK = {
    "mine": "mined", "separate": "separated or refined", "metal": "turned into metal",
    "concentrate": "concentrated", "alloy": "alloyed", "component": "made",
}  # fmt: skip
"""Work of a stage, as what was done with goods."""
CONTRADICTED, WIDE = "contradicted", 1 / 3
"""Assumption that the data rule out, and width of a range above which another is told."""
NO_COUNTRY = ("unknown", "untraceable", "any other country")
THROUGH = "through "
ANY_STAGE = "any stage"


def _worked(stage: str) -> str:
    return WORK.get(stage, f"worked on at the stage {stage}")


def origins(answer: Answer) -> Sentences:
    """Say where one product surely comes from, or for how many products one country is half."""
    tell = _by_sellers if answer.scope.get("makers") == "face-value" else _traced
    return sentences_on_parts(answer, "consumer", tell, _origin_figure)


def _is_country(row: Row) -> bool:
    return row["origin"] not in NO_COUNTRY and not _is_passed(row)


def _by_sellers(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say whose sales stand behind one product if each seller is taken for the maker."""
    rows = in_main_period(rows)
    known = [row for row in rows if _is_country(row) and row["face_value"]]
    if not known:
        return _traced(names, rows)
    row = max(known, key=lambda row: (row["face_value"], row["product"], row["traced_to"],
                                      row["origin"]))  # fmt: skip
    goods = f"{possessive(names.place(row['consumer']))} imports of {names.goods(row['product'])}"
    start = f"By sellers alone, {part(row['face_value'])} of {goods}{time_of([row])} was "
    start += f"{_worked(row['traced_to'])} in {names.place(row['origin'])}{qualified([row])}"
    return shortened(start, f", {BY[row['measure']]}")


def _origin_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    rows = in_main_period(rows)
    time = names.time(rows)
    if names.answer.scope.get("makers") == "face-value" or any(map(_is_through, rows)):
        return id(rows), ""
    products = grouped(rows, "product")
    if len(products) > 1:
        large = _half_made(_of_any_stage(rows))
        fit = qualified([row for row in rows if row["product"] in large])
        return (True, time, fit), f"{len(large):,} of {len(products):,}"
    row = _surest(rows)
    if row is None:
        return id(rows), ""
    kind = (row["product"], row["traced_to"], time, qualified([row]), bool(row["earlier"]))
    text = _range_of(row["low"], row["high"], row["share"])
    return kind, text if _is_passed(row) else f"{text} in {names.place(row['origin'])}"


def _is_through(row: Row) -> bool:
    """Tell whether a row is what passed those left out."""
    return bool(row["origin"].startswith(THROUGH))


def _is_passed(row: Row) -> bool:
    """Tell whether a row is of what was in a place at any stage."""
    return _is_through(row) or row["traced_to"] == ANY_STAGE


def _of_any_stage(rows: Sequence[Row]) -> Sequence[Row]:
    """Select what was in a place at any stage, where rows have it; else return all."""
    return [row for row in rows if _is_passed(row)] or rows


def _surest(rows: Sequence[Row]) -> Row | None:
    """Choose the origin of the largest part that is certain, where the stage's work was done."""
    known = [row for row in _of_any_stage(rows) if _is_passed(row) or _is_country(row)]
    known = [row for row in known if row["share"] is not None]
    sure = [row for row in known if not row["earlier"]] or known
    return max(sure, key=lambda row: (row["low"] or 0.0, row["share"] or 0.0, row["product"],
                                      row["traced_to"], row["origin"]), default=None)  # fmt: skip


def _traced(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say where imports come from, looked through to who made them."""
    rows = in_main_period(rows)
    if len({row["product"] for row in rows}) > 1 and not any(map(_is_through, rows)):
        return _of_products(names, rows)
    row = _surest(rows)
    buyer, time = possessive(names.place(rows[0]["consumer"])), time_of(rows)
    if row is None:
        goods = names.goods(rows[0]["product"])
        return shortened(f"Which countries {buyer} imports of {goods}{time} come from is unknown")
    goods = f"{buyer} imports of {names.goods(row['product'])}{time}"
    if _is_passed(row):
        bloc = names.place(row["origin"].removeprefix(THROUGH))
        work = f"passed through {bloc} at some stage"
    else:
        work = f"was {_worked(row['traced_to'])} in {names.place(row['origin'])}"
    fit = qualified([row])
    if not fit and row["earlier"]:
        fit = ", or sold by it before that work"
    text = _range_of(row["low"], row["high"], row["share"])
    is_exact = row["low"] is None or text == part(row["share"] or 0.0)
    estimate = "" if is_exact else f", estimated at {part(row['share'] or 0.0)}"
    start = f"{capitalized(text)} of {goods} {work}{fit}"
    if not row["low"] and row["high"] is not None and row["high"] - row["low"] > WIDE:
        passed = "passed through" if _is_passed(row) else f"was {_worked(row['traced_to'])} in"
        end = names.place(row["origin"].removeprefix(THROUGH))
        start = f"What part of {goods} {passed} {end}{fit} cannot be told: {text}"
        return chain(_assumed(start, row), shortened(start, f", {BY[row['measure']]}"))
    return chain(_assumed(start, row), shortened(start, estimate, f", {BY[row['measure']]}"))


def _assumed(start: str, row: Row) -> Sentences:
    """Add what a wide range would be under an assumption, if that is narrower."""
    low, high, assumption = row["assumed_low"], row["assumed_high"], row["assumption"]
    if assumption in (None, CONTRADICTED) or row["high"] - row["low"] <= WIDE:
        return
    text = between(low, high)
    if text == between(row["low"], row["high"]):
        return
    yield f"{start}; if {assumption}: {text}."
    if assumption.startswith(("the makers", "only the makers")):
        yield f"{start}; if only listed makers make it: {text}."
    yield f"{start}; under assumptions: {text}."


def _half_made(rows: Sequence[Row]) -> dict[str, set[str]]:
    """Return the countries that surely did the work of a stage for half, or passed it on."""
    large: dict[str, set[str]] = {}
    for row in rows:
        surely = not row["earlier"] and (row["low"] or 0.0) >= HALF
        if surely and (_is_country(row) or _is_passed(row)):
            large.setdefault(row["product"], set()).add(row["origin"])
    return large


def _of_products(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say for how many products one country surely did the work of a stage for half.

    Where the rows tell it, for how many half passed through the country at any stage; of none,
    the largest part that is certain.
    """
    counted = _of_any_stage(rows)
    large = _half_made(counted)
    largest = _surest(rows)
    if not large and largest and largest["low"]:
        return _traced(names, [row for row in rows if row["product"] == largest["product"]])
    return _count_of_products(names, rows, counted, large)


def _count_of_products(
    names: Lexicon, rows: Sequence[Row], counted: Sequence[Row], large: dict[str, set[str]]
) -> Sentences:
    """Count the products of which one country did the work of a stage for half."""
    buyer, time = names.place(rows[0]["consumer"]), time_of(rows)
    count = len({row["product"] for row in rows})
    fit = qualified([row for row in rows if row["product"] in large])
    origin = names.answer.scope.get("origin")
    place = names.place(origin) if isinstance(origin, str) else "one country"
    whole = f"at least half of {possessive(buyer)} imports{time}"
    most = names.most(origin for countries in large.values() for origin in countries)
    most = most if place == "one country" else ""
    ends: Sequence[str] = ("was surely mined, refined or made in", "was surely made in")
    if _is_passed(counted[0]):
        ends = ("surely passed through",)
        place = f"{place} at some stage"
    for text in (names.products(count), number_of(count, "product")):
        for end in ends:
            yield from shortened(
                f"For {count_of(len(large), text)}, {whole} {end} {place}{fit}", most
            )


def single_points(answer: Answer) -> Sentences:
    """Say how many products depend on one country, or how many importers do."""
    columns = answer.rows.column_names
    names = Lexicon(answer)
    if answer.scope.get("definition") == "domestic":
        return _domestic(names, answer.rows.to_pylist())
    if answer.scope.get("level"):
        ended = _ended_for_all if "consumers" in columns else _ended
        return sentences_on_parts(answer, "consumer", ended, _ended_figure)
    tell = _exposed if "consumers" in columns else _dependent
    return sentences_on_parts(answer, "consumer", tell, _points_figure)


SURE = {
    "certain": "surely", "as traced": "by estimate", "possible": "perhaps",
    "basket": "with the other goods under its code",
    "proxy": "with the other goods under its code",
}  # fmt: skip
"""Certainty of the verdicts on single points, the most certain first."""


def _surest_verdict(rows: Sequence[Row]) -> str:
    verdicts = {row["verdict"] for row in rows}
    return next(verdict for verdict in SURE if verdict in verdicts)


def _dependent(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say for how many products a consumer depends on one country."""
    rows = in_main_period(rows)
    verdict = _surest_verdict(rows)
    sure = [row for row in rows if row["verdict"] == verdict]
    removed = "removed" in rows[0]
    point = "removed" if removed and rows[0]["removed"] is not None else "supplier"
    threshold = _threshold(names)
    pairs = grouped(sure, "consumer", "product")
    consumers = {row["consumer"] for row in sure}
    time = time_of(sure)
    if point == "removed" and (len(pairs) == 1 or threshold == 0):
        yield from _without(names, sure, time)
        return
    bought = [row for row in sure if row.get("definition") == "face value"]
    counted = bought or sure
    goods = sorted({row["product"] for row in counted})
    traced = {row["product"] for row in sure} - set(goods)
    counts: tuple[str, ...] = (names.products(len(goods)), number_of(len(goods), "product"))
    whose = "its imports"
    if len(goods) == 1:
        counts = (names.goods(goods[0]),)
    if len(consumers) == 1:
        whose = f"{possessive(names.place(sure[0]['consumer']))} imports"
    else:
        buyers = number_of(len({row["consumer"] for row in counted}), "importer")
        any_of = "one or more of " * (len(goods) > 1)
        counts = tuple(f"{buyers} of {any_of}{count}" for count in counts)
        whose = "the imports"
    verb = "was bought from one country" if bought else f"{SURE[verdict]} depends on one country"
    if bought and verdict in ("basket", "proxy"):
        verb += f", {SURE[verdict]}"
    hangs = f"at least {threshold * 100:g} % of {whose}{time} {verb}"
    pairs = grouped(counted, "consumer", "product")
    points = [key for group in pairs.values() for key in sorted({row[point] for row in group})]
    behind = ""
    if bought and traced and len(consumers) == 1:
        behind = f"; for {len(traced):,} more as traced behind the last seller"
    for count in counts:
        yield from shortened(f"For {count}, {hangs}", names.most(points), behind)


def _points_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    rows = in_main_period(rows)
    if "verdict" not in rows[0] or _threshold(names) == 0:
        return id(rows), ""
    verdict = _surest_verdict(rows)
    count = len({row["product"] for row in rows if row["verdict"] == verdict})
    return (verdict, names.time(rows), count > 1 or id(rows)), number_of(count, "product")


def _threshold(names: Lexicon) -> float:
    threshold = names.answer.scope.get("threshold")
    return float(threshold) if isinstance(threshold, int | float) else HALF


def _without(names: Lexicon, rows: Sequence[Row], time: str) -> Sentences:
    """Say what a consumer loses at least of one product without a country or bloc."""
    known = [row for row in rows if row["loss"] is not None]
    if not known:
        row = min(rows, key=lambda row: (row["consumer"], row["product"], row["removed"]))
        yield (
            f"Without {names.place(row['removed'])}, {names.place(row['consumer'])} may get no "
            f"{names.goods(row['product'])}{time}."
        )
        return
    row = max(known, key=lambda row: (row["low"] or 0.0, row["loss"], row["product"],
                                      row["removed"], row["consumer"]))  # fmt: skip
    start = f"Without {names.place(row['removed'])}, {names.place(row['consumer'])} would lose "
    end = f"its imports of {names.goods(row['product'])}{time}{qualified([row])}"
    if row["low"] is None or row["high"] is None:
        yield from shortened(f"{start}an estimated {part(row['loss'])} of {end}")
        return
    text = between(row["low"], row["high"])
    estimate = f" (estimate: {part(row['loss'])})" if text != part(row["loss"]) else ""
    yield from shortened(f"{start}{text} of {end}", estimate, f", {BY[row['measure']]}")


def _exposed(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say on whom most importers of a product depend."""
    rows = in_main_period(rows)
    bought = [row for row in rows if row.get("definition") == "face value"] or list(rows)
    removed = rows[0].get("removed") is not None
    point = "removed" if removed else "supplier"
    row = max(bought, key=lambda row: (row["consumers"], row["at_stake"] or 0.0, row["product"],
                                       row[point]))  # fmt: skip
    goods, time = names.goods(row["product"]), time_of([row])
    count = f"{row['consumers']:,} of {number_of(row['importers'], 'importer')} of {goods}"
    least = f"at least {_threshold(names) * 100:g} %"
    place, fit = names.place(row[point]), qualified([row])
    if removed:
        start = f"Without {place}, {count}{time} could lose {least} of what they buy{fit}"
    elif row["definition"] == "face value":
        start = f"{count} bought {least} from {place}{time}{fit}"
    else:
        start = f"For {count}{time}, {least} could have been {_worked(row['traced_to'])} in "
        start += f"{place}{fit}"
    stake = ""
    if row["at_stake"] is not None:
        stake = f"; {part(row['at_stake'])} of all imports is at stake"
    yield from shortened(start, stake, f", {BY[row['measure']]}" if stake else "")


def _end_of(names: Lexicon, row: Row) -> str:
    """Name the plant, company or state whose end a row is about."""
    level, name = names.answer.scope["level"], without_brackets(str(row["name"]))
    if group := re.fullmatch(r"(\d+) sites: ([^,]+), .+", name):
        name = f"{group[2]} and {number_of(int(group[1]) - 1, 'more site')}"
    if level == "controller":
        return f"what {with_article(str(row['name']))} can stop"
    name = name if PLAIN_NAME.fullmatch(name) else _one(names)
    return name if level == "plant" else f"plants of {name}"


def _one(names: Lexicon) -> str:
    """Write one plant, company or state without its name."""
    level = names.answer.scope["level"]
    return f"one {'state' if level == 'controller' else level}"


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
    text, share = _range_of(row["low"], row["high"], row["loss"]), part(row["loss"])
    estimate = f" (estimate: {share})" if text != share else ""
    end = f"imports of {names.goods(row['product'])}{time_of([row])}{qualified([row])}"
    consumer = names.place(row["consumer"])
    loss = f"{consumer} would lose {text} of its {end}{_coverage(row)}"
    for who in (_end_of(names, row), _one(names)):
        yield from shortened(f"Without {who}, {loss}", estimate)


def _ended_for_all(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say whose end would cost most of all imports of a product."""
    row = _largest_end(in_main_period(rows), "at_stake")
    goods, time, fit = names.goods(row["product"]), time_of([row]), qualified([row])
    of_all = f"{part(row['at_stake'])} of all imports of {goods}{time} would be lost{fit}"
    many = f", by {row['consumers']:,} of {number_of(row['importers'], 'importer')}"
    for who in (_end_of(names, row), _one(names)):
        yield from shortened(f"Without {who}, {of_all}{_coverage(row)}", many)


def _ended_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    rows = in_main_period(rows)
    row = _largest_end(rows, "at_stake" if "consumers" in rows[0] else "loss")
    text = part(row["at_stake"]) if "consumers" in row else _range_of(
        row["low"], row["high"], row["loss"]
    )  # fmt: skip
    goods = names.goods(row["product"])
    return (names.time(rows), qualified([row])), f"{text} of {goods} without {_end_of(names, row)}"


def _domestic(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say how many materials have one producer, as far as sources say so."""
    published = [row for row in rows if row["verdict"] == "published"]
    goods = sorted({names.goods(row["product"] or row["element"]) for row in published or rows})
    country, times = most_frequent(row["country"] for row in published or rows)
    subject = listed(goods) if len(goods) <= 3 else number_of(len(goods), "material")
    if published:
        start = f"Sources name a single producer of {subject}"
    else:
        start = f"Only one country is known to produce {subject}"
    most = f", {times:,} in {names.place(country)}" if len(goods) > 3 else ""
    if len({row["country"] for row in published or rows}) == 1:
        most = f", in {names.place(country)}"
    yield from shortened(start, most)


def disrupt(answer: Answer) -> Sentences:
    """Say who loses most if exports stop, and how much of what."""
    if answer.scope.get("industries"):
        return _industries(Lexicon(answer))
    if answer.scope.get("sweep"):
        return sentences_on_parts(answer, "consumer", _swept, _swept_figure)
    if answer.scope.get("months"):
        return sentences_on_parts(answer, "consumer", _uncovered, _uncovered_figure)
    return sentences_on_parts(answer, "consumer", _lost_imports, _loss_figure)


def _industries(names: Lexicon) -> Sentences:
    """Say how many uses and sectors a shortfall reaches, and whose value added is behind them."""
    rows = names.answer.rows.to_pylist()
    elements = sorted({row["element"] for row in rows})
    goods = names.goods(elements[0]) if len(elements) == 1 else f"{len(elements):,} elements"
    uses = f"{number_of(len(rows), 'use')} of {goods}"
    reached = f"{cut_of(names)}, the shortfall reaches {uses}"
    total, sectors = value_added(rows)
    regions = {row["value_added_of"] for row in rows if row["value_added_of"]}
    buyer = names.answer.scope.get("consumer")
    if not sectors or len(regions) != 1 or buyer not in (None, *regions):
        if isinstance(buyer, str) and buyer not in regions:
            reached = f"{cut_of(names)}, the shortfall of {names.place(buyer)} reaches {uses}"
        known = f", as far as uses in {names.places(regions)} tell" if regions else ""
        return shortened(f"{reached}{known}")
    where = f"in {number_of(sectors, 'sector')} of {names.places(regions)}"
    return shortened(
        f"{reached} {where} with {money(total)} EUR of value added", ": exposure, not loss"
    )


def cascade(answer: Answer) -> Sentences:
    """Say which country that fails loses most if exports stop."""
    return sentences_on_parts(answer, "country", _lost_supply, _loss_figure)


def _loss_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    rows = in_main_period(rows)
    place = "consumer" if "consumer" in rows[0] else "country"
    row = _most_lost(rows, place)
    goods = names.goods(row["product"])
    text = f"{_range_of(row['low'], row['high'], row['lost_share'])} of {goods}"
    if not isinstance(names.answer.scope.get(place), list):
        text = f"{names.place(row[place])}, {text}"
    return (names.time(rows), qualified([row])), text


def _range_of(low: float | None, high: float | None, share: float | None) -> str:
    """Write a share within its range, or an estimate without one."""
    if low is None or high is None:
        return "an unknown part" if share is None else f"an estimated {part(share)}"
    return between(low, high)


def _most_lost(rows: Sequence[Row], place: str) -> Row:
    """Choose the row with the largest loss by its amount."""
    column = "lost_imports" if place == "consumer" else "lost"
    rows = [row for row in rows if row["lost_share"] is not None] or rows
    return max(
        rows,
        key=lambda row: (row[column] or 0.0, row["lost_share"] or 0.0, row["product"], row[place]),
    )


def cut_of(names: Lexicon, exports: str = "") -> str:
    """Write the cut of exports that a question plays, of all that it names or in other words."""
    scope = names.answer.scope
    stopped = _stopped(names)
    if stopped and not scope["exporters"]:
        return f"If {stopped}"
    exporters = names.places(scope.get("exporters") or ["an exporter"])
    if stopped:
        exports = f"its exports and {stopped.rpartition(' ')[0]}"
    if not exports:
        act = re.fullmatch(r"what (.+) names", names.subject)
        exports = f"its exports under {act[1]}" if act else f"its exports of {names.subject}"
        if scope.get("destinations"):
            exports += f" to {names.places(scope['destinations'])}"
    loss = scope.get("loss", 1.0)
    if not isinstance(loss, float) or loss >= 1:
        return f"If {exporters} stopped {exports}"
    return f"If {exporters} cut {loss * 100:g} % of {exports}"


def _stopped(names: Lexicon) -> str:
    """Write which plants stop making all or a part of it; empty if none does."""
    scope = names.answer.scope
    name, loss = scope.get("stopped"), scope.get("loss", 1.0)
    if not isinstance(name, str):
        return ""
    text = without_brackets(name)
    text = text if PLAIN_NAME.fullmatch(text) else "what is named"
    if scope.get("seat"):
        text = f"plants of owners in {names.place(scope['seat'])}"
    elif scope.get("company"):
        text = f"plants of {text}"
    return f"{text} stopped" if loss >= 1 else f"{text} made {loss * 100:g} % less"


def _capacity(names: Lexicon) -> str:
    """Say if less than half of the capacity behind a loss is known, or if that is unknown."""
    known = names.answer.scope.get("capacity_coverage") or ()
    known = {known} if isinstance(known, str) else {*known}
    if "unknown" in known:
        return "; coverage of its capacity is unknown"
    return "; under half of capacity is known" if "under half" in known else ""


def _lost_imports(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    rows = in_main_period(rows)
    row = _most_lost(rows, "consumer")
    if _stopped(names) and row["lost_share"] is None:
        yield from _unknown_loss(names, rows)
        return
    worth = f"{amount(row['lost_imports'], row['measure'])}, " if row["lost_imports"] else ""
    verb = "would lose" if len({row["consumer"] for row in rows}) == 1 else "would lose most:"
    yield from _lost(names, row, names.place(row["consumer"]), f"{verb} {{}}", "imports", worth)


def _unknown_loss(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say that a loss is unknown, and the most that it may be."""
    row = max(rows, key=lambda row: (row["high"], row["product"], row["consumer"]))
    most = f", at most {ceiling_percent(row['high'])} % of anybody’s imports of a product"
    unknown = f"what others would lose is unknown{time_of([row])}{_capacity(names)}"
    yield from shortened(f"{cut_of(names)}, {unknown}", most)
    yield f"{capitalized(unknown)}."


def _least_covered(rows: Sequence[Row]) -> Row:
    """Choose the first month of the row with the largest uncovered amount."""
    return max(
        (row for row in rows if row["month"] == 1),
        key=lambda row: ((row["need"] or 0.0) * row["uncovered_in_all"], row["uncovered_in_all"],
                         row["high"], row["product"], row["consumer"]),
    )  # fmt: skip


def _uncovered_day(row: Row) -> str:
    """Write from which day something is uncovered."""
    if row["first_day"] is None:
        return ""
    about = "about " if row["first_day_earliest"] != row["first_day"] else ""
    return f", from {about}day {row['first_day']:,} on"


def _uncovered_part(row: Row) -> str:
    """Write the uncovered part of the need of all months."""
    return between(row["low"], row["high"]) if row["high"] > 0 else "nothing"


def _uncovered_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    rows = in_main_period(rows)
    row = _least_covered(rows)
    text = f"{_uncovered_part(row)} of {names.goods(row['product'])}{_uncovered_day(row)}"
    if not isinstance(names.answer.scope.get("consumer"), list):
        text = f"{names.place(row['consumer'])}, {text}"
    return (names.time(rows), qualified([row])), text


def _uncovered(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say what a consumer lacks over some months, and the first day of it."""
    rows = in_main_period(rows)
    row = _least_covered(rows)
    country, goods = names.place(row["consumer"]), names.goods(row["product"])
    verb = "would lack" if len({row["consumer"] for row in rows}) == 1 else "would lack most:"
    text, share = _uncovered_part(row), part(row["uncovered_in_all"])
    if text == "nothing" and verb.endswith(":"):
        country, verb, text = "nobody", "would lack", "any"
    estimate = "" if text in (share, "nothing", "any") else f" (estimate: {share})"
    if estimate and row["high"] - row["low"] > WIDE:
        text, estimate = f"an estimated {share} ({text})", ""
    number = number_of(names.answer.scope["months"], "month")
    restart = names.answer.scope.get("restart")
    span = f" for {number_of(restart - 1, 'month')}" if restart else ""
    of_goods = "" if goods == names.subject and not _stopped(names) else f" of {goods}"
    when = f"{time_of([row])}{qualified([row])}"
    stocks = _held(names)
    for cut, what in (
        (cut_of(names), of_goods), (cut_of(names, "these exports"), f" of {goods}"),
    ):  # fmt: skip
        lack = f"{country} {verb} {text} of {possessive(number)} imports{what}{when}"
        yield from shortened(
            f"{cut}{span}{stocks}, {lack}{_uncovered_day(row)}{_capacity(names)}", estimate
        )
        yield f"{cut}{span}{stocks}, {lack}."


def _held(names: Lexicon) -> str:
    """Write which stocks and slack are assumed."""
    scope = names.answer.scope
    days, slack = scope.get("stock_days"), scope.get("slack")
    stocks = " and buyers held no stocks"
    if days:
        stocks = f" and buyers held {number_of(round(days), 'day')} of stock"
    return stocks + (f", with a slack of {100 * slack:g} % elsewhere" if slack else "")


def _ends_of_sweep(rows: Sequence[Row]) -> tuple[Row, Row]:
    """Choose the line that lacks most at the end of a sweep, and return its two ends."""
    rows = in_main_period(rows)
    last = max(row["setting"] for row in rows)
    most = max(
        (row for row in rows if row["setting"] == last),
        key=lambda row: (row["lacking"], row["uncovered_in_all"], row["product"], row["consumer"]),
    )
    line = [row for row in rows if all(row[name] == most[name] for name in ("consumer", "product"))]
    return min(line, key=lambda row: row["setting"]), most


def _swept_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    first, last = _ends_of_sweep(rows)
    goods = names.goods(last["product"])
    text = f"{part(first['uncovered_in_all'])} and {part(last['uncovered_in_all'])} of {goods}"
    if not isinstance(names.answer.scope.get("consumer"), list):
        text = f"{names.place(last['consumer'])}, {text}"
    return (names.time(rows), qualified([last])), text


def _swept(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say what a consumer lacks at both ends of a sweep."""
    first, last = _ends_of_sweep(rows)
    swept = last["swept"]
    settings = [setting_in_words(swept, row["setting"]) for row in (first, last)]
    shares = [part(row["uncovered_in_all"]) for row in (first, last)]
    country, goods = names.place(last["consumer"]), names.goods(last["product"])
    of_time = f"{time_of([last])}{qualified([last])}"
    lacks = f"{country} would lack {{}} of its imports of {goods}{of_time}"
    start = f"{SETTINGS[swept]} {settings[0]}, {lacks.format(shares[0])}"
    for cut in (cut_of(names), cut_of(names, "these exports")):
        yield f"{cut}: {start[0].lower()}{start[1:]}; at {settings[1]}, {shares[1]}."


def _lost_supply(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    row = _most_lost(in_main_period(rows), "country")
    maybe = "" if row["verdict"] == "certain" else "may "
    verb = f"would lose most of those that {maybe}fail: {{}}"
    return _lost(names, row, names.place(row["country"]), verb, "supply", "")


def _lost(
    names: Lexicon, row: Row, country: str, verb: str, whole: str, worth: str
) -> Sentences:  # fmt: skip
    """Say what a country loses of its imports or supply, within its range."""
    text = _range_of(row["low"], row["high"], row["lost_share"])
    share, estimate = row["lost_share"], ""
    loss_of_exports = names.answer.scope.get("loss")
    if share is not None and row["low"] is not None and text != part(share):
        estimate = f" (estimate: {part(share)})"
        is_cut = isinstance(loss_of_exports, float) and loss_of_exports < 1
        if is_cut or row["high"] - row["low"] > WIDE:
            text, estimate = f"an estimated {part(share)} ({text})", ""
    goods, time, fit = names.goods(row["product"]), time_of([row]), qualified([row])
    goods_text = "" if goods == names.subject and not _stopped(names) else f" of {goods}"
    fit += _capacity(names)
    for cut, of_goods, value in (
        (cut_of(names), goods_text, worth), (cut_of(names), goods_text, ""),
        (cut_of(names, "these exports"), f" of {goods}", worth),
        (cut_of(names, "these exports"), f" of {goods}", ""),
    ):  # fmt: skip
        loss = verb.format(f"{value}{text} of its {whole}{of_goods}")
        yield from shortened(f"{cut}, {country} {loss}{time}{fit}", estimate)


HEADLINES = {
    "origins.origins": origins,
    "origins.depends_looked_through": origins,
    "single_points.spof": single_points,
    "disruptions.disrupt": disrupt,
    "disruptions.cascade": cascade,
}
"""Headlines by the function of the question."""
