"""Lists of mines and plants with their owners: one table, and the facts of five kinds in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum
from typing import Any

from graphkit.arrow import ARROW
from graphkit.errors import Problem
from graphkit.importers.table.headings import PROPERTY_WORDS
from graphkit.importers.table.mapping import ColumnMapping, ReadTable, SheetLocations
from graphkit.kinds import Kind, Prop, Schema, Type
from graphkit.schema import GRAPH
from graphkit.seeds.files import SeedFile
from graphkit.seeds.records import Header

PLANTS = "plants"
"""Kind of such a table in a mapping; in the graph its rows are of several kinds."""
CAPACITY_WORDS = PROPERTY_WORDS["capacity"]
"""Words of columns that hold what a plant can make, and not what it makes."""
_TONNES = {
    "t": 1.0, "kt": 1e3, "kmt": 1e3, "kg": 1e-3, "million t": 1e6,
    "thousand t": 1e3,
}  # fmt: skip
"""Tonnes in one of a unit of mass, in small letters and without the year; mt may be metric tons or
millions of them."""
_TON = re.compile(r"\b(metric\s+)?(tonnes?|tons?)\b")
_A_YEAR = re.compile(r"(\s*(/|per|a)\s*(year|yr|y|a)|pa|py)$")


def _column(kind: str, name: str, **changes: Any) -> Prop:
    """Take a property of a kind of the graph as a column of a list."""
    return replace(GRAPH[kind].column(name), key=False, edge=None, **changes)


def _owner(name: str, doc: str) -> Prop:
    return Prop(name, Type.TEXT, doc)


TABLE = Kind(PLANTS, "A plant with a product and an owner; of several of these several rows.", (
    _column("Facility", "key", required=False),
    *(_column("Facility", name) for name in ("name", "country", "latitude", "longitude", "place",
                                            "confidence")),
    _column("Facility", "type", required=False),
    _column("CAN_MAKE", "product", required=False),
    *(_column("CAN_MAKE", name) for name in ("capacity", "unit", "basis", "as_of", "status")),
    _column("CAN_MAKE", "label", required=False),
    _owner("operator", "Who runs it."),
    _owner("owner", "Who owns it, or a part."),
    _column("OWNS", "share"),
    _owner("parent", "Who owns the owner, or a part."),
    replace(_column("OWNS", "share"), name="parent_share"),
    _column("Facility", "note"), _column("Facility", "source"),
))  # fmt: skip
WITH_PLANTS = Schema((*GRAPH.kinds, TABLE))
"""The kinds that a mapping may name."""
FILES = {"plants": "Facility", "companies": "Company", "can-make": "CAN_MAKE",
         "operators": "OPERATES", "owners": "OWNS", "parents": "OWNS"}  # fmt: skip
"""Kinds of the facts in a list, by the ending of the file that they are written to."""
_OF_PLANT = ("type", "latitude", "longitude", "place", "confidence")
_OF_CAPACITY = ("unit", "as_of", "status")
Row = dict[str, Any]


def tonnes_in(unit: str | None) -> float | None:
    """Return the tonnes in one of a unit as published; None if it is none of mass.

    >>> tonnes_in("kmt"), tonnes_in("t/year"), tonnes_in("Thousand metric tons"), tonnes_in("cells")
    (1000.0, 1.0, 1000.0, None)
    """
    text = _TON.sub("t", (unit or "").strip().casefold())
    return _TONNES.get(_A_YEAR.sub("", text).strip())


def slug(text: str) -> str:
    """Write a name as a key.

    >>> slug("Société Minière (SMSP)")
    'societe-miniere-smsp'
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return re.sub(r"[^\w]+", "-", plain, flags=re.UNICODE).strip("-_") or "unnamed"


@dataclass
class _Facts:
    """Facts of one kind, with the row of the list that each is first in."""

    rows: dict[tuple[Any, ...], Row] = field(default_factory=dict)
    places: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def add(self, key: tuple[Any, ...], row: Row, place: int) -> Row:
        """Add a fact, or return the one of this key."""
        self.places.setdefault(key, place)
        return self.rows.setdefault(key, row)


class _List:
    """A list as it is read row by row: its facts and what is wrong."""

    def __init__(self, read: ReadTable, companies: Mapping[str, str], added: bool) -> None:
        self._read, self._known, self._added = read, companies, added
        self._names: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._country_of: dict[str, tuple[str, int]] = {}
        self.facts = {name: _Facts() for name in FILES}
        self.problems: list[Problem] = []

    def _wrong(self, row: int, column: str, message: str) -> None:
        self.problems.append(self._read.locations.problem(row, column, message))

    def _line(self, row: int) -> str:
        """Name the line of a row in its file."""
        locations = self._read.locations
        return f"line {locations.sheet.lines[locations.sheet_rows[row]]}"

    def read(self) -> None:
        """Read all rows."""
        for place, row in enumerate(self._read.rows.to_pylist()):
            if row["name"] is None or row["country"] is None:
                continue  # told by the reader
            plant = self._plant(row, place)
            self._capacity(plant, row, place)
            if row["operator"]:
                runner = self._company(row["operator"], row, place)
                fact = {"company": runner, "facility": plant, "source": row["source"]}
                self.facts["operators"].add((runner, plant), fact, place)
            for owner, owned, share in (("owner", plant, "share"), ("parent", "", "parent_share")):
                if owner == "parent" and row["owner"]:
                    owned = self._company(row["owner"], row, place)
                if row[owner] and owned:
                    self._stake(f"{owner}s", self._company(row[owner], row, place), owned, share,
                                row, place)  # fmt: skip
                elif row[share] is not None:
                    self._wrong(place, share, "found a share without an owner, wanted both")

    def _plant(self, row: Row, place: int) -> str:
        """Return the key of a row's plant, which is in one country."""
        name = row["key"] or row["name"]
        country, first = self._country_of.setdefault(name, (row["country"], place))
        if country != row["country"]:
            other = "" if row["key"] else ", or a column key that tells plants of one name apart"
            self._wrong(
                place,
                "country",
                f"found {row['country']} for {name!r}, which is in "
                f"{country} in {self._line(first)}; wanted one country a plant{other}",
            )
        key = row["key"] or f"{country.lower()}-{slug(row['name'])}"
        fact = {"key": key, "name": row["name"], "country": country, "source": row["source"],
                "type": row["type"], "note": row["note"],
                **{name: row[name] for name in _OF_PLANT if name != "type"}}  # fmt: skip
        self._alike("plants", (key,), fact, _OF_PLANT, row, place)
        return str(key)

    def _alike(
        self, file: str, key: tuple[Any, ...], fact: Row, names: Sequence[str], row: Row, place: int
    ) -> Row:
        """Add a fact, and report a row that says something else than another of the same."""
        facts = self.facts[file]
        known = facts.add(key, fact, place)
        for name in names:
            value = row[name]
            if value is None:
                continue
            if known[name] is None or facts.places[key] == place:
                known[name] = value
            elif known[name] != value:
                first = self._line(facts.places[key])
                self._wrong(place, name, f"found {value} beside {known[name]} in {first} for the "
                            "same plant, wanted one")  # fmt: skip
        return known

    def _capacity(self, plant: str, row: Row, place: int) -> None:
        """Add what a row's plant can make."""
        if row["product"] is None:
            if row["capacity"] is not None:
                self._wrong(place, "capacity", "found a capacity without a product, wanted both")
            return
        label = row["label"] or row["product"]
        key = plant, row["product"], label, row["basis"]
        fact = {"facility": plant, "product": row["product"], "label": label,
                "basis": row["basis"], "capacity": None, "note": None, "source": row["source"],
                **dict.fromkeys(_OF_CAPACITY)}  # fmt: skip
        first = self.facts["can-make"].places.get(key, place) == place
        known = self._alike("can-make", key, fact, _OF_CAPACITY, row, place)
        amount = row["capacity"]
        if amount is None:
            return
        if self._added and known["capacity"] is not None:
            amount = fsum([known["capacity"], amount])
        elif not first and known["capacity"] not in (None, amount):
            line = self._line(self.facts["can-make"].places[key])
            self._wrong(
                place,
                "capacity",
                f"found {amount:g} beside {known['capacity']:g} in "
                f"{line} for the same plant and product, wanted one, or sum: [capacity]",
            )
        known["capacity"] = amount

    def _company(self, name: str, row: Row, place: int) -> str:
        """Return the key of a company: one that is known, or a new one."""
        if key := self._known.get(slug(name)) or self._keys.get(name):
            return key
        key = slug(name)
        while self._names.setdefault(key, name) != name:
            key += "-2"
        self._keys[name] = key
        kind = "state" if re.match(r"(?i)government of ", name) else "company"
        fact = {"key": key, "name": name, "type": kind, "source": row["source"]}
        self.facts["companies"].add((key,), fact, place)
        return key

    def _stake(self, name: str, owner: str, owned: str, share: str, row: Row, place: int) -> None:
        """Add a stake; ``share`` is the column of it."""
        facts = self.facts[name]
        fact = {"owner": owner, "owned": owned, "share": row[share], "source": row["source"]}
        known = facts.add((owner, owned), fact, place)
        if known["share"] is None:
            known["share"] = row[share]
        elif row[share] not in (None, known["share"]):
            first = self._line(facts.places[owner, owned])
            self._wrong(place, share, f"found {row[share]:g} beside {known['share']:g} in {first} "
                        "for the same owner, wanted one")  # fmt: skip


COLUMNS_OF = {
    "plants": {}, "companies": {"name": "owner", "key": "owner"},
    "can-make": {"facility": "name", "tonnes": "capacity"}, "operators": {"company": "operator"},
    "owners": {"owned": "name"},
    "parents": {"owned": "parent", "owner": "parent", "share": "parent_share"},
}  # fmt: skip
"""Columns of the list in which properties of other names are, by file."""


def facts_of(
    read: ReadTable, mapping: ColumnMapping, companies: Mapping[str, str]
) -> tuple[dict[str, SeedFile], list[Problem]]:
    """Turn a list of plants into seeds, by the ending of their files.

    Parameters
    ----------
    read : ReadTable
        The rows of the list.
    mapping : ColumnMapping
        The mapping; with ``sum: [capacity]``, capacities of one plant and product are added up.
    companies : mapping of str to str
        Keys of the companies that are known, by the slugs of their names.
    """
    plants = _List(read, companies, "capacity" in mapping.sums)
    plants.read()
    for row in plants.facts["plants"].rows.values():
        row["type"] = row["type"] or "other"
    for row in plants.facts["can-make"].rows.values():
        factor = tonnes_in(row["unit"]) if row["capacity"] is not None else None
        row["tonnes"] = None if factor is None else row["capacity"] * factor
    files = {
        name: _file(read, mapping, name, facts)
        for name, facts in plants.facts.items() if facts.rows
    }  # fmt: skip
    return files, plants.problems


def _file(read: ReadTable, mapping: ColumnMapping, name: str, facts: _Facts) -> SeedFile:
    """Make the seeds of one file, whose problems are told at the rows of the list."""
    import pyarrow as pa

    table, kind = read.locations, GRAPH[FILES[name]]
    columns = dict(table.columns)
    for prop, column in COLUMNS_OF[name].items():
        if column in table.columns:
            columns[prop] = table.columns[column]
    places = [table.sheet_rows[facts.places[key]] for key in facts.rows]
    header = Header(kind, mapping.header.defaults, {}, None, None, {})
    locations = SheetLocations(mapping.yaml, header, None, table.sheet, places, columns)
    schema = pa.schema([(prop.name, ARROW[prop.type]) for prop in kind.columns])
    rows = [{prop: row.get(prop) for prop in schema.names} for row in facts.rows.values()]
    return SeedFile(locations, [], kind, pa.Table.from_pylist(rows, schema))


def capacities_as_production(mapping: ColumnMapping, names: Sequence[str]) -> Iterator[Problem]:
    """Report a column of capacities that a mapping takes for production."""
    header = mapping.header
    if header.kind.name != "PRODUCES":
        return
    column = header.columns_in(names).get("tonnes", "")
    if any(word in column.casefold() for word in CAPACITY_WORDS):
        message = (
            f"tonnes: found the column {column!r}, wanted production: what plants can make is no "
            f"production; take kind: {PLANTS}"
        )
        yield mapping.yaml.problem(message, ("columns", "tonnes"), ("columns",), ())
