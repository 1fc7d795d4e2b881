"""Reads hand-made tables of plants, owners, companies and outputs into the facts of facilities.

``build_facilities.py`` calls it, with the folder of the tables. ``makers.yaml`` beside this file
says which plant of another table each plant is, what its forms are in the graph, which words make
a capacity a plan, who is meant by an owner's name, and which hosts only republish others' pages.
"""

from __future__ import annotations

import csv
import re
from calendar import month_name
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from graphkit.period import Period
from graphkit.questions.plants.facilities import COMPLETE

SETS = ("battery", "minor", "base")
MONTHS = 24
"""Months within which facts of several sources are of one set of owners."""
Row = dict[str, Any]
QUALIFIERS = {
    "about": "about", "near": "about", "almost": "about", "nearly": "about", "close to": "about",
    "more than": "more-than", "over": "more-than", "up to": "up-to", "at least": "at-least",
}  # fmt: skip
MONTH_OF = {name: month for month, name in enumerate(month_name) if name}
SCOPES = {"100%": "whole", "equity": "equity", "sales": "sales", "": "whole"}


def read_tables(folder: Path, name: str) -> list[dict[str, str]]:
    """Read the rows of one kind of all sets, as text."""
    rows = []
    for made_for in SETS:
        with (folder / f"{made_for}_{name}.csv").open(encoding="utf-8", newline="") as file:
            rows += [{n: cell.strip() for n, cell in row.items()} for row in csv.DictReader(file)]
    return rows


def period_of(text: str) -> str:
    """Write a period as the graph does; fiscal years are runs of months.

    >>> period_of("FY2025 (to June)"), period_of("2024Q3"), period_of("2024 nine months")
    ('2024-07..2025-06', '2024-Q3', '2024-01..2024-09')
    """
    if found := re.fullmatch(r"(\d{4})(H[12]|Q[1-4])", text):
        return f"{found[1]}-{found[2]}"
    if found := re.match(r"FY(\d{4})", text):
        return f"{int(found[1]) - 1}-07..{found[1]}-06"
    if found := re.fullmatch(r"(\d{4}) \(?nine months\)?", text):
        return f"{found[1]}-01..{found[1]}-09"
    if found := re.fullmatch(r"nine months to March (\d{4})", text):
        return f"{int(found[1]) - 1}-07..{found[1]}-03"
    if found := re.fullmatch(r"(\d{4})Q4-(\d{4})Q3", text):
        return f"{found[1]}-10..{found[2]}-09"
    if found := re.match(r"(\d{4})/\d\d \(October to September\)", text):
        return f"{found[1]}-10..{int(found[1]) + 1}-09"
    if found := re.fullmatch(r"(\d{4}) \(to (\w+)\)", text):
        return f"{found[1]}-01..{found[1]}-{MONTH_OF[found[2]]:02}"
    if found := re.fullmatch(r"(\d{4}) \(?(\w+)(?: to |-)(\w+)\)?", text):
        months = MONTH_OF[found[2]], MONTH_OF[found[3]]
        if months == (4, 9):
            return f"{found[1]}-04..{found[1]}-09"
        return f"{found[1]}-{months[0]:02}..{found[1]}-{months[1]:02}"
    if found := re.fullmatch(r"(\d{4}) \(five months from start\)", text):
        return f"{found[1]}-08..{found[1]}-12"
    return re.sub(r" \(first year of operation\)", "", text)


def day_of(text: str) -> str | None:
    """Return the year or month that a date or its explanation begins with."""
    found = re.match(r"\d{4}(-\d\d)?", text)
    return found[0] if found else None


def spoken(text: str) -> str | None:
    """Return how a figure is to be read, by the words beside its unit."""
    return next((q for words, q in QUALIFIERS.items() if re.search(rf"\b{words}\b", text)), None)


@dataclass
class Makers:
    """The facts of the tables, put into the seeds that another builder began."""

    seeds: Any
    table: Mapping[str, Any]
    folder: Path
    slug: Callable[[str], str]
    spelled: Callable[[str], str]
    keys: dict[str, str] = field(default_factory=dict)
    """Key of each plant, by its name in the tables."""
    sources: dict[str, Row] = field(default_factory=dict)
    outputs: list[Row] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(self) -> None:
        """Add all facts of the tables."""
        companies = self.seeds.companies
        for name, key in self.table["companies"].items():
            if key in companies.by_key:
                companies.key_of[self.spelled(name)] = key
        self.read_sources()
        self.add_plants()
        self.add_owners()
        self.add_companies()
        self.add_outputs()
        for key, names in self.table["names_of_companies"].items():
            companies.by_key[key].aliases |= {*names}
        for place, parts in self.table["parts"].items():
            for part in parts:
                self.seeds.facilities[part].setdefault("part_of", []).append(place)
        for key, names in self.table["not_names"].items():
            known = self.seeds.facilities[key]
            known["aliases"] = [name for name in known["aliases"] if name not in names]
        for key, names in self.table["names"].items():
            known = self.seeds.facilities[key]
            known["aliases"] = sorted({*known["aliases"], *names} - {known["name"]})

    def rows(self, name: str) -> list[dict[str, str]]:
        """Read the rows of one kind, and what was read since the tables were made."""
        return [*read_tables(self.folder, name), *self.table["read_since"][name]]

    # --- sources

    def read_sources(self) -> None:
        """Read the sources; one at a mirror stands under the name of its original, or nowhere."""
        self.published: dict[str, Row] = {}
        for row in self.rows("sources"):
            host = urlsplit(row["url"]).netloc.lower().removeprefix("www.")
            is_mirror = any(
                host == mirror or host.endswith(f".{mirror}") for mirror in self.table["mirrors"]
            )
            original = self.table["originals"].get(row["source_id"])
            if is_mirror and original is None:
                continue
            self.published[row["source_id"]] = {
                "key": row["source_id"].replace("_", "-"), "title": row["title"],
                "publisher": original["publisher"] if original else row["publisher"],
                "published": day_published(row["published"]),
                "url": (original or {}).get("url") if is_mirror else row["url"],
                "licence": "not stated", "medium": row["kind"].replace(" ", "-"),
                "evidence": "quoted" if is_mirror else "excerpt",
                "note": "Read in a copy; the publisher is that of the original."
                if is_mirror else None,
            }  # fmt: skip

    def source(self, ids: str) -> str | None:
        """Return the first source of a row that may be named; None if there is none."""
        for name in ids.split(";"):
            if name in self.published and "icmm_2025" not in name:
                row = self.published[name]
                self.sources[row["key"]] = row
                return str(row["key"])
        return None

    def leave_out(self, row: Mapping[str, str], reason: str) -> None:
        """Report a row that does not become a fact."""
        name = " ".join(row[n] for n in ("company", "plant", "owner") if row.get(n))
        self.left_out.append(f"{reason}: {name}")

    # --- plants

    def is_group(self, name: str) -> bool:
        """Return True if a row is of several plants that the source does not tell apart."""
        return bool(re.search(self.table["groups"], name))

    def key_of(self, row: Mapping[str, str]) -> str:
        """Return the key of the plant that a row is of, in another table or its own."""
        name = row["plant"]
        reviewed = self.table["at"].get(name)
        if reviewed is not None:
            if reviewed in self.seeds.facilities:
                return str(reviewed)
            return f"site-{self.slug(reviewed or name)}"
        if row["lat"]:
            place = (row["iso3"], round(float(row["lat"]), 4), round(float(row["lon"]), 4))
            if place in self.seeds.at:
                return str(self.seeds.at[place])
        return f"site-{self.slug(name)}"

    def add_plants(self) -> None:
        """Add the plants, or to those of other tables names, the newest status and capacities."""
        rows = read_tables(self.folder, "plants")
        by_key: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in rows:
            if self.is_group(row["plant"]) and row["plant"] not in self.table["at"]:
                self.leave_out(row, "a figure of several plants")
                continue
            key = self.keys.setdefault(row["plant"], self.key_of(row))
            if self.source(row["source_id"]) is None:
                self.leave_out(row, "a mirror")
                continue
            by_key[key].append(row)
        for key, group in by_key.items():
            self.add_plant(key, group)
            for row in group:
                self.add_capacity(key, row)

    def add_plant(self, key: str, rows: Sequence[dict[str, str]]) -> None:
        """Add one plant with its newest status."""
        first = rows[0]
        runs = [row for row in rows if row["status"] and row["status"] != "planned"]
        newest = max(
            runs or [row for row in rows if row["status"]] or [{}],
            key=lambda row: row.get("status_date", ""),
        )
        names = {row["plant"] for row in rows}
        for row in rows:
            names |= {name.strip() for name in row["other_names"].split(";")} - {""}
        names = {name for name in names if not re.search(r"group|figure|one figure", name)}
        status = {
            "status": newest.get("status") or None,
            "status_as_of": day_of(newest.get("status_date", "")),
            "status_source": self.source(newest["source_id"]) if newest else None,
        }
        known = self.seeds.facilities.get(key)
        if known is None:
            place = next((row for row in rows if row["lat"]), None)
            known = {
                "key": key, "name": first["plant"], "type": self.table["kinds"][first["kind"]],
                "published_type": "; ".join(sorted({row["kind"] for row in rows})),
                "country": first["iso3"], "place": first["region"] or None,
                "latitude": float(place["lat"]) if place else None,
                "longitude": float(place["lon"]) if place else None,
                "aliases": [], "source": self.source(first["source_id"]),
            }  # fmt: skip
            self.seeds.add(known)
        elif known["source"] == "icmm-2025":
            names.add(known["name"])
            known["name"] = first["plant"]
        if status["status"] and (known.get("status_as_of") or "") <= (status["status_as_of"] or ""):
            known |= status
            self.seeds.facilities[key] |= status
        known["aliases"] = sorted({*known["aliases"], *names} - {known["name"]})

    def form_of(self, row: Mapping[str, str], kind: str, form: str) -> Mapping[str, Any]:
        """Return the first rule of what a form is in the graph."""
        for rule in self.table["makes"]:
            if (
                rule["commodity"] == row["commodity"]
                and rule.get("kind", kind) == kind
                and rule.get("content", row["content"]) == row["content"]
                and ("form" not in rule or re.search(rule["form"], form))
                and ("unit" not in rule or rule["unit"] in row["unit"])
            ):
                return dict(rule)
        raise SystemExit(
            f"not in makers.yaml: {row['commodity']}, {kind}, {form}, {row['content']}"
        )

    def factor_of(self, unit: str) -> float | None:
        """Return the tonnes in one of a unit; what stands in brackets says how to read it."""
        bare = re.sub(r"\(.*| of .*", "", unit).strip()
        if not bare:
            return None
        if bare not in self.table["units"]:
            raise SystemExit(f"not in makers.yaml: unit {unit}")
        return float(self.table["units"][bare])

    def add_capacity(self, key: str, row: Mapping[str, str]) -> None:
        """Add what a plant can make, or is to make; what is no product of the graph as printed."""
        form = row["product_form"]
        rule = self.form_of(row, row["kind"], form)
        element = self.table["elements"][row["commodity"]]
        source = self.source(row["source_id"])
        low, _, high = row["capacity"].partition("-")
        factor = self.factor_of(row["unit"])
        printed = f"{row['capacity']} {row['unit']}".strip() or None
        words = f"{row['unit']}; {form}"
        status = row["status"].split(" (")[0]
        is_plan = re.search(self.table["plan"], words) or status in ("planned", "construction")
        measure = "rate" if re.search(self.table["rate"], words) else "plan" if is_plan else None
        label = "; ".join(filter(None, (row["commodity"], form)))
        if row["other_names"].startswith(("phase", "Upstream")) or "phase" in row["unit"]:
            label += f"; {row['unit'].removeprefix('t/yr ').strip('()')}"
        shared: Row = {"label": label, "source": source, "as_of": row["capacity_year"] or None}
        as_printed = {"published_value": printed, "as_of": shared["as_of"]}
        is_product = "product" in rule
        self.seeds.handle(key, element, label, source, **({} if is_product else as_printed))
        if not is_product:
            return
        amount = float(low) if low else None
        weighed = amount is not None and factor is not None and not high
        tonnes = float(f"{amount * factor:.12g}") if weighed and amount and factor else None
        rows = self.seeds.can_make
        same = (key, rule["product"], label, source)
        if any((r["facility"], r["product"], r["label"], r["source"]) == same for r in rows):
            shared["label"] = f"{label}; {printed}"
            if any((r["facility"], r["product"], r["label"], r["source"])
                   == (key, rule["product"], shared["label"], source) for r in rows):  # fmt: skip
                return
        rows.append({
            "facility": key, "product": rule["product"], **shared,
            "capacity": amount if weighed else None, "unit": row["unit"] if weighed else None,
            "tonnes": tonnes, "basis": rule.get("basis"), "measure": measure,
            "status": row["status"] or None, "shared_with": [],
            "note": f"Printed: {printed}." if high else None,
        })  # fmt: skip

    # --- owners

    def company(self, name: str, country: str, source: str) -> str | None:
        """Return the key of a company or government."""
        key = self.seeds.companies.called(name, country, source)
        if key is None:
            return None
        company = self.seeds.companies.by_key[key]
        if name in self.table["ventures"]:
            company.type = "venture"
        elif name in self.table["persons"]:
            company.type = "persons"
        return str(key)

    def stakes_of(self, row: Mapping[str, str]) -> Iterator[Row]:
        """Yield the owners that one row names."""
        source = self.source(row["source_id"])
        if source is None:
            self.leave_out(row, "a mirror")
            return
        names = self.table["owners"].get(row["owner"], [row["owner"]])
        key = self.keys.get(row["plant"])
        if not names or key is None:
            self.leave_out(row, "no company or plant" if not names else "no plant")
            return
        share = round(float(row["share_pct"]) / 100, 8) if row["share_pct"] else None
        waits = re.search("agreed|planned|after the state", row["as_of"])
        country = self.seeds.facilities[key]["country"]
        for name in names:
            yield {
                "owner": self.company(name, country, source), "owned": key,
                "share": share if len(names) == 1 else None, "as_of": day_of(row["as_of"]),
                "planned": True if waits or row["plant"] in self.table["not_done"] else None,
                "source": source,
            }  # fmt: skip

    def add_owners(self) -> None:
        """Add the owners of each plant in sets of one day."""
        by_plant: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows("owners"):
            for stake in self.stakes_of(row):
                if row["plant"] in self.table["contradicted"]:
                    stake["share"] = None
                others = by_plant[stake["owned"]]
                same = ("owner", "source", "planned")
                twin = next((o for o in others if all(o[n] == stake[n] for n in same)), None)
                if twin is None:
                    others.append(stake)
                elif twin["share"] is not None:
                    # One source names a direct and an indirect part of one owner.
                    twin["share"] = round(twin["share"] + (stake["share"] or 0.0), 8)
        for stakes in by_plant.values():
            self.seeds.owns += [stake for stake in stakes if stake["planned"]]
            for one in owner_sets([stake for stake in stakes if not stake["planned"]]):
                day = max((stake["as_of"] or "" for stake in one), default="") or None
                for stake in one:
                    self.seeds.owns.append({**stake, "set_as_of": day})

    # --- companies

    def add_companies(self) -> None:
        """Add names, seats, listings and parents of companies."""
        for row in read_tables(self.folder, "companies"):
            source = self.source(row["source_id"])
            if source is None or row["company"] in self.table["no_company"]:
                self.leave_out(row, "a mirror" if source is None else "no company")
                continue
            key = self.company(row["company"], row["seat_iso3"] or "CHN", source)
            company = self.seeds.companies.by_key[key]
            company.aliases |= {
                re.sub(r" \(.*", "", name.strip()) for name in row["other_names"].split(";")
            } - {"", company.name}
            facts = company.facts
            if row["seat_iso3"] and not facts.get("seat"):
                facts |= {"seat": row["seat_iso3"], "seat_source": source}
            if row["listed_on"] and not facts.get("listed_on"):
                facts["listed_on"] = row["listed_on"]
            if row["state_share_pct"] and float(row["state_share_pct"]) > 50:
                facts["state_owned"] = True
            self.add_parent(key, row, source)

    def add_parent(self, key: str, row: Mapping[str, str], source: str) -> None:
        """Add the owner of a company that its row names."""
        parent = self.table["parents"].get(row["parent"], row["parent"])
        if not parent:
            return
        waits = {row["company"], f"{row['company']} {row['parent']}"} & {
            *self.table["parents_not_done"]
        }
        owner = self.company(parent, row["seat_iso3"] or "CHN", source)
        share = round(float(row["parent_share_pct"]) / 100, 8) if row["parent_share_pct"] else None
        fact = {
            "owner": owner, "owned": key, "share": share, "as_of": day_of(row["as_of"]),
            "planned": True if waits else None, "source": source,
        }  # fmt: skip
        others = [
            r for r in self.seeds.owns
            if r["owned"] == key and r["owner"] == owner and not r.get("planned")
        ]  # fmt: skip
        if owner != key and not any(
            (r["as_of"] or "") >= (fact["as_of"] or "") and r["share"] is not None for r in others
        ):
            self.seeds.owns = [r for r in self.seeds.owns if r not in others]
            self.seeds.owns.append(fact)

    # --- outputs

    def add_outputs(self) -> None:
        """Add what companies and plants made; nothing of whole countries or of all makers."""
        seen: set[tuple[Any, ...]] = set()
        for row in read_tables(self.folder, "output"):
            source, name = self.source(row["source_id"]), row["company"]
            if source is None:
                self.leave_out(row, "a mirror")
            elif re.search(r"^\(|\(all|, all |^World$|Group of", name):
                self.leave_out(row, "no company")
            elif re.search(r"yearly rate|forecast|expectation|expected|target", row["form"]):
                self.leave_out(row, "a rate or an expectation")
            elif (fact := self.output(row, source)) is not None:
                identity = tuple(
                    fact[n] for n in ("company", "element", "plant", "product", "label", "scope",
                                      "period", "value")
                )  # fmt: skip
                if identity not in seen:
                    seen.add(identity)
                    self.outputs.append(fact)

    def output(self, row: Mapping[str, str], source: str) -> Row | None:
        """Read one output."""
        plant = self.keys.get(row["plant"])
        where = self.seeds.facilities[plant]["country"] if plant else "CHN"
        names = self.table["owners"].get(row["company"], [row["company"]])
        company = self.company(names[0], where, source)
        form = row["form"]
        rule = self.form_of(row, "", form)
        factor = self.factor_of(row["unit"])
        period = period_of(row["period"])
        Period(period)
        tonnes = float(f"{float(row['value']) * (factor or 0):.12g}")
        content, basis = None, rule.get("basis")
        share, share_source = rule.get("factor"), rule.get("factor_source", source)
        counted = row["content"] in ("contained metal", "REO") and basis in ("content", "REO")
        if counted or rule.get("whole") or basis == "metal":
            share, content = None, tonnes
        elif row["content"] == "LCE":
            share, share_source = LITHIUM_IN_CARBONATE, "mendeleev"
        if share:
            content = float(f"{tonnes * share:.6g}")
        label = form if plant or not row["plant"] else f"{form}; {row['plant']}"
        estimated = set(row["source_id"].split(";")) & {*self.table["weak"]} or "estimate" in form
        return {
            "company": company, "element": self.table["elements"][row["commodity"]],
            "plant": plant, "product": rule.get("product"), "label": label,
            "scope": SCOPES[row["basis"]], "period": period, "value": float(row["value"]),
            "unit": row["unit"], "tonnes": tonnes,
            "basis": basis or ("content" if row["content"] == "contained metal" else None),
            "content_tonnes": content, "factor": share,
            "factor_source": share_source if share else None, "qualifier": spoken(row["unit"]),
            "estimated": True if estimated or "computed" in form else None,
            "bought": True if re.search("bought|tolling|own use", form) else None,
            "note": f"Period as printed: {row['period']}." if "(" in row["period"] else None,
            "source": source,
        }  # fmt: skip


LITHIUM_IN_CARBONATE = 0.1879
"""Lithium in a tonne of its carbonate, by atomic weights."""


def day_published(text: str) -> str | None:
    """Return a date of publication as far as it is one."""
    found = re.match(r"\d{4}(-\d\d(-\d\d)?)?", text)
    return found[0] if found else None


def months(text: str | None) -> int:
    """Count the months from year 0 to a year or month."""
    if not text:
        return 0
    return int(text[:4]) * 12 + (int(text[5:7]) - 1 if len(text) > 4 else 6)


def total(stakes: Iterable[Row]) -> float:
    """Add up the shares of some owners."""
    return fsum(stake["share"] or 0.0 for stake in stakes)


def owner_sets(stakes: Sequence[Row]) -> list[list[Row]]:
    """Sort the owners of one plant into sets of one day, which are never added up.

    What one source gives with complete shares is a set; then facts within two years of each other
    are one, as far as no owner stands twice and the shares do not exceed the whole.
    """
    rest = sorted(stakes, key=lambda stake: stake["as_of"] or "", reverse=True)
    sets: list[list[Row]] = []
    by_source: dict[str, list[Row]] = defaultdict(list)
    for stake in rest:
        by_source[stake["source"]].append(stake)
    for group in by_source.values():
        if COMPLETE <= total(group) <= 1 + 1e-9:
            if not any(same_owners(group, other) for other in sets):
                sets.append(group)
            rest = [stake for stake in rest if stake not in group]
    complete = {(stake["owner"], stake["share"]) for one in sets for stake in one}
    rest = [stake for stake in rest if (stake["owner"], stake["share"]) not in complete]
    while rest:
        newest: list[Row] = []
        for stake in rest:
            is_new = all(stake["owner"] != other["owner"] for other in newest)
            near = not newest or months(newest[0]["as_of"]) - months(stake["as_of"]) <= MONTHS
            if is_new and near and total([*newest, stake]) <= 1 + 1e-9:
                newest.append(stake)
        rest = [
            stake for stake in rest
            if all(stake is not other for other in newest)
            and not any(
                (stake["owner"], stake["share"]) == (other["owner"], other["share"])
                or (stake["owner"] == other["owner"] and stake["share"] is None)
                for other in newest
            )
        ]  # fmt: skip
        sets.append(newest)
    return sets


def same_owners(one: Iterable[Row], other: Iterable[Row]) -> bool:
    """Return True if two sets have the same owners with the same shares."""
    return {(s["owner"], s["share"]) for s in one} == {(s["owner"], s["share"]) for s in other}
