"""The command that measures flows in Parquet files, of any size."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.options import progress_bar, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(measure)


def measure(
    measure: Annotated[
        str,
        typer.Argument(metavar="MEASURE", help="shares, concentration, pagerank or betweenness."),
    ],
    flows: Annotated[
        Path,
        typer.Option(
            "--flows",
            metavar="FOLDER",
            help="A Parquet file, or a folder of them, as it is or in hive partitions "
            "(product=dy-oxide/...). Columns: supplier, consumer, product, period, and usd or "
            "tonnes; reporter, dataset, source and basis are kept apart where they are there.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The Parquet file to write.")
    ],
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="usd|tonnes",
            help="What is added up. Default: usd if there is such a column.",
        ),
    ] = None,
) -> None:
    """Measure every product and period of a table of flows.

    shares: each supplier's part of what a consumer buys. concentration: HHI and its kin of each
    consumer's suppliers. pagerank, betweenness: of each country. No database is asked; totals
    such as "World" must not be among the suppliers and consumers.

    \b
    Examples:
      graphkit measure concentration --flows flows/ -o hhi.parquet
      graphkit measure betweenness --flows flows.parquet --by tonnes -o hubs.parquet
    """
    from graphkit.flow_files import count_flows, measure_flows

    with progress_bar("Measuring", count_flows(flows)) as progress:
        about = measure_flows(flows, measure, output, by=by, progress=progress)
    if lacking := about["flows_left_out"]:
        say(f"{lacking:,} of {about['flows']:,} flows give no {about['by']} and are left out")
