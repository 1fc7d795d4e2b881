"""The tool that turns the EU's criticality results into claims, on an excerpt of the real file."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
TOOL = ROOT / "tools" / "build_claims.py"
SHIPPED = ROOT / "seeds" / "claims" / "eu-criticality-2023.yaml"


def build(data: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), "--data", str(data), "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    out = tmp_path_factory.mktemp("seeds")
    result = build(Path(__file__).parent / "data", out)
    assert result.returncode == 0, result.stderr
    return (out / "claims" / "eu-criticality-2023.yaml").read_text(encoding="utf-8")


def test_each_material_gives_its_supply_risk_and_its_economic_importance(seed):
    rows = yaml.load(seed, yaml.CSafeLoader)["rows"]

    assert {(r["key"], r["kind"], r["element"], r["value"]) for r in rows} == {
        ("eu-2023-coking-coal-supply-risk", "supply-risk", "metallurgical-coal", 1.0),
        (
            "eu-2023-coking-coal-economic-importance",
            "economic-importance",
            "metallurgical-coal",
            3.1,
        ),
        ("eu-2023-hree-supply-risk", "supply-risk", "HREE", 5.1),
        ("eu-2023-hree-economic-importance", "economic-importance", "HREE", 4.2),
        ("eu-2023-titanium-supply-risk", "supply-risk", "Ti", 0.5),
        ("eu-2023-titanium-economic-importance", "economic-importance", "Ti", 5.4),
        ("eu-2023-titanium-metal-supply-risk", "supply-risk", "Ti", 1.6),
        ("eu-2023-titanium-metal-economic-importance", "economic-importance", "Ti", 6.3),
    }


def test_every_claim_has_the_scope_and_the_source_of_the_study(seed):
    defaults = yaml.load(seed, yaml.CSafeLoader)["defaults"]

    assert defaults["consumer"] == "EU27"
    assert defaults["unit"] == "score"
    assert str(defaults["period"]) == "2023"
    assert defaults["basis"] == "averages of 2016-2020"
    assert defaults["source"] == "eu-crm-2023"


def test_two_materials_of_one_element_say_which_they_are(seed):
    rows = {r["key"]: r for r in yaml.load(seed, yaml.CSafeLoader)["rows"]}

    for key, material in (("titanium", "Titanium"), ("titanium-metal", "Titanium metal")):
        note = rows[f"eu-2023-{key}-supply-risk"]["note"]
        assert note.rstrip(".").endswith(f": {material}")


def test_a_material_that_nobody_classified_is_an_error(tmp_path):
    (tmp_path / "eu").mkdir()
    (tmp_path / "eu" / "crm2023_sr_ei.csv").write_text("material,SR,EI\nUnobtainium,9,9\n")

    result = build(tmp_path, tmp_path / "seeds")

    assert result.returncode != 0
    assert "no element for Unobtainium" in result.stderr
    assert not (tmp_path / "seeds").exists()


def test_the_shipped_seed_agrees_with_the_excerpt(seed):
    shipped = {r["key"]: r for r in yaml.load(SHIPPED.read_text("utf-8"), yaml.CSafeLoader)["rows"]}

    for row in yaml.load(seed, yaml.CSafeLoader)["rows"]:
        assert shipped[row["key"]] == row
