"""The shipped claims and controls hold what was published, each with its scope and source."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from graphkit.period import Period

SEEDS = Path(__file__).parent.parent / "seeds"
US_LIST = """
    Al Sb As barite Be Bi B Ce Cs Cr Co Cu Dy Er Eu fluorspar Gd Ga Ge graphite Hf Ho In Ir La Pb Li
    Lu Mg Mn metallurgical-coal Nd Ni Nb Pd phosphate Pt potash Pr Re Rh Rb Ru Sm Sc Si Ag Ta Te Tb
    Tm Sn Ti W U V Yb Y Zn Zr
"""
NEW_IN_2025 = "B Cu Pb metallurgical-coal phosphate potash Re Si Ag U"
OF_2025_10 = "suspended from 2025-11-07 to 2027-01-10"
OF_2024_12 = "suspended from 2025-11-09 to 2026-11-27"


def table_of(path):
    for row in csv.DictReader(path.read_text("utf-8").splitlines()):
        yield {k: float(v) if k == "value" else v for k, v in row.items() if v}


def rows(*patterns):
    """Rows with their defaults; every value but a number is text."""
    for path in sorted(p for pattern in patterns for p in SEEDS.glob(pattern)):
        seed = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        for row in seed["rows"] if "rows" in seed else table_of(path.with_name(seed["table"])):
            given = {"seed": seed["kind"], **seed.get("defaults", {}), **row}
            yield {
                k: v if isinstance(v, list) or k in ("value", "low", "high", "quota") else str(v)
                for k, v in given.items()
            }


@pytest.fixture(scope="module")
def sources():
    found = rows("claims/*sources.yaml", "facilities/sources.yaml", "reference/sources.yaml")
    return {r["key"]: r for r in found if r["seed"] == "Source"}


@pytest.fixture(scope="module")
def claims():
    found = [r for r in rows("claims/*.yaml") if r["seed"] == "Claim"]
    twice = {k: n for k, n in Counter(r["key"] for r in found).items() if n > 1}
    assert not twice
    return {r["key"]: r for r in found}


@pytest.fixture(scope="module")
def controls():
    return list(rows("controls/*.yaml"))


def shares(claims, **scope):
    """Value of each claim of a share that has exactly this scope, by element or supplier."""
    chosen = [
        r
        for r in claims.values()
        if r["kind"] == "share" and all(r.get(k) == v for k, v in scope.items())
    ]
    name = "supplier" if "element" in scope or "product" in scope else "element"
    return {r.get(name): r.get("value") for r in chosen}


# --- every claim ------------------------------------------------------------------------------


def test_every_claim_cites_a_known_source_and_says_how_it_was_read(claims, sources):
    for key, claim in claims.items():
        assert claim.get("source") in sources, key
        assert claim.get("evidence") in ("read", "quoted", "excerpt"), key


def test_every_source_has_a_title_a_publisher_and_a_licence(sources):
    for key, source in sources.items():
        assert {"title", "publisher", "licence"} <= source.keys(), key


def test_every_publication_that_ships_for_single_facts_is_cited():
    facts = rows("claims/*.yaml", "controls/*.yaml", "reference/*.yaml")
    cited = {row[name] for row in facts for name in ("source", "suspension_source") if name in row}

    assert {row["key"] for row in rows("claims/sources.yaml")} - cited == set()


def test_every_figure_has_a_unit_and_says_what_it_counts(claims):
    for key, claim in claims.items():
        if "value" in claim or "low" in claim:
            assert "unit" in claim, key
            assert "measure" in claim or claim["kind"] == "count", key


def test_every_share_lies_between_0_and_1_and_states_its_basis(claims):
    for key, claim in claims.items():
        if claim["kind"] == "share":
            given = [claim[n] for n in ("value", "low", "high") if n in claim]
            assert given or "qualifier" in claim, key
            assert all(0 <= value <= 1 for value in given), key
            assert "basis" in claim, key


def test_every_claim_is_about_something(claims):
    subjects = ("consumer", "supplier", "product", "element", "stage", "application")
    for key, claim in claims.items():
        assert any(s in claim for s in subjects), key


def test_a_statement_without_a_figure_gives_its_words(claims):
    for key, claim in claims.items():
        if claim["kind"] == "statement":
            assert "statement" in claim or "note" in claim, key


def test_statements_can_be_printed_before_their_scope_and_without_quotation_marks(claims):
    stated = [claim["statement"] for claim in claims.values() if "statement" in claim]

    assert len(stated) == 42
    assert [text for text in stated if set(text) & set('“”"') or text.endswith(".")] == []


# --- the starting article ---------------------------------------------------------------------

ARTICLE = {
    "kor-dy-q1-more-than-2024": {
        "kind": "more-than",
        "consumer": "KOR",
        "supplier": "CHN",
        "product": "dy-oxide",
        "period": "2025-Q1",
        "than": "2024",
        "measure": "imports",
    },
    "kor-dy-q1-ahead-of-jpn": {
        "kind": "ahead-of",
        "consumer": "KOR",
        "supplier": "CHN",
        "rival": "JPN",
        "product": "dy-oxide",
        "period": "2025-Q1",
        "measure": "exports",
    },
    "kor-dy-q1-first-destination": {
        "kind": "rank",
        "consumer": "KOR",
        "supplier": "CHN",
        "product": "dy-oxide",
        "period": "2025-Q1",
        "value": 1,
        "unit": "rank",
    },
    "chn-dy-production": {
        "kind": "share",
        "supplier": "CHN",
        "element": "Dy",
        "value": 0.98,
        "qualifier": "about",
        "unit": "share",
        "measure": "production",
        "attributed_to": "Mining Digital",
    },
    "kor-ree-chn-2024": {
        "kind": "share",
        "consumer": "KOR",
        "supplier": "CHN",
        "element": "REE",
        "period": "2024",
        "value": 0.475,
        "unit": "share",
        "measure": "imports",
    },
    "chn-dominates-dy-chain": {"kind": "statement", "supplier": "CHN", "element": "Dy"},
    "dy-used-in-ev-motors": {"kind": "statement", "element": "Dy", "application": "ev-motors"},
    "dy-used-in-wind-turbines": {
        "kind": "statement",
        "element": "Dy",
        "application": "wind-turbines",
    },
    "dy-used-in-defence": {"kind": "statement", "element": "Dy", "application": "defence"},
    "kor-access-dy-at-stake": {"kind": "statement", "consumer": "KOR", "element": "Dy"},
    "kor-access-tb-at-stake": {"kind": "statement", "consumer": "KOR", "element": "Tb"},
    "kor-access-nd-at-stake": {"kind": "statement", "consumer": "KOR", "element": "Nd"},
}


@pytest.mark.parametrize("key", ARTICLE)
def test_every_fact_of_the_starting_article_is_a_claim(claims, key):
    claim = claims[key]

    assert {k: claim.get(k) for k in ARTICLE[key]} == ARTICLE[key]
    assert (claim["source"], claim["evidence"]) == ("reex-2025-04-30", "read")
    assert claim["statement"]


def test_the_starting_article_claims_no_tonnage(claims):
    article = [c for c in claims.values() if c["source"] == "reex-2025-04-30"]

    assert len(article) == len(ARTICLE)
    assert not [c for c in article if c.get("unit") in ("t", "kg")]


# --- dependence -------------------------------------------------------------------------------


def test_korea_s_minerals_from_china(claims):
    assert shares(claims, source="chosun-biz-2025-10-05", consumer="KOR", supplier="CHN") == {
        "Bi": 1.0, "Ga": 0.98, "graphite": 0.97, "In": 0.93, "Mg": 0.84, "Nb": 0.78, "Li": 0.65,
        "Si": 0.63,
    }  # fmt: skip
    assert claims["kor-minerals-chn-first-2024"]["published_value"] == "16 of 31"


def test_the_eu_s_sourcing_from_china(claims):
    quoted = shares(claims, source="visual-capitalist-eu-china", period="2016-2020")
    printed = {
        claim["product"]: claim["value"]
        for claim in claims.values()
        if claim["source"] == "eu-crm-2023-annex-7" and claim.get("supplier") == "CHN"
        and "product" in claim
    }  # fmt: skip

    assert quoted == {
        "HREE": 1.0, "Li": 0.79, "Ga": 0.71, "Sc": 0.67, "Bi": 0.65, "V": 0.62, "barite": 0.45,
        "Ge": 0.45, "W": 0.32,
    }  # fmt: skip
    products = {
        "Li": "lithium-processed", "Ga": "gallium", "Sc": "scandium", "Bi": "bismuth",
        "V": "vanadium-processed", "barite": "barite", "Ge": "germanium-processed",
        "W": "tungsten-processed",
    }  # fmt: skip
    assert not [key for key, product in products.items() if printed[product] == quoted[key]]
    assert (printed["magnesium-metal"], printed["natural-graphite"]) == (0.97, 0.4)


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        (
            {"source": "usgs-mcs-2025", "consumer": "USA", "element": "REE", "period": "2020-2023"},
            {"CHN": 0.7, "MYS": 0.13, "JPN": 0.06, "EST": 0.05, "XOC": 0.06},
        ),
        (
            {
                "source": "eurostat-ddn-20250409-1",
                "consumer": "EU27",
                "element": "REE",
                "period": "2024",
            },
            {"CHN": 0.463, "RUS": 0.284, "MYS": 0.199},
        ),
        (
            {"source": "businesskorea-213017", "product": "lithium-hydroxide", "period": "2022"},
            {"CHN": 0.879, "CHL": 0.107},
        ),
        (
            {"source": "businesskorea-213017", "product": "lithium-hydroxide", "period": "2023"},
            {"CHN": 0.796, "CHL": 0.175},
        ),
    ],
)
def test_shares_of_one_table_by_supplier(claims, scope, wanted):
    assert shares(claims, **scope) == wanted


def test_import_shares_of_the_usgs_count_a_mass(claims):
    counted = {
        claim.get("counted_by") for claim in claims.values()
        if claim["source"].startswith("usgs-mcs-") and claim.get("measure") == "imports"
        and claim["kind"] == "share"
    }  # fmt: skip

    assert counted == {"content", "mass", "weight"}


@pytest.mark.parametrize(
    ("key", "includes", "other"),
    [
        ("palladium-can", ["palladium", "palladium-semi-manufactured"], None),
        ("platinum-zaf", ["platinum", "platinum-semi-manufactured"],
         "platinum coins of HTS 7118.90.0020"),
        ("barite-ind", ["barite"], "barium sulphate of HTS 2833.27"),
        ("titanium-minerals-can", ["titanium-minerals"], "titanium slag"),
    ],
)  # fmt: skip
def test_a_share_counts_all_that_its_chapter_counts(claims, key, includes, other):
    claim = claims[f"usgs-src-{key}"]

    assert (claim["includes"], claim.get("includes_other")) == (includes, other)
    assert "product" not in claim


def test_neodymium_magnets_from_china_by_consumer_and_year(claims):
    found = {
        (c["consumer"], c["period"]): c["value"]
        for c in claims.values()
        if c["source"] == "ked-2023-08-11"
    }

    assert found == {
        ("EU27", "2022"): 0.9, ("KOR", "2016"): 0.82, ("KOR", "2022"): 0.879,
        ("USA", "2022"): 0.768, ("JPN", "2016"): 0.423, ("JPN", "2022"): 0.311,
    }  # fmt: skip


def test_japan_depends_on_china_also_through_others(claims):
    direct = claims["jpn-ree-chn-direct-2012"]
    through = claims["jpn-ree-chn-looked-through-2012"]
    sellers = ("FRA", "VNM", "KOR", "EST", "USA")
    others = {s: claims[f"jpn-ree-{s.lower()}-2012"]["value"] for s in sellers}

    assert (direct["value"], direct["qualifier"]) == (0.6, "less-than")
    assert (through["value"], through["qualifier"]) == (0.8, "more-than")
    assert others == {"FRA": 0.17, "VNM": 0.099, "KOR": 0.049, "EST": 0.068, "USA": 0.024}


def test_chinas_dysprosium_exports_in_kilograms_by_month_and_destination(claims):
    counted = [
        c for key, c in claims.items()
        if c.get("element") == "Dy" and c["kind"] == "quantity" and not key.startswith("printed")
    ]  # fmt: skip

    assert {c["unit"] for c in counted} == {"kg"}
    assert {(c["period"], c.get("consumer")): c["value"] for c in counted} == {
        ("2025-02", None): 18043,
        ("2025-06", None): 1, ("2025-07", None): 1400, ("2025-07", "KOR"): 1400,
        ("2025-09", None): 18043, ("2025-09", "KOR"): 17000, ("2025-10", None): 3501,
        ("2025-10", "KOR"): 2701, ("2025-10", "EST"): 500, ("2025-10", "JPN"): 300,
        ("2025-11", None): 995, ("2025-12", None): 4120,
    }  # fmt: skip


def test_destinations_of_october_add_up_to_the_total(claims):
    parts = [claims[f"{c}-dy-exports-2025-10"]["value"] for c in ("kor", "est", "jpn")]

    assert sum(parts) == claims["chn-dy-exports-2025-10"]["value"]


def test_changes_after_a_control_are_as_printed_and_compare_equal_months(claims):
    changes = [c for c in claims.values() if c["kind"] == "change" and "control" in c]

    assert len(changes) > 20
    for claim in changes:
        printed = float(re.search(r"[-+\d.]+(?= %)", claim["published_value"])[0])
        assert claim["value"] == pytest.approx(printed / 100)
        assert Period(claim["period"]).months == Period(claim["than"]).months


def test_changes_are_ratios_of_the_year_before(claims):
    found = {
        c["key"]: c["value"]
        for c in claims.values()
        if c["kind"] == "change" and "control" not in c
    }

    assert found == {
        "chn-dy-exports-change-2025": -0.35,
        "jpn-dy-exports-change-2025": -0.95,
        "kor-dy-exports-change-2025": 2,
        "eu-ree-imports-change-2024": -0.293,
    }
    assert claims["kor-dy-exports-change-2025"]["qualifier"] == "more-than"


# --- concentration ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("chn-ree-mining-2023", 0.62),
        ("chn-ree-refining-2023", 0.92),
        ("top3-ree-mining-2023", 0.85),
        ("top3-ree-refining-2023", 0.98),
        ("chn-ree-refining-2024", 0.91),
        ("chn-ree-magnets-2024", 0.94),
        ("chn-hree-processing", 0.99),
        ("top3-refiners-2020", 0.82),
        ("top3-refiners-2024", 0.86),
        ("chn-first-refiner-19-of-20-ap", 19),
        ("chn-first-refiner-19-of-20-iea-october", 19),
        ("n-1-ni-2035", 0.55),
        ("n-1-li-2035", 0.65),
        ("n-1-co-2035", 0.65),
    ],
)
def test_published_concentration(claims, key, value):
    assert claims[key]["value"] == value


def test_conflicting_figures_stand_side_by_side(claims):
    assert claims["chn-mean-refining-share-iea-october"]["value"] == 0.7
    assert claims["chn-mean-refining-share-ap"]["value"] == 0.75
    assert claims["kor-nd-magnets-chn-2022"]["value"] == 0.879
    assert claims["kor-nd-magnets-chn-2022-businesskorea"]["value"] == 0.875
    assert claims["eu-li-chn-2016-2020"]["value"] == claims["eu-li-chl-eca"]["value"] == 0.79


@pytest.mark.parametrize("key", ["n-1-graphite-2035", "n-1-ree-2035"])
def test_a_published_range_has_both_ends_and_no_middle(claims, key):
    claim = claims[key]

    assert (claim["low"], claim["high"], claim["qualifier"]) == (0.35, 0.4, "range")
    assert "value" not in claim


# --- lists ------------------------------------------------------------------------------------


def test_the_us_list_of_2025_has_its_sixty_entries(claims):
    listed = [c for c in claims.values() if c["kind"] == "listed"]

    assert Counter(c["element"] for c in listed) == Counter(US_LIST.split())
    assert len(listed) == claims["usa-list-2025-entries"]["value"] == 60
    assert {(c["consumer"], c["period"]) for c in listed} == {("USA", "2025")}


def test_the_ten_entries_that_are_new_say_so(claims):
    new = {c["element"] for c in claims.values() if c["kind"] == "listed" and "note" in c}

    assert new == set(NEW_IN_2025.split())


def test_how_the_entries_came_about(claims):
    assert claims["usa-list-2025-by-economic-effect"]["value"] == 50
    assert claims["usa-list-2025-by-economic-effect"]["published_value"] == "50 of 84"
    assert claims["usa-list-2025-by-sole-producer"]["element"] == "Zr"
    assert claims["usa-list-2025-by-judgement"]["value"] == 3
    sole = {c["element"] for c in claims.values() if c["source"] == "usgs-ofr-2021-1045"}
    assert sole == {"Be", "Ni", "Zr"}


# --- export controls ---------------------------------------------------------------------------


def when(control):
    """Until when, or the suspension, of a control."""
    if "suspended_from" in control:
        return "suspended from {suspended_from} to {suspended_until}".format_map(control)
    return control.get("until")


@pytest.mark.parametrize(
    ("scope", "products", "until"),
    [
        (("CHN", "2023-08-01", "licence", None), "gallium germanium-metal germanium-oxides", None),
        (
            ("CHN", "2023-12-01", "licence", None),
            "artificial-graphite natural-graphite spherical-graphite",
            None,
        ),
        (("CHN", "2023-12-21", "prohibition", None), "ree-separation-technology", None),
        (
            ("CHN", "2024-09-15", "licence", None),
            "antimony-metal antimony-ore antimony-oxides",
            None,
        ),
        (
            ("CHN", "2024-12-03", "prohibition", "USA"),
            "antimony-metal antimony-ore antimony-oxides gallium germanium-metal germanium-oxides",
            OF_2024_12,
        ),
        (
            ("CHN", "2025-02-04", "licence", None),
            "bismuth molybdenum-metal tellurium tungstates tungsten-metal",
            None,
        ),
        (
            ("CHN", "2025-04-04", "licence", None),
            "dy-chloride dy-fluoride dy-metal dy-oxide magnets-metal ndfeb-alloy ree-compounds "
            "ree-metals scandium tb-metal tb-oxide y-metal",
            None,
        ),
        (
            ("CHN", "2025-10-09", "licence", None),
            "magnets-metal ree-separation-technology",
            OF_2025_10,
        ),
        (
            ("CHN", "2025-11-08", "licence", None),
            "battery-anode battery-cathode magnets-metal ree-compounds ree-metals",
            OF_2025_10,
        ),
        (
            ("COD", "2025-02-22", "suspension", None),
            "cobalt-compounds cobalt-metal cobalt-ore",
            "2025-10-15",
        ),
        (
            ("COD", "2025-10-16", "quota", None),
            "cobalt-compounds cobalt-metal cobalt-ore",
            "2025-12-31",
        ),
        (("IDN", "2020-01-01", "prohibition", None), "nickel-ore", None),
    ],
)
def test_every_published_export_control_covers_its_products(controls, scope, products, until):
    names = ("country", "since", "measure", "target")
    found = [r for r in controls if tuple(r.get(n) for n in names) == scope]

    assert sorted({product for r in found for product in r.get("products", ())}) == products.split()
    assert {when(r) for r in found} == {until}


@pytest.mark.parametrize(
    ("key", "elements"),
    [
        ("chn-2023-23", "Ga Ge"), ("chn-2024-46", "Ga Ge Sb"), ("chn-2025-10", "Bi In Mo Te W"),
        ("chn-2025-18", "Dy Gd Lu Sc Sm Tb Y"), ("chn-2025-57", "Er Eu Ho Tm Yb"),
        ("cod-2025-001", "Co"), ("idn-2019-11", "Ni"),
    ],
)  # fmt: skip
def test_a_control_names_its_own_elements(controls, key, elements):
    (control,) = [r for r in controls if r["key"] == key]

    assert control["elements"] == elements.split()


def test_the_congo_s_quotas_are_one_amount_each(controls):
    quotas = [(r["since"], r["until"], r["quota"]) for r in controls
              if (r["measure"], r["country"]) == ("quota", "COD")]  # fmt: skip

    assert quotas == [
        ("2025-10-16", "2025-12-31", 18125),
        ("2026-01-01", "2026-12-31", 96600),
        ("2027-01-01", "2027-12-31", 96600),
    ]


def test_every_control_cites_a_known_source_and_its_act(controls, sources):
    for control in controls:
        assert control["source"] in sources, control
        assert control["evidence"] in ("read", "quoted"), control
        assert control["announcement"], control
