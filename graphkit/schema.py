"""Every kind of node and edge: its properties, types, units, keys, references and documentation.

This is the one place where the graph is declared. Seed validation, both databases' DDL and
upserts, the JSON Schema for editors, the reference page and the load report are read off it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

NUMBER_TEXT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
DATE_TEXT = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")

UNITS: Mapping[str, Mapping[str, float]] = {
    "t": {"t": 1.0, "kt": 1e3, "Mt": 1e6, "kg": 1e-3},
    "USD": {"USD": 1.0, "kUSD": 1e3, "MUSD": 1e6},
}
"""For each unit that the graph holds, the units a seed may give and what one of them is."""


class Type(Enum):
    """What a property holds. Dates and periods are text that sorts and compares as written."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    FLAG = "true or false"
    PERIOD = "period"
    DATE = "date"
    TEXTS = "list of text"


@dataclass(frozen=True)
class Prop:
    """One property of a kind.

    ``ref`` names the node kinds its values are keys of; with ``edge``, each value also becomes a
    relationship of that kind. ``key`` makes it part of the fact's identity.
    """

    name: str
    type: Type
    doc: str
    unit: str | None = None
    key: bool = False
    required: bool = False
    ref: tuple[str, ...] = ()
    edge: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    one_of: tuple[str, ...] = ()
    pattern: str | None = None

    @property
    def needed(self) -> bool:
        """Whether a seed row must give it."""
        return self.required

    @property
    def meaning(self) -> str:
        """Type, unit, limits and references in one line."""
        parts = [self.type.value]
        if self.unit:
            parts.append(f"in {self.unit}")
        if self.one_of:
            parts.append("one of " + ", ".join(self.one_of))
        if self.minimum is not None and self.maximum is not None:
            parts.append(f"{self.minimum:g} to {self.maximum:g}")
        elif self.minimum is not None:
            parts.append(f"at least {self.minimum:g}")
        if self.ref:
            parts.append("key of " + " or ".join(self.ref))
        if self.edge:
            parts.append(f"also a {self.edge} relationship")
        return "; ".join(parts)


@dataclass(frozen=True)
class End:
    """One end of an edge: the seed column that names it, and the node kinds it may be."""

    name: str
    kinds: tuple[str, ...]
    doc: str


@dataclass(frozen=True)
class Kind:
    """One kind of node, or with ``start`` and ``end`` one kind of edge.

    A node kind has exactly one key property. An edge is identified by its ends and its key
    properties together: two edges of one kind between the same two nodes are two facts.
    """

    name: str
    doc: str
    props: tuple[Prop, ...] = ()
    start: End | None = None
    end: End | None = None
    derived: bool = False
    """Made by the load from other facts; never in a seed."""

    @property
    def is_edge(self) -> bool:
        """Whether it joins two nodes."""
        return self.start is not None

    @property
    def ends(self) -> tuple[End, ...]:
        """Both ends of an edge, none of a node."""
        return (self.start, self.end) if self.start and self.end else ()

    @cached_property
    def columns(self) -> tuple[Prop, ...]:
        """What a seed row may give: the ends of an edge as required references, and the props."""
        ends = (
            Prop(e.name, Type.TEXT, e.doc, key=True, required=True, ref=e.kinds) for e in self.ends
        )
        return (*ends, *self.props)

    @cached_property
    def stored(self) -> tuple[Prop, ...]:
        """What a database holds on the node or relationship itself."""
        return (*self.props, *(_EDGE_MARKS if self.is_edge else _NODE_MARKS))

    @cached_property
    def identity(self) -> tuple[str, ...]:
        """The columns that make a fact this fact."""
        return tuple(p.name for p in self.columns if p.key)

    @property
    def key(self) -> str:
        """The property with a uniqueness constraint: the node's key, or ``key`` of an edge."""
        return "key" if self.is_edge else self.identity[0]

    def column(self, name: str) -> Prop:
        """The column of that name."""
        return next(p for p in self.columns if p.name == name)


DIGEST = Prop(
    "digest", Type.TEXT, "First 16 hex digits of the fact's SHA-256; differs if any property does."
)
_NODE_MARKS = (DIGEST,)
_EDGE_MARKS = (Prop("key", Type.TEXT, "Identity of the fact: ends and key properties."), DIGEST)


@dataclass(frozen=True)
class Schema:
    """The kinds of a graph, nodes before the edges that join them."""

    kinds: tuple[Kind, ...]
    by_name: Mapping[str, Kind] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {k.name: k for k in self.kinds})

    def __getitem__(self, name: str) -> Kind:
        return self.by_name[name]

    @property
    def nodes(self) -> tuple[Kind, ...]:
        """Node kinds, in the order they are declared."""
        return tuple(k for k in self.kinds if not k.is_edge)

    @property
    def edges(self) -> tuple[Kind, ...]:
        """Edge kinds, in the order they are declared."""
        return tuple(k for k in self.kinds if k.is_edge)

    @property
    def seeded(self) -> tuple[Kind, ...]:
        """Kinds that seed files hold."""
        return tuple(k for k in self.kinds if not k.derived)


# --- the declarations -----------------------------------------------------------------------

PLACE = ("Country", "Area")
REVISIONS = ("HS92", "HS96", "HS02", "HS07", "HS12", "HS17", "HS22")
QUALIFIERS = (
    "about", "more-than", "less-than", "up-to", "at-least", "range", "rounded",
    "withheld", "not-available", "net-exporter", "not-applicable", "included-elsewhere",
)  # fmt: skip


def _key(doc: str) -> Prop:
    return Prop("key", Type.TEXT, doc, key=True, required=True)


def _text(name: str, doc: str, **more: Any) -> Prop:
    return Prop(name, Type.TEXT, doc, **more)


def _ref(name: str, doc: str, *kinds: str, **more: Any) -> Prop:
    return Prop(name, Type.TEXT, doc, ref=kinds, **more)


def _tonnes(name: str, doc: str) -> Prop:
    return Prop(name, Type.NUMBER, doc, unit="t", minimum=0)


def _share(name: str, doc: str) -> Prop:
    return Prop(name, Type.NUMBER, doc, minimum=0, maximum=1)


SOURCE = _ref("source", "Where the fact was published.", "Source", required=True)
PERIOD = Prop("period", Type.PERIOD, "When.", key=True, required=True)
YEAR = Prop("year", Type.INTEGER, "Calendar year the period ends in; filled from the period.")
ALIASES = Prop("aliases", Type.TEXTS, "Other names and codes it goes by.")
NOTE = _text("note", "What a reader of the figure must know.")
BASIS = _text("basis", "What the mass counts: gross, REO, metal-content, Li-content, K2O ...")
QUALIFIER = _text(
    "qualifier", "How the figure is to be read, where it is not a plain value.", one_of=QUALIFIERS
)
EVIDENCE = _text(
    "evidence",
    "read: the publisher's own page was read; quoted: a second source quotes it.",
    one_of=("read", "quoted"),
)

NODES = (
    Kind("Source", "A publication that facts are taken from.", (
        _key("Short name used in seeds."),
        _text("title", "Title of the publication.", required=True),
        _text("publisher", "Who published it.", required=True),
        _text("published", "Date or year of publication, as far as it is known."),
        _text("version", "Version or edition of a data set."),
        _text("url", "Where it can be read."),
        _text("licence", "Licence, or 'not stated' where nobody has seen one.", required=True),
        _text("attribution", "How the licence asks to be credited."),
        EVIDENCE, NOTE)),
    Kind("Stage", "A step of the chain from the mine to the use.", (
        _key("mine, concentrate, separate, metal, alloy, component or use."),
        _text("name", "Name of the stage.", required=True),
        Prop("order", Type.INTEGER, "Place in the chain, 1 is the mine.", minimum=1, required=True),
        _text("note", "What happens at this stage."),
        SOURCE)),
    Kind("Area", "What is not one country: the world, a group, a remainder, or unspecified.", (
        _text("iso3", "Code used where a country has its ISO code; never official.",
              key=True, required=True),
        _text("name", "Name in English.", required=True),
        _text("type", "world: all; group: named members; rest: the others of a table; "
              "unspecified: disjoint trade of no named country.", required=True,
              one_of=("world", "group", "rest", "unspecified")),
        _text("baci_code", "Code in CEPII BACI."),
        ALIASES, NOTE, SOURCE)),
    Kind("Country", "A country or territory, present or former.", (
        _text("iso3", "ISO 3166-1 alpha-3 code; of a former state, its last one.",
              key=True, required=True, pattern="[A-Z][A-Z0-9]{2}"),
        _text("name", "Name in English.", required=True),
        _text("type", "Whether it is a country, a territory or a former state.", required=True,
              one_of=("country", "territory", "former")),
        _text("iso2", "ISO 3166-1 alpha-2 code.", pattern="[A-Z]{2}"),
        _text("m49", "UN M49 code, three digits.", pattern="[0-9]{3}"),
        _text("baci_code", "Code in CEPII BACI, where it differs from M49 too."),
        _text("region", "UN region."),
        _text("subregion", "UN sub-region."),
        Prop("last_year", Type.INTEGER, "Last year in trade statistics, of a former state."),
        Prop("member_of", Type.TEXTS, "Groups it belongs to.", ref=("Area",), edge="MEMBER_OF"),
        ALIASES, SOURCE)),
    Kind("Element", "A chemical element, a mineral, or a group of them.", (
        _key("Symbol of an element (Dy), else a short name (graphite, REE)."),
        _text("name", "Name in English.", required=True),
        _text("type", "Which of the three it is.", required=True,
              one_of=("element", "mineral", "group")),
        Prop("atomic_number", Type.INTEGER, "Protons.", minimum=1),
        Prop("atomic_weight", Type.NUMBER, "Standard atomic weight.", minimum=1),
        Prop("us_2025", Type.FLAG, "On the US list of critical minerals 2025."),
        Prop("eu_2023", Type.FLAG, "On the EU list of critical raw materials 2023."),
        Prop("member_of", Type.TEXTS, "Groups it belongs to.", ref=("Element",), edge="MEMBER_OF"),
        ALIASES, NOTE, SOURCE)),
    Kind("Application", "What materials are used in.", (
        _key("Short name."),
        _text("name", "Name in English.", required=True),
        _text("sector", "Part of the economy."),
        ALIASES, SOURCE)),
    Kind("Code", "A code of the Harmonized System.", (
        _text("code", "Six digits, or more of a national extension.", key=True, required=True,
              pattern="[0-9]{4,10}"),
        _text("description", "Description in the nomenclature.", required=True),
        SOURCE)),
    Kind("Product", "What is made and traded: one or more elements at one stage.", (
        _key("Short name used in seeds and questions."),
        _text("name", "Name in English.", required=True),
        _ref("stage", "Stage it comes out of.", "Stage", edge="AT_STAGE", required=True),
        Prop("contains", Type.TEXTS, "Elements in it.", ref=("Element",), edge="CONTAINS"),
        Prop("made_into", Type.TEXTS, "Products made from it.", ref=("Product",),
             edge="MADE_INTO"),
        Prop("used_in", Type.TEXTS, "Applications.", ref=("Application",), edge="USED_IN"),
        ALIASES, NOTE, SOURCE)),
    Kind("Claim", "One published statement, kept as it was published.", (
        _key("Short name."),
        _text("kind", "What it states.", required=True, one_of=(
            "share", "quantity", "change", "more-than", "ahead-of", "rank",
            "net-import-reliance", "supply-risk", "economic-importance", "listed", "count",
            "statement")),
        _ref("consumer", "Who buys, uses or depends.", *PLACE, edge="ABOUT"),
        _ref("supplier", "Who sells, makes or is depended on.", *PLACE, edge="ABOUT"),
        _ref("rival", "Who is compared with.", *PLACE, edge="ABOUT"),
        _ref("product", "Product.", "Product", edge="ABOUT"),
        _ref("element", "Element, mineral or group, where no one product is meant.", "Element",
             edge="ABOUT"),
        _ref("stage", "Stage.", "Stage", edge="ABOUT"),
        _ref("application", "Application.", "Application", edge="ABOUT"),
        Prop("period", Type.PERIOD, "When."),
        Prop("than", Type.PERIOD, "The period it is compared with."),
        Prop("value", Type.NUMBER, "The figure, in its unit."),
        Prop("low", Type.NUMBER, "Lower end of a published range."),
        Prop("high", Type.NUMBER, "Upper end of a published range."),
        QUALIFIER,
        _text("unit", "Unit of the figure; a share is 0 to 1.",
              one_of=("share", "t", "kg", "USD", "score", "count", "rank", "ratio")),
        _text("measure", "What is counted: imports, exports, production, sourcing ..."),
        _text("basis", "By value, by weight, or not stated; and of what basket."),
        _text("attributed_to", "Whose figure it is, where the source quotes somebody."),
        EVIDENCE,
        _text("quote", "The words, where they are given."),
        _text("published_value", "The figure as printed, where it is not a plain number."),
        NOTE,
        _ref("source", "Where it was published.", "Source", edge="CITES", required=True))),
)  # fmt: skip

_PLACE = "Country or area"
EDGES = (
    Kind("EXPORTS", "Goods one country sold to another in one period, as one reporter counted.", (
        _ref("product", "What was sold.", "Product", key=True, required=True),
        _ref("hs", "HS code it was reported under.", "Code", key=True),
        _text("hs_revision", "Revision of the code.", key=True, one_of=REVISIONS),
        PERIOD, YEAR,
        Prop("usd", Type.NUMBER, "Value, free on board.", unit="USD", minimum=0),
        _tonnes("tonnes", "Mass; gross unless the basis says otherwise."),
        BASIS,
        _text("reporter", "Who counted: exporter, importer, or both reconciled.", key=True,
              required=True, one_of=("exporter", "importer", "reconciled")),
        _text("dataset", "Data set and its series.", key=True, required=True),
        SOURCE),
        End("exporter", PLACE, "Who sold."), End("importer", PLACE, "Who bought.")),
    Kind("PRODUCES", "How much of a product a country made in one period.", (
        PERIOD, YEAR,
        _tonnes("tonnes", "Mass, of what the basis says."),
        _tonnes("low", "Lower end, where a range was published."),
        _tonnes("high", "Upper end, where a range was published."),
        _share("share", "Share of the published world total."),
        QUALIFIER,
        _text("published_value", "The figure as printed, where it is not a plain number."),
        Prop("estimated", Type.FLAG, "The publisher marks it as an estimate."),
        Prop("observed", Type.FLAG, "false: inferred, not published."),
        BASIS, NOTE,
        _ref("source", "Where the figure was published.", "Source", key=True, required=True)),
        End("country", PLACE, "Who made it."), End("product", ("Product",), "What was made.")),
    Kind("HOLDS", "Reserves: what can be mined at a profit today.", (
        PERIOD, YEAR,
        _tonnes("tonnes", "Mass, of what the basis says."),
        QUALIFIER,
        _text("published_value", "The figure as printed, where it is not a plain number."),
        _text("basis", "What the mass counts.", key=True),
        NOTE,
        _ref("source", "Where the figure was published.", "Source", key=True, required=True)),
        End("country", PLACE, "Where it lies."), End("product", ("Product",), "What it gives.")),
    Kind("RESTRICTS", "An export control of a country on a product.", (
        Prop("since", Type.DATE, "First day.", key=True, required=True),
        Prop("until", Type.DATE, "Last day; none while it stands."),
        Prop("suspended_from", Type.DATE, "First day of a suspension."),
        Prop("suspended_until", Type.DATE, "Last day of a suspension."),
        _text("measure", "What is done.", key=True, required=True,
              one_of=("licence", "prohibition", "quota", "suspension")),
        _ref("target", "Destination it is aimed at; none when all.", *PLACE, key=True),
        _tonnes("quota", "Mass allowed, of a quota."),
        _text("announcement", "Number or name of the act."),
        EVIDENCE, NOTE, SOURCE),
        End("country", ("Country",), "Who restricts."),
        End("product", ("Product",), "What is restricted.")),
    Kind("TRADED_AS", "The HS code a product travels under, and how well it fits.", (
        _text("revision", "HS revision of the code.", key=True, required=True, one_of=REVISIONS),
        _text("fit", "exact: only this product; dominant: mostly; proxy: among others.",
              required=True, one_of=("exact", "dominant", "proxy")),
        NOTE, SOURCE),
        End("product", ("Product",), "Product."), End("code", ("Code",), "HS code.")),
    Kind("MEMBER_OF", "Belongs to a group.", (),
         End("member", ("Country", "Element"), "Member."),
         End("group", ("Area", "Element"), "Group."), derived=True),
    Kind("AT_STAGE", "The stage a product comes out of.", (),
         End("product", ("Product",), "Product."), End("stage", ("Stage",), "Stage."),
         derived=True),
    Kind("CONTAINS", "The elements in a product.", (),
         End("product", ("Product",), "Product."), End("element", ("Element",), "Element."),
         derived=True),
    Kind("MADE_INTO", "What a product is made into.", (),
         End("input", ("Product",), "Input."), End("output", ("Product",), "Output."),
         derived=True),
    Kind("USED_IN", "What a product is used in.", (),
         End("product", ("Product",), "Product."),
         End("application", ("Application",), "Application."), derived=True),
    Kind("CITES", "Where a claim was published.", (),
         End("claim", ("Claim",), "Claim."), End("source", ("Source",), "Source."), derived=True),
    Kind("ABOUT", "What a claim speaks of.", (
        _text("role", "As what: consumer, supplier, rival, product, element, stage ...", key=True),
        ),
        End("claim", ("Claim",), "Claim."),
        End("subject", (*PLACE, "Product", "Element", "Stage", "Application"), "Subject."),
        derived=True),
    Kind("DEPENDS_ON", "A country's reliance on one supplier for a product: derived from EXPORTS.", (
        _ref("product", "What is bought.", "Product", key=True),
        PERIOD, YEAR,
        Prop("usd", Type.NUMBER, "Imports from the supplier.", unit="USD", minimum=0),
        _tonnes("tonnes", "Imports from the supplier, of the flows that give a mass."),
        _share("usd_share", "Share of the consumer's imports of the product, by value."),
        _share("tonnes_share", "The same by mass, of the flows that give one."),
        Prop("rank", Type.INTEGER, "Place among the suppliers by value, 1 is the largest."),
        Prop("suppliers", Type.INTEGER, "How many suppliers the consumer has."),
        Prop("hhi_usd", Type.NUMBER, "Herfindahl-Hirschman index of the suppliers by value.",
             minimum=0, maximum=10_000),
        Prop("hhi_tonnes", Type.NUMBER, "The same by mass.", minimum=0, maximum=10_000),
        _share("missing_tonnes_share", "Share of the consumer's import value without a mass."),
        _text("reporter", "Who counted.", key=True),
        _text("dataset", "Data set it is derived from.", key=True),
        SOURCE),
        End("consumer", PLACE, "Who depends."), End("supplier", PLACE, "On whom."),
        derived=True),
)  # fmt: skip

GRAPH = Schema((*NODES, *EDGES))
"""The graph of graphkit."""
