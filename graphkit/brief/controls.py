"""The section on export controls of what a country buys, and acts in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from graphkit.analysis.claims.phrases import known_values
from graphkit.answers.figures import number_of
from graphkit.answers.sentence import Sentence
from graphkit.brief.inquiry import NOTHING, Finding, Inquiry, Part
from graphkit.brief.standing import Standing
from graphkit.brief.wording import first_of
from graphkit.headlines.wording import part
from graphkit.names import capitalized
from graphkit.questions.act.controls import traded_baskets

Row = Mapping[str, Any]


def controls_part(standing: Standing) -> Part:
    """Say which recorded acts cover what the country buys, and how much it bought of that."""
    inquiry, buyer, scope = standing.inquiry, standing.buyer, standing.inquiry.names
    finding = inquiry.ask("controls", scope=scope)
    if finding.answer is None or not finding.rows:
        return NOTHING
    bought = _bought_by_seller(standing, scope)
    traded = {product for products in bought.values() for product in products}
    covered_acts: list[int] = []
    dates_by_act: dict[tuple[str, ...], list[str]] = {}
    for number, act in enumerate(finding.rows):
        sells = bought.get(act["country"], {})
        covered = _covered(inquiry, act, traded)
        sold = {product: goods for product, goods in covered.items() if product in sells}
        is_own = act["country"] == buyer.key
        if act["target"] in (None, buyer.key) and (sold or is_own):
            covered_acts.append(number)
            act_name, measure, dates = act_in_words(inquiry, act)
            purchase = _bought(
                inquiry,
                sells,
                sold,
                is_own=is_own,
                imports=standing.imports,
                period=standing.period_text,
            )
            dates_by_act.setdefault((act_name, measure, purchase), []).append(dates)
    points = [
        f"{act_name}: {measure}, {'; '.join(dates)}; {purchase}"
        for (act_name, measure, purchase), dates in dates_by_act.items()
    ]
    points += claims_on(inquiry, finding, [finding.rows[number] for number in covered_acts],
                        buyer.key)  # fmt: skip
    if not covered_acts:
        return NOTHING
    rows = finding.answer.rows.take(pa.array(covered_acts, pa.int64()))
    in_scope = [finding.rows[number] for number in covered_acts]
    acts = acts_of(in_scope)
    countries = inquiry.count_places(
        {(act["country"], act["announcement"]): act["country"] for act in in_scope}.values()
    )
    own = ", or are its own" if any(act["country"] == buyer.key for act in in_scope) else ""
    lead = (
        f"{capitalized(number_of(acts, 'export control'))} on record "
        f"{'covers' if acts == 1 else 'cover'} goods that {buyer.in_text} bought in "
        f"{standing.period_text} from the country that acts{own}: "
        f"{countries}{suspended_of(in_scope)}."
    )
    text = (
        "Goods count alone or in a basket. Dates are as recorded: whether an act is in force on a "
        "later day is not told."
    )
    answer = replace(finding.answer, rows=rows, sentence=Sentence())  # of some rows
    section = finding.section("Export controls", [lead, text], answer=answer, points=points,
                              shown=0)  # fmt: skip
    return section, [lead]


def _bought_by_seller(standing: Standing, scope: list[str] | None) -> dict[str, dict[str, Row]]:
    """Collect what the country bought, by supplier and product."""
    bought: dict[str, dict[str, Row]] = {}
    if standing.rows:
        finding = standing.inquiry.ask(
            "suppliers", consumer=[standing.buyer.key], scope=scope, period=[standing.period]
        )
        for row in finding.rows:
            bought.setdefault(row["supplier"], {}).setdefault(row["product"], row)
    return bought


def _covered(inquiry: Inquiry, act: Row, traded: set[str]) -> dict[str, list[str]]:
    """Map the traded products that an act covers to its goods that they hold among others."""
    goods: Sequence[str] = act["products"] or ()
    covered: dict[str, list[str]] = {}
    for good in goods:
        for product in traded_baskets(inquiry.catalog, good, traded):
            covered.setdefault(product, [])
            if product not in goods:
                covered[product].append(good)
    return covered


def acts_of(rows: Iterable[Row]) -> int:
    """Count the acts of rows, of which a quota has one for each period."""
    return len({(row["country"], row["announcement"]) for row in rows})


def suspended_of(rows: Iterable[Row]) -> str:
    """Count the acts of which a suspension is recorded, whatever the day; empty if none."""
    number = acts_of(row for row in rows if row["suspended_from"])
    return f"; {number} with a suspension" if number else ""


def claims_on(
    inquiry: Inquiry, controls: Finding, acts: Sequence[Row], buyer: str | None = None
) -> list[str]:  # fmt: skip
    """Cite what was published on some acts, such as the licences granted.

    What is on other goods than the brief's is left out. Of a buyer that is given, what is on it
    comes first, and what is on other buyers is left out.
    """
    announcements = {act["key"]: act["announcement"] or act["key"] for act in acts}
    claims = controls.answer.claims.to_pylist() if controls.answer else []
    return [
        inquiry.cited({**known_values(claim), "control": announcements[claim["control"]]})
        for claim in sorted(claims, key=lambda claim: claim["consumer"] is None)
        if claim["control"] in announcements and _is_on(inquiry, claim)
        and (buyer is None or claim["consumer"] in (None, buyer))
    ]  # fmt: skip


def _is_on(inquiry: Inquiry, claim: Row) -> bool:
    """Whether a claim is on goods of the brief, or names none."""
    element, product = claim["element"], claim["product"]
    if not inquiry.scopes or (element is None and product is None):
        return True
    if element is None:
        return any(product in scope.products for scope in inquiry.scopes)
    return any(element in scope.elements or not scope.elements for scope in inquiry.scopes)


def act_in_words(inquiry: Inquiry, act: Row) -> tuple[str, str, str]:
    """Say who restricts, what, and since when."""
    goods = first_of(act["elements"] or act["items"] or ["goods not named"], 8)
    quota = f"{act['quota']:,.0f} t " if act["quota"] is not None else ""
    dates = f"{quota}from {act['since'] or 'an unknown day'}"
    dates += f" to {act['until']}" if act["until"] else ""
    if act["suspended_from"]:
        dates += f", suspended as announced from {act['suspended_from']} to "
        dates += act["suspended_until"] or "an unknown day"
    act_name = f"{capitalized(inquiry.place(act['country']))}, {act['announcement']}"
    return act_name, f"{act['measure']}, {goods}", dates


def _bought(
    inquiry: Inquiry, bought: Mapping[str, Row], sold: Mapping[str, Sequence[str]], *, is_own: bool,
    imports: str, period: str | None,
) -> str:  # fmt: skip
    """Say what the country bought of the goods of an act, or of the baskets that hold them."""
    if is_own:
        return "its own act."
    with_share = [product for product in sold if bought[product]["share_usd"] is not None]
    with_share.sort(key=lambda product: (-bought[product]["share_usd"], product))
    shares = []
    for product in with_share:
        text = f"{part(bought[product]['share_usd'])} of {inquiry.product(product)}"
        basket = first_of([inquiry.product(good) for good in sold[product]])
        shares.append(f"{text} (a basket with {basket} in it)" if basket else text)
    if not shares:
        return f"the value bought there in {period} is unknown."
    return f"of {imports} by value in {period} it sold {first_of(shares)}."
