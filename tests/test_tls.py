"""A server that speaks TLS, as Aura does: trusted, not trusted, and not what it says it is."""

import re
import ssl
from pathlib import Path

import pytest
import trustme
from databases import clear
from saying import Naming
from seed_texts import write_seeds
from wire import wire

from graphkit.cli.app import run


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    """An authority, and the file that makes it trusted."""
    made, path = trustme.CA(), tmp_path_factory.mktemp("authority") / "ca.pem"
    made.cert_pem.write_to_path(str(path))
    return made, path


def certified(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.mark.long
@pytest.mark.parametrize(
    ("scheme", "trusted"),
    [
        pytest.param("bolt+s", True, id="trusted"),
        pytest.param("bolt+ssc", False, id="self-signed", marks=pytest.mark.long),
    ],
)
def test_a_graph_is_loaded_and_asked_through_tls(
    scheme, trusted, authority, neo4j_store, neo4j_server, tmp_path, monkeypatch, capsys
):
    clear(neo4j_store)
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_server[2])
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority[1]))
    with wire(neo4j_server[0], tls=certified(authority[0], "127.0.0.1")) as (uri, passed):
        secure = uri.replace("bolt", scheme)
        assert run(["load", str(write_seeds(tmp_path / "seeds")), "--db", secure]) == 0
        assert run(["depends", "KOR", "--period", "2024", "--db", secure, "-f", "csv"]) == 0

    assert "KOR,CHN,ree-metals,metal,2024,0.8," in capsys.readouterr().out
    assert passed.passed > 10_000


@pytest.mark.parametrize(
    ("scheme", "named", "trusted", "says"),
    [
        ("bolt+s", "127.0.0.1", False, "certificate is not trusted … unable to get"),
        ("neo4j+s", "127.0.0.1", False, "certificate is not trusted … unable to get"),
        ("bolt+s", "other.example", True, "certificate is not trusted … IP address mismatch"),
        ("bolt", "127.0.0.1", True, "cannot reach Neo4j"),
    ],
    ids=["not trusted", "not trusted, routed", "another host", "asked without"],
)
def test_what_cannot_be_trusted_is_one_line(
    scheme, named, trusted, says, authority, neo4j_server, monkeypatch, capsys
):
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_server[2])
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority[1]))
    with wire(neo4j_server[0], tls=certified(authority[0], named)) as (uri, passed):
        assert run(["depends", "KOR", "--db", uri.replace("bolt", scheme)]) == 4

    told = capsys.readouterr().err
    assert re.fullmatch(r"graphkit: [^\n]+\n", told)
    assert told == Naming(says)
    assert neo4j_server[2] not in told
    assert passed.passed == 0
