"""The brief on a country: on whom it depends for which minerals, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from graphkit.answers.answer import Answer
from graphkit.answers.figures import HALF, money, number_of
from graphkit.answers.sentence import Sentence
from graphkit.brief.action import action_parts
from graphkit.brief.chart import MOST_BARS, BarRow, bars
from graphkit.brief.claims import claims_part
from graphkit.brief.controls import controls_part
from graphkit.brief.document import Brief, Section
from graphkit.brief.inquiry import (
    NOTHING,
    VERB,
    Form,
    Inquiry,
    Part,
    command_of,
    is_first,
    ordered,
)
from graphkit.brief.origins import behind_in_text
from graphkit.brief.plants import plants_parts
from graphkit.brief.standing import Standing, share_of
from graphkit.brief.stop import months_part, stop_sections
from graphkit.brief.wording import first_of, period_of
from graphkit.headlines.wording import Lexicon, qualified
from graphkit.names import Entity, capitalized, possessive

TRENDS = 5
"""Number of dependencies that a brief follows over the years."""
SMALL = 1e6
"""USD of imports below which a share says little."""
Row = Mapping[str, Any]


def country_brief(inquiry: Inquiry, buyer: Entity, period: str | None, form: Form) -> Brief:
    """Write the brief on a country, or on a group counted as one.

    Parameters
    ----------
    inquiry : Inquiry
        The database, and the scope to keep to.
    buyer : Entity
        The country.
    period : str, optional
        Default: the newest period of most of its products.
    form : Form
        Length, command and title.
    """
    scope = inquiry.names
    if period is None:
        period = _usual_period(inquiry.ask("depends", consumer=[buyer.key], scope=scope).rows)
        inquiry.findings.clear()
    periods = [period] if period else None
    face = inquiry.ask("depends", consumer=[buyer.key], scope=scope, period=periods)
    standing = Standing(inquiry, buyer, period, face)
    dependencies = _dependencies(standing)
    stop, losses = stop_sections(standing)
    parts = [
        _minerals(standing), dependencies, _points(standing), (losses, []), controls_part(standing),
        *action_parts(inquiry, buyer, standing.largest[0]["product"] if standing.largest else None,
                      period, scope),
        months_part(standing), _trend(standing),
        *plants_parts(inquiry, country=[buyer.key], scope=scope), _claims(standing),
    ]  # fmt: skip
    meaning = f": {inquiry.meaning}" if inquiry.scope else ""
    period_text = f", {period}" if period else ""
    return inquiry.brief(
        f"{buyer.name}: dependence on imports of critical minerals{meaning}{period_text}", form,
        parts=parts, chart=_chart(standing), stop=stop, steps=_steps(standing),
        limits=_limits(standing, dependencies[0]),
    )  # fmt: skip


def _usual_period(rows: Sequence[Row]) -> str | None:
    """Return the period that most products have, of several the newest."""
    counts = Counter(row["period"] for row in rows)
    return max(counts, key=lambda period: (counts[period], period)) if counts else None


def _minerals(standing: Standing) -> Part:
    inquiry, face, period = standing.inquiry, standing.face, standing.period_text
    rows = standing.rows
    if not rows or face.answer is None:
        where = f" of {inquiry.meaning}" if inquiry.scope else ""
        when = f" in {period}" if standing.period else ""
        return None, [face.lacking or f"No trade data give {standing.imports}{where}{when}."]
    sums = [part.trade.usd for part in face.answer.coverage.parts.values() if part.trade]
    values = [usd for usd in sums if usd is not None]
    with_value = any(row["usd"] is not None for row in rows) and values and values == sums
    total = f", worth {money(sum(values))} USD"
    worth = total if with_value else ", of a value that is not added up"
    half = [row for row in rows if (share_of(row) or 0) >= HALF]
    goods = number_of(standing.products, "product") + " with trade data"
    if standing.products == 1:
        goods = inquiry.product(rows[0]["product"])
    lead = f"In {period}, {standing.buyer.in_text} imported {goods}{worth}{qualified(rows)}."
    if standing.products > 1:
        lead = f"{lead} {face.told(period=standing.period)}{_small(half)}"
    answer = ordered(face.answer, "usd")
    return face.section("First suppliers, the largest sums first", answer=answer), [lead]


def _small(rows: Sequence[Row]) -> str:
    """Count the products of which little was bought, where a few parcels make the share."""
    small = {row["product"] for row in rows if row["usd"] is not None and row["usd"] < SMALL}
    return (
        f" For {len(small)} of them, that was worth less than {money(SMALL)} USD." if small else ""
    )


def _dependencies(standing: Standing) -> Part:
    inquiry, largest = standing.inquiry, standing.largest
    if not largest:
        return NOTHING
    finding = inquiry.ask(
        "origins", consumer=[standing.buyer.key],
        scope=inquiry.scope_of([row["product"] for row in largest]),
        period=[standing.period] if standing.period else None, largest=True,
    )  # fmt: skip
    origins: dict[str, list[Row]] = {}
    for row in finding.rows:
        origins.setdefault(row["product"], []).append(row)
    sold = [standing.face.told(product=row["product"]).words for row in largest]
    points = [
        f"{words} {_behind(standing, row, origins.get(row['product'], ()))}"
        for words, row in zip(sold, largest, strict=True)
    ]
    lead = [sold[0]]
    if behind := origins.get(largest[0]["product"]):
        lead.append(_behind(standing, largest[0], behind))
    if finding.answer is None:
        return Section("The largest dependencies", points=points, command=finding.command), lead
    place = {row["product"]: number for number, row in enumerate(largest)}
    order = [place[key] for key in finding.answer.rows["product"].to_pylist()]
    rows = finding.answer.rows.take(pa.array(np.argsort(order, kind="stable")))
    answer = replace(finding.answer, rows=rows)
    text = (
        "By the value bought from the first supplier, those that sold at least half first; behind "
        "it, who did the work of the product's own stage and of the first one, by value too."
    )
    section = finding.section(
        "The largest dependencies", [text], points=points, answer=answer, shown=0
    )
    return section, lead


def _behind(standing: Standing, row: Row, origins: Sequence[Row]) -> str:
    """Say who stands behind the seller of a product, whose imports they are, and when."""
    goods = f"{standing.imports} of {standing.inquiry.product(row['product'])}"
    behind = behind_in_text(standing.inquiry, origins)
    return f"Behind the sellers of {goods}, by value in {period_of(row)}: {behind}."


def _points(standing: Standing) -> Part:
    inquiry, imports, period = standing.inquiry, standing.imports, standing.period_text
    if not standing.rows:
        return NOTHING
    finding = inquiry.ask(
        "spof", consumer=[standing.buyer.key], scope=inquiry.names, period=[standing.period]
    )
    if finding.answer is None:
        return NOTHING
    worth = {row["product"]: row["usd"] or 0.0 for row in standing.rows}
    # Chains of many products mix at the stages before: a product's own stage is its own.
    own_stage = [
        (row, number) for number, row in enumerate(finding.rows)
        if row["traced_to"] in (None, row["stage"])
    ]  # fmt: skip
    own_stage.sort(key=lambda pair: -worth.get(pair[0]["product"], 0.0))
    traced_rows = [row for row, _ in own_stage if row["traced_to"] is not None]
    makers = {row["product"]: row["supplier"] for row in traced_rows}
    certain = {row["product"] for row in traced_rows if row["verdict"] == "certain"}
    possible = {row["product"] for row in traced_rows if row["earlier"]} - certain
    if not own_stage:
        return NOTHING
    also = "its code also holds" if len(possible) == 1 else "their codes also hold"
    names, verdicts = Lexicon(finding.answer), {
        "for certain": certain,
        "by estimate, where the data allow less": makers.keys() - certain - possible,
        f"possibly, as {also} goods of earlier stages": possible,
    }  # fmt: skip
    texts = [
        f"of {number_of(len(products), 'product')} {verdict}"
        f"{names.most(makers[product] for product in products)}"
        for verdict, products in verdicts.items() if products
    ]  # fmt: skip
    start = f"Behind the sellers, one country made at least half of {imports} by value in {period}"
    lead = [f"{start}: {'; '.join(texts)}."] if traced_rows else []
    shown = [number for row, number in own_stage if row["traced_to"] or not traced_rows]
    rows = finding.answer.rows.take(pa.array(shown, pa.int64()))
    text = "Products of the largest imports come first; the command has the other stages too."
    answer = replace(finding.answer, rows=rows, sentence=Sentence())  # of some rows
    return finding.section("Single points of failure", [*lead, text], answer=answer), lead


def _chart(standing: Standing) -> Answer | None:
    """Choose the rows of the picture: the largest dependencies that are known by value."""
    answer = standing.face.answer
    shares = [
        BarRow(row["product"], row["supplier"], row["share_usd"], row.get("fit"), row.get("extent"))
        for row in standing.largest
        if row["share_usd"] is not None and is_first(standing.face.told(product=row["product"]))
    ][:MOST_BARS]  # fmt: skip
    if answer is None or not shares:
        return None
    number = f"{len(shares)} largest dependencies" if len(shares) > 1 else "largest dependence"
    return bars(
        answer, f"{possessive(standing.buyer.name)} {number}", shares,
        f"Share that the first supplier sold of the imports by value, {standing.period_text}; the "
        "largest sums first",
        sorted({row["source"] for row in standing.largest}),
    )  # fmt: skip


def _steps(standing: Standing) -> list[tuple[str, str]]:
    """Write what to ask next of the largest dependence."""
    inquiry, first, buyer = standing.inquiry, standing.first, standing.buyer
    if not standing.largest:
        return []
    product = standing.largest[0]["product"]
    goods, seller = inquiry.product(product), standing.largest[0]["supplier"]
    scope = inquiry.scope_of([product])
    consumer = {"consumer": [buyer.key], "scope": scope, "period": [standing.period]}
    steps = [
        (f"Who made the {goods}, stage by stage?", "origins", {**consumer, "largest": True}),
        (f"Who else could sell it than {inquiry.place(seller)}?", "diversify", consumer),
        ("Which unpublished figure would tell the most?", "unknowns", consumer),
    ]
    if first is not None and not buyer.is_group:
        stock = {"who": seller, "scope": scope, "of": [buyer.key], "stock_days": 60,
                 "period": [standing.period]}  # fmt: skip
        steps.insert(2, ("How far would a stock of 60 days reach?", "stocks", stock))
    return [(text, command_of(VERB[verb], values)) for text, verb, values in steps]


def _limits(standing: Standing, dependencies: Section | None) -> list[str]:
    """Write what limits the figures, by what the data lack."""
    inquiry, rows = standing.inquiry, standing.face.rows
    if not rows:
        return []
    texts = [
        f"The imports of {standing.period_text} name the last seller, not who mined, refined or "
        "made the goods: that is traced by proportion, within the range that unpublished "
        "production leaves."
    ]
    origins = dependencies.answer.rows.to_pylist() if dependencies and dependencies.answer else []
    wide = {
        row["product"] for row in origins
        if row["low"] is not None and row["high"] - row["low"] > HALF
    }  # fmt: skip
    if wide:
        number = len(standing.largest)
        texts.append(
            f"For {len(wide)} of the {number} largest dependencies the share of the main origin at "
            f"some stage is open by more than 50 points: {_goods(inquiry, sorted(wide))}."
        )
    remarks = standing.face.answer.product_remarks if standing.face.answer else {}
    if remarked := [row["product"] for row in standing.rows if row["product"] in remarks]:
        remarked = list(dict.fromkeys(remarked))
        goods = _goods(inquiry, remarked)
        if standing.products > 1:
            goods = f"{len(remarked)} of {standing.products} products, such as {goods},"
        texts.append(
            f"The customs codes of {goods} hold more or less than the name says: see the notes."
        )
    parts = standing.face.answer.coverage.parts.values() if standing.face.answer else ()
    without = [key for part in parts for key in part.without_trade]
    if without:
        texts.append(
            f"{capitalized(number_of(len(without), 'product'))} of those asked for "
            f"{'has' if len(without) == 1 else 'have'} no trade data: {_goods(inquiry, without)}."
        )
    texts.append(
        "A loss is passed on in proportion: nobody finds another seller, and no stock is counted "
        "where none is published."
    )
    return texts


def _goods(inquiry: Inquiry, products: Sequence[str]) -> str:
    return first_of([inquiry.product(key) for key in products])


def _trend(standing: Standing) -> Part:
    inquiry = standing.inquiry
    products = [row["product"] for row in standing.largest[:TRENDS]]
    if not products:
        return NOTHING
    scope = inquiry.scope_of(products)
    finding = inquiry.ask("trend", country=[standing.buyer.key], scope=scope)
    points = [finding.told(product=product).words for product in products
              if product in {row["product"] for row in finding.rows}]  # fmt: skip
    if not points:
        return NOTHING
    return finding.section("Over the years", points=points, shown=0), points[:1]


def _claims(standing: Standing) -> Part:
    inquiry, buyer = standing.inquiry, standing.buyer
    return claims_part(
        inquiry,
        inquiry.ask("claims check", of=buyer.key, scope=inquiry.names),
        f"that {{}} {buyer.in_text}" + (" in this scope" if inquiry.scope else ""),
    )
