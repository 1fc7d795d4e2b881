"""The command that measures files of flows."""

from __future__ import annotations

from typing import Annotated

import typer

from graphkit.cli.options import progress_bar, say


def measure(
    measure: Annotated[
        str,
        typer.Argument(
            metavar="MEASURE",
            help="shares, concentration, look-through, removal, flows, or a measure of graphkit "
            "centrality, such as pagerank.",
        ),
    ],
    flows: Annotated[
        str,
        typer.Option(
            "--flows",
            metavar="FOLDER|URI",
            help="A Parquet file, or a folder of them, plain or in hive partitions, here or at a "
            "URI (s3://, gs://, abfs://, hdfs://). Columns: supplier, consumer, product, period, "
            "and usd or tonnes; reporter, dataset, source and basis, if present, are kept apart. "
            "Or a folder that 'graphkit export' wrote.",
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "-o", "--output", metavar="FILE|URI", help="The Parquet file to write, in one step."
        ),
    ],
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="usd|tonnes",
            help="Amounts to add up. Default: usd if that column exists; for flows, both.",
        ),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            metavar="ENGINE",
            help="local: this process; spark: Spark on this machine, or where spark-submit says; "
            "spark://HOST:PORT: a standalone cluster. See docs/scale.md.",
        ),
    ] = "local",
    production: Annotated[
        str | None,
        typer.Option(
            "--production",
            metavar="FILE|URI",
            help="For look-through and removal: Parquet of country, product, period, and tonnes "
            "(with --by tonnes) or share of the world. A country without a figure is assumed to "
            "produce its net exports.",
        ),
    ] = None,
    min_share: Annotated[
        float,
        typer.Option(
            "--min-share",
            metavar="SHARE",
            help="For look-through and removal: leave out smaller shares.",
        ),
    ] = 0.0,
    each: Annotated[
        str,
        typer.Option(
            "--each",
            metavar="LENGTH",
            help="For flows: year, half, quarter or month, the length of the periods that "
            "shipments are sorted into.",
        ),
    ] = "year",
) -> None:
    """Measure every product and period of a table of flows.

    shares: each supplier's share of a consumer's imports. concentration: HHI and related indices of
    each consumer's suppliers. pagerank ...: the score of each country. look-through: where a
    consumer's imports were made, behind the last seller. removal: the share of them lost without
    one country. flows: makes flows of shipments, one per row, with a period or a date. Uses no
    database; suppliers and consumers must not include totals, for example "World".

    \b
    Examples:
      graphkit measure concentration --flows flows/ -o hhi.parquet
      graphkit measure look-through --flows flows/ --production mines.parquet -o origins.parquet
      graphkit measure flows --flows customs/ --each quarter -o flows.parquet
    """
    from graphkit.api import measure_flows
    from graphkit.scale.plan import LOCAL, count_flows

    total = count_flows(flows) if engine == LOCAL else None
    with progress_bar("Measuring", total) as progress:
        about = measure_flows(
            flows, measure, output, by=by, engine=engine, production=production,
            min_share=min_share, each=each, progress=progress,
        )  # fmt: skip
    if lacking := about["flows_left_out"]:
        say(f"{lacking:,} of {about['flows']:,} flows give no {about['by']} and are left out")
    if left := about.get("columns_left_out"):
        say(f"flows have no column {', '.join(left)}: shipments are added up over them")
