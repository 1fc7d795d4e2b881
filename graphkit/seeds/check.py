"""Seeds: reviewable YAML files (and tables beside them) that hold every sourced fact.

:func:`read_seeds` turns a folder of them into :class:`Facts`, one typed Arrow table a kind, or
raises :class:`~graphkit.errors.SeedError` with every problem of every file. What needs whole rows
or every file is checked here: references, duplicates, ranges and sums of shares. Problems stop a
load; doubts, which can be right and look wrong, are warnings of ``graphkit check``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property, reduce
from math import fsum
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.arrow import any_twice, fingerprints, look_up
from graphkit.errors import Problem
from graphkit.period import Period
from graphkit.schema import GRAPH, LARGEST_OF_EACH, Kind, Prop, Schema, Type
from graphkit.seeds.elements import BY_NAME, BY_SYMBOL, ELEMENTS
from graphkit.seeds.facilities import bare_capacities, boxes, misplaced, wrong_owners
from graphkit.seeds.files import SeedFile, read_alone
from graphkit.seeds.records import FACTS, LONGEST_NAME, Locations
from graphkit.seeds.text import YamlText, at_most, shown


@dataclass(frozen=True)
class Facts:
    """Checked facts: for each seeded kind a table of its columns, in the order of the schema.

    Text columns are dictionary-encoded.
    """

    schema: Schema
    tables: Mapping[str, pa.Table]
    own: frozenset[str] = frozenset()
    """Keys of the sources of the user's own facts."""
    traded: frozenset[str] = frozenset()
    """Products of which there is trade in other data sets than the user's own."""

    def __getitem__(self, kind: str) -> pa.Table:
        return self.tables[kind]

    @property
    def rows(self) -> int:
        """Number of facts."""
        return sum(len(table) for table in self.tables.values())


def empty_table(kind: Kind) -> pa.Table:
    """Return a table with a kind's columns and no rows."""
    return pa.table({p.name: pa.array([], FACTS[p.type]) for p in kind.columns})


WORLD = "WLD"
LEAST = ("more-than", "at-least")
"""Qualifiers of a figure that is only the least."""
MAX_SHARE_SUM = 1.05
"""Published production shares are rounded; above this sum something is counted twice."""
SHARE_SCOPE = ("product", "period", "basis", "source")
"""Shares of one scope are of one total."""
MEASURED = ("EXPORTS", "PRODUCES", "HOLDS", "RATED", "REPORTS")
"""Kinds of what has been counted; a claim may be about the future."""
SAME_WEIGHT = 0.01
"""Part of an atomic weight by which published ones differ at most, as samples and rounding do."""
PLACES, MATERIALS = ("Country", "Area"), ("Element", "Product", "Stage")
"""Kinds that questions find by name."""
MAKERS = ("Company", "Facility")
"""Kinds whose names may be those of places, and whose keys may not."""
GROUPS = ("group",)
SUMS = ("world", *GROUPS)
"""Types of area whose figures hold those of others."""
MOST_HINTS = 20
"""Number of unknown names of one column for which the nearest known ones are looked up."""
IN_NO_FILE = Locations(YamlText("", ""))
"""Locations of the facts that a folder stands on top of."""
ON_TOP = "graphkit check --with FOLDER, and --with FOLDER behind any question"
Scope = tuple[str | None, ...]


class RowsOfKind(NamedTuple):
    """The rows of one file."""

    kind: Kind
    table: pa.Table
    locations: Locations


@dataclass(frozen=True)
class NodeKeys:
    """All nodes of one kind, in all files."""

    kind: Kind
    files: Sequence[RowsOfKind]
    complete: bool
    """True if every file of the kind was read; if not, an unknown key may be in an unread one."""

    @cached_property
    def keys(self) -> Mapping[str, tuple[Locations, int]]:
        """The first occurrence of each key."""
        first: dict[str, tuple[Locations, int]] = {}
        for _, table, locations in self.files:
            for row, key in enumerate(table[self.kind.key].to_pylist()):
                if key is not None:
                    first.setdefault(str(key), (locations, row))
        return first

    @cached_property
    def spoken(self) -> Mapping[str, str]:
        """Keys by name and alias, in lower case."""
        keys_by_name: dict[str, str] = {}
        for _, table, _ in self.files:
            for row in table.to_pylist():
                names = [*map(row.get, ("name", "short", "title")), *(row.get("aliases") or ())]
                if row[self.kind.key] is not None:
                    keys_by_name.update((n.lower(), row[self.kind.key]) for n in names if n)
        return keys_by_name | {key.lower(): key for key in self.keys}


def check_alone(text: str, schema: Schema = GRAPH) -> list[Problem]:
    """Find the problems of one seed file by its text; what it refers to is taken to be there.

    Examples
    --------
    >>> row = "{key: a, kind: guess, source: b}"
    >>> [str(problem) for problem in check_alone(f"kind: Claim\\nrows:\\n  - {row}\\n")][0][:40]
    "draft:3:20: kind: found 'guess', wanted "
    """
    file = read_alone(text, schema)
    other_files = [
        SeedFile(Locations(YamlText("", "")), [], kind)
        for kind in schema.nodes
        if kind is not file.kind
    ]
    return sorted({*file.problems, *check_all([file, *other_files], schema)})


def check_all(
    files: Sequence[SeedFile], schema: Schema, base: Facts | None = None
) -> list[Problem]:
    """Find every problem between properties, rows and files, in no particular order.

    With ``base``, the files stand on top of these facts, which were checked: they may refer to
    them, and each of their own facts needs a source among the files.
    """
    return at_most(_check_all(files, schema, base))


def _check_all(files: Sequence[SeedFile], schema: Schema, base: Facts | None) -> Iterator[Problem]:
    read = [RowsOfKind(f.kind, f.rows, f.locations) for f in files if f.kind and f.rows is not None]
    unread = {f.kind.name for f in files if f.kind and f.rows is None}
    below = [RowsOfKind(k, base[k.name], IN_NO_FILE) for k in schema.seeded] if base else []
    of_kind = {k.name: [r for r in (*below, *read) if r.kind.name == k.name] for k in schema.kinds}
    nodes = {k.name: NodeKeys(k, of_kind[k.name], k.name not in unread) for k in schema.nodes}
    absent: set[str] = set()
    if base is None:
        absent, of_absent = _absent_kinds(read, nodes)
        yield from of_absent
    areas = of_kind.get("Area", [])
    for rows in read:
        yield from _unknown_references(rows, nodes, absent)
        if base is not None:
            yield from _foreign(rows, nodes)
            yield from _taken_names(rows, base)
        yield from _ends_below_start(rows)
        yield from _shares_over_one(rows)
        yield from _trade_with_oneself(rows, nodes)
        yield from _trade_of_groups(rows, _areas(areas, GROUPS))
        yield from _unlike_data_set(rows, of_kind.get("Dataset", []))
        yield from _balances_of_areas(rows, nodes)
        yield from _wrong_elements(rows)
        yield from _future(rows)
        yield from _undated_editions(rows)
        yield from _uncut(rows)
        yield from _added_nowhere(rows)
    kinds_read = {rows.kind.name for rows in read}
    for kind in schema.seeded:
        if kind.name in kinds_read:
            yield from _duplicates(kind, of_kind[kind.name])
    yield from _clashing_keys(schema, nodes)
    of_plants = {
        name: [(r.table, r.locations) for r in of_kind.get(name, ()) if r.locations.file]
        for name in ("Facility", "CAN_MAKE")
    }
    if of_plants["Facility"]:
        nations = (row for rows in of_kind["Country"] for row in rows.table.to_pylist())
        yield from misplaced(of_plants["Facility"], boxes(nations))
    yield from bare_capacities(of_plants["CAN_MAKE"])
    if "OWNS" in kinds_read:
        yield from wrong_owners([(r.table, r.locations) for r in of_kind["OWNS"]])
    if "PRODUCES" in kinds_read:
        yield from _share_sums(of_kind["PRODUCES"], _areas(areas, SUMS))
        yield from _above_the_world(of_kind["PRODUCES"])


def _absent_kinds(
    files: Sequence[RowsOfKind], nodes: Mapping[str, NodeKeys]
) -> tuple[set[str], list[Problem]]:
    """List the kinds that no file has, if countries are among those referred to, and say so once.

    Such a folder is no graph of its own: it is meant to stand on top of shipped facts.
    """
    absent = {name for name, node in nodes.items() if node.complete and not node.keys}
    places = []
    for rows in files:
        for prop in (p for p in rows.kind.columns if p.ref and absent.issuperset(p.ref)):
            column = rows.table[prop.name].to_pylist()
            places += [(rows, prop, row) for row, value in enumerate(column) if value]
    referred = {name for _, prop, _ in places for name in prop.ref}
    if "Country" not in referred:
        return set(), []
    kinds = ", ".join(name for name in nodes if name in referred)
    rows, prop, row = places[0]
    message = (
        f"found {len(places):,} reference{'s' * (len(places) > 1)} to kinds that no file here has "
        f"({kinds}); to refer to those that ship, put the folder on top of them: {ON_TOP}"
    )
    return absent, [rows.locations.problem(row, prop.name, message)]


OF_ITS_OWN = {
    "source": ("Source", "by which answers tell your facts from others"),
    "dataset": ("Dataset", "since flows of two sources in one are not added up"),
}
"""Properties that a fact on top of others has of its own folder: their kind, and why."""


def _foreign(rows: RowsOfKind, nodes: Mapping[str, NodeKeys]) -> Iterator[Problem]:
    """Report facts on top of others that have a source or a data set of these."""
    for name in OF_ITS_OWN.keys() & {prop.name for prop in rows.kind.columns}:
        kind, reason = OF_ITS_OWN[name]
        for row, key in enumerate(rows.table[name].to_pylist()):
            if key in nodes[kind].keys and not nodes[kind].keys[key][0].file:
                message = (
                    f"found {shown(key)}, a {kind} of the facts below; wanted one of this folder, "
                    f"{reason}"
                )
                yield rows.locations.problem(row, name, message)


def _unknown_references(
    rows: RowsOfKind, nodes: Mapping[str, NodeKeys], absent: Collection[str]
) -> Iterator[Problem]:
    for prop in rows.kind.columns:
        targets = [nodes[name] for name in prop.ref if name not in absent]
        if not targets or not all(t.complete for t in targets):
            continue
        column = rows.table[prop.name].combine_chunks()
        flat = column.flatten() if prop.type is Type.TEXTS else column
        values = [v for v in flat.unique().to_pylist() if v is not None]
        unknown = [v for v in values if not any(v in t.keys for t in targets)]
        if not unknown:
            continue
        messages = {v: _unknown(v, prop, targets, n) for n, v in enumerate(unknown)}
        for row, value in enumerate(column.to_pylist()):
            for item, key in enumerate(value if isinstance(value, list) else [value]):
                if key in messages:
                    yield rows.locations.problem(row, prop.name, messages[key], item)


def _unknown(text: str, prop: Prop, targets: Sequence[NodeKeys], number: int) -> str:
    """Word an unknown reference, with the key its name belongs to or the nearest keys."""
    message = f"unknown {' or '.join(prop.ref).lower()} {shown(text)}"
    for target in targets:
        if text.lower() in target.spoken:
            return f"{message}; its key is {target.spoken[text.lower()]!r}"
    if number >= MOST_HINTS:
        return message
    known_keys = sorted({key for t in targets for key in t.keys})
    spoken = {name: key for t in targets for name, key in t.spoken.items()}
    text = text[:LONGEST_NAME]
    close = get_close_matches(text, known_keys, n=3, cutoff=0.6)
    close += [spoken[n] for n in get_close_matches(text.lower(), list(spoken), n=2, cutoff=0.75)]
    nearest = list(dict.fromkeys(close))[:3]
    hint = f"nearest: {', '.join(nearest)}" if nearest else "nothing is near it"
    return f"{message}; {hint}"


def identities(kind: Kind, rows: pa.Table) -> pa.Array:
    r"""Join the identity of every row into one text; null where a required part is missing.

    ``|`` separates the parts; in a part of an edge, ``\`` escapes ``|`` and ``\``.
    """
    parts = []
    for prop in (p for p in kind.columns if p.key):
        part = rows[prop.name].combine_chunks().cast(pa.string())
        if kind.is_edge:
            part = pc.replace_substring(pc.replace_substring(part, "\\", "\\\\"), "|", "\\|")
        parts.append(part if prop.required else pc.fill_null(part, ""))
    return pc.binary_join_element_wise(*parts, "|") if len(parts) > 1 else parts[0]


def _any_twice(kind: Kind, files: Sequence[RowsOfKind]) -> bool:
    """Return True if two rows may share an identity, by fingerprints, which take little memory."""
    prints = []
    for rows in files:
        row_prints = fingerprints(rows.table.select(kind.identity))
        needed = [rows.table[p.name].is_valid() for p in kind.columns if p.key and p.required]
        prints.append(row_prints[reduce(pc.and_, needed).to_numpy()])
    return any_twice(np.concatenate(prints))


def _duplicates(kind: Kind, files: Sequence[RowsOfKind]) -> Iterator[Problem]:
    if not any(len(rows.table) for rows in files) or not _any_twice(kind, files):
        return
    columns = [identities(kind, rows.table) for rows in files]
    first: dict[str, tuple[Locations, int]] = {}
    # The place of a node is its key; of an edge, which has several, its row.
    column = None if kind.is_edge else kind.key
    for rows, row_identities in zip(files, columns, strict=True):
        for row, identity in enumerate(row_identities.to_pylist()):
            if identity is None:
                continue
            if identity not in first:
                first[identity] = (rows.locations, row)
                continue
            place = _place(*first[identity], column)
            message = f"duplicate {kind.name} {identity}; first {place}"
            if kind.name == "Facility":
                message += "; wanted one row, and one country, a plant"
            yield rows.locations.problem(row, column, message)


def _place(locations: Locations, row: int, column: str | None) -> str:
    """Write the place of a value as messages give it: file, line and column."""
    if not locations.file:
        return "in the facts below"
    place = locations.problem(row, column, "")
    return f"at {place.file}:{place.line}:{place.column}"


def _clashing_keys(schema: Schema, nodes: Mapping[str, NodeKeys]) -> Iterator[Problem]:
    """Find keys that two kinds share, where one column may refer to either kind."""
    pairs = {
        (first_kind, second_kind)
        for kind in schema.seeded
        for prop in kind.columns
        for first_kind in prop.ref
        for second_kind in prop.ref
        if first_kind < second_kind
    }
    for first_kind, second_kind in sorted(pairs):
        for key in sorted(nodes[first_kind].keys.keys() & nodes[second_kind].keys.keys()):
            first, second = nodes[first_kind], nodes[second_kind]
            if not second.keys[key][0].file:
                first, second = second, first
            place = _place(*first.keys[key], first.kind.key)
            message = f"{key!r} is also the key of {first.kind.name} {place}"
            locations, row = second.keys[key]
            if locations.file:
                yield locations.problem(row, second.kind.key, message)


def _ends_below_start(rows: RowsOfKind) -> Iterator[Problem]:
    for prop in rows.kind.columns:
        if prop.not_below is None:
            continue
        values, limits = rows.table[prop.name], rows.table[prop.not_below]
        for row in pc.indices_nonzero(pc.fill_null(pc.less(values, limits), False)).to_pylist():
            message = f"found {values[row]}, wanted at least {prop.not_below} ({limits[row]})"
            yield rows.locations.problem(row, prop.name, message)


def _shares_over_one(rows: RowsOfKind) -> Iterator[Problem]:
    """Report shares beyond 0 to 1, in kinds whose figures have a unit of their own."""
    names = {p.name for p in rows.kind.columns}
    if not {"unit", "value", "low", "high"} <= names:
        return
    shares = pc.equal(rows.table["unit"], "share")
    for name in (name for name in ("value", "low", "high") if name in names):
        figures = rows.table[name]
        beyond = pc.or_(pc.less(figures, 0), pc.greater(figures, 1))
        wrong = pc.fill_null(pc.and_kleene(shares, beyond), False)
        for row in pc.indices_nonzero(wrong).to_pylist():
            message = f"found {figures[row].as_py():g}, wanted 0 to 1, since its unit is share"
            yield rows.locations.problem(row, name, message)


def _trade_with_oneself(rows: RowsOfKind, nodes: Mapping[str, NodeKeys]) -> Iterator[Problem]:
    """Report countries that sell to themselves; within an area there is trade."""
    if rows.kind.name != "EXPORTS":
        return
    sellers, buyers = (rows.table[name].cast(pa.string()) for name in ("exporter", "importer"))
    same = pc.fill_null(pc.equal(sellers, buyers), False)
    for row in pc.indices_nonzero(same).to_pylist():
        if (place := sellers[row].as_py()) not in nodes["Area"].keys:
            message = f"found {place!r} on both sides, wanted two countries"
            yield rows.locations.problem(row, "importer", message)


def _trade_of_groups(rows: RowsOfKind, groups: Collection[str]) -> Iterator[Problem]:
    """Report trade of a group: no answer can tell whose of its members it is."""
    if rows.kind.name != "EXPORTS":
        return
    for name in ("exporter", "importer"):
        places = rows.table[name].cast(pa.string())
        wrong = pc.is_in(places, pa.array(sorted(groups), pa.string()))
        for row in pc.indices_nonzero(wrong).to_pylist():
            message = (
                f"found {places[row].as_py()!r}, a group of countries, wanted a country: answers "
                "count a group's trade from that of its members"
            )
            yield rows.locations.problem(row, name, message)


def _taken_names(rows: RowsOfKind, base: Facts) -> Iterator[Problem]:
    """Report nodes on top of others that take the name of one of these."""
    if rows.kind.is_edge or rows.kind.name not in {*PLACES, *MATERIALS, *MAKERS}:
        return
    owners: dict[str, str] = {}
    for kind in PLACES:
        for row in base[kind].select(["iso3", "name"]).to_pylist():
            owners |= dict.fromkeys((row["iso3"].lower(), row["name"].lower()), row["iso3"])
    columns = ["key"] if rows.kind.name in MAKERS else ["key", "iso3", "name", "short"]
    if rows.kind.name not in MAKERS:
        owners |= NodeKeys(
            rows.kind, [RowsOfKind(rows.kind, base[rows.kind.name], IN_NO_FILE)], True
        ).spoken
    for name in (name for name in columns if name in rows.table.column_names):
        for row, text in enumerate(rows.table[name].to_pylist()):
            key = owners.get((text or "").lower())
            if key is not None and key != rows.table[rows.kind.key][row].as_py():
                message = f"found {shown(text)}, a name of {key} below; wanted one of its own"
                yield rows.locations.problem(row, name, message)


def _unlike_data_set(rows: RowsOfKind, sets: Sequence[RowsOfKind]) -> Iterator[Problem]:
    """Report flows that are counted in another way than their data set says."""
    if rows.kind.name != "EXPORTS":
        return
    datasets = {row["key"]: row for _, table, _ in sets for row in table.to_pylist()}
    column = rows.table["dataset"].cast(pa.string())
    for name in ("reporter", "hs_revision", "valuation"):
        declared = {key: row[name] for key, row in datasets.items() if row[name] is not None}
        expected = look_up(column, declared)
        values = rows.table[name].cast(pa.string())
        unlike = pc.fill_null(pc.not_equal(values, expected), False)
        for row in pc.indices_nonzero(unlike).to_pylist():
            reason = f"as the data set {column[row]} has"
            message = f"found {values[row]}, wanted {expected[row]}, {reason}"
            yield rows.locations.problem(row, name, message)


def _balances_of_areas(rows: RowsOfKind, nodes: Mapping[str, NodeKeys]) -> Iterator[Problem]:
    """Report figures of a balance that are not a country's: only a price may be an area's."""
    if rows.kind.name != "REPORTS":
        return
    statistics = rows.table["statistic"].to_pylist()
    for row, place in enumerate(rows.table["country"].to_pylist()):
        if place in nodes["Area"].keys and statistics[row] not in (None, "price"):
            message = f"found the area {place!r}, wanted a country: only a price may be an area's"
            yield rows.locations.problem(row, "country", message)


def _wrong_elements(rows: RowsOfKind) -> Iterator[Problem]:
    """Report elements whose symbol, number, name and weight are not of one element."""
    if rows.kind.name != "Element":
        return
    for row, element in enumerate(rows.table.to_pylist()):
        key, number, weight = (element[n] for n in ("key", "atomic_number", "atomic_weight"))
        if element["type"] != "element" or key is None:
            continue
        known = BY_SYMBOL.get(key)
        if number is not None and number <= len(ELEMENTS):
            symbol = ELEMENTS[number - 1].symbol
            if key != symbol:
                message = f"found {shown(key)}, wanted {symbol}, the symbol of {number}"
                yield rows.locations.problem(row, "key", message)
                continue
        elif number is not None and known is not None:
            message = f"found {number}, wanted {known.number}, the number of {key}"
            yield rows.locations.problem(row, "atomic_number", message)
        if known is None:
            near = f", such as {key.capitalize()}" if key.capitalize() in BY_SYMBOL else ""
            message = f"found {shown(key)}, wanted the symbol of an element{near}"
            yield rows.locations.problem(row, "key", message)
            continue
        aliases = [("aliases", alias, n) for n, alias in enumerate(element["aliases"] or ())]
        for column, name, item in [
            ("name", element["name"], None),
            ("short", element["short"], None),
            *aliases,
        ]:
            other = BY_NAME.get((name or "").lower(), known)
            if other is not known:
                reason = f"since {key} is {known.name} and {other.name} is {other.symbol}"
                message = f"found {shown(name)}, wanted {known.name}, {reason}"
                yield rows.locations.problem(row, column, message, item)
        expected = known.weight
        if weight and expected and abs(weight - expected) > SAME_WEIGHT * expected:
            message = f"found {weight:g}, wanted about {expected:g}, the atomic weight of {key}"
            yield rows.locations.problem(row, "atomic_weight", message)


def _future(rows: RowsOfKind) -> Iterator[Problem]:
    """Report figures of years that have not begun."""
    if rows.kind.name not in MEASURED:
        return
    year = date.today().year
    periods = rows.table["period"].cast(pa.string())
    late = [p for p in periods.unique().to_pylist() if p and Period(p).year > year]
    for row in pc.indices_nonzero(pc.is_in(periods, pa.array(late, pa.string()))).to_pylist():
        message = f"found {periods[row].as_py()!r}, wanted nothing after {year}"
        yield rows.locations.problem(row, "period", message)


def _undated_editions(rows: RowsOfKind) -> Iterator[Problem]:
    """Report editions without a date, since the newest is used."""
    if rows.kind.name != "Source":
        return
    for row, source in enumerate(rows.table.to_pylist()):
        if source["edition_of"] and not source["published"]:
            message = "found an edition without 'published', wanted its date: the newest is used"
            yield rows.locations.problem(row, "edition_of", message)


def _uncut(rows: RowsOfKind) -> Iterator[Problem]:
    """Report data sets whose extent and number of largest flows do not go together."""
    if rows.kind.name != "Dataset":
        return
    for row, dataset in enumerate(rows.table.to_pylist()):
        of_each = dataset["extent"] == LARGEST_OF_EACH
        if of_each and dataset["largest"] is None:
            message = f"found {LARGEST_OF_EACH} without 'largest', wanted how many of each"
            yield rows.locations.problem(row, "extent", message)
        if dataset["largest"] is not None and not of_each:
            message = f"found a number, wanted none unless the extent is {LARGEST_OF_EACH}"
            yield rows.locations.problem(row, "largest", message)


def _added_nowhere(rows: RowsOfKind) -> Iterator[Problem]:
    """Report value added without the country or area whose sector it is of."""
    if rows.kind.name != "Sector":
        return
    for row, sector in enumerate(rows.table.to_pylist()):
        if sector["value_added"] is not None and sector["value_added_of"] is None:
            message = "found a value without 'value_added_of', wanted the country or area it is of"
            yield rows.locations.problem(row, "value_added", message)


def _areas(areas: Sequence[RowsOfKind], types: Collection[str]) -> set[str]:
    """Return the keys of areas of some types."""
    return {
        area["iso3"]
        for rows in areas
        for area in rows.table.select(["iso3", "type"]).to_pylist()
        if area["type"] in types
    }


def _share_sums(files: Sequence[RowsOfKind], sums: set[str]) -> Iterator[Problem]:
    """Report production shares of one product, period, basis and source over 105 % together."""
    shares: dict[Scope, list[float]] = defaultdict(list)
    last: dict[Scope, tuple[Locations, int]] = {}
    for _, table, locations in files:
        scopes = zip(*(table[n].to_pylist() for n in SHARE_SCOPE), strict=True)
        values = zip(scopes, table["country"].to_pylist(), table["share"].to_pylist(), strict=True)
        for row, (scope, country, share) in enumerate(values):
            if share is not None and country not in sums:
                shares[scope].append(share)
                last[scope] = (locations, row)
    for scope, parts in shares.items():
        if fsum(parts) > MAX_SHARE_SUM + 1e-9:
            locations, row = last[scope]
            label = ", ".join(" ".join(part.split()) for part in scope if part)
            message = f"shares of {label} add up to {fsum(parts):.1%}; wanted at most 105 %"
            yield locations.problem(row, "share", message)


def _above_the_world(files: Sequence[RowsOfKind]) -> Iterator[Problem]:
    """Report output above that of the world in the same table, by more than rounding."""
    world: dict[Scope, float] = {}
    for _, table, _ in files:
        for row in table.filter(pc.equal(table["country"], WORLD)).to_pylist():
            if row["tonnes"] is not None and row["qualifier"] not in LEAST:
                world[tuple(row[name] for name in SHARE_SCOPE)] = row["tonnes"]
    for _, table, locations in files:
        scopes = zip(*(table[name].to_pylist() for name in SHARE_SCOPE), strict=True)
        values = zip(scopes, table["tonnes"].to_pylist(), strict=True)
        for row, (scope, tonnes) in enumerate(values):
            most = world.get(scope)
            if most is not None and tonnes is not None and tonnes > MAX_SHARE_SUM * most:
                message = f"found {tonnes:,.15g} t, wanted at most the world's {most:,.15g} t"
                yield locations.problem(row, "tonnes", message)
