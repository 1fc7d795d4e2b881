"""Every kind of node and edge: its properties, types, units, keys, references and documentation.

This is the one place where the graph is declared. Seed validation, both databases' DDL and
upserts, the JSON Schema for editors, the reference page and the load report are read off it.
"""

from __future__ import annotations

from typing import Any

from graphkit.kinds import (
    DATE_TEXT,
    DIGEST,
    KEY,
    MARK,
    NUMBER_TEXT,
    UNITS,
    End,
    Kind,
    Prop,
    Schema,
    Type,
)

__all__ = [
    "DATE_TEXT",
    "DIGEST",
    "GRAPH",
    "KEY",
    "LOAD",
    "MAIN",
    "MARK",
    "NUMBER_TEXT",
    "OWN",
    "SUPERSEDED",
    "UNITS",
    "YEAR",
    "End",
    "Kind",
    "Prop",
    "Schema",
    "Type",
]

PLACE = ("Country", "Area")
REVISION_YEARS = {
    "HS92": 1992, "HS96": 1996, "HS02": 2002, "HS07": 2007, "HS12": 2012, "HS17": 2017,
    "HS22": 2022,
}  # fmt: skip
"""Revisions of the Harmonized System, and the year in which each came into force."""
REVISIONS = tuple(REVISION_YEARS)
MAIN = "main"
"""Role of the elements in a product that it is bought for."""
ROLES = (MAIN, "by-product", "alloying", "trace")
REPORTERS = ("exporter", "importer", "reconciled")
VALUATIONS = ("fob", "cif")
EXTENTS = ALL_FLOWS, LARGEST_OF_EACH, LARGEST, CHOSEN_PAIRS, ONE_COUNTRY, OTHERS_TOGETHER = (
    "all", "largest-of-each", "largest", "chosen-pairs", "one-country", "others-together"
)  # fmt: skip
"""Flows that a data set holds: of all but the first, a missing flow is unknown, never zero."""
REMARKED = ("trade", "production")
"""Kinds of figures that a remark on a product may be on alone."""
VERDICTS = ("too-heavy", "too-light", "missing", "plausible")
"""Judgements on the mass of a flow; all but the last cast doubt on it."""
QUALIFIERS = (
    "about", "more-than", "less-than", "up-to", "at-least", "range", "rounded",
    "withheld", "not-available", "net-exporter", "not-applicable", "included-elsewhere",
)  # fmt: skip
BOX = ("west", "south", "east", "north")
"""Ends of a country's box; one that crosses the 180th meridian has its west beyond its east."""
FACILITY_TYPES = (
    "mine", "concentrator", "smelter", "refinery", "separation-plant", "chemical-plant",
    "magnet-plant", "battery-plant", "other", "group",
)  # fmt: skip
MEDIA = ("government", "filing", "exchange-news", "trade-press", "news", "encyclopedia", "other")
"""Kinds of sources of single facts, in the order in which they are to be preferred."""
STATISTICS = (
    "production", "imports", "exports", "consumption", "stocks", "stock-release", "sales", "price",
)  # fmt: skip


def _key(doc: str) -> Prop:
    return Prop("key", Type.TEXT, doc, key=True, required=True)


def _text(name: str, doc: str, **fields: Any) -> Prop:
    return Prop(name, Type.TEXT, doc, **fields)


def _ref(name: str, doc: str, *kinds: str, **fields: Any) -> Prop:
    return Prop(name, Type.TEXT, doc, ref=kinds, **fields)


MOST_TONNES = 1e13
"""More than the world has of any material: some 100 times what is taken from the ground in a year,
with sand and stone."""
MOST_MONEY = 1e14
"""Dollars or euros: what all countries together make in a year."""
MOST_DAYS = 36_525
"""Days of a stock: a century."""
MOST_FIGURE = 1e15
"""Figure of any unit: far from where sums and squares of figures are no numbers any more."""


def _tonnes(name: str, doc: str, *, maximum: float | None = MOST_TONNES, **fields: Any) -> Prop:
    return Prop(name, Type.NUMBER, doc, unit="t", minimum=0, maximum=maximum, **fields)


def _figure(name: str, doc: str, *, maximum: float = MOST_FIGURE, **fields: Any) -> Prop:
    """Declare a figure whose unit stands elsewhere; it is as far below zero as above, or not."""
    limits: dict[str, Any] = {"minimum": -maximum, "maximum": maximum, **fields}
    return Prop(name, Type.NUMBER, doc, **limits)


def _share(name: str, doc: str, **fields: Any) -> Prop:
    return Prop(name, Type.NUMBER, doc, minimum=0, maximum=1, **fields)


def _degrees(name: str, doc: str) -> Prop:
    limit = 90 if name in ("latitude", "south", "north") else 180
    return Prop(name, Type.NUMBER, doc, minimum=-limit, maximum=limit)


SOURCE = _ref("source", "Where the fact was published.", "Source", required=True)
PERIOD = Prop("period", Type.PERIOD, "When.", key=True, required=True)
YEAR = Prop("year", Type.INTEGER, "Calendar year the period ends in.", filled=True)
SUPERSEDED = _text(
    "superseded_by",
    "Newer edition of its source that has figures of this period and product, or of this balance "
    "or series; none: current.",
    filled=True,
)
OWN = Prop(
    "own", Type.FLAG, "True of a source of facts that a user put on top of others.", filled=True
)
SHORT = _text("short", "Short name in tables and pictures; none where the name is short enough.")
ALIASES = Prop("aliases", Type.TEXTS, "Other names and codes it goes by.")
NOTE = _text("note", "What a reader of the figure must know.")
BASIS = _text("basis", "What the mass counts: gross, REO, metal-content, Li-content, K2O ...")
QUALIFIER = _text(
    "qualifier", "How the figure is to be read, where it is not a plain value.", one_of=QUALIFIERS
)
EVIDENCE = _text(
    "evidence",
    "read: the publisher's own page was read; excerpt: a part of it was, the beginning or what a "
    "search shows; quoted: a second source quotes it.",
    one_of=("read", "excerpt", "quoted"),
)

NODES = (
    Kind("Source", "A publication that facts are taken from.", (
        _key("Short name used in seeds."),
        _text("title", "Title of the publication.", required=True),
        _text("publisher", "Who published it.", required=True),
        _text("published", "Date or year of publication, as far as it is known."),
        _text("version", "Version or edition of a data set."),
        _text("edition_of", "Series of which it is an edition: of one product and period, answers "
              "use the production figures of the edition published last."),
        _text("url", "Where it can be read.", pattern=r"https?://\S+"),
        Prop("provisional", Type.PERIOD, "Period whose figures its publisher may still revise, by "
             "its own words."),
        _text("medium", "What it is, the most official first, of a page that states one fact.",
              one_of=MEDIA),
        _text("licence", "Licence, or 'not stated' where nobody has seen one.", required=True),
        _text("attribution", "How the licence asks to be credited."),
        EVIDENCE, NOTE, OWN)),
    Kind("Dataset", "A series of trade figures of one publisher, counted in one way.", (
        _key("Short name used in seeds and with --dataset."),
        _text("name", "Name in English.", required=True),
        _text("publisher", "Who published it."),
        _text("version", "Version or edition."),
        _text("hs_revision", "Revision of its HS codes, if all have one.", one_of=REVISIONS),
        _text("valuation", "Border at which it values goods, if all have one.",
              one_of=VALUATIONS),
        _text("reporter", "Whose reports it holds: exporters', importers', or both reconciled.",
              required=True, one_of=REPORTERS),
        Prop("preference", Type.INTEGER, "Place among the data sets: of each product and period, "
             "answers take the one with the lowest number; none: they take it where it is named, "
             "and compare two periods in it that no other has.", minimum=1),
        _text("extent", "The flows it holds of each product and period; none: all that its "
              "reporters counted. largest-of-each: of each importer its largest suppliers, of each "
              "exporter its largest buyers, by value; largest: the largest of the world; "
              "chosen-pairs: those between chosen countries; one-country: all of one country; "
              "others-together: the same, with most of its partners in one figure. A flow that is "
              "missing from one of these is unknown, never zero.", one_of=EXTENTS),
        Prop("largest", Type.INTEGER, "Of largest-of-each: the number of suppliers, and of buyers.",
             minimum=1),
        _share("world_share", "Share of the world's value that it holds at least, where that could "
               "be compared; of the largest flows of the world it bounds what is missing."),
        NOTE,
        _ref("source", "Where it was published.", "Source", required=True))),
    Kind("Stage", "A step of the chain from the mine to the use.", (
        _key("mine, concentrate, separate, metal, alloy, component or use."),
        _text("name", "Name of the stage.", required=True),
        Prop("position", Type.INTEGER, "Place in the chain, 1 is the mine.", minimum=1,
             required=True),
        ALIASES, _text("note", "What happens at this stage."),
        SOURCE)),
    Kind("Area", "What is not one country: the world, a group, a remainder, or unspecified.", (
        _text("iso3", "Code used where a country has its ISO code; never official.",
              key=True, required=True),
        _text("name", "Name in English.", required=True),
        _text("type", "world: all; group: named members; rest: the others of a table; "
              "unspecified: disjoint trade of no named country.", required=True,
              one_of=("world", "group", "rest", "unspecified")),
        _text("baci_code", "Code in CEPII BACI."),
        _ref("in_practice", "The one country that it is in practice.", "Country"),
        Prop("members", Type.TEXTS, "Countries that a group counts as one.", ref=("Country",),
             edge="MEMBER_OF"),
        Prop("as_of", Type.PERIOD, "When a group had these members."),
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
        *(_degrees(name, f"{name.capitalize()} end of the box that holds it on a map.")
          for name in BOX),
        ALIASES, SOURCE)),
    Kind("Element", "A chemical element, a mineral, or a group of them.", (
        _key("Symbol of an element (Dy), else a short name (graphite, REE)."),
        _text("name", "Name in English.", required=True), SHORT,
        _text("type", "Which of the three it is.", required=True,
              one_of=("element", "mineral", "group")),
        Prop("atomic_number", Type.INTEGER, "Protons.", minimum=1),
        Prop("atomic_weight", Type.NUMBER, "Standard atomic weight.", minimum=1,
             maximum=300),
        Prop("us_2025", Type.FLAG, "On the US list of critical minerals 2025."),
        Prop("eu_2023", Type.FLAG, "On the EU list of critical raw materials 2023."),
        Prop("member_of", Type.TEXTS, "Groups it belongs to.", ref=("Element",), edge="MEMBER_OF"),
        ALIASES, NOTE, SOURCE)),
    Kind("Application", "What materials are used in.", (
        _key("Short name."),
        _text("name", "Name in English.", required=True),
        _text("sector", "Part of the economy."),
        ALIASES, SOURCE)),
    Kind("Technology", "What is built, of which studies count the metal in one unit.", (
        _key("Short name."),
        _text("name", "Name in English.", required=True),
        _text("unit", "What one unit of it is.", required=True,
              one_of=("MW", "kWh", "kg of motor", "kg of vehicle")),
        ALIASES, SOURCE)),
    Kind("Sector", "A division of industry, by NACE Rev. 2.", (
        _key("Letter and two digits, such as C26."),
        _text("name", "Name in English.", required=True),
        Prop("value_added", Type.NUMBER, "Gross value added of the whole sector.", unit="EUR",
             minimum=0, maximum=MOST_MONEY),
        _ref("value_added_of", "Where the sector added it.", *PLACE),
        Prop("value_added_period", Type.PERIOD, "When, where the source says so."),
        NOTE, SOURCE)),
    Kind("Code", "A code of the Harmonized System.", (
        _text("code", "Six digits, or more of a national extension.", key=True, required=True,
              pattern="(?:[0-9]{2}){2,5}"),
        _text("description", "Description in the nomenclature.", required=True),
        SOURCE)),
    Kind("Indicator", "What countries are rated by, such as governance.", (
        _key("Short name used in seeds and questions."),
        _text("name", "Name in English.", required=True),
        _text("unit", "What its values are."),
        _figure("low", "Lower end of its scale."),
        _figure("high", "Upper end of its scale.", not_below="low"),
        NOTE, SOURCE)),
    Kind("Product", "What is made and traded: one or more elements at one stage.", (
        _key("Short name used in seeds and questions."),
        _text("name", "Name in English.", required=True), SHORT,
        _ref("stage", "Stage it comes out of.", "Stage", edge="AT_STAGE", required=True),
        Prop("used_in", Type.TEXTS, "Applications.", ref=("Application",), edge="USED_IN"),
        Prop("counts", Type.TEXTS, "Products that its tables of makers count together.",
             ref=("Product",)),
        ALIASES,
        _text("remark", "What its figures count besides or instead, in a few words, where that "
              "changes the meaning of a row."),
        _text("remark_on", "Figures that the remark is on; none: all.", one_of=REMARKED),
        NOTE, SOURCE)),
    Kind("Ore", "An ore of which a source says what part each element is.", (
        _key("Short name."),
        _text("name", "Name in English.", required=True),
        _text("mineral", "The mineral, or kind of deposit, as the source names it.",
              required=True),
        _ref("country", "Where the sample is from.", "Country"),
        _ref("product", "Product that it is mined as.", "Product", required=True),
        NOTE, SOURCE)),
    Kind("Facility", "A mine or plant, or a group of them that a source gives one capacity.", (
        _key("Key of its source; of a group, that of its first member and its size."),
        _text("name", "Name, as the source gives it.", required=True),
        _text("type", "What it is; the step it ends with is in CAN_MAKE.", required=True,
              one_of=FACILITY_TYPES),
        _text("published_type", "The same, as the source puts it."),
        _ref("country", "Country it is in.", "Country", edge="LOCATED_IN", required=True),
        _text("place", "Region or municipality, as the source gives it."),
        _degrees("latitude", "Degrees north."), _degrees("longitude", "Degrees east."),
        _text("confidence", "How sure its source is, in its own words: of the place, or of the "
              "site as a whole."),
        _text("status", "Whether it runs, as the source puts it; of several products, each."),
        Prop("status_as_of", Type.PERIOD, "When it had that status; none: when the source was "
             "published."),
        _ref("status_source", "Where the status was published; none: the source of the plant.",
             "Source"),
        Prop("part_of", Type.TEXTS, "Groups that share a capacity.", ref=("Facility",),
             edge="PART_OF"),
        ALIASES, NOTE, SOURCE)),
    Kind("Company", "Who owns or runs mines and plants.", (
        _key("Short name."),
        _text("name", "Name, as the source gives it.", required=True),
        _text("type", "state: a government; persons: miners, staff or others without a seat; "
              "venture: partners of one plant, named for it.", required=True,
              one_of=("company", "state", "persons", "venture")),
        _ref("seat", "Country of its seat; none: no source read says it.", "Country",
             edge="SEATED_IN"),
        _ref("seat_source", "Where it was published that it has its seat there.", "Source"),
        _text("seat_url", "The page that says so.", pattern=r"https?://\S+"),
        Prop("state_owned", Type.FLAG, "Whether a state has most of it; none: no source read says "
             "it."),
        _text("listed_on", "Exchanges on which its shares are listed, as the source puts it."),
        ALIASES, NOTE, SOURCE)),
    Kind("Control", "An export control: one act of a country, or one period of its quota.", (
        _key("Short name."),
        _ref("country", "Who restricts.", "Country", edge="IMPOSED_BY", required=True),
        _text("announcement", "Number or name of the act."),
        _text("announced", "Date or month of the announcement, as far as it is known."),
        _text("measure", "What is done.", required=True,
              one_of=("licence", "prohibition", "quota", "suspension")),
        Prop("since", Type.DATE, "First day.", required=True),
        Prop("until", Type.DATE, "Last day; none while it stands.", not_below="since"),
        Prop("suspended_from", Type.DATE, "First day of a suspension."),
        Prop("suspended_until", Type.DATE, "Last day of a suspension.",
             not_below="suspended_from"),
        _ref("suspension_source", "Where the last day of the suspension was published; none: the "
             "source of the act.", "Source"),
        _ref("target", "Destination it is aimed at; none when all.", *PLACE),
        Prop("elements", Type.TEXTS, "Elements that it names.", ref=("Element",), edge="NAMES"),
        Prop("products", Type.TEXTS, "Products that it covers, whole or in part.",
             ref=("Product",), edge="RESTRICTS"),
        Prop("items", Type.TEXTS, "What it names besides, or the forms that it covers."),
        _tonnes("quota", "Mass allowed, of all its products together."),
        EVIDENCE, NOTE, SOURCE)),
    Kind("Target", "A share or an amount that a government wants to reach.", (
        _key("Short name."),
        _ref("country", "Whose target it is.", *PLACE, required=True),
        _text("name", "The material or the benchmark, as the source names it.", required=True),
        _text("measure", "one-country: the largest part from one other country, at most; "
              "extraction, processing, recycling, production: what is mined, processed, recycled "
              "or made at home, at least; stock, money, price, other: what no figure of the graph "
              "measures.", required=True,
              one_of=("one-country", "extraction", "processing", "recycling", "production",
                      "stock", "money", "price", "other")),
        _share("share", "The share to reach; none of a target that is no share."),
        _figure("amount", "The amount to reach, in its unit.", minimum=0),
        _text("unit", "What the amount is counted in, in words."),
        Prop("until", Type.PERIOD, "When it is to be reached; none: not said."),
        Prop("elements", Type.TEXTS, "Elements, minerals or groups that it is of; none: no list.",
             ref=("Element",)),
        Prop("excluded", Type.TEXTS, "Products of its elements that it is not of.",
             ref=("Product",)),
        _text("share_of", "What the share is of."),
        _text("grade", "The grade that alone it is of, where codes of trade hold all grades."),
        _text("act", "The act, strategy or agreement that has it."),
        _text("announced", "Date or year of the announcement, as far as it is known."),
        _text("state", "How far it binds.", one_of=("draft", "announced", "in-force")),
        EVIDENCE, NOTE, SOURCE)),
    Kind("Stockpile", "A country's published stock of some materials, or that it publishes none.", (
        _key("Short name."),
        _ref("country", "Whose it is.", "Country", required=True),
        _text("holder", "Who holds it."),
        _text("covers", "What it is of, in words.", required=True),
        Prop("elements", Type.TEXTS, "Elements and minerals that the source names; none: no list.",
             ref=("Element",)),
        Prop("products", Type.TEXTS, "Products of which it holds the days; none where the source "
             "does not say in what form.", ref=("Product",)),
        Prop("days", Type.NUMBER, "How long it lasts, in days of the country's use; none: not "
             "disclosed, and never zero.", minimum=0, maximum=MOST_DAYS),
        Prop("target_days", Type.NUMBER, "Days that are aimed at.", minimum=0,
             maximum=MOST_DAYS),
        Prop("target_days_high", Type.NUMBER, "Days that are aimed at for materials at high risk.",
             not_below="target_days", maximum=MOST_DAYS),
        Prop("as_of", Type.PERIOD, "When.", required=True),
        EVIDENCE, NOTE, SOURCE)),
    Kind("ReportingGap", "A time in which a country publishes no trade by product, so that what is "
         "known of its trade is what its partners report.", (
        _key("Short name."),
        _ref("country", "Whose trade it is.", "Country", required=True),
        Prop("since", Type.PERIOD, "First month or year that is not published.", required=True),
        Prop("until", Type.PERIOD, "Last one; none: no source read says that it ended."),
        _text("unpublished", "What is not published, in words.", required=True),
        EVIDENCE, NOTE, SOURCE)),
    Kind("Claim", "One published statement, kept as it was published.", (
        _key("Short name."),
        _text("kind", "What it states.", required=True, one_of=(
            "share", "quantity", "change", "more-than", "ahead-of", "rank",
            "net-import-reliance", "supply-risk", "economic-importance", "listed", "count",
            "statement")),
        _ref("consumer", "Who buys, uses or depends.", *PLACE, edge="ABOUT"),
        _ref("supplier", "Who sells, makes or is depended on.", *PLACE, edge="ABOUT"),
        _ref("rival", "Who is compared with.", *PLACE, edge="ABOUT"),
        _ref("located", "Where what is counted stands, of a share that owners seated in the "
             "supplier control; none: anywhere.", *PLACE, edge="ABOUT"),
        _ref("product", "Product.", "Product", edge="ABOUT"),
        _ref("element", "Element, mineral or group, where no one product is meant.", "Element",
             edge="ABOUT"),
        _ref("stage", "Stage.", "Stage", edge="ABOUT"),
        _ref("application", "Application.", "Application", edge="ABOUT"),
        _ref("control", "Export control, of which it says how it is applied.", "Control",
             edge="ABOUT"),
        Prop("period", Type.PERIOD, "When."),
        Prop("than", Type.PERIOD, "The period it is compared with."),
        _figure("value", "The figure, in its unit."),
        _figure("low", "Lower end of a published range."),
        _figure("high", "Upper end of a published range.", not_below="low"),
        QUALIFIER,
        _text("unit", "Unit of the figure; a share is 0 to 1.",
              one_of=("share", "t", "kg", "USD", "score", "count", "rank", "ratio")),
        _text("measure", "What is counted: imports, exports, production, sourcing ..."),
        _text("counted_by", "What the figure counts: value, weight (gross mass), content (mass "
              "of the element) or mass (one of the two); none where the source does not say.",
              one_of=("value", "weight", "content", "mass")),
        Prop("includes", Type.TEXTS, "Products that the figure counts together, where the claim "
             "names no single one; countries counted with the supplier.",
             ref=("Product", "Country")),
        _text("includes_other", "What the figure counts that is not a product of the graph."),
        _text("basis", "Basket and basis in words, for people."),
        _text("attributed_to", "Whose figure it is, where the source quotes somebody."),
        EVIDENCE,
        _text("statement", "What is stated, in graphkit's words, where a figure does not say it."),
        _text("published_value", "The figure as printed, where it is not a plain number."),
        _text("decided_by", "The table that would decide it, where the graph holds none."),
        Prop("beside", Type.TEXTS, "Claims of others that bear on it and do not decide it.",
             ref=("Claim",)),
        Prop("expected", Type.FLAG, "Whether the loaded facts are expected to bear it out: "
             "'graphkit claims check' fails if they do not."),
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
        Prop("usd", Type.NUMBER, "Value, as the valuation says.", unit="USD", minimum=0,
             maximum=MOST_MONEY),
        _text("valuation", "fob: free on board; cif: with cost, insurance and freight.",
              one_of=VALUATIONS),
        _tonnes("tonnes", "Mass; gross unless the basis says otherwise."), BASIS,
        Prop("tonnes_estimated", Type.FLAG, "The publisher estimated the mass."),
        _text("reporter", "Who counted: exporter, importer, or both reconciled.", key=True,
              required=True, one_of=REPORTERS),
        _ref("dataset", "Data set it belongs to.", "Dataset", key=True, required=True), SOURCE,
        Prop("preferred", Type.FLAG, "Whether answers take it: its data set is the preferred one "
             "of those that have the product in the period, and its code holds more than a "
             "remnant.", filled=True)),
        End("exporter", PLACE, "Who sold."), End("importer", PLACE, "Who bought.")),
    Kind("WEIGHT_REVIEWED", "A mass of EXPORTS of which somebody judged whether it can be right.", (
        _ref("product", "What was sold.", "Product", key=True, required=True),
        _ref("hs", "HS code it was reported under; none: any of the product.", "Code", key=True),
        PERIOD, YEAR,
        _text("verdict", "too-heavy or too-light for its value; missing: most of the flow is not "
              "in the data set; plausible: right, though it looks wrong.", required=True,
              one_of=VERDICTS),
        _tonnes("tonnes", "The mass judged: the verdict is on flows within 1 % of it.",
                required=True),
        _tonnes("published_tonnes", "The mass that another source gives of the same goods."),
        Prop("reviewed", Type.DATE, "Day of the judgement.", required=True),
        NOTE, SOURCE),
        End("exporter", PLACE, "Who sold."), End("importer", PLACE, "Who bought.")),
    Kind("PRODUCES", "How much of a product a country made in one period.", (
        PERIOD, YEAR,
        _tonnes("tonnes", "Mass, of what the basis says."),
        _tonnes("low", "Lower end, where a range was published."),
        _tonnes("high", "Upper end, where a range was published.", not_below="low"),
        _share("share", "Share of the published world total, or of the sum where that is larger; "
               "as published, where a table gives shares and no amounts."),
        QUALIFIER,
        _text("published_value", "The figure as printed, where it is not a plain number."),
        Prop("estimated", Type.FLAG, "The publisher marks it as an estimate."),
        Prop("observed", Type.FLAG, "false: inferred, not published."),
        BASIS, NOTE, SUPERSEDED,
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
    Kind("TRADED_AS", "The HS code a product travels under, and how well it fits.", (
        _text("revision", "HS revision of the code.", key=True, required=True, one_of=REVISIONS),
        _text("fit", "exact: only this product; dominant: mostly; proxy: among others.",
              required=True, one_of=("exact", "dominant", "proxy")),
        _text("earlier", "Goods of earlier stages that travel under the code too."),
        _ref("earlier_stage", "Last stage whose work those goods have behind them.", "Stage"),
        _ref("earlier_source", "Where it was published that the code holds them.", "Source"),
        _text("remnant_since", "Revision that gave its goods other codes: the trade of that year "
              "and later under this one is a remnant, which answers leave out.", one_of=REVISIONS),
        _ref("also_under", "Code of another product under which the same goods stand in other "
             "years or reports, so that the two are not added up.", "Code"),
        NOTE, SOURCE),
        End("product", ("Product",), "Product."), End("code", ("Code",), "HS code.")),
    Kind("CONTAINS", "An element in a product, and what it is there for.", (
        _text("role", "main: what the product is bought for; by-product: recovered beside it; "
              "alloying: in it on purpose, to change its properties; trace: neither bought for nor "
              "recovered.", required=True, one_of=ROLES),
        NOTE, SOURCE),
        End("product", ("Product",), "Product."), End("element", ("Element",), "Element.")),
    Kind("USED_FOR", "An end use of an element, and the part of it that goes there.", (
        _text("label", "The use, as the source names it.", key=True, required=True),
        _ref("sector", "Sector that the source sorts it into.", "Sector", key=True),
        Prop("period", Type.PERIOD, "When; where the source says no more, its own year.", key=True,
             required=True),
        _share("share", "Share of the end uses of the element, as printed: shares of one element "
               "need not add to 1. None: the source names the use alone."),
        _ref("region", "Whose end uses they are. None: not stated.", *PLACE),
        QUALIFIER,
        _text("published_value", "The figure as printed, where it is not a plain number."),
        NOTE,
        _ref("source", "Where it was published.", "Source", key=True, required=True)),
        End("element", ("Element",), "What is used."),
        End("application", ("Application",), "What for.")),
    Kind("COMPOSED_OF", "The part of an element in an ore.", (
        _share("share", "Share of what production of the product counts: of rare earths, of their "
               "oxides."),
        QUALIFIER,
        _text("published_value", "The figure as printed, where it is not a plain number."),
        SOURCE),
        End("ore", ("Ore",), "Ore."), End("element", ("Element",), "Element.")),
    Kind("MAY_MINE", "An ore that a country's mine output may come from.", (
        _text("part", "Part of the output that comes from ores of one kind; where the limits "
              "of its rows differ, the widest hold."),
        _tonnes("low", "Least of the part in a year."),
        _tonnes("high", "Most of the part in a year.", not_below="low"),
        NOTE, SOURCE),
        End("country", PLACE, "Who mines."), End("ore", ("Ore",), "Ore.")),
    Kind("NEEDS", "The metal in one unit of a technology.", (
        Prop("period", Type.PERIOD, "Year of the technology; one to come is what studies expect.",
             key=True),
        _figure("low", "Least of the studies: kg for one unit.", minimum=0),
        _figure("mean", "Their mean, or the one figure: kg for one unit.", minimum=0,
             required=True),
        _figure("high", "Most of the studies: kg for one unit.", not_below="low"),
        Prop("studies", Type.INTEGER, "How many studies the range is of.", minimum=1),
        _ref("source", "Where it was published.", "Source", key=True, required=True)),
        End("technology", ("Technology",), "What is built."),
        End("element", ("Element",), "What it needs.")),
    Kind("HANDLES", "An element that a mine or plant mines or makes something of.", (
        _text("label", "Commodity, product and form, as the source names them.", key=True,
              required=True),
        _text("importance", "Its place among the plant's commodities, where the source says it.",
              one_of=("primary", "secondary", "other")),
        _text("published_value", "Capacity and unit as printed, of what is no product of the "
              "graph."),
        Prop("as_of", Type.PERIOD, "Year of that capacity."),
        NOTE,
        _ref("source", "Where it was published.", "Source", key=True, required=True)),
        End("facility", ("Facility",), "Where."), End("element", ("Element",), "What.")),
    Kind("CAN_MAKE", "What a mine or plant can make in a year: capacity, never production.", (
        _text("label", "Commodity, product and form, as the source names them; with the part of "
              "the site, where it gives several.", key=True, required=True),
        _figure("capacity", "In a year, in the unit as published; none: not published.",
             minimum=0),
        _text("unit", "The unit, as the source writes it."),
        _tonnes("tonnes", "The same in tonnes, where the unit is one of mass."),
        _text("basis", "What the mass counts, as far as the source says: ore, concentrate, "
              "ore-and-concentrate, content (of the element), REO, Li2O, WO3, metal (made), "
              "product. Figures of two bases are never added up; none: not stated."),
        Prop("as_of", Type.PERIOD, "Year of the capacity; none: the source gives no other year "
             "than its own."),
        _text("measure", "plan: a capacity to come, a target or guidance; rate: what it makes, "
              "over a year; none: a capacity. A plan or a rate is counted nowhere.",
              one_of=("plan", "rate")),
        _text("status", "Whether it runs, as the source puts it."),
        Prop("shared_with", Type.TEXTS, "Products of which the source gives the same figure for "
             "the same plant: one of them is counted, or none.", ref=("Product",)),
        NOTE,
        _ref("source", "Where it was published.", "Source", key=True, required=True)),
        End("facility", ("Facility",), "Plant, or the group that shares the capacity."),
        End("product", ("Product",), "What it can make.")),
    Kind("OPERATES", "Who runs a mine or plant.", (
        Prop("as_of", Type.PERIOD, "When; none: when the source was published."),
        NOTE,
        _ref("source", "Where it was published.", "Source", key=True, required=True)),
        End("company", ("Company",), "Who."), End("facility", ("Facility",), "What.")),
    Kind("OWNS", "A share in a mine, a plant or a company.", (
        _share("share", "Share of it; none: not published."),
        Prop("as_of", Type.PERIOD, "When; none: when the source was published."),
        Prop("set_as_of", Type.PERIOD, "Of a set of owners put together from several facts, the "
             "day of the newest; none: its source gives the set. Of one plant the newest set whose "
             "shares are complete answers; shares of two sets are never added up."),
        Prop("ended", Type.PERIOD, "When it ended; none: no source read says that it did."),
        Prop("planned", Type.FLAG, "Agreed or expected, and no source read says that it was done: "
             "it answers no question."),
        _text("published_value", "The owners as printed, where shares were left out."),
        NOTE,
        _ref("source", "Where it was published.", "Source", key=True, required=True)),
        End("owner", ("Company",), "Who."), End("owned", ("Facility", "Company"), "What.")),
    Kind("MADE", "Output of a company, or of one of its plants, in one period: never capacity.", (
        _ref("plant", "Plant that made it; none: the company as a whole.", "Facility", key=True),
        _ref("product", "Product in whose production the figure counts: cobalt in hydroxide from a "
             "mine's own plant is output of ore; none: no product of the graph.", "Product",
             key=True),
        _text("label", "The form, as the source names it.", key=True, required=True),
        _text("scope", "whole: all of it, whoever owns the plants; equity: the company's share; "
              "sales: what it sold.", key=True, required=True,
              one_of=("whole", "equity", "sales")),
        PERIOD, YEAR,
        _figure("value", "The figure, in its unit.", minimum=0, required=True),
        _text("unit", "The unit, as the source writes it.", required=True),
        _tonnes("tonnes", "The same in tonnes, of what the basis says."), BASIS,
        _tonnes("content_tonnes", "Tonnes of what production of the product counts, such as metal "
                "or rare-earth oxides: as published, or the tonnes by the factor; none: no sourced "
                "factor is known."),
        _figure("factor", "Content of one tonne.", minimum=0, maximum=1),
        _ref("factor_source", "Where the factor comes from.", "Source"),
        QUALIFIER,
        Prop("estimated", Type.FLAG, "An estimate of somebody else, or a figure of a weak source: "
             "it decides no first place."),
        Prop("bought", Type.FLAG, "Counts what it bought from others' mines too."),
        NOTE,
        _ref("source", "Where the figure was published.", "Source", key=True, required=True)),
        End("company", ("Company",), "Who made it."),
        End("element", ("Element",), "Element or mineral that it is of.")),
    Kind("REPORTS", "A figure of a country's balance of a material, or a price, of a country or of "
         "the world.", (
        _text("statistic", "What is counted; stock-release: out of a government's stockpile.",
              key=True, required=True, one_of=STATISTICS),
        _ref("product", "Product, where the series is of one; none: several forms together.",
             "Product", key=True),
        _text("label", "The series, as the source names it.", key=True, required=True),
        PERIOD, YEAR,
        _figure("value", "The figure, in its unit.", minimum=0),
        _figure("low", "Lower end of a published range.", minimum=0),
        _figure("high", "Upper end of a published range.", not_below="low"),
        _text("unit", "t of a mass; of a price as printed, USc: cents, ozt: troy ounce, mtu: "
              "one hundredth of a tonne, of what the label says.", required=True,
              one_of=("t", "USD/t", "USD/kg", "USD/lb", "USc/lb", "USD/ozt", "USD/mtu")),
        QUALIFIER,
        _text("published_value", "The figure as printed, where it is not a plain number."),
        Prop("estimated", Type.FLAG, "The publisher marks it as an estimate."),
        BASIS,
        _text("balance", "Key of the product or element whose net import reliance counts the "
              "series; none: no balance does."),
        NOTE, SUPERSEDED,
        _ref("source", "Where the figure was published.", "Source", key=True, required=True)),
        End("country", PLACE, "Whose figure it is: a country's; a price may also be the world's or "
            "a group's."),
        End("element", ("Element",), "Element, mineral or group that it is about.")),
    Kind("MADE_INTO", "A step of a chain, in which one product is made into another.", (
        _text("process", "How it is done.", required=True),
        _text("kind", "main: the step is run for the output; by-product: the output comes with it.",
              required=True, one_of=("main", "by-product")),
        _ref("host", "Of a by-product: what the step is run for, whose supply it follows.",
             "Element"),
        _figure("input_per_output", "Mass of input for one of output, without losses.",
                minimum=0, maximum=1e6),
        NOTE, SOURCE),
        End("input", ("Product",), "Input."), End("output", ("Product",), "Output.")),
    Kind("RATED", "The value of an indicator for a country in one period.", (
        PERIOD, YEAR,
        _figure("value", "The value, in the unit of the indicator.", required=True),
        NOTE,
        _ref("source", "Where the value was published.", "Source", key=True, required=True)),
        End("country", ("Country",), "Who is rated."),
        End("indicator", ("Indicator",), "By what.")),
    Kind("MEMBER_OF", "Belongs to a group.", (),
         End("member", ("Country", "Element"), "Member."),
         End("group", ("Area", "Element"), "Group."), derived=True),
    Kind("AT_STAGE", "The stage a product comes out of.", (),
         End("product", ("Product",), "Product."), End("stage", ("Stage",), "Stage."),
         derived=True),
    Kind("USED_IN", "What a product is used in.", (),
         End("product", ("Product",), "Product."),
         End("application", ("Application",), "Application."), derived=True),
    Kind("LOCATED_IN", "The country that a mine or plant is in.", (),
         End("facility", ("Facility",), "Plant."), End("country", ("Country",), "Country."),
         derived=True),
    Kind("PART_OF", "A group of mines or plants that share a capacity.", (),
         End("facility", ("Facility",), "Member."), End("group", ("Facility",), "Group."),
         derived=True),
    Kind("SEATED_IN", "The country of a company's seat.", (),
         End("company", ("Company",), "Company."), End("country", ("Country",), "Country."),
         derived=True),
    Kind("IMPOSED_BY", "The country that restricts.", (),
         End("control", ("Control",), "Control."), End("country", ("Country",), "Country."),
         derived=True),
    Kind("NAMES", "The elements that a control names.", (),
         End("control", ("Control",), "Control."), End("element", ("Element",), "Element."),
         derived=True),
    Kind("RESTRICTS", "The products that a control covers, whole or in part.", (),
         End("control", ("Control",), "Control."), End("product", ("Product",), "Product."),
         derived=True),
    Kind("CITES", "Where a claim was published.", (),
         End("claim", ("Claim",), "Claim."), End("source", ("Source",), "Source."), derived=True),
    Kind("ABOUT", "What a claim speaks of.", (
        _text("role", "As what: consumer, supplier, rival, product, element, stage ...", key=True),
        ),
        End("claim", ("Claim",), "Claim."),
        End("subject", (*PLACE, "Product", "Element", "Stage", "Application", "Control"),
            "Subject."),
        derived=True),
    Kind("COVERS", "What a data set holds of a product in one period, by EXPORTS.", (
        _ref("hs", "HS code.", "Code", key=True),
        PERIOD, YEAR,
        Prop("flows", Type.INTEGER, "How many flows."),
        Prop("usd", Type.NUMBER, "Their value.", unit="USD", minimum=0),
        _tonnes("tonnes", "Their mass, of the flows that give one.", maximum=None),
        Prop("preferred", Type.FLAG, "Whether answers take this data set for the product and "
             "period."),
        _text("outlier_exporter", "Exporter of the largest flow that has at least a tenth of their "
              "mass and is at least fifty times as heavy per dollar as the others."),
        _text("outlier_importer", "Importer of that flow."),
        _tonnes("outlier_tonnes", "Its mass, which may be an error of the publisher.",
                maximum=None),
        Prop("outlier_ratio", Type.NUMBER, "How many times it is as heavy per dollar.",
             minimum=0)),
        End("dataset", ("Dataset",), "Data set."), End("product", ("Product",), "Product."),
        derived=True),
    Kind("DEPENDS_ON", "A country's reliance on one supplier for a product, by the preferred "
         "EXPORTS.", (
        _ref("product", "What is bought.", "Product", key=True),
        PERIOD, YEAR,
        Prop("usd", Type.NUMBER, "Imports from the supplier.", unit="USD", minimum=0),
        _tonnes("tonnes", "Imports from the supplier, of the flows that give a mass.",
                maximum=None),
        _share("share_usd", "Share of the consumer's imports of the product, by value; none where "
               "what the data set does not list may move it by a percentage point."),
        _share("share_usd_low", "The least that it can be beside trade that a partial data set "
               "does not list; none where all is listed."),
        _share("share_usd_high", "The most that it can be."),
        _share("share_tonnes", "Share by mass, of the flows that give one; none beside trade that "
               "is not listed."),
        Prop("rank", Type.INTEGER, "Place among the listed suppliers by value, 1 is the largest."),
        Prop("suppliers", Type.INTEGER, "How many suppliers the consumer has, of those listed."),
        Prop("hhi_usd", Type.NUMBER, "Herfindahl-Hirschman index of the suppliers by value; none "
             "where trade that is not listed may move any share by a percentage point.",
             minimum=0, maximum=10_000),
        Prop("hhi_tonnes", Type.NUMBER, "The same by mass.", minimum=0, maximum=10_000),
        _share("missing_tonnes_share", "Share of the consumer's import value without a mass."),
        _text("reporter", "Who counted.", key=True),
        _text("dataset", "Data set it is derived from.", key=True),
        _ref("source", "Where the flows were published.", "Source", key=True)),
        End("consumer", PLACE, "Who depends."), End("supplier", PLACE, "On whom."),
        derived=True),
)  # fmt: skip

LOAD = Kind("Load", "What the database was filled with: one node, written last.", (
    _key("Always graphkit."),
    _text("version", "Version of graphkit that loaded it."),
    Prop("facts", Type.INTEGER, "How many nodes and relationships it holds, this one aside."),
    _text("content", "SHA-256 over the digests of all of them, equal on every database.")),
    derived=True)  # fmt: skip

GRAPH = Schema((*NODES, LOAD, *EDGES))
"""The graph of graphkit."""
