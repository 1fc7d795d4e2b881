"""Sentences on imports at face value: whom a country buys from, and who buys from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import Any, cast

from graphkit.analysis.unlisted import TOGETHER
from graphkit.answers.answer import Answer
from graphkit.answers.figures import HALF, floor_percent, number_of
from graphkit.answers.sentence import Claim, Figure, Kind, Sentence
from graphkit.answers.terms import Role
from graphkit.headlines.parts import sentences_on_parts
from graphkit.headlines.wording import (
    BY,
    OF_HALF,
    Lexicon,
    Sentences,
    counted_once,
    figure_of_count,
    figure_of_part,
    figure_of_share,
    figure_of_value,
    grouped,
    in_main_period,
    listed_at_least,
    qualified,
    rows_of_parts,
    shortened,
    time_of,
)
from graphkit.names import capitalized, possessive
from graphkit.questions.dependence.depends import Purchase

SERIES = ("product", "dataset", "reporter", "source")
"""Columns of a product in one series of trade."""


def depends(answer: Answer) -> Sentences:
    """Say for how many products a country depends on a supplier for half, or how much for one."""
    parts = cast("list[list[Purchase]]", rows_of_parts(answer, Role.CONSUMER))
    scope = answer.scope
    if scope.several(Role.SUPPLIER):
        parts = [rows for group in parts for rows in grouped(group, "supplier").values()]
        place = Role.SUPPLIER if scope.place(Role.CONSUMER) else None
        return sentences_on_parts(answer, place, _of_supplier, parts=parts)
    tell = _of_largest if not scope.places(Role.SUPPLIER) else _of_supplier
    return sentences_on_parts(answer, Role.CONSUMER, tell, parts=parts)


def suppliers(answer: Answer) -> Sentences:
    """Say who sells most of one product, or for how many products one country sells half."""
    return sentences_on_parts(answer, Role.CONSUMER, _of_every_supplier)


def share_of(row: Purchase) -> tuple[float | None, str]:
    """Return the share by value, or by weight where no flow gives a value, and its measure.

    Of a share that is a range, its least.
    """
    if row["share_usd"] is not None:
        return row["share_usd"], "usd"
    if row.get("share_usd_low") is not None:
        return row["share_usd_low"], "usd"
    return row["share_tonnes"], "tonnes"


def _sold(names: Lexicon, rows: Sequence[Purchase], kind: Kind) -> tuple[Sentence, list[Sentence]]:
    """Write the share of one supplier in one product, and what can be added."""
    shares = [share_of(row) for row in rows]
    known = [share for share, _ in shares if share is not None]
    measures = {measure for share, measure in shares if share is not None}
    most = [high for row in rows if row["share_usd"] is None
            and (high := row["share_usd_high"]) is not None]  # fmt: skip
    if not known or len(measures) > 1 or (min([*known, *most]) == 0 and most):
        unknown = figure_of_share(None)
        return Sentence(unknown.words, (names.claim(kind, rows, unknown),)), []
    measure, values = measures.pop(), [*known, *most]
    figure = figure_of_share(min(values), max(values))
    start = Sentence(figure.words, (names.claim(kind, rows, figure, measure=measure),))
    first = Sentence(f" {BY[measure]}")
    if len(rows) > 1:
        series = figure_of_count(len(rows), "series", "series")
        claim = names.claim(Kind.COUNT, rows, series)
        return start, [first, Sentence(f", in {series} of trade", (claim,))]
    row, additions = rows[0], [first]
    is_weighed = row["share_tonnes"] is not None and (row["missing_tonnes_share"] or 0.0) < HALF
    if measure == "usd" and is_weighed:
        heavy = figure_of_share(row["share_tonnes"])
        claim = names.claim(Kind.SHARE, rows, heavy, measure="tonnes")
        additions = [first + Sentence(f" ({heavy} by weight)", (claim,))]
    values_of = {"usd": row["usd"], "tonnes": row["tonnes"]}
    for unit, value in values_of.items():
        if value is not None:
            words, listed_in = ("worth ", rows) if unit == "usd" else ("", ())
            amount = figure_of_value(value, unit, listed_in)
            claim = names.claim(Kind.AMOUNT, rows, amount, measure=unit)
            return start, [*additions, Sentence(f", {words}{amount}", (claim,))]
    return start, additions


def _of_supplier(names: Lexicon, rows: Sequence[Purchase]) -> Sentences:
    """Say what one supplier sold of what a country imports."""
    rows = in_main_period(rows)
    buyer, seller = names.place(rows[0]["consumer"]), names.place(rows[0]["supplier"])
    products = grouped(rows, "product")
    time, fit = time_of(rows), qualified(rows)
    if len(products) == 1:
        share, additions = _sold(names, rows, Kind.SHARE)
        goods = f"{possessive(buyer)} imports of {names.goods(rows[0]['product'])}{time}"
        start = Sentence(f"{capitalized(seller)} sold ") + share + f" of {goods}{fit}"
        yield from shortened(start, *_after(fit, additions))
        return
    large = [row for group in products.values() if all(map(_is_half, group)) for row in group]
    if not large:
        yield from _below_half(names, rows, buyer, seller, time)
        return
    unsure, total = _unknown_half(names, products.values()), Sentence()
    if (usd := _total(large)) is not None:
        worth = figure_of_value(usd, "usd", large)
        claim = names.claim(Kind.AMOUNT, large, worth, measure="usd")
        total = Sentence(f", worth {worth}", (claim,))
    whole = f"{capitalized(seller)} sold at least half of {possessive(buyer)} imports"
    for text in (names.products(len(products)), number_of(len(products), "product")):
        count = figure_of_part(len({row["product"] for row in large}), text, len(products))
        half = names.claim(Kind.HALF, large, count, assumptions=OF_HALF)
        start = Sentence(f"{whole} of {count}{time}{fit}", (half,))
        yield start + total + unsure + "."
        yield start + unsure + "."


def _after(fit: str, additions: Sequence[Sentence]) -> list[Sentence]:
    """Part additions by a comma from what stands before them."""
    return [
        Sentence(",") + text if fit and text.words.startswith(" ") else text for text in additions
    ]


def _is_half(row: Purchase) -> bool:
    share, _ = share_of(row)
    return share is not None and share >= HALF


def _may_be_half(row: Purchase) -> bool:
    """Tell if a share is unknown, or a range across the half."""
    share, most = share_of(row)[0], row.get("share_usd_high")
    return share is None or (share < HALF and row["share_usd"] is None and (most or 0.0) >= HALF)


def _unknown_half(names: Lexicon, groups: Iterable[Sequence[Purchase]]) -> Sentence:
    """Write of how many products it is unknown whether a share is half."""
    unsure = [
        row
        for group in groups
        if any(_may_be_half(row) or row["supplier"] in TOGETHER for row in group)
        for row in group
    ]
    if not unsure:
        return Sentence()
    count = figure_of_count(len({row["product"] for row in unsure}), "product")
    claim = names.claim(Kind.UNKNOWN, unsure, count, subject=())
    return Sentence(f"; for {count} it is unknown", (claim,))


def _total(rows: Sequence[Purchase]) -> float | None:
    """Add up values that count no trade twice; None if they may, or one is unknown."""
    known = [usd for row in rows if (usd := row["usd"]) is not None]
    return fsum(known) if counted_once(rows) and len(known) == len(rows) else None


def _below_half(
    names: Lexicon, rows: Sequence[Purchase], buyer: str, seller: str, time: str
) -> Sentences:
    """Say what is the most that a supplier sold of any product, where it is not half of any."""
    unsure = _without_share(rows)
    known = [(share, row) for row in rows
             if row not in unsure and (share := share_of(row)[0]) is not None]  # fmt: skip
    count = len({row["product"] for row in rows})
    if not known:
        claim = names.claim(Kind.UNKNOWN, rows, figure_of_count(count, "product"))
        yield Sentence(
            f"What part of {possessive(buyer)} imports of {claim.figure} {seller} sold{time} is "
            "unknown.", (claim,),
        )  # fmt: skip
        return
    share, row = max(known, key=lambda pair: (pair[0], pair[1]["product"]))
    if share >= HALF:  # by one series of several
        claim = names.claim(Kind.HALF, [row for share, row in known if share >= HALF])
        start = f"{capitalized(seller)} sold half of {possessive(buyer)} imports of a product"
        yield Sentence(f"{start}{time} by some series of trade, not by all.", (claim,))
        return
    measure, figure = share_of(row)[1], figure_of_share(share)
    claim = names.claim(Kind.SHARE, [row], figure, measure=measure)
    products = names.claim(Kind.COUNT, rows, figure_of_count(count, "product"))
    whole = f"{possessive(buyer)} imports"
    end = f" {BY[measure]}", f", of {names.goods(row['product'])}"
    if unsure:
        part = f"What part of {whole} of {names.products(count)} {seller} sold{time}"
        yield from shortened(_but_unknown(names, part, unsure, f"{figure}{qualified([row])}",
                                          (claim, products)), *end)  # fmt: skip
        return
    start = f"Of {names.products(count)}, the most that {seller} sold of {whole}"
    yield from shortened(
        Sentence(f"{start}{time} was {figure}{qualified([row])}", (claim, products)), *end
    )


def _without_share(rows: Sequence[Purchase]) -> list[Purchase]:
    """Select the rows of products of which a share is unknown, or a range, by some series."""
    goods = {
        row["product"] for row in rows
        if row["share_usd"] is None
        and (row["share_tonnes"] is None or row.get("share_usd_high") is not None)
    }  # fmt: skip
    return [row for row in rows if row["product"] in goods]


def _but_unknown(
    names: Lexicon, part: str, unsure: Sequence[Purchase], most: str, claims: tuple[Claim, ...]
) -> Sentence:
    """Write what the most is of the products of which it is known, and of how many it is not."""
    count = figure_of_count(len({row["product"] for row in unsure}), "product")
    claim = names.claim(Kind.UNKNOWN, unsure, count, subject=())
    words = f"{part} is unknown for {count}; of the others, the most was {most}"
    return Sentence(words, (*claims, claim))


def _of_largest(names: Lexicon, rows: Sequence[Purchase]) -> Sentences:
    """Say for how many products a country buys half from one country, whichever it is."""
    rows = in_main_period(rows)
    buyer = names.place(rows[0]["consumer"])
    products = grouped(rows, "product")
    time, fit = time_of(rows), qualified(rows)
    if len(products) == 1:
        yield from _largest_of_one(names, rows)
        return
    large = [
        key for key in _from_one(products)
        if not any(row["supplier"] in TOGETHER for row in products[key,])
    ]  # fmt: skip
    if not large:
        yield from _none_from_one(names, rows, products)
        return
    unsure = _unknown_half(names, products.values())
    end = f"{buyer} bought at least half of {_its(rows[0])} imports from one country{time}{fit}"
    counted = [row for row in rows if row["product"] in large]
    first_of = {row["product"]: row["supplier"] for row in reversed(counted)}
    most = names.named_most(counted, first_of.values())
    for text in (names.products(len(products)), number_of(len(products), "product")):
        count = figure_of_part(len(large), text, len(products))
        half = names.claim(Kind.HALF, counted, count, subject=(), assumptions=OF_HALF)
        start = Sentence(f"For {count}, {end}", (half,))
        yield start + most + unsure + "."
        yield start + unsure + "."


def _its(row: Purchase) -> str:
    """Write the pronoun of a buyer, which may be several countries together."""
    return "their" if "+" in row["consumer"] else "its"


def _largest_of_one(names: Lexicon, rows: Sequence[Purchase]) -> Sentences:
    """Say who sells most of one product, and how much."""
    buyer, goods = names.place(rows[0]["consumer"]), names.goods(rows[0]["product"])
    time, fit = time_of(rows), qualified(rows)
    sellers = tuple(sorted({row["supplier"] for row in rows}))
    start = f"{capitalized(possessive(buyer))} largest supplier of {goods}{time} was "
    if len(sellers) > 1:
        either = names.places(sellers, "or")
        claim = names.claim(Kind.FIRST, rows)
        yield from shortened(Sentence(f"{start}{either}, by series of trade{fit}", (claim,)))
        return
    if sellers[0] in TOGETHER:
        yield from _of_supplier(names, rows)
        return
    share, additions = _sold(names, rows, Kind.FIRST)
    first = (
        Sentence(f"{start}{names.place(sellers[0])}, with ")
        + share
        + f" of {_its(rows[0])} imports{fit}"
    )
    yield from shortened(first, *_after(fit, additions))
    if len(rows) == 1 and rows[0].get("extent"):
        yield from _most_of_listed(names, rows[0])
    measure = share_of(rows[0])[1]
    unknown = names.claim(Kind.UNKNOWN, rows, denied=Kind.FIRST, measure=measure, subject=())
    yield Sentence(f"Who sold most {goods} to {buyer}{time} cannot be told.", (unknown,))
    yield from _of_supplier(names, rows)


def _most_of_listed(names: Lexicon, row: Purchase) -> Sentences:
    """Say who sold most of those listed, where the share is a range."""
    if row["share_usd"] is not None or row["usd"] is None:
        return
    buyer, seller = capitalized(names.place(row["consumer"])), names.place(row["supplier"])
    worth = figure_of_value(row["usd"], "usd")
    claim = names.claim(Kind.FIRST, [row], worth, measure="usd", qualifiers=("listed",))
    goods, time = names.goods(row["product"]), time_of([row])
    start = f"{buyer} bought {goods} worth {worth} from {seller}{time}, the "
    count = figure_of_count(row["suppliers"] or 0, "supplier")
    listed = names.claim(Kind.COUNT, [row], count)
    most = "only supplier listed" if count.low == 1 else f"most of the {count} listed"
    claims = (claim,) if count.low == 1 else (claim, listed)
    yield Sentence(f"{start}{most}{qualified([row])}.", claims)


def _none_from_one(
    names: Lexicon, rows: Sequence[Purchase], products: Mapping[tuple[Any, ...], Sequence[Purchase]]
) -> Sentences:
    """Say what is the most that came from one country, of products of which none has half."""
    buyer, count = possessive(names.place(rows[0]["consumer"])), len(products)
    unsure = [row for row in rows if row["share_usd"] is None or row["supplier"] in TOGETHER]
    known = [row for row in rows if row["product"] not in {row["product"] for row in unsure}]
    counted = names.claim(Kind.COUNT, rows, figure_of_count(count, "product"))
    if not known:
        claim = names.claim(Kind.UNKNOWN, rows, counted.figure)
        yield Sentence(
            f"Which country sold most of {buyer} imports of {counted.figure}{time_of(rows)} is "
            "unknown.", (claim,),
        )  # fmt: skip
        return
    row = max(known, key=lambda row: (row["share_usd"], row["product"]))
    goods, fit = names.goods(row["product"]), qualified([row])
    figure = figure_of_share(row["share_usd"])
    claim = names.claim(Kind.SHARE, [row], figure, measure="usd")
    most = f"the most from one country was {figure} of {goods} by value{fit}"
    start = Sentence(f"Of {buyer} imports of {names.products(count)}{time_of(rows)}, {most}",
                     (claim, counted))  # fmt: skip
    if unsure:
        whole = f"The largest share of {buyer} imports of {names.products(count)}{time_of(rows)}"
        start = _but_unknown(names, whole, unsure, f"{figure} of {goods} by value{fit}",
                             (claim, counted))  # fmt: skip
    yield from shortened(start, f", from {names.place(row['supplier'])}")


def _from_one(products: Mapping[tuple[Any, ...], Sequence[Purchase]]) -> list[str]:
    """Select the products of which one country sells half, by each series of trade."""
    return [
        key for (key,), group in products.items()
        if len({row["supplier"] for row in group}) == 1 and all(map(_is_half, group))
    ]  # fmt: skip


def _largest_of(rows: Sequence[Purchase]) -> list[Purchase]:
    """Select the largest supplier of each product in each series of trade."""
    largest = []
    for group in grouped(rows, *SERIES).values():
        known = [row for row in group if share_of(row)[0] is not None]
        if known:
            largest.append(max(known, key=lambda row: (
                (row["share_usd_high"] is not None and row["usd"]) or 0.0,
                share_of(row)[0], row["supplier"],
            )))  # fmt: skip
    return largest


def _of_every_supplier(names: Lexicon, rows: Sequence[Purchase]) -> Sentences:
    """Say who sells most of one product; of several, as of the largest suppliers."""
    rows = in_main_period(rows)
    largest = _largest_of(rows)
    buyer, time = names.place(rows[0]["consumer"]), time_of(rows)
    if not largest:
        products = figure_of_count(len({row["product"] for row in rows}), "product")
        claim = names.claim(Kind.UNKNOWN, rows, products)
        start = f"{capitalized(buyer)} imported {claim.figure}{time}, in unknown amounts."
        yield Sentence(start, (claim,))
        return
    count = figure_of_count(len({row["supplier"] for row in rows}), "supplier")
    if len({row["product"] for row in rows}) > 1 or len(largest) > 1 or count.low == 1:
        yield from _of_largest(names, largest)
        return
    if any(row["supplier"] in TOGETHER for row in rows):
        yield from _of_supplier(names, largest)
        return
    row, goods = largest[0], names.goods(largest[0]["product"])
    seller, fit = names.place(row["supplier"]), qualified(largest)
    if row.get("extent"):
        yield from _most_of_listed(names, row)
    share, additions = _sold(names, largest, Kind.FIRST)
    start = f"{capitalized(buyer)} bought {goods} from {listed_at_least(rows)}{count}{time}, "
    listed = names.claim(Kind.COUNT, rows, count, whose=row["consumer"])
    first = Sentence(start) + share + Sentence(f" from {seller}{fit}", (listed,))
    yield from shortened(first, *_after(fit, additions[:1]))
    yield from _of_largest(names, largest)


def dependents(answer: Answer) -> Sentences:
    """Say how many buyers depend on a supplier, and which of them buys most."""
    return sentences_on_parts(answer, Role.SUPPLIER, _buyers)


def _least(rows: Sequence[Purchase]) -> int:
    """Return the smallest known share of some rows, rounded down to whole percent."""
    return floor_percent(min(share for row in rows if (share := share_of(row)[0]) is not None))


def _buyers(names: Lexicon, rows: Sequence[Purchase]) -> Sentences:
    rows = in_main_period(rows)
    seller, time, fit = names.place(rows[0]["supplier"]), time_of(rows), qualified(rows)
    least = _least(rows)
    buyers = {row["consumer"] for row in rows}
    products = {row["product"] for row in rows}
    known = [(usd, row["consumer"], row) for row in rows if (usd := row["usd"]) is not None]
    value, _, largest = max(known, key=lambda some: some[:2], default=(0.0, "", None))
    words = "all" if least >= 100 else f"at least {least} %"
    share = Figure(words, least / 100, None, "share")
    got = names.claim(Kind.SHARE, rows, share)
    many = names.claim(Kind.COUNT, rows, figure_of_count(len(buyers), "buyer"))
    if len(buyers) == 1:
        buyer = capitalized(names.place(rows[0]["consumer"]))
        claims, verb = [got], f"{buyer} got {share} of its imports"
    else:
        claims, verb = [many, got], f"{many.figure} got {share} of their imports"
    first = Sentence()
    if len(products) == 1:
        if largest and len(buyers) > 1:
            worth = figure_of_value(value, "usd")
            most = names.claim(Kind.FIRST, [largest], worth, measure="usd",
                               subject=largest["consumer"], whose=largest["supplier"])  # fmt: skip
            first = Sentence(f", {names.place(largest['consumer'])} most ({worth})", (most,))
        start = f"{verb} of {names.goods(rows[0]['product'])} from {seller}{time}{fit}"
        yield from shortened(Sentence(start, (*claims,)), first)
        return
    if largest:
        most = names.claim(Kind.FIRST, [largest], measure="usd", subject=largest["consumer"],
                           whose=largest["supplier"])  # fmt: skip
        first = Sentence(
            f", most of all {names.goods(largest['product'])} to "
            f"{names.place(largest['consumer'])}", (most,),
        )  # fmt: skip
    counted = names.claim(Kind.COUNT, rows, figure_of_count(len(products), "product"))
    for text in (names.products(len(products)), number_of(len(products), "product")):
        start = f"{verb} of one or more of {text} from {seller}{time}{fit}"
        yield from shortened(Sentence(start, (*claims, counted)), first)
