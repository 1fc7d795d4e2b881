"""Measures on a real Spark: a master and two workers on loopback give what one machine gives."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from pyarrow import parquet
from saying import Naming
from test_batch import random_flows
from test_shipments import random_shipments

from graphkit import measure_flows
from graphkit.analysis.batch import MEASURES
from graphkit.cli.app import run
from graphkit.scale import spark
from graphkit.scale import spark as spark_session
from graphkit.scale.spark import java_home
from graphkit.stores.neo4j.server import free_ports

# What PySpark leaves open is closed with the process.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Options of a Java that ends before it has paid off to compile with care."""
# Ends process groups when nobody holds the other end of its stdin any more, however that came.
STOP_AT_THE_END = """
import os, signal, sys
for pid in sys.stdin.read().split():
    try:
        os.killpg(int(pid), signal.SIGKILL)
    except ProcessLookupError:
        pass
"""


@dataclass
class Cluster:
    """A standalone Spark: its master's address, and its processes."""

    folder: Path
    environment: dict[str, str]
    guard: IO[bytes]
    uri: str
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str, *arguments: str) -> None:
        """One daemon; what it says is in a file of its name."""
        import pyspark

        spark_class = Path(pyspark.__file__).parent / "bin" / "spark-class"
        command = [str(spark_class), f"org.apache.spark.deploy.{arguments[0]}", *arguments[1:]]
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self.environment, cwd=self.folder,
                start_new_session=True,
            )  # fmt: skip
        self.guard.write(f"{process.pid}\n".encode())
        self.guard.flush()
        self.daemons.append(process)

    def wait_for(self, said: str, times: int) -> None:
        """Until the master has said something so often."""
        end = time.monotonic() + 300
        while (self.folder / "master.log").read_text().count(said) < times:
            assert time.monotonic() < end, (self.folder / "master.log").read_text()
            time.sleep(0.1)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A master and two workers, on the Java that comes with the extra."""
    folder = tmp_path_factory.mktemp("spark")
    port = str(free_ports(1)[0])
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.delenv("JAVA_HOME", raising=False)
        patch.setenv("JDK_JAVA_OPTIONS", SHORT_LIVED)
        java = str(stack.enter_context(java_home()))
        guard = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", STOP_AT_THE_END],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
        )
        assert guard.stdin is not None
        environment = {**os.environ, "JAVA_HOME": java, "SPARK_DAEMON_MEMORY": "256m"}
        found = Cluster(folder, environment, guard.stdin, f"spark://127.0.0.1:{port}")
        here = ("--host", "127.0.0.1", "--webui-port", "0")
        found.start("master", "master.Master", *here, "--port", port)
        room = ("--cores", "2", "--memory", "2g", "--work-dir", str(folder / "work"))
        for number in (1, 2):
            found.start(f"worker{number}", "worker.Worker", *here, *room, found.uri)
        try:
            found.wait_for("Registering worker", 2)
            yield found
        finally:
            guard.stdin.close()
            for daemon in found.daemons:
                daemon.wait()


@pytest.fixture(scope="session")
def session(cluster: Cluster) -> Iterator[Any]:
    """A session on the cluster, as a notebook has one: --engine spark takes it."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.executor.memory": "512m", "spark.cores.max": "2",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": "8",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        patch.setattr(spark_session, "QUIET", spark_session.QUIET | settings)
        with spark_session.spark_context(cluster.uri) as context:
            yield SparkSession(context)


def measured_by(name: str, measure: str, flows: Path, out: Path, *more: str) -> pa.Table:
    """The result of one engine."""
    options = ["--flows", str(flows), "-o", str(out), "--engine", name, *more]
    assert run(["measure", measure, *options]) == 0
    return parquet.read_table(out)


def in_folders(table: pa.Table, folder: Path, *keys: str) -> Path:
    hive = ds.partitioning(pa.schema([(key, pa.string()) for key in keys]), flavor="hive")
    ds.write_dataset(table, folder, format="parquet", partitioning=hive)
    return folder


def many_flows() -> pa.Table:
    """Trade among 40 countries, of 12 products in 10 years."""
    random = np.random.default_rng(3)
    ends = np.array([f"C{i:02}" for i in range(40)])[random.integers(0, 40, (2, 60_000))]
    products = np.array([f"p{i:02}" for i in range(12)])[random.integers(0, 12, 60_000)]
    years = random.integers(2015, 2025, 60_000)
    return pa.table({
        "supplier": ends[0], "consumer": ends[1], "product": products, "period": years,
        "usd": random.lognormal(0, 2, 60_000),
    })  # fmt: skip


OFTEN = (
    "shares",
    "concentration",
    "pagerank",
    "closeness_in",
    "betweenness",
    "look-through",
    "removal",
)
"""One measure of each way to compute them; the nightly tests have all."""


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("measure", MEASURES if os.environ.get("TESTS_SPARK") == "all" else OFTEN)
def test_both_engines_write_the_same_to_the_last_bit(measure, tmp_path, capfd):
    flows = in_folders(random_flows(), tmp_path / "flows", "product", "period")
    by = ("--by", "tonnes")
    local = measured_by("local", measure, flows, tmp_path / "local.parquet", *by)
    spark = measured_by("spark", measure, flows, tmp_path / "spark.parquet", *by)

    assert len(local) > 100
    assert spark.to_pylist() == local.to_pylist()
    assert spark.schema.equals(local.schema, check_metadata=True)
    about = [
        parquet.read_metadata(tmp_path / f"{name}.parquet").metadata[b"graphkit"]
        for name in ("local", "spark")
    ]
    assert about[0] == about[1]
    said, err = capfd.readouterr()
    assert (said, len(set(err.splitlines()))) == ("", 1)


@pytest.mark.usefixtures("session")
def test_both_engines_make_the_same_flows_of_shipments(tmp_path):
    customs = in_folders(random_shipments(), tmp_path / "customs", "product")
    each = ("--each", "quarter")
    local = measured_by("local", "flows", customs, tmp_path / "local.parquet", *each)
    spark = measured_by("spark", "flows", customs, tmp_path / "spark.parquet", *each)

    assert spark.schema.equals(local.schema, check_metadata=True)
    assert spark.drop_columns(["usd"]) == local.drop_columns(["usd"])
    for one, other in zip(spark["usd"].to_pylist(), local["usd"].to_pylist(), strict=True):
        assert one == (other if other is None else pytest.approx(other, rel=1e-12))


@pytest.mark.usefixtures("session")
def test_files_in_folders_named_after_nothing_are_read(tmp_path):
    flows = random_flows()
    for number in (1, 2):
        (tmp_path / "flows" / f"part{number}").mkdir(parents=True)
        half = flows.slice(450 * (number - 1), 450)
        parquet.write_table(half, tmp_path / "flows" / f"part{number}" / "a.parquet")
    found = [
        measured_by(name, "shares", tmp_path / "flows", tmp_path / f"{name}.parquet").to_pylist()
        for name in ("local", "spark")
    ]

    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing", "missing: … no such file"),
        ("empty", "empty: … no Parquet"),
        ("broken", "broken/1.parquet: … footer"),
        ("lacking", "no column product … supplier, consumer"),
        ("negative", "a flow of -"),
        ("nothing", "none of 0 flows … usd"),
    ],
)
@pytest.mark.usefixtures("session")
def test_what_cannot_be_measured_is_one_line_and_leaves_the_old_file(tmp_path, capfd, name, said):
    out, flows = tmp_path / "out.parquet", random_flows()
    out.write_text("before")
    (tmp_path / "empty").mkdir()
    for folder in ("broken", "lacking", "negative", "nothing"):
        (tmp_path / folder).mkdir()
    for number in range(3):
        parquet.write_table(flows, tmp_path / "broken" / f"{number}.parquet")
    whole = (tmp_path / "broken" / "1.parquet").read_bytes()
    (tmp_path / "broken" / "1.parquet").write_bytes(whole[: len(whole) // 2])
    parquet.write_table(flows.drop_columns(["usd", "product"]), tmp_path / "lacking" / "a.parquet")
    parquet.write_table(flows.slice(0, 0), tmp_path / "nothing" / "a.parquet")
    negative = flows.set_column(7, "usd", pa.array(-flows["usd"].to_numpy() - 1))
    parquet.write_table(negative, tmp_path / "negative" / "a.parquet")
    options = ["--flows", str(tmp_path / name), "-o", str(out), "--engine", "spark"]

    code = run(["measure", "shares", *options])

    output, err = capfd.readouterr()
    assert (code, output, err.count("\n")) == (1, "", 1), err
    assert err == Naming(said)
    assert out.read_text() == "before"
    assert not list(tmp_path.glob(".out*"))


def command_line(
    folder: Path, *arguments: str, python: tuple[str, ...] = ("-m", "graphkit")
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, without any Java but that of the extra."""
    environment = {name: value for name, value in os.environ.items() if name != "JAVA_HOME"}
    environment["JDK_JAVA_OPTIONS"] = SHORT_LIVED
    environment["PYSPARK_SUBMIT_ARGS"] = "--executor-memory 512m pyspark-shell"
    return subprocess.run(
        [sys.executable, *python, "measure", *arguments],
        capture_output=True, text=True, env=environment, cwd=folder,
    )  # fmt: skip


@pytest.mark.parametrize("where", ["local mode", "cluster"])
def test_spark_is_started_and_ended_without_a_word(where, tmp_path, request):
    uri = request.getfixturevalue("cluster").uri if where == "cluster" else "spark"
    parquet.write_table(random_flows(), tmp_path / "flows.parquet")
    options = ("concentration", "--flows", "flows.parquet", "-o", "spark.parquet", "--engine", uri)
    done = command_line(tmp_path, *options)
    local = measured_by(
        "local", "concentration", tmp_path / "flows.parquet", tmp_path / "local.parquet"
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert parquet.read_table(tmp_path / "spark.parquet").to_pylist() == local.to_pylist()
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "flows.parquet", "local.parquet", "spark.parquet",
    ]  # fmt: skip


# The command, with less patience.
IMPATIENT = """
import sys
from graphkit.cli.app import run
from graphkit.scale import spark as spark_session
spark_session.WORKER_SECONDS = 1
sys.exit(run(sys.argv[1:]))
"""


def test_a_master_without_workers_is_one_line(cluster, tmp_path):
    [port] = free_ports(1)
    here = ("--host", "127.0.0.1", "--webui-port", "0", "--port", str(port))
    cluster.start("lone", "master.Master", *here)
    end = time.monotonic() + 60
    while "I have been elected leader" not in (cluster.folder / "lone.log").read_text():
        assert time.monotonic() < end
        time.sleep(0.1)
    parquet.write_table(random_flows(), tmp_path / "flows.parquet")
    options = ["--flows", "flows.parquet", "-o", "out.parquet"]
    done = command_line(
        tmp_path, "shares", *options, "--engine", f"spark://127.0.0.1:{port}",
        python=("-c", IMPATIENT),
    )  # fmt: skip

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1), done.stderr
    assert done.stderr == Naming("no worker … within 1 s")
    assert [p.name for p in tmp_path.iterdir()] == ["flows.parquet"]


def a_working_group(cluster: Cluster) -> int | None:
    """The processes of a worker that has an executor, which is one of them; None without any."""
    workers = {daemon.pid for daemon in cluster.daemons}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if b"CoarseGrainedExecutorBackend" in (process / "cmdline").read_bytes():
                group = os.getpgid(int(process.name))
                if group in workers:
                    return group
    return None


@pytest.mark.usefixtures("session")
def test_a_worker_killed_in_the_middle_changes_nothing(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(spark, "TOGETHER", 1_000)
    parquet.write_table(many_flows(), tmp_path / "flows.parquet")
    killed: list[str] = []

    def progress(name: str, rows: int) -> None:
        # From the first report on: on a busy machine all tasks may end between two.
        at_work = re.fullmatch(r"\d+ of 8 tasks", name) and not killed
        if at_work and (group := a_working_group(cluster)) is not None:
            os.killpg(group, signal.SIGKILL)
            killed.append(name)

    for name, told in (("spark", progress), ("local", lambda *_: None)):
        out = tmp_path / f"{name}.parquet"
        measure_flows(tmp_path / "flows.parquet", "look-through", out, engine=name, progress=told)
    found, local = (parquet.read_table(tmp_path / f"{n}.parquet") for n in ("spark", "local"))

    assert killed
    cluster.wait_for("Removing worker", 1)
    assert len(local) > 100_000
    assert found.to_pylist() == local.to_pylist()
