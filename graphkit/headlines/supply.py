"""Headlines on chains of supply: origins, single points of failure, losses when exports stop."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphkit.answers.answer import Answer
from graphkit.answers.figures import HALF
from graphkit.headlines.wording import (
    BY,
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
    number_of,
    part,
    qualified,
    sentences_on_parts,
    shortened,
    time_of,
)
from graphkit.names import capitalized, possessive

WORK = {
    "mine": "mined", "separate": "separated or refined", "metal": "turned into metal",
    "concentrate": "concentrated", "alloy": "alloyed", "component": "made",
}  # fmt: skip
"""Work of a stage, as what was done with goods."""
NO_COUNTRY = ("unknown", "untraceable", "any other country")
THROUGH = "through "


def _worked(stage: str) -> str:
    return WORK.get(stage, f"worked on at the stage {stage}")


def origins(answer: Answer) -> Sentences:
    """Say where one product surely comes from, or for how many products one country is half."""
    tell = _by_sellers if answer.scope.get("makers") == "face-value" else _traced
    return sentences_on_parts(answer, "consumer", tell, _origin_figure)


def _is_country(row: Row) -> bool:
    return row["origin"] not in NO_COUNTRY and not row["origin"].startswith(THROUGH)


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
    if names.answer.scope.get("makers") == "face-value" or any(map(_is_passed, rows)):
        return id(rows), ""
    products = grouped(rows, "product")
    if len(products) > 1:
        large = _half_made(rows)
        fit = qualified([row for row in rows if row["product"] in large])
        return (True, time, fit), f"{len(large):,} of {len(products):,}"
    row = _surest(rows)
    if row is None:
        return id(rows), ""
    kind = (row["product"], row["traced_to"], time, qualified([row]), bool(row["earlier"]))
    return (
        kind,
        f"{_range_of(row['low'], row['high'], row['share'])} in {names.place(row['origin'])}",
    )


def _is_passed(row: Row) -> bool:
    return bool(row["origin"].startswith(THROUGH))


def _surest(rows: Sequence[Row]) -> Row | None:
    """Choose the origin of the largest part that is certain, where the stage's work was done."""
    known = [row for row in rows if _is_passed(row)] or [
        row for row in rows if _is_country(row) and row["share"] is not None
    ]
    sure = [row for row in known if not row["earlier"]] or known
    return max(sure, key=lambda row: (row["low"] or 0.0, row["share"] or 0.0, row["product"],
                                      row["traced_to"], row["origin"]), default=None)  # fmt: skip


def _traced(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say where imports come from, looked through to who made them."""
    rows = in_main_period(rows)
    if len({row["product"] for row in rows}) > 1 and not any(map(_is_passed, rows)):
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
    return shortened(
        f"{capitalized(text)} of {goods} {work}{fit}", estimate, f", {BY[row['measure']]}"
    )


def _half_made(rows: Sequence[Row]) -> dict[str, set[str]]:
    """Return the countries that surely did the work of a stage for half, by product."""
    large: dict[str, set[str]] = {}
    for row in rows:
        if _is_country(row) and not row["earlier"] and (row["low"] or 0.0) >= HALF:
            large.setdefault(row["product"], set()).add(row["origin"])
    return large


def _of_products(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say for how many products one country surely did the work of a stage for half."""
    buyer, time = names.place(rows[0]["consumer"]), time_of(rows)
    count = len({row["product"] for row in rows})
    large = _half_made(rows)
    fit = qualified([row for row in rows if row["product"] in large])
    origin = names.answer.scope.get("origin")
    place = names.place(origin) if isinstance(origin, str) else "one country"
    whole = f"at least half of {possessive(buyer)} imports{time}"
    most = names.most(origin for countries in large.values() for origin in countries)
    most = most if place == "one country" else ""
    for text in (names.products(count), number_of(count, "product")):
        for end in ("was surely mined, refined or made in", "was surely made in"):
            yield from shortened(
                f"For {count_of(len(large), text)}, {whole} {end} {place}{fit}", most
            )


def single_points(answer: Answer) -> Sentences:
    """Say how many products depend on one country, or how many importers do."""
    columns = answer.rows.column_names
    names = Lexicon(answer)
    if answer.scope.get("definition") == "domestic":
        return _domestic(names, answer.rows.to_pylist())
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
    goods = sorted({row["product"] for row in sure})
    time = time_of(sure)
    if point == "removed" and (len(pairs) == 1 or threshold == 0):
        yield from _without(names, sure, time)
        return
    counts: tuple[str, ...] = (names.products(len(goods)), number_of(len(goods), "product"))
    whose = "its imports"
    if len(goods) == 1:
        counts = (names.goods(goods[0]),)
    if len(consumers) == 1:
        whose = f"{possessive(names.place(sure[0]['consumer']))} imports"
    else:
        buyers = number_of(len(consumers), "importer")
        any_of = "one or more of " * (len(goods) > 1)
        counts = tuple(f"{buyers} of {any_of}{count}" for count in counts)
        whose = "the imports"
    hangs = (
        f"at least {threshold * 100:g} % of {whose}{time} {SURE[verdict]} depends on one country"
    )
    points = [key for group in pairs.values() for key in sorted({row[point] for row in group})]
    for count in counts:
        yield from shortened(f"For {count}, {hangs}", names.most(points))


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
    return sentences_on_parts(answer, "consumer", _lost_imports, _loss_figure)


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
    exporters = names.places(scope.get("exporters") or ["an exporter"])
    if not exports:
        act = re.fullmatch(r"what (.+) names", names.subject)
        exports = f"its exports under {act[1]}" if act else f"its exports of {names.subject}"
        if scope.get("destinations"):
            exports += f" to {names.places(scope['destinations'])}"
    loss = scope.get("loss", 1.0)
    if not isinstance(loss, float) or loss >= 1:
        return f"If {exporters} stopped {exports}"
    return f"If {exporters} cut {loss * 100:g} % of {exports}"


def _lost_imports(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    rows = in_main_period(rows)
    row = _most_lost(rows, "consumer")
    worth = f"{amount(row['lost_imports'], row['measure'])}, " if row["lost_imports"] else ""
    verb = "would lose" if len({row["consumer"] for row in rows}) == 1 else "would lose most:"
    return _lost(names, row, names.place(row["consumer"]), f"{verb} {{}}", "imports", worth)


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
    if share is not None and row["low"] is not None and text != part(share):
        estimate = f" (estimate: {part(share)})"
    goods, time, fit = names.goods(row["product"]), time_of([row]), qualified([row])
    goods_text = "" if goods == names.subject else f" of {goods}"
    for cut, of_goods, value in (
        (cut_of(names), goods_text, worth), (cut_of(names), goods_text, ""),
        (cut_of(names, "these exports"), f" of {goods}", worth),
        (cut_of(names, "these exports"), f" of {goods}", ""),
    ):  # fmt: skip
        loss = verb.format(f"{value}{text} of its {whole}{of_goods}")
        yield from shortened(f"{cut}, {country} {loss}{time}{fit}", estimate)
    loss = verb.format(f"{text} of its {whole} of {goods}")
    yield f"{capitalized(country)} {loss}{time}{fit}."


HEADLINES = {
    "origins.origins": origins,
    "origins.depends_looked_through": origins,
    "single_points.single_points": single_points,
    "disruptions.disrupt": disrupt,
    "disruptions.cascade": cascade,
}
"""Headlines by the function of the question."""
