"""The brief on a country: on whom it depends for which minerals, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from graphkit.analysis.claims.phrases import known_values
from graphkit.analysis.supply.look_through import UNKNOWN as UNKNOWN_ORIGIN
from graphkit.analysis.supply.look_through import UNTRACEABLE
from graphkit.answers.answer import Answer
from graphkit.answers.figures import HALF, money, percent
from graphkit.brief.action import action_parts
from graphkit.brief.document import Brief, Section
from graphkit.brief.inquiry import Finding, Inquiry, Part
from graphkit.brief.plants import plants_parts
from graphkit.brief.wording import between, cited_claim, counted, listed, period_of
from graphkit.names import Entity, capitalized, possessive
from graphkit.questions.controls import traded_baskets
from graphkit.questions.stocks import YEAR

LARGEST, TRENDS = 10, 5
"""Number of dependencies that a brief names, and of those that it follows over the years."""
UNKNOWN = "Unknown without trade data."
SMALL = 1e6
"""USD of imports below which a share says little."""
LEAST_TRACED = 0.005
"""Share as traced below which an origin is called unknown."""
WORK = {
    "mine": "mined", "concentrate": "concentrated", "separate": "refined",
    "metal": "made into metal", "alloy": "made into alloy", "component": "made into components",
    "use": "used in goods",
}  # fmt: skip
"""Work of the stages that ship, in a sentence."""
NO_COUNTRY = {
    UNKNOWN_ORIGIN: "it is unknown where it was {work}",
    UNTRACEABLE: "no producer stands behind the trade",
}
"""Words for origins that are not countries, in a sentence."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """The imports of one country in one period: each product with its first supplier."""

    inquiry: Inquiry
    buyer: Entity
    period: str | None
    face: Finding
    """The first supplier of each product, largest share first."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The products with a share of the first supplier, those of half and more first.

        Within both, by the value bought from it.
        """
        with_share = [row for row in self.face.rows if _part(row) is not None]

        def order(row: Row) -> tuple[bool, float, str]:
            return (_part(row) or 0) < HALF, -(row["usd"] or 0), row["product"]

        return sorted(with_share, key=order)

    @property
    def largest(self) -> list[dict[str, Any]]:
        """The largest dependencies, each product once."""
        first: dict[str, dict[str, Any]] = {}
        for row in self.rows:
            first.setdefault(row["product"], row)
        return list(first.values())[:LARGEST]

    @property
    def first(self) -> str | None:
        """The country that is the first supplier of most products, those of half and more first."""
        times_of_half = Counter[str]()
        times = Counter[str]()
        for row in self.rows:
            if row["supplier"] in self.inquiry.countries:
                times[row["supplier"]] += 1
                times_of_half[row["supplier"]] += (_part(row) or 0) >= HALF
        order = sorted(times, key=lambda key: (-times_of_half[key], -times[key], key))
        return order[0] if order else None

    @property
    def period_text(self) -> str:
        """The period, with its years that have data, if some have none and all rows have those."""
        years = {row.get("years") for row in self.face.rows}
        return period_of({"period": self.period, "years": years.pop() if len(years) == 1 else None})

    @property
    def imports(self) -> str:
        """The imports of the country, in a sentence."""
        return f"{possessive(self.buyer.in_text)} imports"


def _part(row: Row) -> float | None:
    """Return the share of a row by value, or else by weight."""
    share: float | None = row["share_usd"] if row["share_usd"] is not None else row["share_tonnes"]
    return share


def _by(row: Row) -> str:
    return "by value" if row["share_usd"] is not None else "by weight"


def _bases(rows: Sequence[Row]) -> str:
    return " or ".join(sorted({_by(row) for row in rows}))


def country_brief(inquiry: Inquiry, buyer: Entity, period: str | None, command: str) -> Brief:
    """Write the brief on a country, or on a group counted as one.

    Parameters
    ----------
    inquiry : Inquiry
        The database, and the scope to keep to.
    buyer : Entity
        The country.
    period : str, optional
        Default: the newest period of most of its products.
    command : str
        The command that writes the brief.
    """
    scope = [inquiry.scope] if inquiry.scope else None
    if period is None:
        period = _usual_period(inquiry.ask("depends", consumer=[buyer.key], scope=scope).rows)
        inquiry.findings.clear()
    periods = [period] if period else None
    face = inquiry.ask("depends", consumer=[buyer.key], scope=scope, period=periods)
    standing = Standing(inquiry, buyer, period, face)
    parts = [
        _minerals(standing), _dependencies(standing), _points(standing, scope), _stop(standing),
        *_months(standing), _trend(standing),
        *action_parts(inquiry, buyer, standing.largest[0]["product"] if standing.largest else None,
                      period, scope),
        *plants_parts(inquiry, country=[buyer.key], scope=scope),
        _controls(standing, scope), _claims(standing, scope),
    ]  # fmt: skip
    meaning = f": {inquiry.catalog.materials.scope(inquiry.scope).meaning}" if inquiry.scope else ""
    period_text = f", {period}" if period else ""
    title = f"{buyer.name}: dependence on imports of critical minerals{meaning}{period_text}"
    return inquiry.brief(title, parts, command)


def _usual_period(rows: Sequence[Row]) -> str | None:
    """Return the period that most products have, of several the newest."""
    counts = Counter(row["period"] for row in rows)
    return max(counts, key=lambda period: (counts[period], period)) if counts else None


def _minerals(standing: Standing) -> Part:
    inquiry, face, period = standing.inquiry, standing.face, standing.period_text
    title = "First suppliers, by mineral and stage"
    rows = standing.rows
    if not rows:
        return face.section(title), [
            face.lacking or f"No trade data give {standing.imports} in this scope."
        ]
    with_value = face.answer is not None and any(row["usd"] is not None for row in rows)
    usd = face.answer.coverage.get("usd") if face.answer and with_value else None
    worth = f", worth {money(usd)} USD" if usd is not None else ", of a value that is not added up"
    products = {row["product"] for row in rows}
    half = [row for row in rows if (_part(row) or 0) >= HALF]
    lead = [
        f"In {period}, {standing.buyer.in_text} imported "
        f"{counted(len(products), 'product')} of those "
        f"with trade data{worth}."
    ]
    if half:
        lead.append(
            f"For {len({row['product'] for row in half})} of them one supplier has at least half "
            f"of the imports {_bases(half)} in {period}: "
            f"{inquiry.count_places(row['supplier'] for row in half)}.{_small(half)}"
        )
    else:
        lead.append(
            f"No supplier has half of the imports {_bases(rows)} of any of them in {period}."
        )
    text = (
        "Each cell of the picture has the last seller with the largest share of "
        f"{standing.imports} by value in {period}; the table begins with the largest sums."
    )
    answer = ordered(face.answer, "usd") if face.answer else None
    return face.section(title, [text], answer=answer), lead


def _small(rows: Sequence[Row]) -> str:
    """Count the products of which little was bought, where a few parcels make the share."""
    small = {row["product"] for row in rows if row["usd"] is not None and row["usd"] < SMALL}
    return f" For {len(small)} of these that is less than {money(SMALL)} USD." if small else ""


def _dependencies(standing: Standing) -> Part:
    inquiry, largest = standing.inquiry, standing.largest
    title = "The largest dependencies"
    if not largest:
        return Section(title, [UNKNOWN]), []
    finding = inquiry.ask(
        "depends", consumer=[standing.buyer.key],
        scope=inquiry.scope_of([row["product"] for row in largest]),
        period=[standing.period] if standing.period else None, look_through=True,
    )  # fmt: skip
    origins: dict[str, list[Row]] = {}
    for row in finding.rows:
        origins.setdefault(row["product"], []).append(row)
    points = [_dependency(inquiry, row, origins.get(row["product"], ())) for row in largest]
    text = (
        "By the value bought from the first supplier, products of which it has at least half "
        f"first, in {standing.period_text}. The table has the largest known origin at each stage, "
        "with the least and the most that its share can be, and what is unknown there."
    )
    section = finding.section(title, [text], points=points, shown=40)
    if section.answer is not None:
        place = {row["product"]: number for number, row in enumerate(largest)}
        order = [place[key] for key in section.answer.rows["product"].to_pylist()]
        rows = section.answer.rows.take(pa.array(np.argsort(order, kind="stable")))
        section = replace(section, answer=replace(section.answer, rows=rows))
    return section, [f"The largest of these: {points[0]}"]


def _dependency(inquiry: Inquiry, row: Row, origins: Sequence[Row]) -> str:
    """Say how much of a product comes from its first supplier, and what stands behind it."""
    product = inquiry.product(row["product"])
    weight = ""
    if row["share_usd"] is not None:
        weight = " (weight unknown)"
        if row["share_tonnes"] is not None:
            weight = f" ({percent(row['share_tonnes'])} by weight)"
    worth = f", {money(row['usd'])} USD" if row["usd"] is not None else ""
    text = (
        f"{percent(_part(row) or 0.0)} of the imports of {product} {_by(row)} in {period_of(row)} "
        f"came from {inquiry.place(row['supplier'])} as the last seller{weight}{worth}"
    )
    stages = list(dict.fromkeys(row["traced_to"] for row in origins))
    if not stages:
        return f"{text}; who stands behind it is unknown."
    texts = [
        _behind(inquiry, [origin for origin in origins if origin["traced_to"] == stage])
        for stage in dict.fromkeys([stages[-1], stages[0]])
    ]
    return f"{text}; looked through, {'; '.join(texts)}."


def _behind(inquiry: Inquiry, rows: Sequence[Row]) -> str:
    """Say who did the work of a stage, with the range of its share, and what is unknown of it."""
    stage = rows[0]["traced_to"]
    name = inquiry.catalog.materials.in_text(stage)
    work = WORK.get(stage, f"worked on at the stage {name}")
    texts = [_made_by(inquiry, row, work) for row in rows if row["origin"] not in NO_COUNTRY]
    lacking = [
        f"of {percent(row['share'])} {NO_COUNTRY[row['origin']].format(work=work)}"
        for row in rows if row["origin"] in NO_COUNTRY and row["share"] >= LEAST_TRACED
    ]  # fmt: skip
    return ", and ".join([*texts, *lacking])


def _made_by(inquiry: Inquiry, row: Row, work: str) -> str:
    """Say how much of it one country made."""
    name = inquiry.place(row["origin"])
    span, traced = between(row["low"], row["high"]), percent(row["share"])
    if row["earlier"] and row["share"] >= LEAST_TRACED:
        return f"possibly {traced} was {work} in {name}, but the code also holds {row['earlier']}"
    if row["share"] < LEAST_TRACED:
        return f"where it was {work} is unknown ({name}: {span})"
    if row["low"] < LEAST_TRACED and row["high"] > 1 - LEAST_TRACED:
        return f"an estimated {traced} was {work} in {name}, but the data allow anything"
    if row["low"] < LEAST_TRACED:
        most = percent(row["high"])
        return f"an estimated {traced} was {work} in {name}; the data allow from 0 to {most}"
    if span == traced:
        return f"{span} was {work} in {name}"
    return f"{span} was {work} in {name} (estimate: {traced})"


def _points(standing: Standing, scope: list[str] | None) -> Part:
    inquiry, imports, period = standing.inquiry, standing.imports, standing.period_text
    title = "Single points of failure"
    if not standing.rows:
        return Section(title, [UNKNOWN]), []
    parameters = {"consumer": [standing.buyer.key], "scope": scope, "period": [standing.period]}
    finding = inquiry.ask("spof", **parameters)
    if finding.answer is None:
        return finding.section(title), []
    worth = {row["product"]: row["usd"] or 0.0 for row in standing.rows}
    # Chains of many products mix at the stages before: a product's own stage is its own.
    own_stage = [
        (row, number) for number, row in enumerate(finding.rows)
        if row["traced_to"] in (None, row["stage"])
    ]  # fmt: skip
    own_stage.sort(key=lambda pair: -worth.get(pair[0]["product"], 0.0))
    face = [row for row, _ in own_stage if row["traced_to"] is None]
    traced_rows = [row for row, _ in own_stage if row["traced_to"] is not None]
    certain = {row["product"] for row in traced_rows if row["verdict"] == "certain"}
    possible = {row["product"] for row in traced_rows if row["earlier"]} - certain
    estimated = {row["product"] for row in traced_rows} - certain - possible
    sentences = [
        f"At face value, one supplier sold at least half of {imports} by value in {period} "
        f"of {counted(len({row['product'] for row in face}), 'product')}.",
        "Looked through to where the product was made, one country has at least half of "
        f"{imports} by value in {period} of {counted(len(certain), 'product')} even at the "
        f"lower end of its range, and of {len(estimated)} more as traced, where the range allows "
        "less." + (
            f" Of {len(possible)} more that is only possible, for "
            f"{'its code also holds' if len(possible) == 1 else 'their codes also hold'} goods of "
            "earlier stages." if possible else ""
        ),
    ]  # fmt: skip
    rows = finding.answer.rows.take(pa.array([number for _, number in own_stage], pa.int64()))
    text = "Products of the largest imports come first; the command has the stages before too."
    answer = replace(finding.answer, rows=rows, headline="")  # of some rows
    return finding.section(title, [*sentences, text], answer=answer), sentences[1:]


def _stop(standing: Standing) -> Part:
    inquiry, buyer, period, first = (
        standing.inquiry, standing.buyer, standing.period, standing.first
    )  # fmt: skip
    title = "If the first supplier stopped"
    if first is None:
        return Section(title, ["Unknown: no country is known as a first supplier."]), []
    title = f"If {inquiry.place(first)} stopped"
    scope = [inquiry.scope] if inquiry.scope else None
    if buyer.is_group:
        return Section(
            title,
            [
                "Losses are computed for one country at a time: ask for a member of "
                f"{buyer.in_text}."
            ],
            commands=[f"graphkit disrupt {first} --of COUNTRY --period {period}"],
        ), []
    finding = inquiry.ask("disrupt", exporter=first, scope=scope, of=[buyer.key], period=[period])
    if finding.answer is None:
        return finding.section(title), []
    answer = ordered(finding.answer, "lost_imports")
    rows: list[dict[str, Any]] = answer.rows.to_pylist()
    name = inquiry.place(first)
    if not rows:
        text = (
            f"If {name} stopped its exports, {buyer.in_text} would lose less than 1 % of its "
            "imports "
            f"by value of every product in {standing.period_text}, as traced."
        )
        return finding.section(title, [text]), [text]
    text = (
        f"If {name}, the first supplier of most products, stopped all exports as traded in "
        f"{standing.period_text} and nobody replaced them, {buyer.in_text} would lose at least "
        "1 % of "
        f"its imports by value of {counted(len({row['product'] for row in rows}), 'product')}, as "
        "traced"
    )
    points = [
        f"{inquiry.product(row['product'])}: {between(row['low'], row['high'])} of the imports by "
        f"value in {period_of(row)} ({percent(row['lost_share'])} as traced, "
        f"{money(row['lost_imports'])} USD; {percent(row['direct'])} bought from "
        f"{name} itself, the rest through others)"
        for row in rows[:5]
    ]
    lead = f"{text}; the largest loss is {points[0]}."
    return finding.section(title, [f"{text}. The largest losses:"], answer=answer, points=points), [
        lead
    ]


def _months(standing: Standing) -> list[Part]:
    """Say what a stop of the first supplier would cost month by month, if it costs anything."""
    inquiry, buyer, first = standing.inquiry, standing.buyer, standing.first
    title = "What a stop of the first supplier would cost, month by month"
    if first is None or buyer.is_group:
        return []
    finding = inquiry.ask(
        "disrupt", exporter=first, scope=[inquiry.scope] if inquiry.scope else None,
        of=[buyer.key], period=[standing.period], months=YEAR,
    )  # fmt: skip
    if finding.answer is None or not finding.rows:
        return []
    in_all: dict[str, list[Row]] = {}
    for row in finding.rows:
        in_all.setdefault(row["product"], []).append(row)
    order = sorted(in_all, key=lambda key: (-_lacking(in_all[key]), key))
    points = [_in_time(inquiry, in_all[key]) for key in order[:LARGEST]]
    rows = finding.answer.rows
    timed = sorted(order, key=lambda key: in_all[key][0]["stock_days"] is None)
    place = {product: number for number, product in enumerate(timed)}
    turns = np.argsort([place[key] for key in rows["product"].to_pylist()], kind="stable")
    answer = replace(finding.answer, rows=rows.take(pa.array(turns)), headline="")
    text = (
        f"If {inquiry.place(first)} stopped all its exports for {YEAR} months, with the stocks "
        f"that are published for {buyer.in_text} and no slack. A month's need is an even part of "
        f"the imports by value in {standing.period_text}; the figures are by month, as the trade "
        "gives no shorter time. A stock that is not known is not counted. The table begins with "
        "the products of which a stock is known."
    )
    lead = [f"Month by month, without {inquiry.place(first)}: {points[0]}"]
    section = finding.section(title, [text], answer=answer, points=points, shown=2 * YEAR)
    return [(section, lead)]


def _lacking(months: Sequence[Row]) -> float:
    """Add up the need of all months that nothing covers, in USD."""
    return float(sum((row["need"] or 0.0) * row["uncovered"] for row in months))


def _in_time(inquiry: Inquiry, months: Sequence[Row]) -> str:
    """Say what is uncovered of a product, from when, and what a month costs."""
    row = months[0]
    product = inquiry.product(row["product"])
    day = "none" if row["first_day"] is None else f"from day {row['first_day']:,} on"
    share = f"{percent(row['uncovered_in_all'])} as traced, {day}"
    span = f"at most {percent(row['high'])} ({share} and without a stock, which is unknown)"
    if row["stock_days"] is not None:
        days = f"with a stock of {row['stock_days']:g} days"
        span = f"{between(row['low'], row['high'])} ({share}, {days})"
    last = months[-1]
    monthly = (last["need"] or 0.0) * last["uncovered"]
    return (
        f"{product}: of the imports by value in {period_of(row)}, over {len(months)} months, "
        f"{span} would be uncovered; as traced "
        f"{money(_lacking(months))} USD in all, {money(monthly)} USD in the last month."
    )


def ordered(answer: Answer, name: str) -> Answer:
    """Put the rows with the largest value of a column first."""
    return replace(answer, rows=answer.rows.sort_by([(name, "descending")]))


def _trend(standing: Standing) -> Part:
    inquiry = standing.inquiry
    title = "Over the years"
    products = [row["product"] for row in standing.largest[:TRENDS]]
    if not products:
        return Section(title, [UNKNOWN]), []
    scope = inquiry.scope_of(products)
    finding = inquiry.ask("trend", country=[standing.buyer.key], scope=scope)
    points = []
    for product in products:
        rows = [row for row in finding.rows if row["product"] == product]
        rows = [row for row in rows if row["largest"] and row["largest_share_usd"] is not None]
        if rows:
            points.append(f"{inquiry.product(product)}: {_over_time(inquiry, rows)}.")
    text = (
        f"The concentration of {standing.imports} of the first {len(products)} products above, by "
        "value, in every period with data. A line that stops has no data there."
    )
    return finding.section(title, [text], points=points, shown=0), []


def _over_time(inquiry: Inquiry, rows: Sequence[Row]) -> str:
    first, last = rows[0], rows[-1]
    name = inquiry.place(last["largest"])
    if len(rows) == 1:
        share = percent(last["largest_share_usd"])
        return f"the largest supplier by value was {name}, {share} in {last['period']}"
    years = sum(row["largest"] == last["largest"] for row in rows)
    shares = [percent(row["largest_share_usd"]) for row in (first, last)]
    led = f"the largest supplier by value was {name} in {years} of {counted(len(rows), 'period')}"
    text = f"{led}, with {shares[1]} in {last['period']}"
    if first["largest"] == last["largest"]:
        text += f" and {shares[0]} in {first['period']}"
    else:
        text += f"; in {first['period']} it was {inquiry.place(first['largest'])}, with {shares[0]}"
    return f"{text}; the HHI by value went from {first['hhi_usd']:,.0f} to {last['hhi_usd']:,.0f}"


def _controls(standing: Standing, scope: list[str] | None) -> Part:
    inquiry, buyer = standing.inquiry, standing.buyer
    title = "Export controls"
    finding = inquiry.ask("controls", scope=scope)
    if finding.answer is None or not finding.rows:
        return finding.section(title), []
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
            purchase = _bought(inquiry, sells, sold, is_own=is_own, period=standing.period_text)
            dates_by_act.setdefault((act_name, measure, purchase), []).append(dates)
    points = [
        f"{act_name}: {measure}, {'; '.join(dates)}; {purchase}"
        for (act_name, measure, purchase), dates in dates_by_act.items()
    ]
    points += claims_on(inquiry, finding, [finding.rows[number] for number in covered_acts])
    rows = finding.answer.rows.take(pa.array(covered_acts, pa.int64()))
    acts = acts_of(finding.rows[number] for number in covered_acts)
    text = (
        f"The database records {counted(acts_of(finding.rows), 'act')}, of which {acts} "
        f"{'restricts' if acts == 1 else 'restrict'} products that {buyer.in_text} bought from "
        f"the acting country in {standing.period_text}, alone or in a basket, or "
        f"{'is' if acts == 1 else 'are'} its own. Dates are as recorded: whether an act is in "
        "force on a later day is not told."
    )
    lead = [
        f"{counted(acts, 'recorded act')} of export control "
        f"{'covers' if acts == 1 else 'cover'} what {buyer.in_text} bought from the acting "
        f"country in {standing.period_text}, or {'is' if acts == 1 else 'are'} its own."
    ]
    answer = replace(finding.answer, rows=rows, headline="")  # of some rows
    section = finding.section(title, [text], answer=answer, points=points)
    return section, lead if covered_acts else []


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


def claims_on(inquiry: Inquiry, controls: Finding, acts: Sequence[Row]) -> list[str]:
    """Cite what was published on some acts, such as the licences granted."""
    announcements = {act["key"]: act["announcement"] or act["key"] for act in acts}
    claims = controls.answer.claims.to_pylist() if controls.answer else []
    return [
        inquiry.cited({**known_values(claim), "control": announcements[claim["control"]]})
        for claim in claims if claim["control"] in announcements
    ]  # fmt: skip


def act_in_words(inquiry: Inquiry, act: Row) -> tuple[str, str, str]:
    """Say who restricts, what, and since when."""
    goods = listed(act["elements"] or act["items"] or ["goods not named"], 8)
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
    period: str | None,
) -> str:  # fmt: skip
    """Say what the country bought of the goods of an act, or of the baskets that hold them."""
    if is_own:
        return "its own act."
    with_share = [product for product in sold if bought[product]["share_usd"] is not None]
    with_share.sort(key=lambda product: (-bought[product]["share_usd"], product))
    shares = []
    for product in with_share:
        text = f"{percent(bought[product]['share_usd'])} of {inquiry.product(product)}"
        basket = listed([inquiry.product(good) for good in sold[product]])
        shares.append(f"{text} (a basket with {basket} in it)" if basket else text)
    if not shares:
        return f"the value bought there in {period} is unknown."
    return f"of the imports by value in {period} it sold {listed(shares)}."


def _claims(standing: Standing, scope: list[str] | None) -> Part:
    inquiry, buyer = standing.inquiry, standing.buyer
    return claims_part(
        inquiry,
        inquiry.ask("claims check", of=buyer.key, scope=scope),
        f"that name {buyer.in_text}" + (" in this scope" if scope else ""),
    )


def claims_part(inquiry: Inquiry, finding: Finding, scope_text: str) -> Part:
    """Make the section on published claims, and how they fare against the data."""
    title = "Published claims against the data"
    if finding.answer is None:
        return finding.section(title), []
    counts = finding.answer.coverage
    text = (
        f"Of {counted(counts['claims'], 'published claim')} {scope_text}, the loaded data bear out "
        f"{counts['borne_out']} and contradict {counts['contradicted']}; of "
        f"{counts['cannot_be_told']} they cannot tell; {counts['no_measurement']} "
        f"{'is' if counts['no_measurement'] == 1 else 'are'} words, no measurement."
    )
    claims = {row["key"]: known_values(row) for row in inquiry.catalog.claims.to_pylist()}
    rows = finding.answer.rows
    cited = [cited_claim(claims[key], inquiry.names_in_text) for key in rows["key"].to_pylist()]
    place = rows.column_names.index("claim")
    rows = rows.set_column(place, rows.schema.field("claim"), pa.array(cited, pa.string()))
    answer = replace(finding.answer, rows=rows)
    return finding.section(title, [text], answer=answer, shown=12), [text]
