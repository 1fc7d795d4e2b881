"""Rows in the shape of UN Comtrade's API, with made-up figures: real ones may not be passed on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

CHN, KOR, JPN, USA, WORLD = 156, 410, 392, 842, 0
Row = dict[str, Any]


def row(
    reporter: int, flow: str, partner: int, code: str, usd: float | None, kg: float | None = None,
    **more: Any,
) -> Row:  # fmt: skip
    """One row with the 47 fields of the API; where no names are asked for, it leaves them null."""
    period = str(more.pop("period", "2024"))
    found = {
        "typeCode": "C",
        "freqCode": "A" if len(period) == 4 else "M",
        "refPeriodId": int(f"{period}0101"[:8]),
        "refYear": int(period[:4]),
        "refMonth": 52 if len(period) == 4 else int(period[4:]),
        "period": period,
        "reporterCode": reporter,
        "reporterISO": None,
        "reporterDesc": None,
        "flowCode": flow,
        "flowDesc": None,
        "partnerCode": partner,
        "partnerISO": None,
        "partnerDesc": None,
        "partner2Code": 0,
        "partner2ISO": None,
        "partner2Desc": None,
        "classificationCode": "H6",
        "classificationSearchCode": "HS",
        "isOriginalClassification": True,
        "cmdCode": code,
        "cmdDesc": None,
        "aggrLevel": len(code),
        "isLeaf": len(code) == 6,
        "customsCode": "C00",
        "customsDesc": None,
        "mosCode": "0",
        "motCode": 0,
        "motDesc": None,
        "qtyUnitCode": 8,
        "qtyUnitAbbr": None,
        "qty": kg or 0.0,
        "isQtyEstimated": False,
        "altQtyUnitCode": -1,
        "altQtyUnitAbbr": None,
        "altQty": 0.0,
        "isAltQtyEstimated": False,
        "netWgt": kg,
        "isNetWgtEstimated": False,
        "grossWgt": 0.0,
        "isGrossWgtEstimated": False,
        "cifvalue": usd if flow == "M" else None,
        "fobvalue": usd if flow == "X" else None,
        "primaryValue": usd,
        "legacyEstimationFlag": 0,
        "isReported": False,
        "isAggregate": True,
    }
    assert more.keys() <= found.keys()
    assert len(found) == 47
    return found | more


def answer(rows: Sequence[Row], **more: Any) -> str:
    """The API's answer with some rows."""
    whole = {"elapsedTime": "0.42 secs", "count": len(rows), "data": list(rows), "error": ""}
    return json.dumps(whole | more)


def table(rows: Sequence[Row], *, names: Sequence[str] = (), end: str = "") -> str:
    """The same as CSV; only some columns, if asked for."""
    heads = list(names or rows[0])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[r[n] for n in heads] for r in rows])
    lines = text.getvalue().splitlines()
    return "\n".join([",".join(heads), *(f"{line}{end}" for line in lines), ""])


def both_sides() -> list[Row]:
    """Rows of KOR and CHN on the rare earths that CHN sells to KOR, and their other partners."""
    return [
        row(KOR, "M", CHN, "284690", 110_000.0, 5_000.0),
        row(KOR, "M", JPN, "284690", 40_000.0, 1_000.0),
        row(KOR, "M", WORLD, "284690", 150_000.0, 6_000.0),
        row(KOR, "M", CHN, "280530", 21_000.0, 0.0),
        row(CHN, "X", KOR, "284690", 100_000.0, 4_000.0, isNetWgtEstimated=True),
        row(CHN, "X", KOR, "280530", 20_000.0, 250.0),
        row(CHN, "X", USA, "280530", 5_000.0, 50.0),
    ]


def with_trap(rows: Sequence[Row]) -> list[Row]:
    """Rows beside all the parts that the API gives for them: a sum counts each flow five times."""
    parts = []
    for total in rows:
        halves = {
            name: total[name] and total[name] / 2
            for name in ("primaryValue", "cifvalue", "fobvalue", "netWgt")
        }
        parts += [
            total | halves | more
            for more in (
                {"motCode": 1000}, {"motCode": 2100},
                {"customsCode": "C01"}, {"customsCode": "C04"},
                {"partner2Code": JPN}, {"partner2Code": USA},
                {"motCode": 2100, "customsCode": "C01", "partner2Code": JPN},
            )
        ]  # fmt: skip
        sub = "RM" if total["flowCode"] == "M" else "RX"
        parts.append(total | halves | {"flowCode": sub})
        parts.append(total | {"cmdCode": total["cmdCode"][:4]})
    return [*parts[::-1], *rows]
