"""Commands that serve a database to a browser and to assistants."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from graphkit.cli.options import Database, Own, opened
from graphkit.errors import GraphkitError, UsageError, install

PORT = 8746
SHORTEST, LONGEST = 0.1, 3600.0
"""Seconds that a call of an assistant may take."""


def explore(
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = PORT,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
    db: Database = None,
    own: Own = None,
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
    from graphkit.database import open_database, place_of, shown_place

    try:
        from graphkit.explore.app import serve
    except ImportError as error:
        raise GraphkitError(
            f"found no {error.name}, wanted it for the explorer: {install('explore')}"
        ) from error

    def tell(address: str) -> None:
        print(f"graphkit explores {shown_place(place_of(db), own)} at {address}", flush=True)
        if browser:
            import webbrowser

            webbrowser.open(address)

    with opened(db, own) as store:
        reopen = partial(open_database, db, with_=own)
        serve(store, reopen, place_of(db), port, tell, own)


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
            "--timeout", metavar="SECONDS", help="End a call after this time: 0.1 to 3600."
        ),
    ] = 60,
    db: Database = None,
    own: Own = None,
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
    from graphkit.database import is_unbuilt, place_of, shown_place

    if not SHORTEST <= timeout <= LONGEST:  # which nothing is to a number that is none (nan)
        span = f"{SHORTEST:g} to {LONGEST:,g}"
        raise UsageError(f"--timeout: found {timeout:g} seconds, wanted {span}")
    try:
        from graphkit.mcp.server import serve_http, serve_stdio
    except ImportError as error:
        raise GraphkitError(
            f"found no {error.name}, wanted it for assistants: {install('mcp')}"
        ) from error

    if not is_unbuilt(db):  # the server answers while it builds one
        with opened(db, own):
            pass  # what cannot be reached is said before a client waits for an answer
    if not http:
        serve_stdio(db, timeout, own)
        return

    def tell(address: str) -> None:
        shown = shown_place(place_of(db), own)
        print(f"graphkit answers assistants about {shown} at {address}", flush=True)

    serve_http(db, timeout, port, tell, own)
