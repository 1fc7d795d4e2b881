"""Words of headings, in ten languages, and the properties that they suggest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

YEAR = "<year>"
"""Stands for a year in the name of a column."""

PROPERTY_WORDS = {
    "exporter": ("exporter", "origin", "seller", "supplier", "from", "verkäufer", "ursprungsland",
                 "exporteur", "exportateur", "vendeur", "exportador", "vendedor", "país de origen",
                 "país de origem", "pays d'origine", "paese di origine", "esportatore", "origine",
                 "origen", "origem", "ursprung", "수출국", "원산지", "出口国", "原产国", "輸出国",
                 "原産国", "экспортер", "экспортёр", "страна происхождения"),
    "importer": ("importer", "destination", "buyer", "consumer", "to", "käufer", "bestimmungsland",
                 "importeur", "importateur", "acheteur", "importador", "comprador",
                 "país de destino", "pays de destination", "paese di destinazione", "importatore",
                 "destino", "destinazione", "수입국", "목적국", "进口国", "目的国", "輸入国",
                 "仕向国", "импортер", "импортёр", "страна назначения"),
    "country": ("country", "place", "producer", "area", "iso3", "land", "pays", "país", "paese",
                "국가", "나라", "国家", "国", "国名", "страна"),
    "product": ("product", "commodity", "mineral", "material", "goods", "ware", "produit",
                "producto", "produto", "prodotto", "mercancía", "mercadoria", "merce", "erzeugnis",
                "품목", "商品", "产品", "品目", "товар", "продукт"),
    "hs": ("hs", "hs code", "hs6", "code", "cmdcode", "tariff", "hs-code", "code sh", "código sa",
           "codice sa", "ncm", "hs코드", "hs编码", "商品编码", "hsコード", "код тн вэд", "тн вэд"),
    "period": ("period", "year", "date", "month", "jahr", "année", "annee", "año", "ano", "anno",
               "연도", "년도", "年", "年份", "年度", "год"),
    "usd": ("usd", "fob", "us$", "dollars", "value", "wert", "valeur", "valor", "valore", "금액",
            "金额", "金額", "美元", "стоимость"),
    "tonnes": ("tonnes", "quantity", "qty", "mass", "weight", "tons", "kg", "production",
               "reserves", "menge", "gewicht", "quantité", "poids", "cantidad", "peso",
               "quantidade", "quantità", "produktion", "producción", "produção", "produzione",
               "중량", "수량", "생산량", "数量", "重量", "产量", "生産量", "вес", "количество",
               "масса", "производство"),
    "name": ("name", "plant", "mine", "site", "facility", "project", "anlage", "usine", "planta",
             "플랜트", "工厂"),
    "capacity": ("capacity", "nameplate", "kapazität", "capacité", "capacidad", "capacidade",
                 "capacità", "용량", "产能", "生産能力", "мощность"),
    "unit": ("unit", "units", "einheit", "unité", "unidad", "단위", "单位"),
    "owner": ("owner", "owners", "shareholder", "company", "eigentümer", "propriétaire",
              "propietario", "소유자", "所有者"),
    "share": ("share", "stake", "ownership", "equity", "anteil", "part", "participación", "지분"),
    "parent": ("parent",),
    "operator": ("operator", "operated", "betreiber", "exploitant", "operador"),
    "type": ("type", "kind"),
    "status": ("status",),
    "basis": ("basis",),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng"),
    "value": ("value", "score", "rating", "index", "estimate", "wert", "valeur", "valor"),
}  # fmt: skip
"""Words in column names that suggest a property."""
PURCHASE_WORDS = {
    "seller": ("seller's country", "supplier country", "country of supplier", "country of seller",
               "vendor country", "lieferland", "land des lieferanten", "lieferantenland",
               "pays du fournisseur", "país del proveedor"),
    "country": PROPERTY_WORDS["country"],
    "exporter": ("herkunftsland", "versendungsland", *PROPERTY_WORDS["exporter"]),
    "hs": ("warennummer", "zolltarifnummer", "statistische warennummer", "cn code",
           "commodity code", *PROPERTY_WORDS["hs"]),
    "product": (*PROPERTY_WORDS["product"], "materialkurztext", "bezeichnung", "description",
                "artikel", "item"),
    "value": ("nettowert", "rechnungswert", "spend", "spending", "amount", "net value", "invoiced",
              "betrag", "umsatz", "montant", "importe", "cost", "eur", *PROPERTY_WORDS["usd"]),
    "weight": ("eigenmasse", "nettogewicht", "net weight", *PROPERTY_WORDS["tonnes"]),
    "currency": ("currency", "währung", "waehrung", "devise", "moneda"),
    "unit": ("mengeneinheit", "gewichtseinheit", "me", "uom", *PROPERTY_WORDS["unit"]),
}  # fmt: skip
"""Words in column names of a list of purchases."""
PARTS_WORDS = {
    "least": ("kg min", "min kg", "kg at least", "kg mindestens", "kg von", "kg from"),
    "most": ("kg max", "max kg", "kg at most", "kg höchstens", "kg bis", "kg to"),
    "mass": ("kg per unit", "kg a unit", "kg unit", "kg each", "kg je stück", "kg pro stück",
             "kg stück", "kg je einheit", "kg par unité", "kg por unidad"),
    "units": ("units a year", "units per year", "units year", "annual units", "stück pro jahr",
              "stück je jahr", "stück jahr", "jahresstückzahl", "unités par an"),
    "share": ("share", "content", "anteil", "gehalt", "part massique"),
    "material": ("material", "element", "werkstoff", "matière", "elemento", "rohstoff"),
}  # fmt: skip
"""Words in column names of a bill of materials."""
_BETWEEN = re.compile(r"[\s()（）\[\],;:/<>]+")
TOTALS = frozenset((
    "total", "totals", "grand total", "subtotal", "sub-total", "sum", "all countries", "summe",
    "gesamt", "insgesamt", "zusammen", "total général", "total general", "totale", "합계", "총계",
    "소계", "계", "合计", "总计", "小计", "合計", "総計", "小計", "計", "всего", "итого",
))  # fmt: skip
"""Words that a row of sums has in place of a name."""


def is_total(text: str) -> bool:
    """Tell if a text in place of a name heads a row of sums.

    >>> is_total("Grand total:"), is_total("합계"), is_total("Togo")
    (True, True, False)
    """
    return " ".join(text.split()).strip(" :.*").casefold() in TOTALS


def is_sum(cells: Sequence[object]) -> bool:
    """Tell if a row is one of sums, by the first of its cells that holds something.

    >>> is_sum([None, "Total", 12.0]), is_sum([None, 12.0, "Total"])
    (True, False)
    """
    first = next((cell for cell in cells if cell is not None), None)
    return isinstance(first, str) and is_total(first)


def columns_by_words(names: Sequence[str], words_of: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Guess the column of each property by its words; a match of the whole name comes first.

    Parameters
    ----------
    names : sequence of str
        The headings of a table.
    words_of : mapping of str to sequence of str
        Words for each property.

    Examples
    --------
    >>> columns_by_words(["Lieferland", "Wert (EUR)"], {"usd": ["wert"], "place": ["lieferland"]})
    {'usd': 'Wert (EUR)', 'place': 'Lieferland'}
    """
    column_of: dict[str, str] = {}
    for whole in (True, False):
        for prop, prop_words in words_of.items():
            for name in names:
                words = name.replace(YEAR, "").casefold().replace("_", " ")
                text = f" {words if whole else ' '.join(_BETWEEN.split(words))} "
                free = prop not in column_of and name not in column_of.values()
                fits = (
                    text == f" {word} " if whole else f" {word} " in text for word in prop_words
                )
                if free and any(fits):
                    column_of[prop] = name
    return {prop: column_of[prop] for prop in words_of if prop in column_of}
