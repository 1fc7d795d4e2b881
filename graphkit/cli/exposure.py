"""The command that reads a company's purchases, and tells who stands behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.options import (
    All,
    Database,
    Format,
    Long,
    Output,
    Own,
    Shape,
    Top,
    Wide,
    form_and_view,
    opened,
    print_answer,
)


def exposure(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Purchases: CSV, Excel or Parquet, a row each."),
    ],
    scope: Annotated[
        str | None,
        typer.Option("--for", metavar="NAMES", help="Only these goods, or those of all rows."),
    ] = None,
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="P", help="Of the world's trade. Default: the newest."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="MEASURE", help="value or weight. Default: value, if known."),
    ] = None,
    decimal: Annotated[
        str | None,
        typer.Option("--decimal", metavar="MARK", help="Decimal mark, where numbers hide it."),
    ] = None,
    returns: Annotated[
        bool,
        typer.Option("--returns", help="Goods of an unseen way may return to where they were."),
    ] = False,
    parts: Annotated[
        Path | None,
        typer.Option("--parts", metavar="FILE", help="Bill of materials: tell the need beside."),
    ] = None,
    top: Top = None,
    all: All = False,
    long: Long = False,
    wide: Wide = False,
    shape: Shape = None,
    db: Database = None,
    own: Own = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Tell which countries stand behind a company's purchases.

    A row has the seller's country, an HS code or product, a value or weight. The file is read,
    answered and forgotten: it becomes no fact, and no copy is kept. docs/own.md has an example.

    \b
    Examples:
      graphkit exposure purchases.csv
      graphkit exposure purchases.csv --for magnets-metal --by weight
      graphkit exposure purchases.csv --parts bom.csv
    """
    from graphkit.catalog.catalog import Catalog
    from graphkit.errors import UsageError
    from graphkit.importers.table.purchases import MEASURES
    from graphkit.importers.table.sheets import MARKS
    from graphkit.questions.dependence import exposure as question

    for name, value, choices in (("by", by, MEASURES), ("decimal", decimal, MARKS["decimal"])):
        if value not in (None, *choices):
            raise UsageError(f"--{name}: found {value!r}, wanted one of {', '.join(choices)}")
    form_name, view = form_and_view(form, output, top, all=all, long=long, wide=wide, shape=shape)
    with opened(db, own) as store:
        answer = question.exposure(
            Catalog(store), file, scope=scope, period=period, by=by, decimal=decimal,
            returns=returns, parts=parts,
        )  # fmt: skip
    print_answer(answer, form_name, output, view)
