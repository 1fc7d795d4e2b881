"""Layouts of national customs statistics, and the reader of their XML, JSON and CSV files.

Each layout (columns, units, totals, partner codes) is declared from what its publisher documents
or users of its files report; docs/customs.md lists both.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
from pyarrow import csv as arrow_csv

from graphkit.errors import GraphkitError
from graphkit.files.input import STREAMED, WHOLE, check_file, check_text

IMPORTS, EXPORTS = "imports", "exports"
DIRECTIONS = (IMPORTS, EXPORTS)
KILOGRAMS = {
    "kg": 1.0, "kilogram": 1.0, "千克": 1.0, "t": 1000.0, "metric ton": 1000.0, "吨": 1000.0,
    "g": 0.001, "gram": 0.001, "克": 0.001,
}  # fmt: skip
"""Kilograms in the units of quantity that are a mass of the goods themselves."""


@dataclass(frozen=True)
class Side:
    """Imports or exports of a layout, and the columns that hold their figures."""

    direction: str
    code: str
    """Column of the national code."""
    masses: tuple[tuple[str, str], ...]
    """Columns of quantities, each with that of its unit; kilograms if that is empty. The first
    with a unit of mass counts."""
    usd: str = ""
    """Column of the value in US dollars; empty if the layout has none."""
    valuation: str | None = None
    row_mark: tuple[str, str] = ("", "")
    """Column and value of its rows, if rows of both sides share all columns."""


@dataclass(frozen=True)
class CustomsLayout:
    """Columns of one publisher's tables, and how its rows are to be read."""

    key: str
    """Start of the keys of its source and data sets."""
    title: str
    publisher: str
    url: str
    licence: str
    reporter: str
    """Country that reports, or the column of reporters."""
    partner: str
    period: str
    sides: tuple[Side, ...]
    note: str = ""
    """Caveats for a reader of its figures."""
    parts: tuple[str, ...] = ()
    """Columns that split a flow: their rows are added up."""
    totals: Mapping[str, str] = field(default_factory=dict)
    """Patterns of the values that mark totals and groups, which other rows count already."""
    no_country: str = ""
    """Pattern of partners other than countries: stores, secret, not specified."""
    secret: str = ""
    """Pattern of the codes of goods whose national code is kept confidential."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Countries of the publisher's own codes of places."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Other names of its columns."""
    cut_off: int = 0
    """The number of rows at which the publisher cuts off a download without saying so."""

    @property
    def one_reporter(self) -> bool:
        """True if all its rows are of one country."""
        return len(self.reporter) == 3  # a country's code

    @property
    def values(self) -> bool:
        """True if it has values in US dollars."""
        return any(side.usd for side in self.sides)

    def required(self, side: Side) -> list[str]:
        """List the columns without which a side cannot be read."""
        columns = [side.code, self.partner, self.period, *self.totals, side.row_mark[0], side.usd,
                 *(name for pair in side.masses[:1] for name in pair),
                 "" if self.one_reporter else self.reporter]  # fmt: skip
        return [name for name in dict.fromkeys(columns) if name]

    def columns(self) -> list[str]:
        """List all columns that are read."""
        columns = [n for side in self.sides for n in self.required(side)]
        columns += [n for side in self.sides for pair in side.masses for n in pair if n]
        return list(dict.fromkeys([*columns, *self.parts]))


KOREA = CustomsLayout(
    key="korea-customs",
    title="Exports and imports by item and country",
    publisher="Korea Customs Service",
    url="https://www.data.go.kr/en/data/15100475/openapi.do",
    licence="not stated",
    reporter="KOR",
    partner="statCd",
    period="year",
    sides=(
        Side(IMPORTS, "hsCd", (("impWgt", ""),), "impDlr", "cif"),
        Side(EXPORTS, "hsCd", (("expWgt", ""),), "expDlr", "fob"),
    ),
    note="Net weight. Figures are revised every month.",
    totals={"hsCd": "-", "statCd": "-"},
)
COMEXT = CustomsLayout(
    key="eurostat-comext",
    title="Comext: international trade in goods by CN8 code",
    publisher="Eurostat",
    url="https://ec.europa.eu/eurostat/databrowser/bulk?lang=en&selectedTab=fileComext",
    licence="CC BY 4.0",
    reporter="REPORTER",
    partner="PARTNER",
    period="PERIOD",
    sides=tuple(
        Side(direction, "PRODUCT_NC", (("QUANTITY_KG", ""),), row_mark=("FLOW", number))
        for direction, number in ((IMPORTS, "1"), (EXPORTS, "2"))
    ),
    note="By weight alone: values are in euros, which graphkit does not convert.",
    parts=("TRADE_TYPE", "STAT_PROCEDURE", "SUPPL_UNIT"),
    totals={"PRODUCT_NC": "TOTAL", "PARTNER": "X[IU]"},
    no_country="Q[A-Z]",
    secret=r"[0-9]*X+",
    places={"EL": "GRC", "XS": "SRB"},
)
CENSUS = CustomsLayout(
    key="us-census",
    title="International trade: monthly US imports and exports by Harmonized System code",
    publisher="US Census Bureau",
    url="https://www.census.gov/data/developers/data-sets/international-trade.html",
    licence="US public domain",
    reporter="USA",
    partner="CTY_NAME",
    period="time",
    sides=(
        Side(
            IMPORTS, "I_COMMODITY", (("GEN_QY1_MO", "UNIT_QY1"), ("GEN_QY2_MO", "UNIT_QY2")),
            "GEN_VAL_MO",
        ),
        Side(
            EXPORTS, "E_COMMODITY", (("QTY_1_MO", "UNIT_QY1"), ("QTY_2_MO", "UNIT_QY2")),
            "ALL_VAL_MO",
        ),
    ),
    note="General imports at customs value, exports free alongside ship.",
    parts=("DF",),
    totals={"CTY_CODE": "-|00[0-9]{2}|[0-9]XXX"},
)  # fmt: skip
_CHINA_PLACES = """
101 AFG 102 BHR 103 BGD 104 BTN 105 BRN 106 MMR 107 KHM 108 CYP 109 PRK 110 HKG 111 IND 112 IDN
113 IRN 114 IRQ 115 ISR 116 JPN 117 JOR 118 KWT 119 LAO 120 LBN 121 MAC 122 MYS 123 MDV 124 MNG
125 NPL 126 OMN 127 PAK 128 PSE 129 PHL 130 QAT 131 SAU 132 SGP 133 KOR 134 LKA 135 SYR 136 THA
137 TUR 138 ARE 139 YEM 141 VNM 142 CHN 143 TWN 144 TLS 145 KAZ 146 KGZ 147 TJK 148 TKM 149 UZB
201 DZA 202 AGO 203 BEN 204 BWA 205 BDI 206 CMR 208 CPV 209 CAF 211 TCD 212 COM 213 COG 214 DJI
215 EGY 216 GNQ 217 ETH 218 GAB 219 GMB 220 GHA 221 GIN 222 GNB 223 CIV 224 KEN 225 LBR 226 LBY
227 MDG 228 MWI 229 MLI 230 MRT 231 MUS 232 MAR 233 MOZ 234 NAM 235 NER 236 NGA 237 REU 238 RWA
239 STP 240 SEN 241 SYC 242 SLE 243 SOM 244 ZAF 245 ESH 246 SDN 247 TZA 248 TGO 249 TUN 250 UGA
251 BFA 252 COD 253 ZMB 254 ZWE 255 LSO 257 SWZ 258 ERI 259 MYT 260 SSD 301 BEL 302 DNK 303 GBR
304 DEU 305 FRA 306 IRL 307 ITA 308 LUX 309 NLD 310 GRC 311 PRT 312 ESP 313 ALB 314 AND 315 AUT
316 BGR 318 FIN 320 GIB 321 HUN 322 ISL 323 LIE 324 MLT 325 MCO 326 NOR 327 POL 328 ROU 329 SMR
330 SWE 331 CHE 334 EST 335 LVA 336 LTU 337 GEO 338 ARM 339 AZE 340 BLR 343 MDA 344 RUS 347 UKR
350 SVN 351 HRV 352 CZE 353 SVK 354 MKD 355 BIH 356 VAT 357 FRO 358 SRB 359 MNE 401 ATG 402 ARG
403 ABW 404 BHS 405 BRB 406 BLZ 408 BOL 409 BES 410 BRA 411 CYM 412 CHL 413 COL 414 DMA 415 CRI
416 CUB 417 CUW 418 DOM 419 ECU 420 GUF 421 GRD 422 GLP 423 GTM 424 GUY 425 HTI 426 HND 427 JAM
428 MTQ 429 MEX 430 MSR 431 NIC 432 PAN 433 PRY 434 PER 435 PRI 437 LCA 439 VCT 440 SLV 441 SUR
442 TTO 443 TCA 444 URY 445 VEN 447 KNA 448 SPM 449 ANT 501 CAN 502 USA 503 GRL 504 BMU 601 AUS
602 COK 603 FJI 606 NRU 607 NCL 608 VUT 609 NZL 610 NFK 611 PNG 613 SLB 614 TON 617 WSM 618 KIR
619 TUV 620 FSM 621 MHL 622 PLW 623 PYF 625 WLF
"""
CHINA = CustomsLayout(
    key="china-customs",
    title="Customs statistics online query",
    publisher="General Administration of Customs of China",
    url="http://stats.customs.gov.cn/indexEn",
    licence="not stated",
    reporter="CHN",
    partner="Trading partner code",
    period="Date of data",
    sides=tuple(
        Side(
            direction, "Commodity code",
            (("Quantity", "Unit"), ("Supplementary Quantity", "Supplementary Unit")),
            "US dollar", valuation,
        )
        for direction, valuation in ((IMPORTS, "cif"), (EXPORTS, "fob"))
    ),
    parts=("Customs Regime code", "Locations of importers and exporters code"),
    no_country="[1-6]99|349|70[12]|999",
    places=dict(zip(*[iter(_CHINA_PLACES.split())] * 2, strict=True)),
    names={
        "数据年月": "Date of data", "商品编码": "Commodity code",
        "贸易伙伴编码": "Trading partner code", "贸易方式编码": "Customs Regime code",
        "注册地编码": "Locations of importers and exporters code", "第一数量": "Quantity",
        "第一计量单位": "Unit", "第二数量": "Supplementary Quantity",
        "第二计量单位": "Supplementary Unit", "Supplimentary Quantity": "Supplementary Quantity",
        "Supplimentary Unit": "Supplementary Unit", "美元": "US dollar",
    },
    cut_off=10_000,
)  # fmt: skip
LAYOUTS = (KOREA, COMEXT, CENSUS, CHINA)
"""Layouts, the one whose data sets are preferred first."""

BLOCK = 4 * 2**20
"""Bytes of CSV that are read at once."""
START = 64 * 2**10
"""Bytes from which the encoding and the delimiter of CSV are recognised."""
DELIMITERS = (",", ";", "\t", "|")
Warn = Callable[[str], None]


def read_texts(path: Path, columns: Sequence[str], warn: Warn) -> Iterator[pa.Table]:
    """Yield the rows of a file in batches; the first one, perhaps empty, gives its columns.

    Parameters
    ----------
    path : Path
        XML of Korea's API, JSON of the US Census, or CSV.
    columns : sequence of str
        Columns of a CSV to read, in any case of letters; others are skipped.
    warn : callable
        Receives sentences on what is missing from the file.

    Raises
    ------
    GraphkitError
        The file is not a table, reports an error or is truncated.
    """
    check_text(path, STREAMED)
    try:
        with path.open("rb") as file:
            start = file.read(START)
        text = start.removeprefix(codecs.BOM_UTF8).lstrip()
        if text.startswith((b"<", b"[", b"{")):
            check_file(path, WHOLE)
        if text.startswith(b"<"):
            yield _from_xml(path, warn)
        elif text.startswith(b"["):
            yield _from_json(path)
        elif text.startswith(b"{"):
            raise GraphkitError(
                f"{path.name}: found a JSON object, wanted [[names], [values], ...]"
            )
        else:
            yield from _from_csv(path, start, columns)
    except OSError as error:
        raise GraphkitError(f"{path.name} cannot be read: {error.strerror or error}") from error


def _table(rows: Sequence[Sequence[str | None]], names: Sequence[str]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})


def _from_xml(path: Path, warn: Warn) -> pa.Table:
    """Read the items of an answer of data.go.kr."""
    raw = path.read_bytes()
    lower = raw[:START].lower()
    if b"<html" in lower:
        raise GraphkitError(f"{path.name}: found a web page, wanted data; was the key missing?")
    if b"<!doctype" in lower or b"<!entity" in lower:
        raise GraphkitError(f"{path.name}: found XML with a document type, wanted plain XML")
    try:
        root = ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        raise GraphkitError(f"{path.name} is truncated or not XML: {error}") from error
    code = root.findtext(".//resultCode") or root.findtext(".//returnReasonCode") or "00"
    if code.strip("0 "):
        message = root.findtext(".//resultMsg") or root.findtext(".//returnAuthMsg") or ""
        raise GraphkitError(
            f"{path.name} holds an error, {code}: {' '.join(message.split())[:120]}"
        )
    items = [{part.tag: (part.text or "").strip() for part in item} for item in root.iter("item")]
    count = root.findtext(".//totalCount") or ""
    if count.isdigit() and int(count) > len(items):
        warn(f"{path.name} is one page, {len(items):,} of {int(count):,} rows: import all pages")
    names = list(dict.fromkeys(name for item in items for name in item))
    if not names:
        raise GraphkitError(f"{path.name}: found no <item>, wanted an answer with rows")
    return _table([[item.get(name) for name in names] for item in items], names)


def _from_json(path: Path) -> pa.Table:
    """Read an answer of the US Census: rows of values, the first one the names."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:  # also bytes that are not UTF-8
        raise GraphkitError(f"{path.name} is truncated or not JSON: {error}") from error
    if not rows or not all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows):
        raise GraphkitError(f"{path.name}: wanted rows of one length, the first one of names")
    heads = [str(name) for name in rows[0]]
    # The API repeats a column that filters the answer.
    places = {name: heads.index(name) for name in heads}
    values = [
        [None if row[n] is None else str(row[n]) for n in places.values()] for row in rows[1:]
    ]
    return _table(values, list(places))


def _from_csv(path: Path, start: bytes, columns: Sequence[str]) -> Iterator[pa.Table]:
    encoding = _encoding(start)
    lines = start.decode(encoding, "replace").lstrip("\ufeff").splitlines()[:2]
    if not lines:
        raise GraphkitError(f"{path.name}: found an empty file, wanted a table")
    delimiter = max(DELIMITERS, key=lines[0].count)
    heads, *first = (next(csv.reader([line], delimiter=delimiter), []) for line in lines)
    names = [head.strip() for head in heads]
    if first and len(first[0]) == len(names) + 1 and not first[0][-1]:
        names.append("")  # rows, but not the names, end with a delimiter
    folded = {column.casefold() for column in columns}
    read = [name for name in dict.fromkeys(names) if name.casefold() in folded]
    for name in read:
        if names.count(name) > 1:
            raise GraphkitError(f"{path.name}: found the column {name!r} twice; wanted it once")
    yield pa.table({name: pa.array([], pa.string()) for name in read or names if name})
    if not read:
        return
    try:
        yield from map(pa.Table.from_batches, ([batch] for batch in arrow_csv.open_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                column_names=names, skip_rows=1, block_size=BLOCK, encoding=encoding
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=read, column_types=dict.fromkeys(read, pa.string()),
                strings_can_be_null=True, null_values=[""],
            ),
        )))  # fmt: skip
    except UnicodeError as error:
        raise GraphkitError(f"{path.name} is not {encoding}: {error}") from error
    except pa.ArrowInvalid as error:
        if "Empty CSV file" not in str(error):  # names alone
            message = re.sub(r"\s+", " ", str(error))
            raise GraphkitError(f"{path.name} is not a table: {message}") from error


def _encoding(start: bytes) -> str:
    """Tell the encoding of a file by its first bytes: UTF-8, UTF-16 or GB18030."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"
