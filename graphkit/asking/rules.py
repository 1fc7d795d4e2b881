"""Rules from what a question mentions to the commands that it may mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from graphkit.asking.sentence import Sentence
from graphkit.asking.vocabulary import Word
from graphkit.period import Period

Fields: TypeAlias = dict[str, str]
"""Values of a verb's parameters, by their Python names."""


@dataclass(frozen=True)
class Form:
    """A verb, and which of its parameters takes what a question mentions."""

    verb: str
    buyer: str = ""
    seller: str = ""
    goods: str = "scope"
    maker: str = ""
    """Parameter of a plant or company, which goes before a country there."""
    period: str = "period"
    lone: str = "buyer"
    """Role of the first place that no word gives one."""
    wants: tuple[str, ...] = ()
    """Those of ``buyer``, ``seller`` and ``goods`` that it cannot do without."""
    adds: Callable[[Sentence], Fields] = field(default=lambda sentence: {})
    """Other values that the question gives."""


@dataclass(frozen=True)
class Wanted:
    """A command that a question nearly is: its verb, its fields, and what is lacking."""

    verb: str
    fields: Fields
    lacks: tuple[str, ...] = ()


def _by(sentence: Sentence) -> Fields:
    return {"by": "tonnes"} if sentence.has(Word.BY_WEIGHT) else {}


def _share(sentence: Sentence) -> Fields:
    if "%" in sentence.figures:
        return {"max_share": f"{sentence.figures['%'] / 100:g}"}
    return {"max_share": "0.5"} if sentence.has(Word.HALF) else {}


def _stock(sentence: Sentence) -> Fields:
    figures = sentence.figures
    days = {"stock_days": f"{figures['days']:g}"} if "days" in figures else {}
    return days | ({"months": f"{figures['months']:g}"} if "months" in figures else {})


def _since(sentence: Sentence) -> Fields:
    return {"since": sentence.periods[0][:4]} if sentence.periods else {}


def _two_periods(sentence: Sentence) -> Fields:
    return dict(zip(("before", "after"), sorted(sentence.periods), strict=False))


def _stage(sentence: Sentence) -> Fields:
    return {"stage": "mine"} if sentence.has(Word.MINED) else {}


def _technology(sentence: Sentence) -> Fields:
    if not sentence.has(Word.WIND):
        return {}
    mw = sentence.figures.get("mw", 1.0)
    return {"technology": "wind, direct drive", "mw": f"{mw:g}"}


def _effect(sentence: Sentence) -> Fields:
    return {"effect": "true"} if sentence.has(Word.BITE) else {}


def _seats(sentence: Sentence) -> Fields:
    where = [place.key for place in sentence.places if place.role == "where"]
    return {"country": ",".join(where) or sentence.places[-1].key, "by": "seat"}


def _statement(sentence: Sentence) -> Fields:
    return {"that": sentence.text.strip()}


DEPENDS = Form("depends", "consumer", "on", wants=("buyer",))
TURNED = Form("depends", "on", "consumer", wants=("seller",))
"""The other way round, where no word tells who buys."""
DEPENDENTS = Form("dependents", seller="supplier", lone="seller", wants=("seller",))
ORIGINS = Form("origins", "consumer", "on", wants=("buyer",), adds=lambda s: _stage(s) | _by(s))
DISRUPT = Form("disrupt", "of", "who", maker="who", lone="seller", wants=("seller",), adds=_by)
STOCKS = Form("stocks", "of", "who", maker="who", wants=("seller",), adds=_stock)
POINTS = Form("spof", "consumer", adds=_by)
CONCENTRATION = Form("concentration", "consumer")
CENTRALITY = Form("centrality", wants=("goods",), adds=_by)
FLOWS = Form("flows", "of", "of", wants=("goods",), adds=_by)
NETWORK = Form("network", wants=("goods",), adds=_by)
PRICES = Form("prices", "of", wants=("goods",))
TREND = Form("trend", "country", "on", period="", adds=_since, wants=("buyer",))
MADE = Form(
    "trend", "country", period="", adds=lambda s: {"production": "true"} | _since(s),
    wants=("buyer", "goods"),
)  # fmt: skip
COMPARE = Form("compare", "of", "on", period="", adds=_two_periods)
CONTROLS = Form("controls", "country", "country", period="", lone="seller", adds=_effect)
TARGETS = Form("targets", "country", period="", adds=_by)
OWNERS = Form("owners", "country")
SEATS = Form("owners", adds=_seats)
COMPANIES = Form("companies", "country")
PLANTS = Form("plants", "country", period="")
USES = Form("uses", wants=("goods",), period="", adds=_technology)
RELIANCE = Form("reliance", "consumer")
CHECK = Form("claims check", goods="", period="", adds=_statement)
PUBLISHED = Form("claims check", "of", period="")
CLAIMS = Form("claims", "of", period="")
LEVERAGE = Form("leverage", "consumer", "supplier", wants=("buyer", "seller"))
DIVERSIFY = Form("diversify", "consumer", wants=("buyer",), adds=lambda s: _share(s) | _by(s))
LEAVE = Form("diversify", "consumer", "exclude", wants=("buyer",))
AVOID = Form("origins", "consumer", "without", wants=("buyer",))
UNKNOWNS = Form("unknowns", "consumer", "on", adds=_by)
BRIEF = Form("brief", "country", "country")
MIRROR = Form("mirror", "country", "country")
CRITICALITY = Form("criticality")
SHOW = Form("show", "name", goods="name", maker="name", period="")
SUPPLIERS = Form("suppliers", "consumer", wants=("buyer",))
CASCADE = Form("cascade", seller="who", lone="seller", wants=("seller",))
FORMS = {
    form.verb: form for form in (
        DEPENDS, DEPENDENTS, SUPPLIERS, ORIGINS, LEVERAGE, POINTS, DISRUPT, STOCKS, CASCADE,
        CONTROLS, DIVERSIFY, TARGETS, UNKNOWNS, CONCENTRATION, RELIANCE, PRICES, CRITICALITY, USES,
        FLOWS, NETWORK, CENTRALITY, COMPARE, TREND, MIRROR, PLANTS, OWNERS, COMPANIES, SHOW,
        CLAIMS, PUBLISHED, BRIEF,
    )
}  # fmt: skip
"""The usual form of each verb."""


def _mentions(*words: Word) -> Callable[[Sentence], bool]:
    return lambda sentence: sentence.has(*words)


def _states(sentence: Sentence) -> bool:
    """Tell whether a sentence states a figure of trade or production."""
    says = sentence.has(
        Word.DEPENDS, Word.SELLS, Word.TRADES, Word.PRODUCERS, Word.PLANTS, Word.REFINED,
        Word.MINED, Word.RELIANCE,
    )  # fmt: skip
    asks = sentence.has(Word.DIVERSIFY, Word.TARGETS, Word.LASTS, Word.NEEDS)
    has_figure = "%" in sentence.figures or "amount" in sentence.figures
    return bool(sentence.places and sentence.goods) and says and has_figure and not asks


def _compares(sentence: Sentence) -> bool:
    """Tell whether a sentence states that more was traded in one period than in another."""
    is_stated = sentence.has(Word.DEPENDS, Word.SELLS, Word.TRADES)
    return is_stated and len(sentence.periods) == 2 and not sentence.has(Word.VERSUS, Word.TREND)


def _relies(sentence: Sentence) -> bool:
    """Tell whether a sentence states how far a country relies on imports from anywhere."""
    relies = sentence.has(Word.DEPENDS, Word.RELIANCE) and not sentence.has(Word.TARGETS)
    return relies and "%" in sentence.figures and len(sentence.places) == 1


def _outdoes(sentence: Sentence) -> bool:
    """Tell whether a sentence sets one country above another, which no command judges."""
    is_plan = sentence.has(Word.DIVERSIFY, Word.HALF, Word.TARGETS)
    two = len(sentence.places) == 2 and len(sentence.periods) < 2
    return sentence.has(Word.THAN) and two and not is_plan


def _is_unsided(sentence: Sentence) -> bool:
    """Tell whether no word tells which place buys and which sells."""
    has_sides = any(place.role not in ("", "where") for place in sentence.places)
    return not has_sides and not sentence.has(Word.DEPENDS)


def _needs(sentence: Sentence) -> bool:
    """Tell whether a question is about what goods are used for, or how much a use needs."""
    is_trade = sentence.has(
        Word.DEPENDS, Word.SELLS, Word.TRADES, Word.PRODUCERS, Word.MINED, Word.REFINED
    )
    return sentence.has(Word.USES, Word.WIND) or (sentence.has(Word.NEEDS) and not is_trade)


def _makes(sentence: Sentence) -> bool:
    """Tell whether a question is about who in the world makes goods."""
    makes = sentence.has(Word.PRODUCERS, Word.MINED, Word.REFINED)
    return makes and bool(sentence.goods) and not sentence.places


def _runs(sentence: Sentence) -> bool:
    """Tell whether a question has a run of years."""
    return any(len(Period(period).years) > 1 for period in sentence.periods)


@dataclass(frozen=True)
class Rule:
    """A test of what a question mentions, and the forms it then may have, the likeliest first."""

    test: Callable[[Sentence], bool]
    forms: tuple[Form, ...]
    is_sure: bool = True
    """False where none is likelier than the others."""


RULES: Sequence[Rule] = (
    Rule(_relies, (RELIANCE,)),
    Rule(_states, (CHECK,)),
    Rule(_compares, (PUBLISHED, COMPARE)),
    Rule(_outdoes, (FLOWS, CONCENTRATION), is_sure=False),
    Rule(_mentions(Word.SOLE), (NETWORK, POINTS)),
    Rule(_mentions(Word.BRIEF), (BRIEF,)),
    Rule(_mentions(Word.UNKNOWN), (UNKNOWNS,)),
    Rule(lambda s: len(s.periods) == 2 and not _runs(s), (COMPARE,)),
    Rule(_mentions(Word.LEVERAGE), (LEVERAGE,)),
    Rule(_mentions(Word.DIVERSIFY), (DIVERSIFY,)),
    Rule(_mentions(Word.LASTS), (STOCKS,)),
    Rule(_mentions(Word.POINTS), (POINTS,)),
    Rule(_mentions(Word.CONTROLS), (CONTROLS,)),
    Rule(lambda s: s.has(Word.BANS) and s.has(Word.BEGAN, Word.BITE), (CONTROLS,)),
    Rule(_mentions(Word.STOPS), (DISRUPT,)),
    Rule(_mentions(Word.BANS), (DISRUPT, CONTROLS)),
    Rule(lambda s: s.words == {Word.WITHOUT} and not s.goods, (DISRUPT, LEAVE), is_sure=False),
    Rule(lambda s: s.words == {Word.WITHOUT}, (AVOID, DISRUPT, LEAVE), is_sure=False),
    Rule(_mentions(Word.TARGETS), (TARGETS,)),
    Rule(lambda s: bool(s.makers), (SHOW,)),
    Rule(lambda s: s.has(Word.COMPANIES) and len(s.places) == 2, (SEATS,)),
    Rule(_mentions(Word.OWNS), (OWNERS,)),
    Rule(_mentions(Word.COMPANIES), (COMPANIES,)),
    Rule(_mentions(Word.CRITICAL), (CRITICALITY,)),
    Rule(_mentions(Word.RELIANCE), (RELIANCE,)),
    Rule(_needs, (USES,)),
    Rule(_mentions(Word.AGREE), (MIRROR,)),
    Rule(_mentions(Word.PRICE), (PRICES,)),
    Rule(_mentions(Word.CENTRAL), (CENTRALITY,)),
    Rule(_mentions(Word.CONCENTRATED), (CONCENTRATION,)),
    Rule(_mentions(Word.NETWORK), (NETWORK,)),
    Rule(lambda s: s.has(Word.ORIGINS) and not s.places, (CONCENTRATION, COMPANIES)),
    Rule(_mentions(Word.ORIGINS), (ORIGINS, DEPENDS)),
    Rule(_mentions(Word.DEPENDENTS), (DEPENDENTS,)),
    Rule(lambda s: s.has(Word.TREND) or _runs(s), (TREND,)),
    Rule(_mentions(Word.CLAIMS), (CLAIMS,)),
    Rule(lambda s: s.has(Word.TRADES) and len(s.places) < 2, (FLOWS, DEPENDENTS)),
    Rule(_mentions(Word.PLANTS), (PLANTS,)),
    Rule(_makes, (CONCENTRATION, COMPANIES)),
    Rule(
        lambda s: s.has(Word.PRODUCERS) and bool(s.goods) and len(s.places) == 1, (MADE, DEPENDENTS)
    ),
    Rule(lambda s: len(s.places) == 2 and bool(s.goods) and _is_unsided(s), (DEPENDS, TURNED)),
    Rule(lambda s: len(s.places) > 1, (DEPENDS,)),
    Rule(lambda s: s.has(Word.SELLS) and "seller" in [p.role for p in s.places], (DEPENDENTS,)),
    Rule(lambda s: bool(s.places and s.goods), (DEPENDS, DEPENDENTS)),
    Rule(_mentions(Word.DEPENDS, Word.SELLS, Word.SUPPLIERS), (DEPENDS, FLOWS)),
    Rule(lambda s: len(s.places) + len(s.goods) == 1, (SHOW,)),
)
"""Rules in the order in which they are tried: the first that fits is taken."""


def wanted(sentence: Sentence) -> tuple[list[Wanted], bool]:
    """List the commands that a question may mean, the likeliest first.

    Returns
    -------
    commands : list of Wanted
        Empty if no rule fits: the words are no question.
    is_sure : bool
        False if none of them is likelier than the others.
    """
    rule = next((rule for rule in RULES if rule.test(sentence)), Rule(bool, ()))
    return [filled(form, sentence) for form in rule.forms], rule.is_sure


def filled(form: Form, sentence: Sentence) -> Wanted:
    """Put what a question mentions into the parameters of a verb."""
    fields: dict[str, str] = {}
    buyers, sellers = _sides(sentence, form)
    for name, keys in ((form.buyer, buyers), (form.seller, sellers)):
        if name and keys:
            fields[name] = ",".join(filter(None, (fields.get(name), *keys)))
    if form.goods and sentence.goods:
        fields[form.goods] = ",".join(sentence.goods)
    if form.maker and sentence.makers:
        fields[form.maker] = sentence.makers[0]
    if form.period and sentence.periods:
        fields[form.period] = ",".join(sentence.periods)
    fields |= form.adds(sentence)
    roles = {"buyer": form.buyer, "seller": form.seller, "goods": form.goods}
    lacks = tuple(role for role in form.wants if roles[role] not in fields)
    return Wanted(form.verb, fields, lacks)


def _sides(sentence: Sentence, form: Form) -> tuple[list[str], list[str]]:
    """Tell who buys and who sells: by words beside a place, else by its order.

    Places set against one another have the same side: Korea versus Japan.
    """
    places = sentence.places
    is_set_against = sentence.has(Word.VERSUS) and len(sentence.periods) < 2
    sides: dict[str, list[str]] = {"buyer": [], "seller": []}
    other = {"buyer": "seller", "seller": "buyer"}
    for place in places:
        if place.role in ("buyer", "seller", "lost"):
            sides["buyer" if place.role == "buyer" else "seller"].append(place.key)
    for place in (place for place in places if place.role in ("", "where")):
        takes_both = form.buyer == form.seller or not getattr(form, other[form.lone])
        free = not sides[form.lone] or takes_both or is_set_against
        sides[form.lone if free else other[form.lone]].append(place.key)
    return sides["buyer"], sides["seller"]
