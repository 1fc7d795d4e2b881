"""Files in the shape of customs offices' downloads; their figures are made up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence


def korea(*rows: Mapping[str, object], code: str = "00", count: int | None = None) -> str:
    """Write an answer of data.go.kr 15100475: a total, then an item a row."""
    total = {"year": "총계", "hsCd": "-", "statCd": "-", "impDlr": 1, "impWgt": 1}
    items = "".join(
        "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in row.items()) + "</item>"
        for row in ({**ITEM, **total}, *rows)
    )
    counted = "" if count is None else f"<totalCount>{count}</totalCount>"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><response><header><resultCode>'
        f"{code}</resultCode><resultMsg>정상서비스.</resultMsg></header><body><items>{items}"
        f"</items>{counted}</body></response>"
    )


ITEM = {
    "balPayments": 0, "expDlr": 0, "expWgt": 0, "hsCd": "-", "impDlr": 0, "impWgt": 0,
    "statCd": "-", "statCdCntnKor1": "-", "statKor": "-", "year": "-",
}  # fmt: skip


def item(
    partner: str, usd: float, kg: float, *, code: str = "2846901000", month: str = "2025.03",
    side: str = "imp",
) -> dict[str, object]:  # fmt: skip
    """Make an item of Korea's trade with a partner."""
    return {**ITEM, "year": month, "hsCd": code, "statCd": partner, f"{side}Dlr": f"{usd:.0f}",
            f"{side}Wgt": f"{kg:.0f}"}  # fmt: skip


COMEXT = (
    "REPORTER", "PARTNER", "TRADE_TYPE", "PRODUCT_NC", "PRODUCT_SITC", "PRODUCT_CPA21",
    "PRODUCT_CPA22", "PRODUCT_BEC", "PRODUCT_BEC5", "PRODUCT_SECTION", "FLOW", "STAT_PROCEDURE",
    "SUPPL_UNIT", "PERIOD", "VALUE_EUR", "VALUE_NAC", "QUANTITY_KG", "QUANTITY_SUPPL_UNIT",
)  # fmt: skip


def comext(*rows: tuple[str, str, str, str, str, str, float]) -> str:
    """Write Comext rows: reporter, partner, code, flow, procedure, period, kilograms."""
    lines = [
        f"{reporter},{partner},E,{code},52595,2013,2013,.....,.....,06,{flow},{procedure},NO_SU,"
        f"{period},1000,1000,{kg:.0f},0"
        for reporter, partner, code, flow, procedure, period, kg in rows
    ]
    return table(",".join(COMEXT), lines)


def table(head: str, lines: Sequence[str]) -> str:
    """Join the lines of a CSV."""
    return "\n".join([head, *lines]) + "\n"


CENSUS = (
    "CTY_CODE", "CTY_NAME", "I_COMMODITY", "GEN_VAL_MO", "GEN_QY1_MO", "UNIT_QY1", "GEN_QY2_MO",
    "UNIT_QY2", "SUMMARY_LVL", "COMM_LVL", "I_COMMODITY", "time",
)  # fmt: skip


def census(*rows: tuple[str, str, str, float, float, str]) -> str:
    """Write an answer of the US Census: code and name of a partner, code, USD, quantity, unit."""
    values = [
        [number, name, code, f"{usd:.0f}", f"{quantity:.0f}", unit, "0", "-", "DET", "HS10", code,
         "2025-03"]
        for number, name, code, usd, quantity, unit in rows
    ]  # fmt: skip
    return json.dumps([list(CENSUS), *values])


CHINESE = (
    "数据年月,商品编码,商品名称,贸易伙伴编码,贸易伙伴名称,贸易方式编码,贸易方式名称,"
    "第一数量,第一计量单位,第二数量,第二计量单位,美元,"
)
ENGLISH = (
    "Date of data,Commodity code,Commodity,Trading partner code,Trading partner,"
    "Customs Regime code,Customs Regime,Quantity,Unit,Supplimentary Quantity,Supplimentary Unit,"
    "US dollar,"
)


def china(
    *rows: tuple[str, str, str, str, str, str], head: str = CHINESE, unit: str = "千克"
) -> str:
    """Write a download of China's customs: month, code, partner, regime, kilograms, dollars."""
    lines = [
        f'"{month}","{code}","goods","{partner}","place","{regime}","regime","{kg}","{unit}","0",'
        f'"-","{usd}",'
        for month, code, partner, regime, kg, usd in rows
    ]
    return table(head, lines)
