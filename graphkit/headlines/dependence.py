"""Headlines on imports at face value: whom a country buys from, and who buys from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any

from graphkit.answers.answer import Answer
from graphkit.answers.figures import HALF, floor_percent, number_of
from graphkit.headlines.wording import (
    BY,
    Figure,
    Lexicon,
    Row,
    Sentences,
    between,
    count_of,
    counted_once,
    grouped,
    in_main_period,
    listed_at_least,
    part,
    qualified,
    rows_of_parts,
    sentences_on_parts,
    shortened,
    time_of,
    weight,
    when,
    worth,
)
from graphkit.names import capitalized, possessive


def depends(answer: Answer) -> Sentences:
    """Say for how many products a country depends on a supplier for half, or how much for one."""
    parts = rows_of_parts(answer, "consumer")
    if isinstance(answer.scope.get("supplier"), list):
        parts = [rows for group in parts for rows in grouped(group, "supplier").values()]
        place = "supplier" if isinstance(answer.scope.get("consumer"), str) else ""
        return sentences_on_parts(
            answer, place, _of_supplier, _sold_figure if place else _no_figure, parts
        )
    if answer.scope.get("supplier") is None:
        return sentences_on_parts(answer, "consumer", _of_largest, _largest_figure, parts)
    return sentences_on_parts(answer, "consumer", _of_supplier, _sold_figure, parts)


def suppliers(answer: Answer) -> Sentences:
    """Say who sells most of one product, or for how many products one country sells half."""
    return sentences_on_parts(answer, "consumer", _of_every_supplier, _every_figure)


def _no_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    """Return no figure to put beside others."""
    return id(rows), ""


def _sold_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    rows = in_main_period(rows)
    products = grouped(rows, "product")
    time, fit = names.time(rows), qualified(rows)
    if len(products) == 1:
        text, _ = _sold(names, rows)
        return (rows[0]["product"], time, fit), text
    large = sum(all(map(_is_half, group)) for group in products.values())
    return (large > 0, time, fit), f"{large:,} of {len(products):,}"


def _largest_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    rows = in_main_period(rows)
    products = grouped(rows, "product")
    time, fit = names.time(rows), qualified(rows)
    if len(products) == 1:
        text, _ = _sold(names, rows)
        sellers = {row["supplier"] for row in rows}
        kind = (rows[0]["product"], time, fit, len(sellers) == 1)
        return kind, f"{names.places(sellers)}, {text}"
    return (True, time, fit), f"{len(_from_one(products)):,} of {len(products):,}"


def _every_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    rows = in_main_period(rows)
    largest = _largest_of(rows)
    return _largest_figure(names, largest) if largest else (None, "")


def share_of(row: Row) -> tuple[float | None, str]:
    """Return the share by value, or by weight where no flow gives a value, and its measure.

    Of a share that is a range, its least.
    """
    if row["share_usd"] is not None:
        return row["share_usd"], "usd"
    if row.get("share_usd_low") is not None:
        return row["share_usd_low"], "usd"
    return row["share_tonnes"], "tonnes"


def _sold(names: Lexicon, rows: Sequence[Row]) -> tuple[str, list[str]]:
    """Write the share of one supplier in one product, and what can be added."""
    shares = [share_of(row) for row in rows]
    known = [share for share, _ in shares if share is not None]
    measures = {measure for share, measure in shares if share is not None}
    if not known or len(measures) > 1:
        return "an unknown share", []
    most = [row["share_usd_high"] for row in rows if row["share_usd"] is None
            and row.get("share_usd_high") is not None]  # fmt: skip
    ends = [*known, *most]
    if min(ends) == 0 and most:
        return "an unknown share", []
    text = part(known[0]) if len(ends) == 1 else between(min(ends), max(ends))
    measure = measures.pop()
    additions = [f" {BY[measure]}"]
    if len(rows) > 1:
        return text, [*additions, f", in {number_of(len(rows), 'series', 'series')} of trade"]
    row = rows[0]
    if measure == "usd" and row["share_tonnes"] is not None:
        additions[0] += f" ({part(row['share_tonnes'])} by weight)"
    if row["usd"] is not None:
        additions.append(f", worth {listed_at_least(rows)}{worth(row['usd'])}")
    elif row["tonnes"] is not None:
        additions.append(f", {weight(row['tonnes'])}")
    return text, additions


def _of_supplier(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say what one supplier sold of what a country imports."""
    rows = in_main_period(rows)
    buyer, seller = names.place(rows[0]["consumer"]), names.place(rows[0]["supplier"])
    products = grouped(rows, "product")
    time, fit = time_of(rows), qualified(rows)
    if len(products) == 1:
        text, additions = _sold(names, rows)
        goods = names.goods(rows[0]["product"])
        start = f"{capitalized(seller)} sold {text} of {possessive(buyer)} imports of {goods}{time}"
        return shortened(f"{start}{fit}", *_after(fit, additions))
    large = [group for group in products.values() if all(map(_is_half, group))]
    if not large:
        return _below_half(names, rows, buyer, seller, time)
    usd = _total([row for group in large for row in group])
    total = f", worth {listed_at_least(rows)}{worth(usd)}" if usd is not None else ""
    start = f"{capitalized(seller)} sold at least half of {possessive(buyer)} imports of "
    long, short = (
        f"{start}{count_of(len(large), products)}{time}{fit}"
        for products in (names.products(len(products)), number_of(len(products), "product"))
    )
    return _then(shortened(long, total), f"{short}.")


def _after(fit: str, additions: Sequence[str]) -> list[str]:
    """Part additions by a comma from what stands before them."""
    return [f",{text}" if fit and text.startswith(" ") else text for text in additions]


def _then(sentences: Sentences, *further: str) -> Sentences:
    yield from sentences
    yield from further


def _is_half(row: Row) -> bool:
    share, _ = share_of(row)
    return share is not None and share >= HALF


def _total(rows: Sequence[Row]) -> float | None:
    """Add up values that count no trade twice; None if they may, or one is unknown."""
    values = [row["usd"] for row in rows]
    return fsum(values) if counted_once(rows) and None not in values else None


def _below_half(
    names: Lexicon, rows: Sequence[Row], buyer: str, seller: str, time: str
) -> Sentences:
    """Say what is the most that a supplier sold of any product, where it is not half of any."""
    known = [(share, row) for row in rows if (share := share_of(row)[0]) is not None]
    count = len({row["product"] for row in rows})
    if not known:
        yield (
            f"What part of {possessive(buyer)} imports of {number_of(count, 'product')} {seller} "
            f"sold{time} is unknown."
        )
        return
    share, row = max(known, key=lambda pair: (pair[0], pair[1]["product"]))
    start = (
        f"Of {names.products(count)}, the most that {seller} sold of {possessive(buyer)} imports"
    )
    if share >= HALF:  # by one series of several
        start = f"{capitalized(seller)} sold half of {possessive(buyer)} imports"
        yield f"{start} of a product{time} by some series of trade, not by all."
        return
    measure = BY[share_of(row)[1]]
    yield from shortened(
        f"{start}{time} was {part(share)}{qualified([row])}", f" {measure}",
        f", of {names.goods(row['product'])}",
    )  # fmt: skip


def _of_largest(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say for how many products a country buys half from one country, whichever it is."""
    rows = in_main_period(rows)
    buyer = names.place(rows[0]["consumer"])
    products = grouped(rows, "product")
    time, fit = time_of(rows), qualified(rows)
    sellers = {key: {row["supplier"] for row in group} for (key,), group in products.items()}
    if len(products) == 1:
        goods = names.goods(rows[0]["product"])
        largest = sellers[rows[0]["product"]]
        start = f"{capitalized(possessive(buyer))} largest supplier of {goods}{time} was "
        if len(largest) > 1:
            return shortened(
                f"{start}{names.places(largest).replace(' and ', ' or ')}, by series of trade{fit}"
            )
        text, additions = _sold(names, rows)
        start += f"{names.place(rows[0]['supplier'])}, with {text} of its imports"
        return _then(
            shortened(f"{start}{fit}", *_after(fit, additions)), *_of_supplier(names, rows)
        )
    large = _from_one(products)
    if not large:
        return _none_from_one(names, rows, products)
    end = f"{buyer} bought at least half of its imports from one country{time}{fit}"
    long, short = (
        f"For {count_of(len(large), text)}, {end}"
        for text in (names.products(len(products)), number_of(len(products), "product"))
    )
    most = names.most(next(iter(sellers[key])) for key in large)
    return _then(shortened(long, most), *shortened(short, most))


def _none_from_one(
    names: Lexicon, rows: Sequence[Row], products: Mapping[tuple[Any, ...], Sequence[Row]]
) -> Sentences:
    """Say what is the most that came from one country, of products of which none has half."""
    buyer, count = possessive(names.place(rows[0]["consumer"])), len(products)
    known = [row for row in rows if row["share_usd"] is not None]
    if not known:
        yield (
            f"Which country sold most of {buyer} imports of {number_of(count, 'product')}"
            f"{time_of(rows)} is unknown."
        )
        return
    row = max(known, key=lambda row: (row["share_usd"], row["product"]))
    goods, fit = names.goods(row["product"]), qualified([row])
    most = f"the most from one country was {part(row['share_usd'])} of {goods} by value{fit}"
    start = f"Of {buyer} imports of {names.products(count)}{time_of(rows)}, {most}"
    yield from shortened(start, f", from {names.place(row['supplier'])}")


def _from_one(products: Mapping[tuple[Any, ...], Sequence[Row]]) -> list[str]:
    """Select the products of which one country sells half, by each series of trade."""
    return [
        key for (key,), group in products.items()
        if len({row["supplier"] for row in group}) == 1 and all(map(_is_half, group))
    ]  # fmt: skip


def _largest_of(rows: Sequence[Row]) -> list[Row]:
    """Select the largest supplier of each product in each series of trade."""
    largest = []
    for group in grouped(rows, "product", "dataset", "reporter", "source").values():
        known = [row for row in group if share_of(row)[0] is not None]
        if known:
            largest.append(max(known, key=lambda row: (
                (row["share_usd_high"] is not None and row["usd"]) or 0.0,
                share_of(row)[0], row["supplier"],
            )))  # fmt: skip
    return largest


def _of_every_supplier(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    """Say who sells most of one product; of several, as of the largest suppliers."""
    rows = in_main_period(rows)
    largest = _largest_of(rows)
    if not largest:
        buyer = capitalized(names.place(rows[0]["consumer"]))
        products = number_of(len({row["product"] for row in rows}), "product")
        yield f"{buyer} imported {products}{time_of(rows)}, in unknown amounts."
        return
    if len({row["product"] for row in rows}) > 1 or len(largest) > 1:
        yield from _of_largest(names, largest)
        return
    row = largest[0]
    buyer, goods = names.place(row["consumer"]), names.goods(row["product"])
    count = len({row["supplier"] for row in rows})
    if count == 1:
        yield from _of_largest(names, largest)
        return
    if row.get("extent") and row["share_usd"] is None and row["usd"] is not None:
        most = f", the most of the {number_of(count, 'supplier')} listed{qualified([row])}"
        yield from shortened(
            f"{capitalized(buyer)} bought {goods} worth {worth(row['usd'])} from "
            f"{names.place(row['supplier'])}{time_of(rows)}{most}"
        )
    by_weight = max(rows, key=lambda row: (row["share_tonnes"] or 0.0, row["supplier"]))
    if row.get("doubt") and by_weight["supplier"] != row["supplier"] and row["share_usd"]:
        weighed = f"{part(by_weight['share_tonnes'])} from {names.place(by_weight['supplier'])}"
        yield (
            f"Who sold most {goods} to {buyer}{time_of(rows)} cannot be told: "
            f"{part(row['share_usd'])} from {names.place(row['supplier'])} by value, "
            f"{weighed} by weight."
        )
        return
    start = (
        f"{capitalized(buyer)} bought {goods} from {listed_at_least(rows)}"
        f"{number_of(count, 'supplier')}{time_of(rows)}"
    )
    fit = qualified([row])
    share, additions = _sold(names, [row])
    yield from shortened(
        f"{start}, {share} from {names.place(row['supplier'])}{fit}", *_after(fit, additions[:1])
    )
    yield from _of_largest(names, largest)


def dependents(answer: Answer) -> Sentences:
    """Say how many buyers depend on a supplier, and which of them buys most."""
    return sentences_on_parts(answer, "supplier", _buyers, _buyers_figure)


def _buyers_figure(names: Lexicon, rows: Sequence[Row]) -> Figure:
    rows = in_main_period(rows)
    products = {row["product"] for row in rows}
    least = _least(rows)
    text = f"{number_of(len({row['consumer'] for row in rows}), 'buyer')} with at least {least} %"
    product = rows[0]["product"] if len(products) == 1 else None
    return (product, names.time(rows), qualified(rows)), text


def _least(rows: Sequence[Row]) -> int:
    """Return the smallest known share of some rows, rounded down to whole percent."""
    return floor_percent(min(share for row in rows if (share := share_of(row)[0]) is not None))


def _buyers(names: Lexicon, rows: Sequence[Row]) -> Sentences:
    rows = in_main_period(rows)
    seller = names.place(rows[0]["supplier"])
    least = _least(rows)
    buyers = {row["consumer"] for row in rows}
    products = {row["product"] for row in rows}
    time, fit = time_of(rows), qualified(rows)
    known = [row for row in rows if row["usd"] is not None]
    largest = max(known, key=lambda row: (row["usd"], row["consumer"]), default=None)
    if len(buyers) == 1:
        verb = (
            f"{capitalized(names.place(rows[0]['consumer']))} got at least {least} % of its imports"
        )
    else:
        verb = f"{number_of(len(buyers), 'buyer')} got at least {least} % of their imports"
    if len(products) == 1:
        first = ""
        if largest and len(buyers) > 1:
            first = f", {names.place(largest['consumer'])} most ({worth(largest['usd'])})"
        start = f"{verb} of {names.goods(rows[0]['product'])} from {seller}{time}{fit}"
        return shortened(start, first)
    first = ""
    if largest:
        first = (
            f", most of all {names.goods(largest['product'])} to {names.place(largest['consumer'])}"
        )
    start = f"{verb} of one or more of {names.products(len(products))} from {seller}{time}{fit}"
    count = number_of(len(products), "product")
    short = f"{verb} of one or more of {count} from {seller}{time}{fit}."
    return _then(shortened(start, first), short)


def published(answer: Answer) -> Sentences:
    """Say which published share is the largest, where there are no data of trade, or count them."""
    names = Lexicon(answer)
    rows = answer.rows.to_pylist()
    name = "share" if "share" in answer.rows.column_names else "share_after"
    known = [(partner, row) for row in rows if row.get(name) is not None and row.get("share_of")
             and (partner := _partner(row))]  # fmt: skip
    if known:
        partner, row = max(known, key=lambda pair: (pair[1][name], pair[0]))
        owner, _, trade = row["share_of"].partition("'s ")
        whole = f"{possessive(names.place(owner))} {trade}"
        goods = names.goods(row.get("product") or row.get("element"))
        time = when(row.get("period") or answer.scope.get("after"))
        share = f"{names.place(partner)} had {part(row[name])} of {whole} of {goods}{time}"
        yield f"No trade data; published: {share}."
    count = f"No trade data; published: {number_of(len(rows), 'figure')}"
    yield from shortened(count, f" on {names.subject}")


def _partner(row: Row) -> str | None:
    """Return the country that has a published share: the end of the trade that is not its owner."""
    owner = row["share_of"].partition("'s ")[0]
    partners = [row.get("supplier"), row.get("consumer")]
    return next((end for end in partners if end and end != owner), None)


HEADLINES = {
    "dependence.depends": depends,
    "dependence.suppliers": suppliers,
    "dependence.dependents": dependents,
}
"""Headlines by the function of the question."""
