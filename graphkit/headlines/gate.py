"""The gate: which claim may be made from which rows, what denies it, and who reports its trade.

Every sentence passes here, and nowhere else is a claim let through. A writer tells its sentences
from the fullest to the plainest; the first of which no claim is denied is the one that is shown. A
sentence that says that something cannot be told gets its reason from the same rules, and one on
trade that only the partners of a country report says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from graphkit.analysis.reporting import is_unreported
from graphkit.answers.answer import PLAIN_NAME, Answer
from graphkit.answers.coverage import MissingFlow, UnreportedTrade
from graphkit.answers.figures import HALF, ceiling_percent, floor_percent, percent
from graphkit.answers.sentence import PARTNERS, PLACE, Claim, Kind, Sentence
from graphkit.headlines.wording import LONGEST, WIDE, Lexicon, Row, listed, part, when
from graphkit.names import possessive
from graphkit.period import Period

UNKNOWN_OWNER = "unknown"
"""Owner, or seat, of the part of a capacity that may be anybody's."""
Rule = Callable[[Lexicon, Claim, Sequence[Row]], str]
"""Return what denies a claim on some rows; empty if nothing does."""


def chosen(answer: Answer, sentences: Iterable[Sentence | str]) -> Sentence:
    """Choose the first sentence that is short enough and of which nothing denies a claim.

    Parameters
    ----------
    answer : Answer
        The answer that the sentences are on, with its rows, coverage and names.
    sentences : iterable
        The fullest first.

    Returns
    -------
    Sentence
        Empty if none may be shown. That something cannot be told is shown where a rule denies it.
    """
    names = Lexicon(answer)
    texts = (_as_reported(names, text) for text in allowed(names, sentences))
    return next((text for text in texts if 0 < len(text.words) <= LONGEST), Sentence())


def allowed(names: Lexicon, sentences: Iterable[Sentence | str]) -> Iterator[Sentence]:
    """Pass on the sentences of which no claim is denied.

    What cannot be told is said with what denies it, then without; and not where nothing does.
    """
    for text in sentences:
        sentence = Sentence(text) if isinstance(text, str) else text
        if any(denial(names, claim) for claim in sentence.claims):
            continue
        claims = tuple(_with_reason(names, claim) for claim in sentence.claims)
        if any(claim.denied and not claim.reason for claim in claims):
            continue
        reasons = dict.fromkeys(
            claim.reason for claim, before in zip(claims, sentence.claims, strict=True)
            if claim is not before
        )  # fmt: skip
        if reasons:
            words = f"{sentence.words.removesuffix('.')}: {'; '.join(reasons)}."
            yield Sentence(words, claims)
        yield Sentence(sentence.words, claims)


def _with_reason(names: Lexicon, claim: Claim) -> Claim:
    """Add to what cannot be told what denies it, unless its writer knows."""
    if claim.denied is None or claim.reason:
        return claim
    return replace(claim, reason=denial(names, replace(claim, kind=claim.denied)))


def denial(names: Lexicon, claim: Claim) -> str:
    """Return what denies a claim; empty if it may be made.

    Parameters
    ----------
    names : Lexicon
        The answer and its names.
    claim : Claim
        A claim with the places of its rows.
    """
    rules = RULES.get(claim.kind)
    if rules is None:
        return ""
    places = {*claim.rows}
    rows = [row for row in names.rows if row.get(PLACE) in places]
    reasons = (rule(names, claim, rows) for rule in rules)
    return next((reason for reason in reasons if reason), "")


def _as_reported(names: Lexicon, sentence: Sentence) -> Sentence:
    """Say whose partners alone report the trade of a sentence; of no trade, who publishes none."""
    gaps = [
        gap
        for coverage in names.answer.coverage.parts.values()
        for gap in coverage.unreported
    ]  # fmt: skip
    if not gaps or not sentence.words:
        return sentence
    if not names.rows:
        reasons = dict.fromkeys(_unpublished(names, gap) for gap in gaps)
        return Sentence(f"{sentence.words.removesuffix('.')}; {listed([*reasons])}.")
    claims: list[Claim] = []
    countries: set[str] = set()
    for claim in sentence.claims:
        unreported = _unreported(names, claim, gaps)
        countries |= unreported
        qualifiers = (*claim.qualifiers, *[PARTNERS] * bool(unreported))
        claims.append(replace(claim, qualifiers=qualifiers))
    if not countries:
        return sentence
    whose = listed([possessive(names.place(key)) for key in sorted(countries)])
    return Sentence(
        f"{sentence.words.removesuffix('.')}, by the reports of {whose} partners.", (*claims,)
    )


def _unpublished(names: Lexicon, gap: UnreportedTrade) -> str:
    """Say since when a country publishes no trade by product."""
    if gap.until:
        time = f"from {gap.since} to {gap.until}"
        return f"{names.place(gap.country)} published no trade by product {time}"
    return f"{names.place(gap.country)} has published no trade by product since {gap.since}"


def _unreported(names: Lexicon, claim: Claim, gaps: Iterable[UnreportedTrade]) -> set[str]:
    """Return the countries that publish none of the trade that a claim is on.

    What somebody made, what is published elsewhere and what cannot be told is no such trade.
    """
    places = {*claim.rows}
    rows = [row for row in names.rows if row.get(PLACE) in places]
    if claim.kind is Kind.UNKNOWN or not claim.period or "published" in claim.qualifiers:
        return set()
    if _is_output(rows):
        return set()
    are_makers = any("origin" in row for row in rows)
    ends = {*claim.whose, claim.destination or "", *(() if are_makers else claim.subject)}
    keys = {key for end in ends for key in end.split("+")}
    return {
        gap.country for gap in gaps
        if gap.country in keys and is_unreported(gap.since, gap.until, claim.period)
    }  # fmt: skip


def _is_of_the_world(claim: Claim, rows: Sequence[Row]) -> bool:
    """Return True for a claim on amounts of world trade: output is of no codes."""
    return bool(claim.measure) and not claim.whose and not _is_output(rows)


def _is_output(rows: Sequence[Row]) -> bool:
    """Return True for rows of what was made, which nobody traded."""
    return any(str(row.get("market")).startswith("production") for row in rows)


def _earlier(names: Lexicon, claim: Claim, rows: Sequence[Row]) -> str:
    """Deny who trades most of an element or a stage in the world under codes of an earlier one too.

    Goods of an earlier stage deny nothing of all goods together.
    """
    if not _is_of_the_world(claim, rows) or (names.is_of_all and not claim.material):
        return ""
    goods = {
        text
        for part in names.answer.coverage.parts.values()
        for series in part.series
        if not claim.material or series.product in claim.material
        for text in series.earlier
    }
    texts = [text for text in sorted(goods) if PLAIN_NAME.fullmatch(text)]
    return f"its codes also hold {listed(texts)}" if texts else ""


def _basket(names: Lexicon, claim: Claim, rows: Sequence[Row]) -> str:
    """Deny who trades most of an element in the world that no code holds alone."""
    if not _is_of_the_world(claim, rows) or "other goods" in claim.qualifiers:
        return ""
    return f"no code holds {names.subject} alone" if names.are_baskets else ""


def _times(names: Lexicon, rows: Sequence[Row]) -> list[Period]:
    """Return the periods of some rows, and those that are compared."""
    texts = {row.get("period") for row in rows}
    texts |= {row.get(end) for row in rows for end in ("before", "after")}
    texts |= {*names.answer.scope.ends}
    return [Period(text) for text in sorted(text for text in texts if text)]


def _two_codes(names: Lexicon, claim: Claim, rows: Sequence[Row]) -> str:
    """Deny a change where a trade may stand under another code in some of the years."""
    split = [
        trade
        for part in names.answer.coverage.parts.values()
        for trade in part.split_trade
        if {trade.product, trade.other} & {*claim.material}
    ]
    times = _times(names, rows) if split else []
    if not times:
        return ""
    first, last = min(time.start for time in times) // 12, max(time.year for time in times)
    years = {str(year) for year in range(first, last + 1)}
    is_split = any(len(years.intersection(trade.years)) > 1 for trade in split)
    return "one trade may stand under two codes" if is_split else ""


def _lost_flow(names: Lexicon, claim: Claim, rows: Sequence[Row]) -> str:
    """Deny a change by value, and who trades most, where a flow is missing.

    Whom one country trades with most is denied where the flow is one of its own, with another.
    """
    if claim.measure != "usd":
        return ""
    is_on_one = claim.kind is Kind.FIRST and not _is_of_the_world(claim, rows)
    parties = {part for key in claim.whose for part in key.split("+")}
    flows = [
        flow
        for part in names.answer.coverage.parts.values()
        for flow in part.missing_flows
        if (not claim.material or flow.product in claim.material)
        and (not is_on_one or _is_with_another(flow, parties, claim.subject))
    ]
    times = _times(names, rows) if flows else []
    for flow in flows:
        if any(Period(flow.period).overlaps(time) for time in times):
            trade = f"{names.place(flow.supplier)} to {names.place(flow.consumer)}"
            return f"most of what went from {trade}{when(flow.period)} is missing in the data"
    return ""


def _is_with_another(flow: MissingFlow, parties: set[str], partners: Sequence[str]) -> bool:
    """Tell if a flow is of one of the parties, with another than these partners."""
    ends = {flow.supplier, flow.consumer}
    return bool(ends & parties) and not ends & {*partners}


def _either_way(names: Lexicon, claim: Claim, rows: Sequence[Row]) -> str:
    """Deny a change of which it is not known whether it is a rise or a fall."""
    if claim.figure is None or claim.figure.unit != "change":
        return ""
    low, high = claim.figure.low, claim.figure.high
    is_known = low is not None and high is not None and not low < 0 < high
    return "" if is_known else "it may have risen or fallen"


def _missing(names: Lexicon, claim: Claim, rows: Sequence[Row]) -> str:
    """Deny who sold most by value where by weight it is another, or its own weight is in doubt.

    The figures by weight of a flow that is reviewed as missing are those of another source. A
    weight in doubt without any leaves open what was sold, or for how much.
    """
    if claim.measure != "usd" or not rows or not rows[0].get("doubt"):
        return ""
    first = rows[0]
    if first.get("suppliers", 0) > 1 and first["tonnes"] is None and first["share_usd"] is not None:
        return f"no sure weight is known of what came from {names.place(first['supplier'])}"
    same = [
        row for row in names.rows
        if all(row.get(name) == first.get(name) for name in ("consumer", "product", "period"))
        and row.get("share_tonnes") is not None
    ]  # fmt: skip
    if not same or first.get("share_usd") is None:
        return ""
    heaviest = max(same, key=lambda row: (row["share_tonnes"], row["supplier"]))
    if heaviest["supplier"] == first["supplier"] or heaviest["share_tonnes"] < HALF:
        return ""
    return (
        f"by value {percent(first['share_usd'])} from {names.place(first['supplier'])}, by weight "
        f"{percent(heaviest['share_tonnes'])} from {names.place(heaviest['supplier'])}"
    )


def _unlisted(names: Lexicon, claim: Claim, rows: Sequence[Row]) -> str:
    """Deny who sold most to a country where as much may have come from one that is not listed."""
    if "listed" in claim.qualifiers or len(claim.whose) != 1:
        return ""
    for row in rows:
        low, high = row.get("share_usd_low"), row.get("share_usd_high")
        if row.get("share_usd") is None and high and (low or 0.0) + (low or 0.0) / high < 1:
            return "not all suppliers are listed"
    return ""


def _little_known(names: Lexicon, claim: Claim, rows: Sequence[Row]) -> str:
    """Deny who has most of a capacity or an output of which less than half is surely known."""
    for row in rows:
        is_of_makers = "counts" in row
        if not is_of_makers and ("owner" not in row or row.get("total_tonnes") is None):
            continue
        low, high = row["coverage_low"], row["coverage_high"]
        if low is None or low < HALF:
            least = high if low is None else low
            if least is None:
                return "graphkit knows an unknown part of it"
            if low is None:
                return f"graphkit knows at most {ceiling_percent(least)} % of it"
            known = floor_percent(least)
            return f"graphkit knows {f'{known} %' if known else 'less than 1 %'} of it"
    return ""


def _owners_unknown(names: Lexicon, claim: Claim, rows: Sequence[Row]) -> str:
    """Deny who has most of a capacity of which over half may be anybody's."""
    for row in rows:
        block = [
            other for other in names.rows
            if UNKNOWN_OWNER in (other.get("owner"), other.get("seat"))
            and all(other[name] == row[name] for name in ("country", "product", "basis"))
        ]  # fmt: skip
        for unknown in block:
            if (unknown["share_low"] or 0.0) > HALF:
                return f"{part(unknown['share_low'])} of what is known is of unknown owners"
    return ""


def _maybe_nothing(names: Lexicon, claim: Claim, rows: Sequence[Row]) -> str:
    """Deny a traced share that may be nothing, and much, unless something is assumed."""
    figure = claim.figure
    if figure is None or not rows or "traced_to" not in rows[0] or "assumed" in claim.qualifiers:
        return ""
    return figure.words if not figure.low and (figure.high or 0.0) > WIDE else ""


RULES: dict[Kind, tuple[Rule, ...]] = {
    Kind.FIRST: (
        _earlier,
        _missing,
        _lost_flow,
        _basket,
        _little_known,
        _unlisted,
        _owners_unknown,
    ),
    Kind.SHARE: (_maybe_nothing,),
    Kind.CHANGE: (_two_codes, _lost_flow, _either_way),
}
"""Rules that may deny each kind of claim."""
