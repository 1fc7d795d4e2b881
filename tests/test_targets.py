"""Targets of governments: verdicts, their pace, and what the shipped ones are held against."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import yaml
from saying import Naming
from seed_problems import MARK, assert_told

from graphkit.analysis.targets import (
    judge,
    judge_least,
    largest_abroad,
    median_slope,
    needed_slope,
    part_at_home,
)
from graphkit.answers.note import words_of_notes
from graphkit.api import Session
from graphkit.catalog.catalog import Catalog
from graphkit.files.folders import shipped
from graphkit.plot.pictures import picture
from graphkit.questions.act.projects import Projects
from graphkit.stores.duck.store import DuckStore

# --- analysis


@pytest.mark.parametrize("seed", range(20))
def test_the_slope_is_the_median_of_all_pairs_and_moves_with_the_points(seed):
    random = Random(seed)
    years = random.sample(range(2010, 2025), random.randint(5, 12))
    points = [(year, random.random()) for year in sorted(years)]
    slopes = []
    for number, (year, share) in enumerate(points):
        for later, after in points[number + 1 :]:
            slopes.append((after - share) / (later - year))
    slopes.sort()
    middle = len(slopes) // 2
    slow = slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2

    assert median_slope(points) == pytest.approx(slow)
    assert median_slope([(x, y + 0.01 * x) for x, y in points]) == pytest.approx(slow + 0.01)
    assert median_slope(points[:4]) is None


@pytest.mark.parametrize("seed", range(200))
def test_no_verdict_where_the_range_holds_the_target(seed):
    random = Random(seed)
    low, target, slope = random.random(), random.random(), random.choice((None, -0.05, 0.02))
    high = low + random.random() * (1 - low)
    years = random.choice((6, 6, 0, -1))
    verdict = judge(low, high, target, slope, years)
    truth = {judge(x, x, target, slope, years) for x in (low, (low + high) / 2, high)}

    if low <= target < high:
        assert verdict == "cannot be told"
    elif verdict == "on the way":
        assert truth == {"on the way"}
        assert high + 6 * slope <= target
    elif verdict in ("met", "missed"):
        assert truth == {verdict}
        assert verdict == "met" or years <= 0
    else:
        assert truth <= {"above", "on the way"}
        assert years == 6
    needed = needed_slope(low, target, 6)
    assert (needed is None) == (low <= target)
    assert needed is None or judge(low, low, target, needed - 1e-9, 6) == "on the way"


@pytest.mark.parametrize("seed", range(50))
def test_parts_of_a_whole_lie_in_the_ranges_of_its_rounded_list(seed):
    """A list of the larger shares in whole percents, some left out, of a whole that is known."""
    random = Random(seed)
    weights = [random.random() ** 2 for _ in range(random.randint(2, 9))]
    truth = {f"C{i}": weight / sum(weights) for i, weight in enumerate(weights)}
    home = random.sample(sorted(truth), random.randint(0, len(truth) - 1))
    listed = {key: round(share, 2) for key, share in truth.items()
              if round(share, 2) > 0 and random.random() < 0.8}  # fmt: skip
    share, low, high = part_at_home(listed, home)

    assert low - 1e-9 <= sum(truth[key] for key in home) <= high + 1e-9
    assert share is None or low <= share <= high
    supplier, share, low, high = largest_abroad(listed, home)
    largest = max(share for key, share in truth.items() if key not in home)
    assert low - 1e-9 <= largest <= high + 1e-9
    assert supplier is None or supplier not in home
    assert (judge_least(low, high, 0.4, 6) == "met") <= (largest >= 0.4)
    assert (judge_least(low, high, 0.4, 6) == "below") <= (largest < 0.4)


# --- seeds


def test_the_shipped_targets_are_those_of_the_acts():
    path = shipped("seeds") / "targets" / "targets.yaml"
    rows = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["rows"]
    of = {
        country: [r for r in rows if (r["country"], r["measure"]) == (country, "one-country")]
        for country in ("EU27", "KOR")
    }

    assert {float(row["share"]) for row in of["EU27"]} == {0.65}
    assert {float(row["share"]) for row in of["KOR"]} == {0.5}
    assert (len(of["EU27"]), len(of["KOR"])) == (17, 10)
    assert {e for r in of["KOR"] for e in r["elements"]} == {
        "Li", "Ni", "Co", "Mn", "graphite", "Nd", "Dy", "Tb", "Ce", "La",
    }  # fmt: skip
    assert {(r["measure"], float(r["share"])) for r in rows if r["country"] == "EU27"} >= {
        ("extraction", 0.1), ("processing", 0.4), ("recycling", 0.25),
    }  # fmt: skip
    assert all(str(row["until"]) == "2030" for some in of.values() for row in some)


TARGETS = """\
kind: Target
defaults: {country: KOR, measure: one-country, until: 2030, share_of: imports, source: customs}
rows:
  - {key: a, name: dysprosium, share: 0.5, elements: [Dy]}
  - {key: b, name: recycling, measure: recycling, share: 0.2, elements: [Dy]}
"""


# --- questions


def sales(*shares: float) -> str:
    """China's shares of Korea's imports in the years up to 2024, the rest from Japan."""
    head = (
        "kind: EXPORTS\ndefaults: {product: ree-metals, hs: 280530, reporter: importer, "
        "dataset: test, source: customs, importer: KOR}\nrows:\n"
    )
    first = 2025 - len(shares)
    return head + "".join(
        f"  - {{exporter: {seller}, period: {first + year}, usd: {1000 * part:g}, "
        f"tonnes: {10 * part:g}}}\n"
        for year, share in enumerate(shares)
        for seller, part in (("CHN", share), ("JPN", 1 - share))
    )


def face_value(answer):
    [row] = [row for row in answer.rows.to_pylist() if row["definition"] == "face value"]
    return row


@pytest.mark.parametrize(
    ("shares", "verdict", "pace"),
    [
        ((0.9, 0.85, 0.8, 0.75, 0.7), "on the way", -0.05),
        ((0.9, 0.88, 0.86, 0.84, 0.82), "above", -0.02),
        pytest.param((0.9, 0.8, 0.7), "above", None, marks=pytest.mark.long),
        ((0.9, 0.8, 0.7, 0.6, 0.5), "met", -0.1),
    ],
)
def test_a_target_by_hand(graph_of, shares, verdict, pace):
    answer = graph_of({"trade.yaml": sales(*shares), "targets.yaml": TARGETS}).targets("KOR")
    row = face_value(answer)

    assert (row["supplier"], row["verdict"]) == ("CHN", verdict)
    assert row["share"] == pytest.approx(shares[-1])
    assert row["pace"] == (None if pace is None else pytest.approx(pace))
    if verdict == "met":
        assert row["distance_usd"] is None
        assert row["needed_pace"] is None
    else:
        assert row["distance_usd"] == pytest.approx(1000 * (shares[-1] - 0.5))
        assert row["distance_tonnes"] == pytest.approx(10 * (shares[-1] - 0.5))
        assert row["needed_pace"] == pytest.approx((0.5 - shares[-1]) / 6)
    at_home = answer.rows.to_pylist()[-1]
    assert (at_home["target"], at_home["verdict"]) == ("b", "cannot be told")
    assert "recycled at home" in at_home["missing"]
    assert "<svg" in picture(answer).svg()


def test_one_rule_judges_what_was_bought_and_what_was_made_there(embedded_of):
    """China makes all that it sells: both ways have .675, which falls to .65 in time."""
    trade = {
        "trade.yaml": sales(0.755, 0.735, 0.715, 0.695, 0.675),
        "made.yaml": "kind: PRODUCES\ndefaults: {product: ree-metals, period: 2024, "
        "source: customs}\nrows:\n  - {country: CHN, tonnes: 100}\n"
        "  - {country: JPN, tonnes: 100}\n",
    }
    for until, verdict in (("2030", "on the way"), ("2025", "above"), ("2024", "missed")):
        targets = TARGETS.replace("0.5", "0.65").replace("2030", until)
        rows = embedded_of({**trade, "targets.yaml": targets}).targets("KOR").rows.to_pylist()

        assert [row["definition"] for row in rows[:2]] == ["face value", "looked through"]
        for row in rows[:2]:
            assert (row["low"], row["high"]) == pytest.approx((0.675, 0.675))
            assert (row["supplier"], row["verdict"]) == ("CHN", verdict)


def test_a_target_of_one_grade_is_not_told_from_codes_of_all_grades(embedded_of):
    graded = TARGETS.replace("{key: a, ", "{key: a, grade: battery, ")
    trade = {"trade.yaml": sales(0.3)}
    answer = embedded_of({**trade, "targets.yaml": graded}).targets("KOR")
    row = face_value(answer)

    assert (row["verdict"], row["grade"]) == ("cannot be told", "battery")
    assert "battery grade alone" in row["missing"]
    assert row["share"] == pytest.approx(0.7)
    ungraded = embedded_of({**trade, "targets.yaml": TARGETS}).targets("KOR")
    assert face_value(ungraded)["verdict"] == "above"


def test_a_year_without_sales_counts_as_no_share_in_the_pace(embedded_of):
    """China sold all in four years, and nothing in the middle one, which makes a fifth point."""
    rows = sales(1, 1, 0, 1, 1).splitlines()
    trade = "\n".join(row for row in rows if "usd: 0," not in row)
    answer = embedded_of({"trade.yaml": trade, "targets.yaml": TARGETS}).targets("KOR")

    assert face_value(answer)["years_of_pace"] == "2020-2024"
    assert face_value(answer)["pace"] == pytest.approx(
        median_slope([(2020, 1.0), (2021, 1.0), (2022, 0.0), (2023, 1.0), (2024, 1.0)])
    )


OTHER = {
    "others.yaml": """\
kind: Product
defaults: {source: customs}
rows:
  - {key: other, name: Other metals, stage: metal}
""",
    "more-contains.yaml": """\
kind: CONTAINS
defaults: {source: customs}
rows:
  - {product: other, element: Dy, role: main}
""",
}


def test_old_trade_says_nothing_about_today(embedded_of):
    old = sales(0.9).replace("period: 2024", "period: 2020")
    more = sales(0.9).replace("ree-metals", "other")
    session = embedded_of({"trade.yaml": old, "more.yaml": more, "targets.yaml": TARGETS, **OTHER})
    rows = {row["product"]: (row["verdict"], row["missing"])
            for row in session.targets("KOR").rows.to_pylist()
            if row["definition"] == "face value"}  # fmt: skip

    assert rows == {
        "other": ("above", None), "ree-metals": ("cannot be told", "trade after 2020"),
    }  # fmt: skip


@pytest.mark.long
def test_codes_of_other_goods_and_wide_ranges_give_no_verdict(ask: Session):
    rows = ask.targets().rows.to_pylist()

    assert {row["country"] for row in rows} >= {"EU27", "KOR", "GBR", "USA", "IND", "JPN"}
    for row in rows:
        if row["verdict"] == "no measure in the graph":
            assert (row["share"], row["missing"]) == (None, None)
        elif row["aim"] != "one-country":
            kept = {"met": row["low"], "below": row["high"]}.get(row["verdict"])
            assert kept is None or (kept >= row["threshold"]) == (row["verdict"] == "met")
        elif row["definition"] == "sourced" and not row["missing"]:
            assert row["verdict"] == ("met" if row["high"] <= row["threshold"] else "above")
        elif row["share"] is None or row["missing"] or row["low"] <= row["threshold"] < row["high"]:
            assert row["verdict"] == "cannot be told"
        elif row["verdict"] == "met":
            assert row["high"] <= row["threshold"]
        else:
            assert row["low"] > row["threshold"]
    [magnets] = [r for r in rows if (r["target"], r["product"], r["definition"]) == (
        "eu-one-country-rare-earths", "magnets-metal", "face value")]  # fmt: skip
    [depends] = ask.depends("EU27", scope="magnets-metal", on="CHN").rows.to_pylist()
    assert magnets["share"] == pytest.approx(depends["share_usd"])
    assert magnets["verdict"] == "above"
    tonnes = ask.targets("EU27", scope="magnets-metal", by="tonnes").rows.to_pylist()
    assert {row["target"] for row in tonnes if row["product"] and row["aim"] == "one-country"} == {
        "eu-one-country-rare-earths"
    }


@pytest.mark.parametrize(
    ("aim", "shares"),
    [
        ("extraction", {"bauxite": 0.11, "copper-ore": 0.4, "nickel-ore": 0.58,
                        "tungsten-ore": 0.77, "manganese-ore": 0.03, "borates": 0.0}),
        ("processing", {"cobalt-processed": 0.91, "copper-refined": 0.68, "aluminum": 0.39,
                        "silicon-metal": 0.38, "manganese-processed": 0.3, "bismuth": 0.26,
                        "nickel-processed": 0.21, "germanium-processed": 0.07, "gallium": 0.02}),
    ],
)  # fmt: skip
def test_shares_made_in_the_union_are_those_of_the_study(ask: Session, aim, shares):
    """As its Annex 7 lists the members, added by hand."""
    rows = {row["product"]: row for row in ask.targets("EU27").rows.to_pylist()
            if (row["aim"], row["definition"]) == (aim, "sourced")}  # fmt: skip

    for product, share in shares.items():
        assert rows[product]["share"] == pytest.approx(share), product
        assert rows[product]["period"] == "2016-2020"
    assert rows["natural-graphite" if aim == "extraction" else "titanium-sponge"]["share"] in (
        None, 0.0
    )  # fmt: skip
    assert "magnesite" not in rows


def test_targets_in_money_and_amounts_are_listed_without_a_verdict(ask: Session):
    rows = {row["target"]: row for row in ask.targets("USA").rows.to_pylist()}

    assert rows["usa-vault"]["verdict"] == "no measure in the graph"
    assert (rows["usa-vault"]["amount"], rows["usa-vault"]["state"]) == (11.67, "in-force")
    [days] = [row for row in ask.targets("JPN").rows.to_pylist() if row["aim"] == "stock"]
    assert (days["amount"], days["amount_unit"].split()[:3]) == (60, ["days", "of", "use,"])
    kingdom = {row["target"]: row for row in ask.targets("GBR").rows.to_pylist()}
    assert kingdom["gbr-one-country"]["verdict"] == "cannot be told"
    assert "list" in kingdom["gbr-one-country"]["missing"]


def test_what_has_no_target_names_who_has(ask: Session):
    answer = ask.targets("CHL")

    assert len(answer.rows) == 0
    assert answer.nothing.words == Naming("Chile … South Korea … European Union")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            f"key: a, name: x, share: {MARK}1.5, elements: [Dy]",
            "share … '1.5' … at most 1",
        ),
        (
            f"key: a, name: x, share: 0.5, elements: [{MARK}Xy]",
            "elements … unknown … 'Xy'",
        ),
        (
            f"key: a, name: x, share: 0.5, elements: [Dy], until: {MARK}soon",
            "until … 'soon'",
        ),
    ],
)
def test_a_target_that_cannot_be_is_one_line_with_its_place(tmp_path, row, message):
    head = TARGETS.partition("rows:")[0].replace("until: 2030, " * ("until" in row), "")

    assert_told(tmp_path, {"targets.yaml": f"{head}rows:\n  - {{{row}}}\n"}, message)


@pytest.fixture(scope="module")
def catalog(sliced_file: Path) -> Iterator[Catalog]:
    with DuckStore(sliced_file) as store:
        yield Catalog(store)


@pytest.mark.long
def test_strategic_projects_stand_beside_the_step_that_they_work_on(ask: Session, catalog: Catalog):
    """Counted again from the sites; of one country's targets none is known."""
    sites = ask.query("strategic-projects").to_pylist()
    answer = ask.targets("EU27")
    rows = {(row["target"], row["product"]): row for row in answer.rows.to_pylist()}
    members = catalog.materials.members
    steps = {"mine": {"extraction"}, "separate": {"processing", "recycling"}}
    for (_, product), row in rows.items():
        wanted = steps.get(row["stage"])
        if product != "ree-compounds" or wanted is None:
            continue
        names = {
            site["name"] for site in sites
            if wanted & {*site["published_type"].rpartition(";")[0].split(";")}
            and {"Nd", "Dy", "Ce"} & {site["element"], *members.get(site["element"], ())}
        }  # fmt: skip
        assert {name.rpartition(" (")[0] for name in row["project_names"]} == names
        assert row["projects"] == len(names) > 1
    assert rows["eu-one-country-rare-earths", "magnets-metal"]["projects"] is None
    assert any(note == Naming("no step", "magnets") for note in words_of_notes(answer.notes))
    korea = ask.targets("KOR")
    assert set(korea.rows["projects"].to_pylist()) == {None}
    assert any(
        note == Naming("No list … strategic projects … South Korea")
        for note in words_of_notes(korea.notes)
    )


@pytest.mark.long
def test_what_is_made_at_home_would_turn_a_target_of_consumption(ask: Session):
    """The share of imports times what they are of consumption is the target then."""
    for row in ask.targets("EU27", scope="magnets-metal").rows.to_pylist():
        if row["would_turn"] is not None:
            imports = row["distance_usd"] / (row["share"] - row["threshold"])
            share = row["share"] * imports / (imports + row["would_turn"])
            assert share == pytest.approx(row["threshold"])
    assert {row["would_turn"] for row in ask.targets("KOR").rows.to_pylist()} == {None}


def test_a_project_counts_once_and_only_at_its_steps(catalog: Catalog):
    row = {"name": "One", "country": "FRA", "element": "LREE", "status": "planned"}
    two = {**row, "published_type": "processing; refining", "status": "operating"}
    rows = [{**row, "published_type": "extraction;processing; mining"}, two,
            {**two, "name": "Two", "published_type": "substitution; substitution"}]  # fmt: skip
    projects = Projects(catalog, catalog.rows("strategic-projects"), rows)
    assert projects.working_on(["Nd"], ("extraction",)) == ["One (planned)"]
    assert projects.working_on(["Nd"], ("processing",)) == ["One (operating, planned)"]
    assert projects.working_on(["Nd"], ("recycling",)) == []
    assert projects.working_on(["Co"], ("extraction",)) == []
