"""Commands that run a real Neo4j Community on this machine."""

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


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(neo4j, name="neo4j")


@neo4j.command()
def start(
    version: Annotated[
        str | None, typer.Option("--version", metavar="V", help="Such as 5.26.30 or 2026.08.1.")
    ] = None,
) -> None:
    """Start it, or find it running; its data are kept.

    The first start fetches Neo4j (about 130 MB) from Maven Central into your cache folder.

    \b
    Examples:
      graphkit neo4j start
      graphkit neo4j start --version 2026.08.1
    """
    from graphkit.stores.neo4j.server import DEFAULT_VERSION, start_server

    server = start_server(version or DEFAULT_VERSION, progress=say)
    _describe(server)
    say("fill it with 'graphkit load --db local'")


@neo4j.command()
def stop() -> None:
    """Stop it; its data stay.

    \b
    Example:
      graphkit neo4j stop
    """
    from graphkit.stores.neo4j.server import stop_server

    print("stopped" if stop_server() else "no local Neo4j was running")


@neo4j.command()
def status() -> None:
    """Say whether it runs, where, and where its password is.

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
