"""Spark: the same measures of the same networks, spread over the processes of a cluster."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from graphkit import errors
from graphkit.analysis.batch.measures import in_order
from graphkit.engines.plan import Asked, FlowsPlan, MeasurePlan, planned
from graphkit.engines.spark_session import spark_session
from graphkit.errors import GraphkitError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

T = TypeVar("T")
TOGETHER = 250_000
"""Flows that are handed to one worker at once, in whole networks."""
LOOK_SECONDS = 0.3
REFUSALS = {
    "PATH_NOT_FOUND": "there is no such file or folder",
    "UNABLE_TO_INFER_SCHEMA": "there are no Parquet files (*.parquet) in this folder",
}


def spark_results(
    place: str,
    engine: str,
    asked: Asked,
    about: dict[str, Any],
    progress: Callable[[str, int], None],
) -> Iterator[pa.Table]:
    """The result as one table in order of the networks; what is counted goes into ``about``."""
    with spark_session(engine) as spark, _explained(place):
        shown = _Shown(spark, progress)
        frame = _read(spark, place)
        plan = planned(asked, frame.columns, place)
        about.update(plan.about(frame.columns))
        frame = frame.select(*plan.columns)
        if isinstance(plan, FlowsPlan):
            table = _sorted(shown(_flows(frame, plan).toArrow), plan.schema, plan.keys)
            about["flows"] = pc.sum(table["shipments"]).as_py() or 0
        else:
            by = plan.measure.by
            whole, given = shown(lambda: frame.selectExpr("count(*)", f"count({by})").collect())[0]
            about["flows"], about["flows_left_out"] = whole, whole - given
            table = _sorted(shown(_measured(frame, plan, whole).toArrow), plan.schema, plan.scopes)
        progress("flows", about["flows"])
        if about["flows"] > about["flows_left_out"]:
            yield table


def _read(spark: SparkSession, place: str) -> DataFrame:
    """The flows; of folders that are named after nothing, Spark by itself reads no file."""
    uri = place if "://" in place else Path(place).absolute().as_uri()
    every = spark.read.option("recursiveFileLookup", True).parquet(uri)
    if any("=" in name for file in every.inputFiles() for name in file.split("/")[:-1]):
        return spark.read.parquet(uri)
    return every


def _measured(frame: DataFrame, plan: MeasurePlan, flows: int) -> DataFrame:
    """Whole networks, measured where they are.

    Some hundreds together: Spark needs longer to hand one over than to have it measured.
    """
    from pyspark.sql import functions

    schema = _texts(plan.schema)

    def of_group(flows: pa.Table) -> pa.Table:
        return plan.of_group(flows).cast(schema)

    for name in plan.scopes:
        frame = frame.withColumn(name, frame[name].cast("string"))
    parts = max(flows // TOGETHER, 2 * frame.sparkSession.sparkContext.defaultParallelism)
    part = functions.pmod(functions.xxhash64(*plan.scopes), functions.lit(parts))
    return frame.groupBy(part).applyInArrow(of_group, _spark_schema(schema))


def _flows(frame: DataFrame, plan: FlowsPlan) -> DataFrame:
    """Partial sums where the shipments are, added up by Spark."""

    def partials(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from plan.partial(pa.Table.from_batches([batch])).to_batches()

    from pyspark.sql import functions

    numbers = [name for name in plan.schema.names if name not in plan.keys]
    parts = frame.mapInArrow(partials, _spark_schema(plan.schema))
    sums = parts.groupBy(*plan.keys).agg(*(functions.sum(n).alias(n) for n in numbers))
    return sums.select(*plan.schema.names)


def _sorted(table: pa.Table, schema: pa.Schema, keys: Sequence[str]) -> pa.Table:
    """In the order and with the columns of one machine: rows of one network stay as they are."""
    columns = [
        table[f.name].dictionary_encode() if pa.types.is_dictionary(f.type) else table[f.name]
        for f in schema
    ]
    return in_order(pa.table(columns, names=schema.names).cast(schema), keys)


def _texts(schema: pa.Schema) -> pa.Schema:
    """The same columns, with text spelled out: Spark knows no dictionaries."""
    fields = [
        pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in schema
    ]
    return pa.schema(fields)


def _spark_schema(schema: pa.Schema) -> str:
    names = {pa.string(): "string", pa.float64(): "double", pa.int64(): "bigint"}
    return ", ".join(f"`{field.name}` {names[field.type]}" for field in schema)


class _Shown:
    """Runs a job and tells how far it is."""

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
        stages = [self._tracker.getStageInfo(each) for each in self._tracker.getActiveStageIds()]
        done, tasks = (
            sum(getattr(stage, name) for stage in stages if stage)
            for name in ("numCompletedTasks", "numTasks")
        )
        return f"{done} of {tasks} tasks" if tasks else "waiting for Spark"


@contextmanager
def _explained(place: str) -> Iterator[None]:
    """What went wrong in Spark or in one of its workers, in one line."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise _plain(place, str(error)) from error


def _plain(place: str, text: str) -> GraphkitError:
    """The one line in a page of Java that a person can use."""
    if own := re.search(r"^graphkit\.errors\.(\w+): (.*)$", text, re.MULTILINE):
        kind: type[GraphkitError] = getattr(errors, own[1])
        return kind(own[2])
    for condition, words in REFUSALS.items():
        if f"[{condition}" in text:
            return GraphkitError(f"{place}: {words}")
    causes = re.findall(r"^Caused by: (?:[\w.$]+: )?(.*)$", text, re.MULTILINE)
    if file := re.search(r"_READ_FILE[^]]*\] .*?(\w+:/\S+?)\.?\s", text):
        reason = causes[-1] if causes else "it is no Parquet file"
        return GraphkitError(f"cannot read {file[1]}: {reason}")
    if lacking := re.search(r"^ModuleNotFoundError: (.*)$", text, re.MULTILINE):
        return GraphkitError(f"the Python of Spark's workers lacks a package: {lacking[1]}")
    said = re.search(r"\[[A-Z_.]+\] .*", text) or re.search(r".+", text)
    return GraphkitError(f"{place}: Spark says {said[0] if said else 'nothing'}")
