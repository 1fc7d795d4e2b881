"""Units that headings state, of money and of mass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphkit.errors import Problem
from graphkit.importers.table.sheets import Sheet
from graphkit.schema import UNITS, Prop

_CJK_UNIT = r"(?= ?(美元|美金|ドル|米ドル|元|円|달러|원|吨|トン|톤))"
_THOUSAND = (rf"'?000'?s?|1[,. ]?000|10\^3|10³|thousands?|thsd|tausend|tsd|milliers|"
             rf"miles|milhares|migliaia|mille|тыс|[千천]{_CJK_UNIT}")  # fmt: skip
_MILLION = (rf"1[,. ]?000[,. ]?000|10\^6|10⁶|millions?|mln|mio|mn|millionen|millones|"
            rf"milhões|milioni|млн|(백만|百万|百萬){_CJK_UNIT}")  # fmt: skip
_OTHER_POWER = (rf"billions?|bn|mrd|milliarden|milliards|trillions?|млрд|100?(?!\^)|10[,. ]?000|"
                rf"[억亿億万萬만]{_CJK_UNIT}")  # fmt: skip
_USD = (r"usd|us[ -]?\$|u\.s\. ?\$|(us|u\.s\.|united states) ?dollars?|dollars? us|"
        r"us-dollars?|dólares|доллар\w*|долл|달러|美元|美金|米ドル|ドル")  # fmt: skip
_CURRENCIES = {
    "EUR": r"eur|euros?|€|евро|유로|欧元|ユーロ", "GBP": r"gbp|£|pounds? sterling",
    "CNY": r"cny|rmb|yuan|renminbi|人民币|위안|(?<![\u3040-\uffff])[千万亿]*元(?!素)",
    "JPY": r"jpy|yen|[百千万億]*円|엔화", "CHF": r"chf|franken",
    "KRW": r"krw|won|₩|(?<![가-힣])(천|백만|억)? ?원(?![가-힣])",
    "RUB": r"rub|roubles?|rubles?|₽|руб\w*",
    "CAD": r"cad|c\$|canadian dollars?", "AUD": r"aud|a\$|australian dollars?",
    "HKD": r"hkd|hk\$", "TWD": r"twd|nt\$", "SGD": r"sgd|s\$", "NZD": r"nzd|nz\$",
    "BRL": r"brl|r\$|reais", "INR": r"inr|₹|rupees?|lakhs?|crores?", "MXN": r"mxn|pesos",
}  # fmt: skip
_KILOGRAM = r"kgs?|kilos?|kilogramm?s?|kilogrammes?|kilogramos?|quilogramas?|кг|킬로그램|公斤|千克"
_MEGATONNE = r"mmt"
_KILOTONNE = r"kt|kmt|tmt|kt?pa|kilotonnes?|ktons?"
_TONNE = r"t|tonnes?|metric tonn?e?s?|tonnen|toneladas( métricas)?|tonnellate|тонн\w*|т|톤|吨|トン"
_UNSURE_MASS = r"mt|mtpa|tons?"
_OTHER_MASS = (r"lbs?|pounds?(?! sterling)|short tons?|long tons?|oz|troy ounces?|ounces?|"
               r"carats?|kilocarats?|g|grams?|gramm|grammes?|flasks?|mg|"
               r"quintals?|quintaux|quintales|dt|cwt|ц")  # fmt: skip


@dataclass(frozen=True)
class StatedUnit:
    """Unit that a heading states, or the reason why it cannot be taken."""

    unit: str | None
    fault: str = ""
    """Fault of the heading, if it gives no unit: found and wanted."""
    is_other_currency: bool = False
    """True if no setting can help, since no currency is converted."""


def _pattern(words: str) -> re.Pattern[str]:
    """Match whole words; letters of scripts without blanks may touch them."""
    letter = "a-zA-ZÀ-ɏЀ-ӿ"
    return re.compile(rf"(?<![{letter}])(?:{words})(?![{letter}0-9])", re.IGNORECASE)


_POWERS = (("M", _pattern(_MILLION)), ("", _pattern(_OTHER_POWER)), ("k", _pattern(_THOUSAND)))
"""Words for powers of ten, by the letter of a unit; of other powers there is none."""
_DOLLAR = _pattern(_USD)
_CURRENCY = {name: _pattern(words) for name, words in _CURRENCIES.items()}
_MASSES = tuple(
    (unit, _pattern(words))
    for unit, words in (("kg", _KILOGRAM), ("Mt", _MEGATONNE), ("kt", _KILOTONNE), ("t", _TONNE))
)
_LETTERS = re.compile(
    r"(?<![^\W\d_])(?P<before>[km]) ?(?=usd|us\$|\$|eur|€)|"
    r"(?:(?<=usd)|(?<=\$)|(?<=eur)|(?<=€)) ?(?P<behind>[km])(?![^\W\d_])",
    re.IGNORECASE,
)
"""Letters for a power of ten beside a currency: ``kUSD``, ``USD m``."""
_UNSURE_POWER = _pattern(r"mil|mm")
_CODES = re.compile(
    r"\b(SEK|NOK|DKK|PLN|CZK|HUF|TRY|ZAR|IDR|THB|MYR|VND|PHP|ILS|SAR|AED|KZT|UAH|CLP|COP|PEN|ARS)\b"
)
"""Codes of other currencies, some of which are words in small letters."""
_UNSURE, _OTHER = _pattern(_UNSURE_MASS), _pattern(_OTHER_MASS)


def stated_unit(heading: str, unit: str) -> StatedUnit | None:
    """Read the unit of a heading, of the measure that a unit of the graph is of.

    Parameters
    ----------
    heading : str
        Such as ``Value (1000 USD)``.
    unit : str
        ``USD``, ``EUR`` or ``t``.

    Returns
    -------
    StatedUnit or None
        None if the heading states none.

    Examples
    --------
    >>> stated_unit("Value (1000 USD)", "USD").unit, stated_unit("Qty (t)", "t").unit
    ('kUSD', 't')
    >>> stated_unit("Value, million EUR", "USD").fault
    'found EUR, wanted USD: graphkit converts no currency, as any rate would be a choice of its own'
    """
    return _mass(heading) if unit == "t" else _money(heading, unit)


def _power(heading: str) -> str | None:
    """Find the power of ten; an empty text for one that no unit has."""
    return next((letter for letter, words in _POWERS if words.search(heading)), None)


def _money(heading: str, unit: str) -> StatedUnit | None:
    heading = _LETTERS.sub(_power_in_words, heading)
    without = _DOLLAR.sub(" ", heading)
    currencies = ["USD"] if without != heading else []
    currencies += [name for name, words in _CURRENCY.items() if words.search(without)]
    currencies += _CODES.findall(without)
    if currencies and unit not in currencies:
        return StatedUnit(
            None,
            f"found {' and '.join(currencies)}, wanted {unit}: graphkit converts no currency, as "
            "any rate would be a choice of its own",
            is_other_currency=True,
        )
    power = _power(heading)
    if power is None and not currencies:
        return _unsure_power(heading)
    return _unsure_power(heading) or _of_power(power, unit)


def _power_in_words(letter: re.Match[str]) -> str:
    return " thousand " if letter[0].strip() in "kK" else " million "


def _unsure_power(heading: str) -> StatedUnit | None:
    if match := _UNSURE_POWER.search(heading):
        return StatedUnit(None, f"found {match[0]!r}, which may be thousands or millions")
    return None


def _of_power(power: str | None, unit: str) -> StatedUnit:
    if power == "":
        units = ", ".join(UNITS[unit])
        return StatedUnit(None, f"found a power of ten that no unit has, wanted one of {units}")
    return StatedUnit(f"{power or ''}{unit}")


def _mass(heading: str) -> StatedUnit | None:
    if match := _OTHER.search(heading):
        return StatedUnit(None, f"found {match[0]!r}, wanted one of {', '.join(UNITS['t'])}")
    plain = re.sub(r"(?i)metric tons?", "tonnes", heading)
    for unit, words in _MASSES:
        if words.search(plain):
            power = _power(plain)
            if unit == "t":
                return _unsure_power(plain) or _of_power(power, "t")
            return StatedUnit(unit) if power is None else _of_power("", "t")
    if match := _UNSURE.search(plain):
        other = "millions of tonnes" if match[0].lower() == "mt" else "short tons"
        return StatedUnit(None, f"found {match[0]!r}, which may be tonnes or {other}")
    return None


@dataclass(frozen=True)
class HeadingUnits:
    """Units that headings and titles state, and those that cannot be taken."""

    units: Mapping[str, str]
    problems: Sequence[Problem]
    remarks: Sequence[str]


def units_of_headings(
    sheet: Sheet,
    columns: Mapping[str, str],
    props: Mapping[str, Prop],
    given_units: Mapping[str, str],
) -> HeadingUnits:
    """Take the units of headings that a mapping gives none for, or refuse them.

    Parameters
    ----------
    sheet : Sheet
        The table.
    columns : mapping of str to str
        The column of each property.
    props : mapping of str to Prop
        The properties.
    given_units : mapping of str to str
        Units that the mapping gives.
    """
    units, problems, remarks = {}, [], []
    for name, column in columns.items():
        unit, given = props[name].unit, given_units.get(name)
        if unit is None or unit not in UNITS:
            continue
        stated = stated_unit(column, unit)
        if stated is not None and not stated.is_other_currency and given is not None:
            if stated.unit not in (None, given):
                remarks.append(f"{name} in {given}, as units say; its heading is {column!r}")
        elif stated is not None and stated.unit is None:
            message = f"{name}: {stated.fault} in the heading {column!r}"
            advice = (
                "" if stated.is_other_currency else f"; set units: {{{name}: {unit}}}, or other"
            )
            problems.append(sheet.problem(None, column, message + advice))
        elif stated is not None and stated.unit is not None:
            units[name] = stated.unit
            if stated.unit != unit:
                remarks.append(f"{name} in {stated.unit}, by its heading {column!r}")
        elif given is None:
            problems += _title_units(sheet, name, unit)
    return HeadingUnits(units, problems, remarks)


_UNIT_WORD = re.compile(
    r"\b(units?|einheit|unités?|unidad|unidade|unità|in|en|em)\b|단위|单位|単位|единиц",
    re.IGNORECASE,
)


def _title_units(sheet: Sheet, name: str, unit: str) -> Iterator[Problem]:
    """Yield titles above the header that state another unit than the graph's."""
    for line, title in sheet.titles:
        parts = re.findall(r"[(（\[]([^)）\]]*)[)）\]]", title)
        parts += [title.rpartition(",")[2]] if "," in title else []
        parts += [title] if _UNIT_WORD.search(title) else []
        stated: Iterator[StatedUnit] = filter(None, (stated_unit(part, unit) for part in parts))
        other = next((s for s in stated if s.unit != unit), None)
        if other is not None:
            wanted = other.unit or unit
            reason = other.fault or f"found {other.unit}"
            message = (
                f"{name}: {reason} in the title {title[:80]!r}; set units: {{{name}: {wanted}}}"
            )
            yield Problem(sheet.file, line, 1, message + " if that is its unit, or another one")
