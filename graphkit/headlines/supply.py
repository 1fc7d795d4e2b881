"""Headlines on chains of supply: origins, single points of failure, losses when exports stop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from graphkit.analysis.end_uses import value_added
from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.figures import HALF, ceiling_percent, money, number_of, setting_in_words
from graphkit.answers.goods import Named
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import (
    BY,
    ESTIMATE,
    SETTINGS,
    WIDE,
    Lexicon,
    Row,
    Sentences,
    facts_of,
    figure_of_count,
    figure_of_range,
    figure_of_share,
    figure_of_value,
    grouped,
    in_main_period,
    listed,
    most_frequent,
    part,
    places_of,
    qualified,
    shortened,
    time_of,
    without_brackets,
    worked,
)
from graphkit.names import capitalized, possessive, with_article


def single_points(answer: Answer) -> Sentences:
    """Say how many products depend on one country, or how many importers do."""
    columns = answer.rows.column_names
    if answer.scope.get("definition") == "domestic":
        names = Lexicon(answer)
        return _domestic(names, names.rows)
    if answer.scope.get("level"):
        tell = _ended_for_all if "consumers" in columns else _ended
    else:
        tell = _exposed if "consumers" in columns else _dependent
    return sentences_on_parts(answer, "consumer", tell)


SURE = {
    "certain": "surely", "as traced": "by estimate", "possible": "perhaps",
    "basket": "with the other goods under its code",
    "proxy": "with the other goods under its code",
}  # fmt: skip
"""Certainty of the verdicts on single points, the most certain first."""
FACE_VALUE = "face value"
MAY_FAIL = "may fail"
"""Qualifier of a claim on one of those that perhaps fail."""


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
    threshold = names.answer.scope.get("threshold")
    return float(threshold) if isinstance(threshold, int | float) else HALF


def _least(threshold: float) -> str:
    """Write the part from which one country is a single point of failure."""
    return "all" if threshold >= 1 else f"at least {threshold * 100:g} %"


def _estimated(claim: Claim, share: float) -> Claim:
    """Claim the estimate of a figure that is a range."""
    qualifiers = (*claim.qualifiers, ESTIMATE)
    return replace(claim, figure=figure_of_share(share), qualifiers=qualifiers)


def _estimate(claim: Claim, share: float | None) -> Sentence:
    """Add in brackets the estimate of a range, where that is not the same."""
    if share is None or str(claim.figure) == part(share):
        return Sentence()
    mean = _estimated(claim, share)
    return Sentence(f" (estimate: {mean.figure})", (mean,))


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
    yield from shortened(sentence, _estimate(claim, row["loss"]), f", {BY[row['measure']]}")


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
    level = names.answer.scope["level"]
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
        size, estimate = _with_estimate(claim, row["loss"], is_wide=False)
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


def disrupt(answer: Answer) -> Sentences:
    """Say who loses most if exports stop, and how much of what."""
    if answer.scope.get("industries"):
        return _industries(Lexicon(answer))
    if answer.scope.get("sweep"):
        return sentences_on_parts(answer, "consumer", _swept)
    if answer.scope.get("months"):
        return sentences_on_parts(answer, "consumer", _uncovered)
    return sentences_on_parts(answer, "consumer", _lost_imports)


def _industries(names: Lexicon) -> Sentences:
    """Say how many uses and sectors a shortfall reaches, and whose value added is behind them."""
    rows = names.rows
    elements = sorted({row["element"] for row in rows})
    uses = names.claim(Kind.COUNT, rows, figure_of_count(len(rows), "use"), period=None)
    goods, claims = names.goods(elements[0]), [uses]
    if len(elements) > 1:
        number = figure_of_count(len(elements), "element")
        goods = str(number)
        claims.append(names.claim(Kind.COUNT, rows, number, period=None))
    total, sectors = value_added(rows)
    regions = {row["value_added_of"] for row in rows if row["value_added_of"]}
    buyer = names.answer.scope.get("consumer")
    is_apart = isinstance(buyer, str) and buyer not in regions
    whose = f" of {names.place(buyer)}" if is_apart else ""
    reached = f"{cut_of(names)}, the shortfall{whose} reaches {uses.figure} of {goods}"
    if not sectors or len(regions) != 1 or buyer not in (None, *regions):
        known = f", as far as uses in {names.places(regions)} tell" if regions else ""
        yield from shortened(Sentence(reached, (*claims,)), known)
        return
    money_figure = Figure(f"{money(total)} EUR", total, total, "eur")
    with_value = [row for row in rows if row["value_added"]]
    many = names.claim(Kind.COUNT, with_value, figure_of_count(sectors, "sector"), period=None)
    added = names.claim(Kind.AMOUNT, with_value, money_figure, whose=(*regions,), period=None)
    where = f"in {many.figure} of {names.places(regions)}"
    text = f"{reached} {where} with {money_figure} of value added"
    yield from shortened(Sentence(text, (*claims, many, added)), ": exposure, not loss")


def cascade(answer: Answer) -> Sentences:
    """Say which country that fails loses most if exports stop."""
    return sentences_on_parts(answer, "country", _lost_supply)


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
    keys = scope.get("exporter") or scope.get("exporters") or ["an exporter"]
    exporters, its = names.places(keys), "its" if len(keys) == 1 else "their"
    if stopped:
        exports = f"{its} exports and {stopped}"
    if not exports:
        acts = [goods.name for goods in names.answer.goods if goods.kind is Named.CONTROL]
        what = f"under {acts[0]}" if acts else f"of {names.subject}"
        exports = f"{its} exports {what}"
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
    worth = Sentence()
    if row["lost_imports"]:
        value = figure_of_value(row["lost_imports"], row["measure"])
        lost = names.claim(Kind.AMOUNT, [row], value, measure=row["measure"])
        lost = replace(lost, qualifiers=("lost", *lost.qualifiers))
        worth = Sentence(f"{value}, ", (lost,))
    verb = "would lose" if len({row["consumer"] for row in rows}) == 1 else "would lose most:"
    yield from _lost(names, row, row["consumer"], verb, "imports", worth)


def _unknown_loss(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say that a loss is unknown, and the most that it may be."""
    row = max(rows, key=lambda row: (row["high"], row["product"], row["consumer"]))
    unknown = names.claim(Kind.UNKNOWN, [row], whose=(), material=())
    figure = Figure(f"at most {ceiling_percent(row['high'])} %", 0.0, row["high"], "share")
    least = names.claim(Kind.LOSS, [row], figure)
    most = Sentence(f", {figure} of anybody’s imports of a product", (least,))
    text = f"what others would lose is unknown{time_of([row])}{_capacity(names)}"
    yield from shortened(Sentence(f"{cut_of(names)}, {text}", (unknown,)), most)
    yield Sentence(f"{capitalized(text)}.", (unknown,))


def _least_covered(rows: Sequence[Row]) -> Row:
    """Choose the first month of the row with the largest uncovered amount."""
    return max(
        (row for row in rows if row["month"] == 1),
        key=lambda row: ((row["need"] or 0.0) * row["uncovered_in_all"], row["uncovered_in_all"],
                         row["high"], row["product"], row["consumer"]),
    )  # fmt: skip


def _uncovered_day(names: Lexicon, row: Row) -> Sentence:
    """Say from which day something is uncovered."""
    day = row["first_day"]
    if day is None:
        return Sentence()
    about = "about " if row["first_day_earliest"] != day else ""
    claim = names.claim(Kind.AMOUNT, [row], Figure(f"{about}day {day:,}", day, day, "day"))
    return Sentence(f", from {claim.figure} on", (claim,))


def _uncovered(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say what a consumer lacks over some months, and the first day of it."""
    rows = in_main_period(rows)
    row = _least_covered(rows)
    country, goods = names.place(row["consumer"]), names.goods(row["product"])
    is_of_several = len({row["consumer"] for row in rows}) > 1
    verb = "would lack most:" if is_of_several else "would lack"
    figure = figure_of_range(row["low"], row["high"], None)
    if row["high"] <= 0:
        figure = replace(figure, words="nothing")
    claim = names.claim(Kind.LOSS, [row], figure)
    if row["high"] <= 0 and is_of_several:
        country, verb = "nobody", "would lack"
        claim = replace(claim, figure=replace(figure, words="any"), whose=())
    text, estimate = _with_estimate(claim, row["uncovered_in_all"], is_wide=False)
    if row["high"] <= 0:
        estimate = Sentence()
    number = number_of(names.answer.scope["months"], "month")
    restart = names.answer.scope.get("restart")
    span = f" for {number_of(restart - 1, 'month')}" if restart else ""
    of_goods = "" if goods == names.subject and not _stopped(names) else f" of {goods}"
    when = f"{time_of([row])}{qualified([row])}"
    stocks = _held(names)
    for cut, what in (
        (cut_of(names), of_goods), (cut_of(names, "these exports"), f" of {goods}"),
    ):  # fmt: skip
        start = Sentence(f"{cut}{span}{stocks}, {country} {verb} ") + text
        start += f" of {possessive(number)} imports{what}{when}"
        day = _uncovered_day(names, row)
        yield from shortened(start + day + _capacity(names), estimate)
        yield start + "."


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


def _swept(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say what a consumer lacks at both ends of a sweep."""
    ends = _ends_of_sweep(rows)
    last = ends[1]
    swept = last["swept"]
    settings = [setting_in_words(swept, row["setting"]) for row in ends]
    claims = [
        names.claim(Kind.LOSS, [row], figure_of_share(row["uncovered_in_all"])) for row in ends
    ]
    claims = [
        replace(claim, assumptions={**claim.assumptions, swept: row["setting"], "setting": text})
        for claim, row, text in zip(claims, ends, settings, strict=True)
    ]
    first_share, last_share = (claim.figure for claim in claims)
    country, goods = names.place(last["consumer"]), names.goods(last["product"])
    lacks = f"{country} would lack {first_share} of its imports of {goods}"
    start = f"{SETTINGS[swept]} {settings[0]}, {lacks}{time_of([last])}{qualified([last])}"
    for cut in (cut_of(names), cut_of(names, "these exports")):
        text = f"{cut}: {start[0].lower()}{start[1:]}; at {settings[1]}, {last_share}."
        yield Sentence(text, (*claims,))


def _lost_supply(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    row = _most_lost(in_main_period(rows), "country")
    may_fail = row["verdict"] != "certain"
    fails = f"would lose most of those that {'may ' * may_fail}fail"
    tolerance = names.answer.scope["tolerance"]
    for end in (f" (lose over {100 * tolerance:g} %):", ":"):
        for text in _lost(names, row, row["country"], f"{fails}{end}", "supply", Sentence()):
            claims = tuple(
                replace(claim, qualifiers=(*claim.qualifiers, *[MAY_FAIL] * may_fail))
                for claim in text.claims
            )
            yield replace(text, claims=claims)


def _with_estimate(
    claim: Claim, share: float | None, *, is_wide: bool
) -> tuple[Sentence, Sentence]:
    """Write a range, with its estimate before it if that is wide, else to be added after it."""
    figure, estimate = claim.figure, _estimate(claim, share)
    assert figure is not None
    width = 0.0 if figure.low is None or figure.high is None else figure.high - figure.low
    if not estimate.words or not (is_wide or width > WIDE):
        return Sentence(str(figure), (claim,)), estimate
    mean = estimate.claims[0].figure
    return Sentence(f"an estimated {mean} ({figure})", (claim, *estimate.claims)), Sentence()


def _lost(
    names: Lexicon, row: Row, country: str, verb: str, whole: str, worth: Sentence
) -> Sentences:  # fmt: skip
    """Say what a country loses of its imports or supply, within its range."""
    figure = figure_of_range(row["low"], row["high"], row["lost_share"])
    claim = names.claim(Kind.LOSS, [row], figure, whose=country)
    loss_of_exports = names.answer.scope.get("loss")
    is_cut = isinstance(loss_of_exports, float) and loss_of_exports < 1
    share = row["lost_share"] if row["low"] is not None else None
    text, estimate = _with_estimate(claim, share, is_wide=is_cut)
    goods, fit = names.goods(row["product"]), qualified([row]) + _capacity(names)
    goods_text = "" if goods == names.subject and not _stopped(names) else f" of {goods}"
    for cut, of_goods, value in (
        (cut_of(names), goods_text, worth), (cut_of(names), goods_text, Sentence()),
        (cut_of(names, "these exports"), f" of {goods}", worth),
        (cut_of(names, "these exports"), f" of {goods}", Sentence()),
    ):  # fmt: skip
        start = Sentence(f"{cut}, {names.place(country)} {verb} {value}") + text
        start += Sentence(f" of its {whole}{of_goods}{time_of([row])}{fit}", value.claims)
        yield from shortened(start, estimate)
