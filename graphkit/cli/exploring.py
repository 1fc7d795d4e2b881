"""The command that opens the explorer in the browser."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from graphkit.cli.options import Database, opened
from graphkit.errors import GraphkitError

PORT = 8746


def explore(
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="0 takes a free one.")
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
        from graphkit.explore.server import serve
    except ImportError as error:
        raise GraphkitError(
            f"found no {error.name}, wanted it for the explorer: "
            "pip install 'graphkit-minerals[explore]'"
        ) from error

    def tell(address: str) -> None:
        print(f"graphkit explores {place_of(db) or 'the shipped graph'} at {address}", flush=True)
        if browser:
            import webbrowser

            webbrowser.open(address)

    with opened(db) as store:
        serve(store, partial(open_database, db), place_of(db), port, tell)
