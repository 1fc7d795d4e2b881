"""Importers as they are declared: the command of each, its options and its function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING

from graphkit.plugins import IMPORTERS as GROUP
from graphkit.plugins import Plugin, plugins
from graphkit.verbs.parameter import Parameter, switch

if TYPE_CHECKING:
    from graphkit.importers.report import Report


@dataclass(frozen=True)
class Importer:
    """Importer of one publisher's tables, and its command below ``graphkit import``.

    Its function takes the files, the folder to write into and the reference, then by name
    ``progress`` and the values of its parameters; instead of those in :data:`FILTER` it takes
    ``wanted``, an :class:`~graphkit.importers.reference.ImportFilter` that is made of them.
    ``output``, ``with_shipped`` and ``preview`` are the command's own.
    """

    name: str
    function: str | Callable[..., Report]
    """Module and name of its function in :mod:`graphkit.importers`; of another package, itself."""
    summary: str
    text: str
    examples: tuple[str, ...]
    """Arguments of the command."""
    parameters: tuple[Parameter, ...]
    """Argument and options, in the order of the help."""

    @property
    def help(self) -> str:
        """The help of the command."""
        examples = "\n".join(f"  graphkit import {self.name} {text}" for text in self.examples)
        return f"{self.summary}\n\n{self.text}\n\n\b\nExamples:\n{examples}\n"

    @property
    def has_filter(self) -> bool:
        """True if the command has the options of the filter of flows."""
        return all(parameter in self.parameters for parameter in FILTER)

    def load(self) -> Callable[..., Report]:
        """Import its module, and return its function."""
        if not isinstance(self.function, str):
            return self.function
        module, _, name = self.function.rpartition(".")
        function: Callable[..., Report] = getattr(
            import_module(f"graphkit.importers.{module}"), name
        )
        return function


FILES = Parameter("files", "", "FILE...", "The files as published.", default=...)
OUTPUT = Parameter(
    "output", "--output", "FOLDER",
    "Folder of seeds to write into; a new one gets the shipped countries and products.",
    default=...,
)  # fmt: skip
FILTER = (
    Parameter(
        "products", "--products", "LIST",
        "Only these, separated by commas: HS codes or their beginnings (2846,280530), products, "
        "elements, minerals, groups ('rare earths'). Default: every code that one product mainly "
        "travels under.",
    ),
    Parameter("years", "--years", "LIST", "Only these: 2020-2024, or 2018,2022."),
    Parameter(
        "countries", "--countries", "LIST",
        "Only trade with one of these at either end: KOR,JPN.",
    ),
    switch("proxies", "Also codes that a product shares with other goods."),
)  # fmt: skip
"""Options that make the filter of the flows to keep."""
TABLE_NAME = Parameter(
    "name", "--name", "NAME",
    "Name of the table in the folder. Default: by its reporters and periods.",
)  # fmt: skip
MAX_UNKNOWN = Parameter(
    "max_unknown", "--max-unknown", "SHARE",
    "Write nothing if unknown places have a larger share of the value.", "number", 0.01,
)  # fmt: skip
WITH_SHIPPED = switch(
    "with_shipped", "Put the import on top of a copy of the shipped seeds, in a new folder."
)
IMPORTERS = (
    Importer(
        "baci", "baci.import_baci",
        "Turn CEPII BACI's zip or CSV files into seeds.",
        "Every flow has data set, version and HS revision; a quantity that BACI does not give "
        "stays unknown. The report says what was read, kept and left out, and why.",
        (
            "BACI_HS92_V202601.zip --products Li,Co --years 2020-2024 -o my-seeds",
            "BACI_HS22_Y2024_V202601.csv --countries KOR,JPN -o my-seeds",
        ),
        (
            FILES,
            OUTPUT,
            *FILTER,
            Parameter("revision", "--revision", "HS92", "If the file name does not contain it."),
            Parameter("version", "--version", "202601", "If the file name does not contain it."),
            MAX_UNKNOWN,
            WITH_SHIPPED,
        ),
    ),
    Importer(
        "comtrade", "comtrade.import_comtrade",
        "Turn answers of UN Comtrade's API into seeds.",
        "The files are JSON as the API gives it, or CSV with the same names of columns, annual or "
        "monthly. Imports and exports are kept as each side reported them. Only totals count: "
        "modes of transport, customs procedures, second partners and the world are left out. "
        "'graphkit mirror' shows how far the two sides of a flow differ.",
        (
            "korea-2024.json -o my-seeds",
            '2023.csv 2024.csv --products "rare earths" -o my-seeds',
        ),
        (FILES, OUTPUT, *FILTER, TABLE_NAME, MAX_UNKNOWN, WITH_SHIPPED),
    ),
    Importer(
        "customs", "customs.importer.import_customs",
        "Turn monthly customs statistics into seeds.",
        "The columns say whose files they are: answers of Korea's customs service (data.go.kr "
        "15100475, XML) or of the US Census (JSON), monthly files of Eurostat Comext or downloads "
        "of China's customs (CSV). National codes of 8 or 10 digits are kept, and products found "
        "by their first six; the report says how well these fit. Comext's values are in euros and "
        "are left out.",
        (
            "korea-2025.xml -o my-seeds",
            'full_202503.dat --countries DEU --products "rare earths" -o my-seeds',
            "china.csv --flow exports -o my-seeds",
        ),
        (
            FILES,
            OUTPUT,
            *FILTER,
            Parameter(
                "flow", "--flow", "imports|exports", "What China's files hold: they do not say."
            ),
            Parameter("period", "--period", "MONTH", "Month of files without one: 2025-03."),
            TABLE_NAME,
            MAX_UNKNOWN,
            WITH_SHIPPED,
        ),
    ),
    Importer(
        "usgs", "usgs.importer.import_usgs",
        "Turn the USGS's Mineral Commodity Summaries into seeds.",
        "Reads world production and reserves, the balance of the United States and prices from "
        "the CSV files of the data releases, of 2025 (wide, without balances) and from 2026 on "
        "(long), of critical minerals. Nothing is written if the countries of a table miss the "
        "total printed under them by more than rounding.",
        (
            "MCS2026_Commodities_Data.csv -o my-seeds",
            "MCS2025_World_Data.csv MCS2026_Commodities_Data.csv -o my-seeds",
        ),
        (FILES, OUTPUT, MAX_UNKNOWN),
    ),
    Importer(
        "table", "table.importer.import_table",
        "Turn any table into seeds, by a mapping.",
        "The mapping resembles the header of a seed file: kind, columns {property: column}, "
        "units, defaults, aliases {property: {foreign text: key}} and source; sheet, header (the "
        "row of the names), last, encoding, delimiter, decimal, thousands, missing, notes and fill "
        "say how the table is written, where that is not sure. Places go by any name or code, "
        "products also by HS code. Every problem is reported with its row and column, and nothing "
        "is written until all are solved.",
        (
            "flows.csv --preview > map.yaml",
            "flows.csv --mapping map.yaml --preview",
            "flows.csv --mapping map.yaml -o my-seeds",
        ),
        (
            Parameter("file", "", "FILE", "A CSV, Parquet or Excel (.xlsx) file.", default=...),
            Parameter("mapping", "--mapping", "FILE", "YAML that says what the columns mean."),
            replace(OUTPUT, default=None),
            switch(
                "preview",
                "Write nothing: show ten rows and every problem; without --mapping, a draft of "
                "one.",
            ),
            Parameter("name", "--name", "NAME", "Name of the seeds. Default: that of FILE."),
            MAX_UNKNOWN,
            WITH_SHIPPED,
        ),
    ),
)  # fmt: skip
"""The importers of graphkit, in the order of the help."""


def added_importers() -> dict[str, Plugin]:
    """Find the importers of other packages by name; none takes the name of one of graphkit's."""
    own = {importer.name for importer in IMPORTERS}
    return {name: plugin for name, plugin in plugins(GROUP).items() if name not in own}
