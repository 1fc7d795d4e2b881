"""Commands that start and stop a Neo4j on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from graphkit.cli.options import say
from graphkit.errors import GraphkitError

if TYPE_CHECKING:
    from graphkit.stores.neo4j.server import Server

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

    The first start fetches Neo4j (about 130 MB) from Maven Central into your cache folder. Every
    file of 5.26.30 and 2026.08.1 must have the SHA-256 that graphkit lists; other versions are not
    listed, and their files are held only against the checksums of the same server.

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
    from graphkit.stores.neo4j.browser_files import write_browser_files

    print(f"Neo4j {server.version} runs (process {server.pid})")
    print(f"Browser:    {server.browser_url}")
    print(
        f"            style, ten queries and a guide: {write_browser_files(server.browser_files)}"
    )
    print(f"URI:        {server.uri}")
    print(f"User:       {server.username}")
    print(f"Password:   in {server.password_file}")
    print(f"Data, logs: {server.home}")
