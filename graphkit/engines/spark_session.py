"""A Spark to work with: the one that there is, or one that is started here without a word."""

from __future__ import annotations

import os
import re
import socket
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import IO, TYPE_CHECKING
from zipfile import ZipFile

from graphkit import errors
from graphkit.engines.java import java_home
from graphkit.errors import GraphkitError, Unreachable, UsageError, one_line

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

LOCAL = "spark"
"""On this machine, or where ``spark-submit`` says."""
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
    # What folders are named after is text: 0102 is no number.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "500000",
}


@contextmanager
def spark_session(engine: str) -> Iterator[SparkSession]:
    """Spark with settings of our own: the session that there is, or one that ends with this."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise GraphkitError(
            "found no PySpark, wanted it for --engine spark: pip install 'graphkit-minerals[spark]'"
        ) from error
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        # PySpark warns of a newer pandas, which it asks for and which is not used here.
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
    """A Spark that is started here, without a word on the terminal."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    here = not submitted if engine == LOCAL else _reachable(engine)
    with tempfile.TemporaryFile() as log, ExitStack() as stack:
        environment = stack.enter_context(_environment())
        if here:
            environment.setdefault("PYSPARK_PYTHON", sys.executable)
        if SparkContext._gateway is None and not submitted:
            environment["JAVA_HOME"] = str(stack.enter_context(java_home()))
        try:
            output = {"stdout": log, "stderr": log}
            gateway = SparkContext._gateway or launch_gateway(popen_kwargs=output)  # type: ignore[no-untyped-call]
            conf = SparkConf(_jvm=gateway.jvm)
            if engine != LOCAL:
                conf.setMaster(engine)
            for name, value in {**QUIET, **(LOOPBACK if here else {})}.items():
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
    """Whether a master is on this machine; an error if it is nowhere."""
    hosts = re.findall(r"([^,/:]+|\[[^]]+\]):(\d+)", engine.removeprefix("spark://"))
    if not engine.startswith("spark://") or not hosts:
        raise UsageError(f"--engine: found {engine!r}, wanted local, spark or spark://HOST:PORT")
    for host, port in hosts:
        try:
            with socket.create_connection((host, int(port)), CONNECT_SECONDS) as connection:
                return bool(ip_address(connection.getpeername()[0]).is_loopback)
        except (OSError, OverflowError) as error:
            said = one_line(error)
    raise Unreachable(f"{engine}: no Spark master answers there ({said})")


def _wait_for_a_worker(context: SparkContext, engine: str) -> None:
    """Spark would wait for ever, without a word."""
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
    """This process's environment, to be put back as it was."""
    before = dict(os.environ)
    try:
        yield os.environ
    finally:
        os.environ.clear()
        os.environ.update(before)


def _last_line(log: IO[bytes]) -> str:
    """What a Java that did not start said last."""
    log.seek(0)
    lines = log.read().decode(errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _package(stack: ExitStack) -> Path:
    """This package, for workers that do not have it."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="graphkit-")))
    own = Path(errors.__file__).parent
    with ZipFile(folder / "graphkit.zip", "w") as archive:
        for file in own.rglob("*.py"):
            archive.write(file, file.relative_to(own.parent))
    return folder / "graphkit.zip"
