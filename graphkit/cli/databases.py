"""Commands on seeds, databases and files of flows: load, export, explore, measure, neo4j ..."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from graphkit.cli.importing import listed, read_years
from graphkit.cli.options import (
    Database,
    Format,
    Output,
    opened,
    option_of,
    progress_bar,
    say,
)
from graphkit.errors import GraphkitError, SeedError, UsageError, install
from graphkit.parameters import PERIOD, SCOPE, named_as_options

if TYPE_CHECKING:
    import pyarrow as pa

    from graphkit.stores import LoadReport
    from graphkit.stores.neo4j.server import Server


SeedsFolder = Annotated[
    Path | None,
    typer.Argument(metavar="SEEDS", help="Folder of seeds. Default: those that ship."),
]


def check(
    seeds: SeedsFolder = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on what only looks wrong, too.")
    ] = False,
) -> None:
    """Check seeds without a database.

    Lists every problem as file:line:column, with what was found and what was wanted. What can be
    right and looks wrong is a warning: a mass a thousand times those of the periods before and
    after it, or shares of a whole table that add up to less than 90 %.

    \b
    Examples:
      graphkit check
      graphkit check my-seeds --strict
    """
    from graphkit.paths import shipped
    from graphkit.render import write_text
    from graphkit.seeds import check_seeds

    facts, doubts = check_seeds(seeds or shipped("seeds"))
    if doubts and strict:
        raise SeedError(doubts)
    for doubt in doubts:
        print(f"warning: {doubt}", file=sys.stderr)
    kinds = sum(len(t) > 0 for t in facts.tables.values())
    looks = f"; {len(doubts):,} {'warning' if len(doubts) == 1 else 'warnings'}" if doubts else ""
    write_text(f"{facts.rows:,} facts of {kinds} kinds, no problems{looks}\n")


def load(
    seeds: SeedsFolder = None,
    db: Database = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change; write nothing.")
    ] = False,
    products: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="NAMES",
            help="Only the trade in these, with commas: Li, cobalt, 'rare earths', magnets-metal.",
        ),
    ] = None,
    years: Annotated[
        str | None,
        typer.Option("--years", metavar="YEARS", help="Only the trade of these: 2018,2020-2024."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask before most of the rows are removed.")
    ] = False,
    form: Format = None,
    output: Output = None,
) -> None:
    """Make a database hold exactly what the seeds say.

    With --for and --years, it holds a part of the trade, and all else: what another load brought
    and this one does not is removed. Before it begins it says how much; on a terminal it asks if
    that is more than half. The report counts, by kind, the rows in all and those added, changed and
    removed.

    \b
    Examples:
      graphkit load my-seeds --db minerals.duckdb
      graphkit load --db local --dry-run
      graphkit load --for magnets,ree-metals --years 2015-2024 --db magnets.duckdb
    """
    from graphkit.build import build_graph
    from graphkit.database import default_path, load_graph, open_store, place_of
    from graphkit.importers.reference import with_part_of_trade
    from graphkit.paths import shipped
    from graphkit.render import choose_format, show_table
    from graphkit.seeds import read_seeds

    chosen = choose_format(form, output, sys.stdout)
    place = place_of(db)
    if seeds is not None and place is None:
        raise UsageError("your own seeds need a database of their own: --db PATH or URI")
    if place is not None and Path(place).is_dir():
        raise UsageError(f"--db: found the folder {place}, wanted a file or URI to load into")
    wanted, chosen_years = listed(products), read_years(years)
    if place is None and (wanted or chosen_years):
        raise UsageError("a part of the trade needs a database of its own: --db PATH or URI")
    # Without a name here, the facts are freed as soon as the graph is built.
    graph = build_graph(
        with_part_of_trade(read_seeds(seeds or shipped("seeds")), wanted, chosen_years)
    )
    removed = 0
    with open_store(place or default_path()) as store:
        label = store.label

        def confirm(report: LoadReport) -> None:
            nonlocal removed
            removed = report.total("removed")
            confirm_removal(report, label, ask=not yes)

        with progress_bar("Loading", lambda: graph.rows + removed) as progress:
            report = load_graph(graph, store, progress, dry_run=dry_run, confirm=confirm)
    show_table(_report_table(report), chosen, output)
    what = [f"{report.total(w):,} {w}" for w in ("added", "changed", "removed")]
    would = "would be " if dry_run else ""
    say(f"{label}: {report.total('rows'):,} rows; {would}{', '.join(what)}")
    if dry_run and report.attached:
        say(_removal(report, label))


def confirm_removal(report: LoadReport, label: str, *, ask: bool) -> None:
    """Say what a load is about to remove, and ask on a terminal if that is much.

    Much is more than half of the rows, or anything that graphkit did not load.

    Raises
    ------
    GraphkitError
        The answer is not yes.
    """
    removed = report.total("removed")
    if not removed:
        return
    say(_removal(report, label))
    much = removed > report.before / 2 or report.attached
    if ask and much and sys.stdin.isatty() and sys.stderr.isatty():
        # typer.confirm takes an interrupt for a no.
        print("Go on? [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise GraphkitError("nothing was written")


def _removal(report: LoadReport, label: str) -> str:
    removed, attached = report.total("removed"), report.attached
    text = f"this load removes {removed:,} of the {report.before:,} rows in {label}"
    if attached:
        text += (
            f", and {attached:,} relationship{'s' * (attached != 1)} that graphkit did not load, "
            "with the nodes that they join"
        )
    return text


def _report_table(report: LoadReport) -> pa.Table:
    import pyarrow as pa

    columns = ("kind", "rows", "added", "changed", "removed")
    return pa.table({name: [getattr(c, name) for c in report.changes] for name in columns})


def digest(
    show_lines: Annotated[
        bool, typer.Option("--lines", help="Print the lines behind the digest.")
    ] = False,
    db: Database = None,
) -> None:
    """Compute one SHA-256 of all that a database holds.

    It covers all nodes and relationships with all properties, as sorted lines: equal graphs have
    equal lines, in a file and in Neo4j.

    \b
    Examples:
      graphkit digest
      graphkit digest --lines > shipped.txt
    """
    from graphkit.export import digest as digest_of
    from graphkit.export import lines
    from graphkit.render import write_text

    with opened(db) as store:
        if show_lines:
            for line in lines(store):
                write_text(f"{line}\n")
            return
        found, label = digest_of(store), store.label
    write_text(f"{found.sha256}\n")
    say(f"{label}: {found.nodes:,} nodes, {found.edges:,} relationships")


def schema(
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Schema of a seed file, for editors.")
    ] = False,
    output: Output = None,
) -> None:
    """Show every kind of the graph with its properties.

    As a page in Markdown, or as a JSON Schema that lets an editor complete and check seed files.

    \b
    Examples:
      graphkit schema
      graphkit schema --json -o seeds.schema.json
    """
    from graphkit.kinds import json_schema, reference_page
    from graphkit.render import write_text
    from graphkit.schema import GRAPH

    write_text(json_schema(GRAPH) if as_json else reference_page(GRAPH), output)


def doctor(db: Database = None) -> None:
    """Show what is installed and in use, and report problems.

    \b
    Examples:
      graphkit doctor
      graphkit doctor --db bolt://127.0.0.1:7687
    """
    from graphkit.database import findings
    from graphkit.errors import visible
    from graphkit.render import write_text

    problems = 0
    for finding in findings(db):
        mark = "ok  " if finding.fine else "BAD "
        problems += not finding.fine
        write_text(f"{mark}{visible(finding.what)}\n")
    if problems:
        raise typer.Exit(1)


def _formats() -> list[str]:
    from graphkit.export import FORMATS

    return list(FORMATS)


def export(
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="PATH",
            help="File to write (.graphml, .gexf, .cypher), or new folder (parquet, neo4j-admin).",
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "-f",
            "--format",
            metavar="FORMAT",
            help="graphml, gexf, parquet, neo4j-admin or cypher. Default: by the ending of PATH.",
            autocompletion=_formats,
        ),
    ] = None,
    scope: Annotated[str | None, option_of(SCOPE)] = None,
    period: Annotated[str | None, option_of(PERIOD)] = None,
    db: Database = None,
) -> None:
    """Write the graph for other tools.

    The whole graph, with all properties: GraphML or GEXF for Gephi, yEd and networkx; Parquet, one
    file per kind; CSV with headers for neo4j-admin database import; or a Cypher script to fill an
    empty Neo4j. With --for or --period the trade network alone, as GraphML or GEXF, weighted by
    value.

    \b
    Examples:
      graphkit export -o minerals.cypher
      graphkit export --format parquet -o tables
      graphkit export --for magnets --period 2024 -o magnets.gexf
    """
    from graphkit.export import chosen_format, read, write

    if output is None:
        raise UsageError("where to? name a file or folder with -o PATH")
    of_trade = scope is not None or period is not None
    chosen = chosen_format(form, output, of_trade=of_trade)
    # An interrupt must raise, so that partly written files are removed.
    with opened(db, once=False) as store, named_as_options((SCOPE, PERIOD)):
        done = write(read(store, scope, period, form=chosen), output, chosen)
    for note in done.notes:
        say(note)
    say(f"{output}: {done.nodes:,} nodes, {done.edges:,} relationships")


neo4j = typer.Typer(
    help="Run a real Neo4j on this machine.\n\n"
    "Community Edition with its Browser, without Docker, Java or root.",
    no_args_is_help=True,
)


@neo4j.command()
def start(
    version: Annotated[
        str | None, typer.Option("--version", metavar="V", help="Such as 5.26.30 or 2026.08.1.")
    ] = None,
    transaction_memory: Annotated[
        int | None,
        typer.Option(
            "--transaction-memory",
            metavar="MIB",
            help="Memory that one statement may fill, of 1,024 MiB in all, before the server ends "
            "it; 0: no limit. Default: 256.",
        ),
    ] = None,
) -> None:
    """Start Neo4j, unless it runs already; its data are kept.

    The first start fetches Neo4j (about 130 MB) from Maven Central into your cache folder.

    \b
    Examples:
      graphkit neo4j start
      graphkit neo4j start --version 2026.08.1
      graphkit neo4j start --transaction-memory 512
    """
    from graphkit.stores.neo4j.server import DEFAULT_VERSION, start_server

    server = start_server(
        version or DEFAULT_VERSION, transaction_memory=transaction_memory, progress=say
    )
    _describe(server)
    say("fill it with 'graphkit load --db local'")


@neo4j.command()
def stop() -> None:
    """Stop Neo4j; its data are kept.

    \b
    Example:
      graphkit neo4j stop
    """
    from graphkit.stores.neo4j.server import stop_server

    print("stopped" if stop_server() else "no local Neo4j was running")


@neo4j.command()
def status() -> None:
    """Show whether Neo4j runs, its address and its password file.

    \b
    Example:
      graphkit neo4j status
    """
    from graphkit.stores.neo4j.server import server_status

    server = server_status()
    if server is None:
        raise GraphkitError("no local Neo4j is running; start it with 'graphkit neo4j start'")
    _describe(server)


def _describe(server: Server) -> None:
    print(f"Neo4j {server.version} runs (process {server.pid})")
    print(f"Browser:    {server.browser_url}")
    print(f"URI:        {server.uri}")
    print(f"User:       {server.username}")
    print(f"Password:   in {server.password_file}")
    print(f"Data, logs: {server.home}")


PORT = 8746


def explore(
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = PORT,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
    db: Database = None,
) -> None:
    """Explore the graph in the browser, or ask it over HTTP.

    Serves this machine only, until Ctrl-C. Each view says the command, the Python and the Cypher
    that give the same rows. Programs ask /api/depends?country=KOR&on=CHN; /api/openapi.json
    describes all addresses.

    \b
    Examples:
      graphkit explore
      graphkit explore --db local --port 0 --no-browser
    """
    from graphkit.database import open_database, place_of

    try:
        from graphkit.explore.app import serve
    except ImportError as error:
        raise GraphkitError(
            f"found no {error.name}, wanted it for the explorer: {install('explore')}"
        ) from error

    def tell(address: str) -> None:
        print(f"graphkit explores {place_of(db) or 'the shipped graph'} at {address}", flush=True)
        if browser:
            import webbrowser

            webbrowser.open(address)

    with opened(db) as store:
        serve(store, partial(open_database, db), place_of(db), port, tell)


def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Answer on a port of this machine instead of stdio.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="With --http; 0: any.")
    ] = PORT + 1,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", metavar="SECONDS", min=0.1, max=3600, help="End a call after this time."
        ),
    ] = 60,
    db: Database = None,
) -> None:
    """Answer assistants by the Model Context Protocol.

    A client starts this command and talks to it over stdin and stdout; with --http it serves this
    machine only, until Ctrl-C. Its tools are the commands that ask, checks of sentences, and
    read-only Cypher; none writes, opens a file or calls the network.

    \b
    Examples:
      graphkit mcp
      graphkit mcp --http --db local
    """
    from graphkit.database import is_unbuilt, place_of

    try:
        from graphkit.mcp.server import serve_http, serve_stdio
    except ImportError as error:
        raise GraphkitError(
            f"found no {error.name}, wanted it for assistants: {install('mcp')}"
        ) from error

    if not is_unbuilt(db):  # the server answers while it builds one
        with opened(db):
            pass  # what cannot be reached is said before a client waits for an answer
    if not http:
        serve_stdio(db, timeout)
        return

    def tell(address: str) -> None:
        what = place_of(db) or "the shipped graph"
        print(f"graphkit answers assistants about {what} at {address}", flush=True)

    serve_http(db, timeout, port, tell)


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
    from graphkit.scale import LOCAL, count_flows

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
