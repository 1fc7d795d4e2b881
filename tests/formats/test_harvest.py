"""Exported tables as their harvesters read them, by these formats' own validators."""

from __future__ import annotations

import csv
import hashlib
import json
from itertools import islice
from pathlib import Path

import mlcroissant
import pytest
from frictionless import Package
from pyarrow import parquet
from seed_texts import SMALL, write_seeds

from graphkit.build import build_graph
from graphkit.export.write import write_parquet_folder
from graphkit.kinds import Type
from graphkit.schema import GRAPH
from graphkit.seeds.facts import read_seeds

# Of the validators' own libraries.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a small graph."""
    seeds = write_seeds(tmp_path_factory.mktemp("seeds") / "seeds", SMALL)
    folder = tmp_path_factory.mktemp("tables") / "tables"
    write_parquet_folder(build_graph(read_seeds(seeds)), folder)
    return folder


def test_it_is_a_valid_data_package_and_its_rows_keep_to_it(folder: Path, tmp_path: Path) -> None:
    """Rows are checked as CSV: the validator reads Parquet's empty cells as NaN, its lists not."""
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert list(Package.metadata_validate(package)) == []
    for resource in package["resources"]:
        rows = parquet.read_table(folder / resource["path"])
        path = tmp_path / f"{resource['title']}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(rows.column_names)
            writer.writerows(
                [json.dumps(x) if isinstance(x, list | bool) else x for x in row.values()]
                for row in rows.to_pylist()
            )
        resource |= {"path": path.name, "format": "csv", "mediatype": "text/csv"}
        del resource["bytes"], resource["hash"]
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "fieldName", "message"])
    assert {task.name for task in report.tasks} >= {"country", "exports", "source"}


def test_lengths_and_sums_are_those_of_the_files(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    croissant = json.loads((folder / "croissant.json").read_text(encoding="utf-8"))
    sums = {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
    assert {
        resource["path"]: (resource["bytes"], resource["hash"]) for resource in package["resources"]
    } == {
        name: (len(body), f"sha256:{hashlib.sha256(body).hexdigest()}")
        for name, body in sums.items()
    }
    assert {file["name"]: file["sha256"] for file in croissant["distribution"]} == {
        name: hashlib.sha256(body).hexdigest() for name, body in sums.items()
    }


def test_fields_units_and_keys_are_those_of_the_declaration(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        kind = GRAPH[resource["title"]]
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        assert list(fields) == parquet.read_schema(folder / resource["path"]).names
        assert resource["schema"]["primaryKey"] == [kind.key]
        for prop in kind.columns:
            assert fields[prop.name].get("unit") == prop.unit
            assert prop.doc in fields[prop.name]["description"]
        for reference in resource["schema"].get("foreignKeys", ()):
            [name] = reference["fields"]
            assert kind.column(name).type is Type.TEXT


def test_croissant_is_valid_and_every_table_is_read(folder: Path) -> None:
    dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    for records in dataset.metadata.record_sets:
        rows = parquet.read_table(folder / f"{records.id}.parquet").to_pylist()
        if not rows:
            continue
        [first] = islice(dataset.records(records.id), 1)
        read = {name.rpartition("/")[2]: value for name, value in first.items()}
        for name, value in rows[0].items():
            if isinstance(value, str):
                assert read[name] == value.encode(), (records.id, name)
            elif value is not None and not isinstance(value, list):
                assert read[name] == value, (records.id, name)
