"""The jars of Neo4j, from Maven Central, held against the SHA-256 that graphkit lists.

``sums/VERSION.sha256`` names every jar of a version, in the form of ``sha256sum``;
``tools/neo4j_sums.py`` writes it. A listed version is fetched by that list alone. Of any other one
the server says what belongs to it, and a file is held only against the server's own checksum.
"""

from __future__ import annotations

import hashlib
import shutil
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphkit.errors import GraphkitError
from graphkit.files.folders import user_folder
from graphkit.files.locks import locked

if TYPE_CHECKING:
    from jgo.maven import Artifact, Resolver

SUMS = Path(__file__).parent / "sums"
BROWSER_VERSION = "5.15.0"
CONNECTIONS = 8


def listed_sums(version: str) -> dict[str, str]:
    """Return the SHA-256 of every jar of a version, by its path; empty for one not listed."""
    file = SUMS / f"{version}.sha256"
    if not file.exists():
        return {}
    pairs = (line.split() for line in file.read_text(encoding="ascii").splitlines())
    return {path: checksum for checksum, path in pairs}


def fetched_jars(version: str, progress: Callable[[str], None]) -> Path:
    """Return the folder with all jars of a version, fetching them when it is not there yet.

    Raises
    ------
    GraphkitError
        A file is not the listed one, or Maven Central does not have it or cannot be reached.
    """
    folder = user_folder("cache") / "neo4j" / version
    sums = listed_sums(version)
    with locked(folder.with_name(f"{version}.lock")):
        if folder.exists():
            if sums:
                _check_folder(folder, sums)
            return folder
        progress(f"Fetching Neo4j {version} from Maven Central (once, some 150 MB)")
        if not sums:
            progress(
                f"Neo4j {version} is not among those whose SHA-256 graphkit lists "
                f"({', '.join(listed_versions())}): its files are held only against the checksums "
                "of the same server"
            )
        # Files in here are whole, so a fetch that was cut short goes on where it ended.
        repository = folder.with_name(f"{version}.fetching")
        whole = repository / "jars"
        whole.mkdir(parents=True, exist_ok=True)
        jars = _fetch_listed(sums, whole) if sums else fetch_resolved(version, repository)
        for jar in jars:
            jar.replace(whole / jar.name)
        whole.replace(folder)
        shutil.rmtree(repository)
    return folder


def listed_versions() -> list[str]:
    """Return the versions whose sums are listed."""
    return sorted(file.name.removesuffix(".sha256") for file in SUMS.glob("*.sha256"))


def _check_folder(folder: Path, sums: Mapping[str, str]) -> None:
    """Refuse a folder of jars that does not hold the listed ones alone."""
    expected = {Path(path).name: checksum for path, checksum in sums.items()}
    names = {file.name for file in folder.iterdir()}
    wrong = sorted(names ^ expected.keys()) or sorted(
        name for name, checksum in expected.items() if _sha256(folder / name) != checksum
    )
    if wrong:
        raise GraphkitError(
            f"{folder}: {wrong[0]} is not as in graphkit's list of SHA-256; remove the folder, and "
            "it is fetched again"
        )


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _fetch_listed(sums: Mapping[str, str], folder: Path) -> list[Path]:
    """Fetch the listed files into a folder, all of them or none that is not as listed."""
    read = _reader()

    def fetch(path: str) -> Path:
        jar = folder / Path(path).name
        if jar.exists() and _sha256(jar) == sums[path]:
            return jar
        content = read(path)
        checksum = hashlib.sha256(content).hexdigest()
        if checksum != sums[path]:
            raise GraphkitError(
                f"{path} of Maven Central: found SHA-256 {checksum}, wanted {sums[path]} as "
                "graphkit lists; it was not stored"
            )
        return _write(content, jar)

    for jar in folder.iterdir():
        if jar.name not in {Path(path).name for path in sums}:
            jar.unlink()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        return list(threads.map(fetch, sums))


def fetch_resolved(version: str, repository: Path) -> list[Path]:
    """Fetch what belongs to a version by its own description, which comes from the same server."""
    from jgo.maven import MavenContext
    from jgo.parse import Coordinate

    maven = MavenContext(_maven_central(), repo_cache=repository)
    # raw: else jgo takes each for a bill of materials and its answer is not the one of Maven.
    coordinates = [
        Coordinate("org.neo4j", "neo4j", version, raw=True),
        Coordinate("org.neo4j.app", "neo4j-server", version, raw=True),
        Coordinate("org.neo4j.client", "neo4j-browser", BROWSER_VERSION, raw=True),
    ]
    dependencies = [maven.create_dependency(coordinate) for coordinate in coordinates]
    direct, transitive = maven.resolver.resolve(dependencies)
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        return list(threads.map(lambda jar: jar.artifact.resolve(), direct + transitive))


def _reader() -> Callable[[str], bytes]:
    """Return a function that reads a file of Maven Central, over connections that it keeps."""
    import requests
    from jgo.constants import MAVEN_CENTRAL_URL

    class TrustingTheSystem(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            # requests knows only its own certificates; many networks add one to the system's.
            super().init_poolmanager(*args, **options, ssl_context=ssl.create_default_context())

    session = requests.Session()
    session.mount("https://", TrustingTheSystem(pool_maxsize=CONNECTIONS, max_retries=3))

    def read(file: str) -> bytes:
        url = f"{MAVEN_CENTRAL_URL}/{file}"
        try:
            response = session.get(url, timeout=30)
        except requests.RequestException as error:
            hint = "behind a company's proxy, set HTTPS_PROXY and REQUESTS_CA_BUNDLE"
            raise GraphkitError(f"Maven Central cannot be reached ({hint}): {error}") from error
        if not response.ok:
            answer = "has no" if response.status_code == 404 else f"says {response.status_code} to"
            raise GraphkitError(f"Maven Central {answer} {url}")
        return response.content

    return read


def _maven_central() -> Resolver:
    """Return a resolver that keeps its connections and accepts no doubtful file.

    jgo's own opens a new connection for each file (80 s instead of 6), only logs a wrong checksum,
    and leaves out what it failed to fetch. It lets a GraphkitError through.
    """
    from jgo.maven import PythonResolver

    read = _reader()

    class MavenCentral(PythonResolver):
        def download(self, artifact: Artifact) -> Path:
            file = (artifact.component.path_prefix / artifact.filename).as_posix()
            content = read(file)
            if hashlib.sha1(content).hexdigest() not in read(f"{file}.sha1").decode().lower():
                raise GraphkitError(f"{file} of Maven Central does not have its published checksum")
            return _write(content, artifact.context.repo_cache / file)

    return MavenCentral()


def _write(content: bytes, file: Path) -> Path:
    """Write a file so that what has its name is whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(content)
    return part.replace(file)
