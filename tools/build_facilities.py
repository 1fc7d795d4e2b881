"""Turns tables of mines and plants into seeds: facilities, capacities, companies and owners.

    python tools/build_facilities.py --data FOLDER [--out seeds]

FOLDER holds ``facilities/*.csv``: the USGS's mines and plants of Africa and the Indo-Pacific with
their capacities and owners, the ICMM's sites of the world, the EU's strategic projects and
Australia's mines; ``companies/*.csv``, if it is there, the hand-made tables of today that
``build_makers.py`` reads. ``facilities.yaml`` beside this file says what their commodities are in
the graph, ``owners.yaml`` which names are one company, who owns it, and where it has its seat.
"""

from __future__ import annotations

import argparse
import csv
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import cos, fsum, hypot, inf, radians
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from build_makers import Makers

from graphkit.importers.reference import Reference, read_reference
from graphkit.importers.seed_files import SeedTable, write_seed, write_table
from graphkit.schema import GRAPH, Type
from graphkit.seeds.facilities import Box, boxes
from graphkit.seeds.mojibake import misread, repaired
from graphkit.seeds.records import ARROW

USGS = {"AFR": "usgs-facilities-africa-2018", "INDOPAC": "usgs-facilities-indo-pacific-2024"}
ICMM, AUSTRALIA, EU = "icmm-2025", "ga-mines-2024", "eu-strategic-projects-2025"
FILES = {
    "usgs": "usgs_mineral_facilities_afr_indopac.csv",
    "icmm": "icmm_global_mining_2025.csv",
    "australia": "australia_operating_mines_2024.csv",
    "eu": "eu_crma_strategic_projects_2025.csv",
}
TONNES = {
    "Metric tons": 1.0, "mt": 1.0, "Thousand metric tons": 1e3, "kmt": 1e3, "million mt": 1e6,
    "Kilograms": 1e-3, "kg": 1e-3,
}  # fmt: skip
"""Tonnes in one of each unit of mass, as the USGS writes them; mt is a metric ton."""
BASES = (
    (r"WO3 content", "WO3"), (r"Li2O content", "Li2O"), (r"oxide equivalent", "REO"),
    (r"\bcontent\b", "content"), (r"[Oo]re and concentrate", "ore-and-concentrate"),
    (r"[Cc]oncentrate", "concentrate"), (r"Wet metric tons|[Ll]aterite|\b[Oo]re\b", "ore"),
)  # fmt: skip
"""Bases of the mass, by words in the product and the form; the first that is there holds."""
NOTE_OF_GROUP = (
    "Sites of one company to which the source gives one capacity: it is taken as theirs together, "
    "not as that of each."
)
SAME_PLACE = 5.0
"""Kilometres within which a site of the same name in another data set is the same."""
KINDS_OF_SITE = re.compile(
    r"\b(mines?|mining|plants?|complex|operations?|projects?|smelter|refinery|quarr(?:y|ies)"
    r"|underground|open pit|open-pit|colliery|deposit|copper|gold|nickel|tin|zinc|coal)\b"
)
"""Words of a name that one data set has and the other has not."""
UNNAMED = re.compile(r"(mines?|plants?|facility|smelter|refinery|sites?|areas?) (at|in|near) ")
"""Beginning of a name that says where a plant is, and no more."""
NESTED = re.compile(r"\([^()]*\([^()]*\)\)|\(.*\d ?%|\bvia\b|\(.*\) \(")
"""A name that names owners too; owners.yaml says whom."""
Row = dict[str, Any]
Place = tuple[float | None, float | None]
Entry = Mapping[str, Any]
YAML = Path(__file__)


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read all rows as text, mended where it is garbled."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{n: mended(text) for n, text in row.items()} for row in csv.DictReader(file)]


def mended(text: str) -> str:
    """Undo UTF-8 that was read in another encoding, and drop soft hyphens."""
    words = (repaired(word) if any(misread(word)) else word for word in text.split(" "))
    return " ".join(words).replace("\u00ad", "")


def read_yaml(name: str) -> Any:
    """Read one of the reviewed tables beside this file."""
    return yaml.safe_load(YAML.with_name(name).read_text(encoding="utf-8"))


def number(text: str) -> float | None:
    """Read a number, of which one has a typographic minus."""
    return float(text.replace("−", "-")) if text else None


def plain(text: str) -> str:
    """Write a name in lower case, without accents, punctuation and double blanks."""
    text = unicodedata.normalize("NFKD", text.replace("–", "-").replace("’", "'"))
    text = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    return " ".join(re.sub(r"[^a-z0-9&]+", " ", text).split())


def slug(text: str) -> str:
    """Make a key of a name."""
    return plain(text).replace(" & ", " and ").replace("&", "and").replace(" ", "-")


def texts(value: Any) -> list[str]:
    """Return the texts of an entry that may be one or a list."""
    return [value] if isinstance(value, str) else list(value or ())


# --- what is made


@dataclass(frozen=True)
class Made:
    """One row of the USGS as the reviewed table reads it."""

    elements: tuple[str, ...]
    product: str | None
    basis: str | None
    plant: str | None


class Commodities:
    """The reviewed table of commodities."""

    def __init__(self, table: Entry, critical: set[str]) -> None:
        self.entries: Mapping[str, Entry] = table["commodities"]
        self.left_out = {c for entry in table["left_out"] for c in entry["commodities"]}
        self.critical = critical

    def made(self, row: Mapping[str, str]) -> Made | None:
        """Return what a row is; None for one that is left out."""
        commodity, product = row["commodity"], row["product"] or "-"
        if commodity in self.left_out:
            return None
        entry = self.entries.get(commodity)
        if entry is None:
            raise SystemExit(f"not in facilities.yaml: {commodity}")
        if "by_product" in entry:
            alloy = entry["by_product"].get(product)
            if alloy is None:
                return None
            return Made(
                tuple(alloy["elements"]), alloy.get("makes"), entry["basis"], entry["plant"]
            )
        if product not in texts(entry.get("only")) and "only" in entry:
            return None
        if row["product_form"] in texts(entry.get("not_form")):
            return None
        elements = tuple(entry["elements"])
        if not self.critical.intersection(elements):
            raise SystemExit(f"{commodity}: {elements} are on no list")
        rule = next((r for r in entry.get("makes", ()) if self.fits(r, row)), {})
        made = rule.get("makes")
        return Made(
            elements, made, stated_basis(row) or rule.get("basis"),
            rule.get("plant") or entry.get("plant"),
        )  # fmt: skip

    @staticmethod
    def fits(rule: Entry, row: Mapping[str, str]) -> bool:
        """Return True if a row is what a rule is for."""
        at = "mine" if is_mine(row) else "plant"
        return (
            ("product" not in rule or (row["product"] or "-") in texts(rule["product"]))
            and ("form" not in rule or (row["product_form"] or "-") in texts(rule["form"]))
            and rule.get("at", at) == at
            and not ("not_named" in rule and rule["not_named"] in row["name"])
        )


def is_mine(row: Mapping[str, str]) -> bool:
    """Return True if a row of the USGS is of a mine."""
    return row["type"] in ("Mines and Quarries", "Brine")


def stated_basis(row: Mapping[str, str]) -> str | None:
    """Return what the mass counts, by the words of the row."""
    stated = f"{row['product']}; {row['product_form']}"
    return next((basis for words, basis in BASES if re.search(words, stated)), None)


def label_of(row: Mapping[str, str]) -> str:
    """Join commodity, product and form as the source names them."""
    parts = (row["commodity"], row["product"], row["product_form"])
    return "; ".join(" ".join(part.split()) for part in parts if part)


# --- companies


@dataclass
class Company:
    """A company under all names that are met."""

    key: str
    name: str
    type: str = "company"
    aliases: set[str] = field(default_factory=set)
    facts: Row = field(default_factory=dict)


class Companies:
    """Companies by the names that a source gives them, and what the names say of their owners."""

    def __init__(self, table: Entry, reference: Reference) -> None:
        self.reference = reference
        self.nobody = set(table["nobody"])
        self.by_key: dict[str, Company] = {}
        self.key_of: dict[str, str] = {}
        self.parents: dict[str, list[Row]] = {}
        self.entries: list[Entry] = table["companies"]
        self.used: dict[str, set[str]] = defaultdict(set)
        for entry in self.entries:
            facts = {
                n: entry.get(n) for n in ("seat", "seat_source", "seat_url", "state_owned", "note")
            }
            company = Company(
                entry["key"], entry["name"], entry.get("type", "company"), set(), facts
            )
            if self.by_key.setdefault(entry["key"], company) is not company:
                raise SystemExit(f"owners.yaml: {entry['key']} stands twice")
            for name in (entry["name"], *texts(entry.get("names"))):
                if self.key_of.setdefault(spelled(name), entry["key"]) != entry["key"]:
                    raise SystemExit(f"owners.yaml: {name} is of two companies")
            if "owned_by" in entry:
                self.parents[entry["key"]] = [dict(row) for row in entry["owned_by"]]

    def called(self, name: str, country: str, source: str) -> str | None:
        """Return the key of a company or government; None for what names nobody."""
        name = " ".join(name.replace("<null>", "").split())
        name = name if "[" in name else name.rstrip("]")
        if name in self.nobody:
            return None
        if spelled(name) in self.key_of:
            key = self.key_of[spelled(name)]
        elif name == "Government":
            key = self.government(country, source)
        elif state := re.fullmatch(r"Government of (.+)", name):
            key = self.government(self.country(state[1]), source)
        elif owned := re.fullmatch(r"(.+?) \(Government(?: of ([^()]+))?\)", name):
            own = owned[1]
            key = self.called(own, country, source) or ""
            state_key = self.government(self.country(owned[2]) if owned[2] else country, source)
            self.by_key[key].facts["state_owned"] = True
            if not self.by_key[key].facts.get("seat"):
                seat = self.by_key[state_key].facts["seat"]
                self.by_key[key].facts |= {"seat": seat, "seat_source": source}
            self.parents.setdefault(key, [{"owner": state_key, "source": source}])
            name = own
        else:
            key = self.new(name)
        company = self.by_key[key]
        if company.type == "state":
            self.government(key.removeprefix("government-").upper(), source)
        elif not NESTED.search(name):
            company.aliases.add(name)
        self.used[key].add(source)
        return key

    def new(self, name: str) -> str:
        """Add a company that the reviewed table does not have."""
        if NESTED.search(name):
            raise SystemExit(f"owners.yaml has no entry for {name!r}, which names several")
        key = slug(name)
        while key in self.by_key:
            key += "-2"
        self.by_key[key] = Company(key, name)
        self.key_of[spelled(name)] = key
        return key

    def country(self, name: str) -> str:
        """Return the country of a government."""
        key = self.reference.place_of(name)
        if key is None:
            raise SystemExit(f"unknown country of a government: {name}")
        return key

    def government(self, country: str, source: str) -> str:
        """Return the key of a country's government, whose seat is the country."""
        key = f"government-{country.lower()}"
        columns = self.reference.facts["Country"].select(("iso3", "name")).to_pydict()
        names = dict(zip(columns["iso3"], columns["name"], strict=True))
        company = self.by_key.setdefault(
            key, Company(key, f"Government of {names[country]}", "state")
        )
        if not company.facts.get("seat"):
            company.facts |= {"seat": country, "seat_source": source, "state_owned": True}
        self.used[key].add(source)
        return key


def spelled(name: str) -> str:
    """Write a company's name so that Ltd. and Limited, with and without points, are one."""
    words = plain(name).split()
    forms = {"limited": "ltd", "corporation": "corp", "company": "co", "incorporated": "inc"}
    # One letter after another is a form with points: S.A. is sa.
    return re.sub(r"\b(\w) (?=\w\b)", r"\1", " ".join(forms.get(word, word) for word in words))


def owners_of(text: str) -> list[tuple[str, float | None]]:
    """Read a list of owners with shares in percent; a share of 0 stands for one not given."""
    owners = []
    for part in filter(None, (part.strip() for part in text.split("; "))):
        match = re.fullmatch(r"(.*?)(?: \[([0-9.]+)%\])?", part)
        assert match is not None
        share = float(match[2]) / 100 if match[2] else None
        owners.append((match[1], round(share, 8) if share else None))
    return owners


# --- plants


def distance(one: Place, other: Place) -> float:
    """Return the kilometres between two places, which may be unknown."""
    if None in (*one, *other):
        return inf
    (latitude, longitude), (other_latitude, other_longitude) = one, other
    north = latitude - other_latitude
    east = (longitude - other_longitude) * cos(radians(latitude))
    return 111.2 * hypot(north, east)


@dataclass
class Plant:
    """One mine or plant, with the rows of its source."""

    key: str
    source: str
    rows: list[dict[str, str]]

    @cached_property
    def first(self) -> dict[str, str]:
        """The row that the plant's own properties are read from."""
        return self.rows[0]

    @property
    def place(self) -> Place:
        """Latitude and longitude."""
        return number(self.first["lat"]), number(self.first["lon"])

    @property
    def name(self) -> str:
        """Name that most rows have, of those the shortest."""
        names = Counter(row["name"] for row in self.rows)
        return min(names, key=lambda name: (-names[name], len(name), name))


def split(rows: Sequence[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Split the rows of one site of the USGS into plants.

    Rows with one name are one plant, unless the name only says where it is ("Mine in Bauchi
    State"): then each operator has its own. Names that share an operator are parts of one plant.
    What stands in brackets or after a comma tells parts of one name.
    """
    parts: list[tuple[set[str], set[str], list[dict[str, str]]]] = []
    for row in rows:
        name = plain(re.sub(r"\(.*|,.*", "", row["name"]))
        if UNNAMED.match(name):
            name += f" of {row['operator']}"
        together = [
            p for p in parts if name in p[0] or (row["operator"] and row["operator"] in p[1])
        ]
        joined = ({name}, {row["operator"]}, [row])
        for part in together:
            joined = (joined[0] | part[0], joined[1] | part[1], part[2] + joined[2])
            parts.remove(part)
        parts.append(joined)
    return [rows for _, _, rows in parts]


def plants_of(rows: Iterable[dict[str, str]]) -> list[Plant]:
    """Make one plant of all rows that are of it.

    Sites with one name and operator are one if they are within five kilometres; those whose name
    only says where they are, if they are at the same place.
    """
    by_uid: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        by_uid[row["facility_uid"]].append(row)
    plants: list[Plant] = []
    namesakes: dict[tuple[str, ...], list[Plant]] = defaultdict(list)
    for uid, site in sorted(by_uid.items()):
        parts = split(site)
        for place, part in enumerate(parts, start=1):
            row = part[0]
            plant = Plant(
                uid if len(parts) == 1 else f"{uid}-{place}", USGS[row["usgs_region"]], part
            )
            known = namesakes[row["iso3"], row["name"], row["operator"]] if row["operator"] else []
            limit = 0.0 if UNNAMED.match(plain(row["name"])) else SAME_PLACE
            same = next((p for p in known if distance(p.place, plant.place) <= limit), None)
            if same is not None:
                same.rows += part
                continue
            plants.append(plant)
            known.append(plant)
    return plants


@dataclass(frozen=True)
class Capacity:
    """One published capacity of one plant."""

    product: str
    label: str
    capacity: float | None
    unit: str | None
    basis: str | None
    as_of: str | None
    status: str | None
    note: str | None = None

    @property
    def figure(self) -> tuple[Any, ...]:
        """Facts that two plants of one company have in common if they share a capacity."""
        return (self.product, self.label, self.capacity, self.unit, self.as_of)


def figure_text(row: Mapping[str, str]) -> str | None:
    """Write a capacity and its unit as printed."""
    if not row["capacity"]:
        return None
    return f"{float(row['capacity']):,.15g} {row['capacity_unit']}".strip()


def capacities_of(plant: Plant, commodities: Commodities) -> list[Capacity]:
    """Return the capacities of a plant: one for all rows that repeat it, one for each other."""
    by_label: dict[tuple[str, str], dict[tuple[Any, ...], list[dict[str, str]]]] = defaultdict(dict)
    bases: dict[tuple[str, str], str | None] = {}
    for row in plant.rows:
        made = commodities.made(row)
        if made and made.product:
            scope = (made.product, label_of(row))
            bases[scope] = made.basis
            figure = (number(row["capacity"]), row["capacity_unit"], row["capacity_year"])
            by_label[scope].setdefault(figure, []).append(row)
    capacities = []
    for (product, label), figures in sorted(by_label.items()):
        if len(figures) > 1:
            figures = {figure: rows for figure, rows in figures.items() if figure[0] is not None}
        for (capacity, unit, year), rows in figures.items():
            note = None
            if capacity is not None and not unit:
                note = f"The source prints {capacity:.15g} without a unit."
                capacity = None
            statuses = sorted({row["status"] for row in rows})
            part = label if len(figures) == 1 else f"{label}; {rows[0]['name']}"
            capacities.append(Capacity(
                product, part, capacity, unit or None if capacity is not None else None,
                bases[product, label], year or None, "; ".join(statuses), note,
            ))  # fmt: skip
    if twice := [c for c, n in Counter((c.product, c.label) for c in capacities).items() if n > 1]:
        raise SystemExit(f"{plant.key}: two capacities of {twice}")
    return capacities


@dataclass
class Ownership:
    """Owners of a plant with their shares, and the text where shares were left out."""

    shares: dict[str, float | None]
    printed: str | None = None


def ownership_of(plant: Plant, companies: Companies) -> Ownership:
    """Read the owners of a plant; where its rows do not agree, no share is known."""
    country = plant.first["iso3"]
    lists: dict[tuple[tuple[str, float | None], ...], str] = {}
    for row in plant.rows:
        owners: dict[str, float | None] = {}
        for name, share in owners_of(row["owners"]):
            key = companies.called(name, country, plant.source)
            if key is not None:
                # One owner that a list names twice has both shares.
                before = owners.get(key)
                owners[key] = share if before is None else round(before + (share or 0), 8)
        if row["owners"]:
            lists.setdefault(tuple(sorted(owners.items(), key=str)), row["owners"])
    if not lists:
        return Ownership({})
    shares = {key: share for owners_list in lists for key, share in owners_list}
    over = any(fsum(share or 0 for _, share in one) > 1 + 1e-9 for one in lists)
    if len(lists) > 1 or over:
        return Ownership(dict.fromkeys(shares), " // ".join(lists.values()))
    return Ownership(shares)


def groups_of(
    plants: Sequence[Plant],
    capacities: Mapping[str, list[Capacity]],
    operators_of: Mapping[str, set[str]],
    ownership: Mapping[str, Ownership],
) -> Iterator[tuple[Capacity, list[Plant]]]:
    """Find plants of one company to which the source gives one and the same capacity.

    Two are of one company if they have an operator in common, or the operator of one owns the
    other.
    """
    by_figure: dict[tuple[Any, ...], list[tuple[Plant, Capacity]]] = defaultdict(list)
    for plant in plants:
        for capacity in capacities[plant.key]:
            if capacity.capacity is not None:
                by_figure[plant.first["iso3"], *capacity.figure].append((plant, capacity))

    def of_one_company(one: Plant, other: Plant) -> bool:
        runs, others = operators_of[one.key], operators_of[other.key]
        owns, other_owns = (ownership[plant.key].shares.keys() for plant in (one, other))
        return bool(runs & others or runs & other_owns or others & owns)

    for members in by_figure.values():
        rest = list(members)
        while rest:
            group = [rest.pop(0)]
            for plant, _ in group:  # which grows
                near_by = [m for m in rest if of_one_company(plant, m[0])]
                group += near_by
                rest = [m for m in rest if m not in near_by]
            if len(group) > 1:
                yield group[0][1], [plant for plant, _ in group]


# --- other data sets


def icmm_elements(row: Mapping[str, str], table: Entry) -> Iterator[tuple[str, str, str]]:
    """Yield each element of a site with the word for it and the word's rank."""
    for rank in ("primary", "secondary", "other"):
        for word in filter(None, (word.strip() for word in row[rank].split(";"))):
            if word not in table["icmm"] and word not in table["icmm_left_out"]:
                raise SystemExit(f"not in facilities.yaml: {word} ({row['icmm_id']})")
            for element in table["icmm"].get(word, ()):
                # What else a gold mine's ground holds is no product of it.
                if element != "Li" or row["primary"] != "gold":
                    yield element, word, rank


def icmm_type(asset: str) -> str:
    """Return a mine for what has one, else the last step."""
    parts = {part.strip() for part in asset.split(";")}
    if "Mine" in parts:
        return "mine"
    return "refinery" if "Refinery" in parts else "smelter" if "Smelter" in parts else "other"


def bare_name(name: str) -> str:
    """Strip a name of what kind of site it is, as far as anything is left."""
    text = plain(re.sub(r"\(.*?\)", "", name))
    return " ".join(KINDS_OF_SITE.sub(" ", text).split()) or text


# --- seeds


class Seeds:
    """The facts of every kind, as they are found."""

    def __init__(self, table: Entry, reference: Reference, companies: Companies) -> None:
        self.table = table
        self.box_of: dict[str, Box] = boxes(reference.facts["Country"].to_pylist())
        self.countries = set(reference.facts["Country"]["iso3"].to_pylist())
        self.companies = companies
        self.facilities: dict[str, Row] = {}
        self.by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.handles: dict[tuple[str, ...], Row] = {}
        self.can_make: list[Row] = []
        self.operates: dict[tuple[str, str, str], Row] = {}
        self.owns: list[Row] = []
        self.at: dict[tuple[Any, ...], str] = {}
        """Keys by country and place, as the tables of places give it."""
        self.same = {other: key for key, other in read_yaml("makers.yaml")["same"]}
        """Sites that are one of an earlier data set, by review."""
        self.outputs: list[Row] = []
        self.sources: list[Row] = []
        self.report: list[str] = []

    def place(self, row: Row) -> Row | None:
        """Put right what the reviewed table says of a misplaced site; None for one left out."""
        for rule in self.table["misplaced"]:
            is_it = rule.get("key", row["key"]) == row["key"] and rule["source"] == row["source"]
            west = rule.get("west_of")
            if not is_it or rule.get("country", row["country"]) != row["country"]:
                continue
            if west is not None and row["longitude"] >= west:
                continue
            row = row | {"note": rule["note"], "country": rule.get("found_in", row["country"])}
            if rule.get("drop"):
                row |= {"latitude": None, "longitude": None}
        if row["country"] not in self.countries:
            self.report.append(
                f"left out: {row['key']} in {row['country']}, no country of the graph"
            )
            return None
        box = self.box_of.get(row["country"])
        if box and row["latitude"] is not None and not box.holds(row["latitude"], row["longitude"]):
            raise SystemExit(f"not in facilities.yaml: {row['key']} is outside {row['country']}")
        return row

    def add(self, row: Row, *, merge: bool = False) -> str | None:
        """Add a facility, or find the one of an earlier data set that it is; return its key."""
        placed = self.place(row)
        if placed is None:
            return None
        name = (placed["country"], bare_name(placed["name"]))
        place: Row = {n: round(placed[n], 4) for n in ("latitude", "longitude") if placed[n]}
        reviewed = [key for key in [self.same.get(placed["key"])] if key in self.facilities]
        for key in [*reviewed, *self.by_name[name]] if merge else ():
            known = self.facilities[key]
            places = [(row["latitude"], row["longitude"]) for row in (known, placed)]
            alike = (known["type"] == "mine") == (placed["type"] == "mine")
            near = alike and distance(*places) <= SAME_PLACE
            if key in reviewed or (known["source"] != placed["source"] and near):
                self.at.setdefault((placed["country"], *place.values()), key)
                aliases = {*known["aliases"], placed["key"], placed["name"]} - {known["name"]}
                known["aliases"] = sorted(aliases)
                return key
        if merge:
            self.at.setdefault((placed["country"], *place.values()), placed["key"])
        self.facilities[placed["key"]] = placed
        self.by_name[name].append(placed["key"])
        return str(placed["key"])

    def handle(self, facility: str, element: str, label: str, source: str, **facts: Any) -> None:
        """Add that a facility handles an element, once for each label."""
        row = {"facility": facility, "element": element, "label": label, "source": source, **facts}
        self.handles.setdefault((facility, element, label, source), row)

    def operate(self, name: str, facility: str, source: str, **facts: Any) -> str | None:
        """Add the operator of a facility."""
        company = self.companies.called(name, self.facilities[facility]["country"], source)
        if company is not None:
            row = {"company": company, "facility": facility, "source": source, **facts}
            self.operates.setdefault((company, facility, source), row)
        return company

    def add_usgs(self, rows: Sequence[dict[str, str]], commodities: Commodities) -> None:
        """Add the plants of the USGS with their capacities, operators and owners."""
        listed = [row for row in rows if commodities.made(row)]
        plants = plants_of(listed)
        operators_of: dict[str, set[str]] = {}
        ownership: dict[str, Ownership] = {}
        capacities: dict[str, list[Capacity]] = {}
        for plant in plants:
            self.add_plant(plant, commodities)
            operators = (
                self.operate(row["operator"], plant.key, plant.source, as_of=year_of(plant))
                for row in plant.rows
                if row["operator"]
            )
            operators_of[plant.key] = {key for key in operators if key}
            ownership[plant.key] = ownership_of(plant, self.companies)
            capacities[plant.key] = capacities_of(plant, commodities)
        shared = self.add_groups(plants, capacities, operators_of, ownership)
        for plant in plants:
            self.make(
                plant.key,
                plant.source,
                [c for c in capacities[plant.key] if (plant.key, c) not in shared],
            )
            self.own(plant.key, plant.source, year_of(plant), ownership[plant.key])
        self.report.append(f"usgs: {len(listed):,} of {len(rows):,} rows, {len(plants):,} plants")

    def add_plant(self, plant: Plant, commodities: Commodities) -> None:
        """Add a plant of the USGS, and the elements that it handles."""
        mades = [(row, made) for row in plant.rows if (made := commodities.made(row))]
        types = {made.plant or "other" for _, made in mades if made} - {"other"}
        is_a_mine = any(is_mine(row) for row in plant.rows)
        names = {row[n] for row in plant.rows for n in ("name", "facility_uid")}
        names -= {plant.name, plant.key, plant.first["facility_uid"]}
        self.add({
            "key": plant.key, "name": plant.name,
            "type": "mine" if is_a_mine else types.pop() if len(types) == 1 else "other",
            "published_type": "; ".join(sorted({row["type"] for row in plant.rows})),
            "country": plant.first["iso3"], "place": plant.first["adm1"] or None,
            "latitude": number(plant.first["lat"]), "longitude": number(plant.first["lon"]),
            "confidence": plant.first["loc_confidence"] or None,
            "status": "; ".join(sorted({row["status"] for row in plant.rows if row["status"]})),
            "status_as_of": year_of(plant), "aliases": sorted(names), "source": plant.source,
        })  # fmt: skip
        for row, made in mades:
            printed = None if made.product else figure_text(row)
            as_of = row["capacity_year"] or None if printed else None
            for element in made.elements:
                self.handle(plant.key, element, label_of(row), plant.source,
                            published_value=printed, as_of=as_of)  # fmt: skip

    def add_groups(
        self,
        plants: Sequence[Plant],
        capacities: Mapping[str, list[Capacity]],
        operators_of: Mapping[str, set[str]],
        ownership: Mapping[str, Ownership],
    ) -> set[tuple[str, Capacity]]:
        """Add each group that shares a capacity; return the capacities that its members had."""
        by_members: dict[tuple[str, ...], list[Capacity]] = defaultdict(list)
        for capacity, members in groups_of(plants, capacities, operators_of, ownership):
            by_members[tuple(sorted(plant.key for plant in members))].append(capacity)
        plant_of = {plant.key: plant for plant in plants}
        shared = set()
        for keys, group in sorted(by_members.items()):
            first = plant_of[keys[0]]
            key = f"{keys[0]}-GROUP-{len(keys)}"
            while key in self.facilities:
                key += "B"
            names = [plant_of[k].name for k in keys]
            statuses = {s for k in keys for s in self.facilities[k]["status"].split("; ")}
            common = set.intersection(*({c for c, f, _ in self.operates if f == k} for k in keys))
            listed = {
                tuple(sorted(ownership[k].shares.items()))
                for k in keys
                if any(share is not None for share in ownership[k].shares.values())
            }
            self.add({
                "key": key, "name": f"{len(keys)} sites: {', '.join(names)}"[:900], "type": "group",
                "country": first.first["iso3"], "latitude": None, "longitude": None,
                "status": "; ".join(sorted(statuses)),
                "status_as_of": year_of(first), "aliases": [], "source": first.source,
                "note": NOTE_OF_GROUP,
            })  # fmt: skip
            for k in keys:
                self.facilities[k].setdefault("part_of", []).append(key)
                shared |= {
                    (k, c) for c in capacities[k] if any(c.figure == g.figure for g in group)
                }
            for company in sorted(common):
                self.operates[company, key, first.source] = {
                    "company": company,
                    "facility": key,
                    "source": first.source,
                    "as_of": year_of(first),
                }
            self.make(key, first.source, group)
            if len(listed) == 1:
                self.own(key, first.source, year_of(first), Ownership(dict(*listed)))
        self.report.append(f"usgs: {len(by_members)} groups of plants that share a capacity")
        return shared

    def make(self, facility: str, source: str, capacities: Sequence[Capacity]) -> None:
        """Add the capacities of a facility; those with one figure for several products say so."""
        for c in capacities:
            twins = {
                o.product
                for o in capacities
                if o.product != c.product
                and c.capacity is not None
                and (o.capacity, o.unit, o.basis) == (c.capacity, c.unit, c.basis)
            }
            if c.basis == "content":
                twins = set()  # each counts its own element
            doubt = next((d for d in self.table["doubtful"] if d["product"] == c.product
                          and facility in d["facilities"]), None)  # fmt: skip
            factor = None if doubt or c.unit is None else TONNES.get(c.unit)
            is_mass = factor is not None and c.capacity is not None
            tonnes = float(f"{c.capacity * factor:.15g}") if is_mass else None
            self.can_make.append({
                "facility": facility, "product": c.product, "label": c.label,
                "capacity": c.capacity, "unit": c.unit, "tonnes": tonnes, "basis": c.basis,
                "as_of": c.as_of, "status": c.status, "shared_with": sorted(twins),
                "note": doubt["note"] if doubt else c.note, "source": source,
            })  # fmt: skip

    def own(self, owned: str, source: str, as_of: str | None, ownership: Ownership) -> None:
        """Add the owners of a facility."""
        for owner, share in ownership.shares.items():
            self.owns.append({
                "owner": owner, "owned": owned, "share": share, "as_of": as_of,
                "published_value": ownership.printed, "source": source,
            })  # fmt: skip

    def add_parents(self) -> None:
        """Add the owners of companies that names or the reviewed table give, and their owners."""
        companies = self.companies
        rest = sorted(companies.parents)
        while met := [company for company in rest if companies.used.get(company)]:
            rest = [company for company in rest if company not in met]
            for company in met:
                for parent in companies.parents[company]:
                    self.add_parent(company, parent)

    def add_parent(self, company: str, parent: Entry) -> None:
        """Add one owner of a company; that a name gives is of the source that has the name."""
        owner = parent["owner"]
        source = parent.get("source") or min(self.companies.used[company])
        if owner.startswith("government-"):
            self.companies.government(owner.removeprefix("government-").upper(), source)
        self.companies.used[owner].add(source)
        as_of = parent.get("as_of") or ("2018" if source == USGS["AFR"] else None)
        self.owns.append({
            "owner": owner, "owned": company, "share": parent.get("share"), "as_of": as_of,
            "note": parent.get("note"), "source": source,
        })  # fmt: skip

    def add_icmm(self, rows: Sequence[dict[str, str]]) -> None:
        """Add the sites of the ICMM that handle an element of the lists."""
        count = merged = doubted = 0
        for row in rows:
            elements = list(icmm_elements(row, self.table))
            if not elements or row["confidence"] == "Very Low":
                doubted += bool(elements)
                continue
            count += 1
            others = {name.strip() for name in row["group_names"].split(";")} - {"", row["name"]}
            key = self.add({
                "key": row["icmm_id"], "name": row["name"], "type": icmm_type(row["asset_type"]),
                "published_type": row["asset_type"], "country": row["iso3"],
                "latitude": number(row["lat"]), "longitude": number(row["lon"]),
                "confidence": row["confidence"], "aliases": sorted(others), "source": ICMM,
            }, merge=True)  # fmt: skip
            if key is None:
                continue
            merged += key != row["icmm_id"]
            for element, word, rank in elements:
                self.handle(key, element, word, ICMM, importance=rank)
        self.report.append(f"icmm: {count:,} of {len(rows):,} sites, {merged} of them known")
        self.report.append(f"icmm: {doubted:,} left out, of very low confidence")

    def add_australia(self, rows: Sequence[dict[str, str]]) -> None:
        """Add Australia's mines of a group of elements of the lists."""
        count = merged = 0
        for cells in rows:
            row = {heading: cell.strip() for heading, cell in cells.items()}
            group = row["commodity_group"]
            if group not in self.table["australia"]:
                if group not in self.table["australia_left_out"]:
                    raise SystemExit(f"not in facilities.yaml: {group}")
                continue
            count += 1
            key = self.add({
                "key": f"GA-{row['ga_globalid']}", "name": row["name"], "type": "mine",
                "country": row["iso3"], "place": row["state"] or None,
                "latitude": number(row["lat"]), "longitude": number(row["lon"]),
                "status": row["status"], "status_as_of": "2024", "aliases": [], "source": AUSTRALIA,
            }, merge=True)  # fmt: skip
            elements = self.table["australia"][group]
            note = "The source names the group alone, not which of it the mine has."
            for element in elements if key else ():
                self.handle(
                    key, element, group, AUSTRALIA, note=note if len(elements) > 1 else None
                )
            merged += key is not None and not key.startswith("GA-")
        self.report.append(f"australia: {count} of {len(rows)} mines, {merged} of them known")

    def add_eu(self, rows: Sequence[dict[str, str]]) -> None:
        """Add the sites of the EU's strategic projects."""
        for row in rows:
            key = f"EU-{slug(row['project'])[:40].strip('-')}-{slug(row['town'])}"
            self.add({
                "key": key, "name": row["project"],
                "type": self.table["eu_types"][row["plant_stage"]],
                "published_type": f"{row['crma_stage']}; {row['plant_stage']}",
                "country": row["country"], "place": row["town"],
                "latitude": None, "longitude": None,
                "confidence": row["town_confidence"], "status": row["plant_status_2026_09"],
                "status_as_of": "2026", "aliases": [], "source": EU,
            })  # fmt: skip
            for material in row["materials"].split(";"):
                for element in self.table["eu"][material]:
                    self.handle(key, element, material, EU)
            self.operate(row["promoter_as_mapped"], key, EU, as_of="2026")
        self.report.append(f"eu: {len(rows)} sites")


def year_of(plant: Plant) -> str | None:
    """Return the newest year that the rows of a plant give."""
    return max((row["capacity_year"] for row in plant.rows), default="") or None


def arrow_table(kind: str, rows: Sequence[Row]) -> pa.Table:
    """Make a table of the columns of a kind that any row has."""
    columns = [
        p for p in GRAPH[kind].columns if any(row.get(p.name) not in (None, []) for row in rows)
    ]
    arrays = {}
    for prop in columns:
        values = [row.get(prop.name) for row in rows]
        if prop.type is Type.TEXTS:
            values = [value or None for value in values]
        arrays[prop.name] = pa.array(values, ARROW[prop.type])
    return pa.table(arrays)


ABOUT = {
    "facilities": "Mines and plants that handle an element of the US list of 2025 or the EU list\n"
    "of 2023.",
    "handles": "The elements of each mine and plant, with the words of its source.",
    "can-make": "What mines and plants can make in a year: capacities, never production. One of a\n"
    "group of sites stands once, on the group.",
    "operates": "Who runs each mine and plant.",
    "owns": "Who owns mines, plants and companies. No share: none is published, or the rows of\n"
    "the source contradict each other. Sets of one day (set_as_of) are never added up.",
    "outputs": "What companies and their plants made, as published: never capacity.",
}  # fmt: skip
COMPANIES = """
Companies, governments and others that own or run mines and plants, by all the names of the sources.
A seat stands only where a page or the source itself says it: change tools/owners.yaml, which is
reviewed, not this file. Written by tools/build_facilities.py."""
PAGES = """
Pages that single facts of plants, owners, companies and outputs are from; of a copy, the original
is named. Written by tools/build_facilities.py."""
NAMES = {
    "facilities": "Facility",
    "handles": "HANDLES",
    "can-make": "CAN_MAKE",
    "operates": "OPERATES",
    "owns": "OWNS",
    "outputs": "MADE",
}


def write(seeds: Seeds, folder: Path) -> None:
    """Write the seed of every kind."""
    rows = {
        "facilities": seeds.facilities.values(), "handles": seeds.handles.values(),
        "can-make": seeds.can_make, "operates": seeds.operates.values(), "owns": seeds.owns,
        "outputs": seeds.outputs,
    }  # fmt: skip
    for name, facts in rows.items():
        kind = NAMES[name]
        ordered = sorted(
            facts, key=lambda row: [str(row.get(n) or "") for n in GRAPH[kind].identity]
        )
        comment = f"{ABOUT[name]}\nWritten by tools/build_facilities.py.\n{len(ordered):,} rows."
        table = SeedTable(name, kind, arrow_table(kind, ordered), {}, {}, comment)
        write_table(table, folder, level=19)
        seeds.report.append(f"facilities/{name}: {len(ordered):,}")
    used = {key for key, sources in seeds.companies.used.items() if sources}
    companies = []
    for key in used:
        company = seeds.companies.by_key[key]
        companies.append({
            "key": key, "name": company.name, "type": company.type, **company.facts,
            "aliases": sorted(company.aliases - {company.name}),
            "source": min(seeds.companies.used[key]),
        })  # fmt: skip
    if seeds.sources:
        write_seed(folder / "pages.yaml", PAGES, "Source", seeds.sources, sort=("key",))
    write_seed(folder / "companies.yaml", COMPANIES, "Company", companies, sort=("key",))
    seats = sum(1 for c in companies if c.get("seat"))
    seeds.report.append(f"facilities/companies: {len(companies):,}, {seats} with a seat")


def build(data: Path) -> Seeds:
    """Read the tables and collect the facts."""
    reference = read_reference()
    table = read_yaml("facilities.yaml")
    elements = reference.facts["Element"].to_pylist()
    critical = {row["key"] for row in elements if row["us_2025"] or row["eu_2023"]}
    # A group of the US list stands for its members.
    critical |= {g for row in elements if row["key"] in critical for g in row["member_of"] or ()}
    tables = {name: read_csv(data / "facilities" / file) for name, file in FILES.items()}
    seeds = Seeds(table, reference, Companies(read_yaml("owners.yaml"), reference))
    seeds.add_usgs(tables["usgs"], Commodities(table, critical))
    seeds.add_australia(tables["australia"])
    seeds.add_icmm(tables["icmm"])
    seeds.add_eu(tables["eu"])
    seeds.add_parents()
    if (data / "companies").is_dir():
        makers = Makers(seeds, read_yaml("makers.yaml"), data / "companies", slug, spelled)
        makers.add()
        seeds.outputs, seeds.sources = makers.outputs, list(makers.sources.values())
        seeds.report += [f"makers: {text}" for text in makers.left_out]
    return seeds


def main() -> None:
    """Build the seeds of mines, plants and owners."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("seeds"))
    options = parser.parse_args()
    seeds = build(options.data)
    write(seeds, options.out / "facilities")
    print("\n".join(seeds.report))


if __name__ == "__main__":
    main()
