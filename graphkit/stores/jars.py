"""Neo4j's jars: fetched from Maven Central into the user's cache by the user's own command.

They are under the GPL: never shipped with graphkit and never loaded into its process.
"""

from __future__ import annotations

import hashlib
import shutil
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphkit.errors import GraphkitError
from graphkit.folders import locked, user_folder

if TYPE_CHECKING:
    from jgo.maven import Artifact, Resolver

BROWSER_VERSION = "5.15.0"
CONNECTIONS = 8


def fetched_jars(version: str, progress: Callable[[str], None]) -> Path:
    """Return the folder with all jars of a version, fetching them when it is not there yet."""
    folder = user_folder("cache") / "neo4j" / version
    with locked(folder.with_name(f"{version}.lock")):
        if not folder.exists():
            progress(f"Fetching Neo4j {version} from Maven Central (once, some 150 MB)")
            # Files in here are whole, so a fetch that was cut short goes on where it ended.
            repository = folder.with_name(f"{version}.fetching")
            whole = repository / "jars"
            whole.mkdir(parents=True, exist_ok=True)
            for jar in _fetch_jars(version, repository):
                jar.replace(whole / jar.name)
            whole.replace(folder)
            shutil.rmtree(repository)
    return folder


def _fetch_jars(version: str, repository: Path) -> list[Path]:
    from jgo.maven import MavenContext
    from jgo.parse import Coordinate

    maven = MavenContext(_maven_central(), repo_cache=repository)
    # raw: else jgo takes each for a bill of materials and its answer is not the one of Maven.
    wanted = [
        Coordinate("org.neo4j", "neo4j", version, raw=True),
        Coordinate("org.neo4j.app", "neo4j-server", version, raw=True),
        Coordinate("org.neo4j.client", "neo4j-browser", BROWSER_VERSION, raw=True),
    ]
    named, others = maven.resolver.resolve([maven.create_dependency(each) for each in wanted])
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        return list(threads.map(lambda each: each.artifact.resolve(), named + others))


def _maven_central() -> Resolver:
    """Return a resolver that keeps its connections and accepts no doubtful file.

    jgo's own opens a new connection for each file (80 s instead of 6), only logs a wrong checksum,
    and leaves out what it failed to fetch. It lets a GraphkitError through.
    """
    import requests
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import PythonResolver

    class TrustingTheSystem(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            # requests knows only its own certificates; many networks add one to the system's.
            super().init_poolmanager(*args, **options, ssl_context=ssl.create_default_context())

    session = requests.Session()
    session.mount("https://", TrustingTheSystem(pool_maxsize=CONNECTIONS, max_retries=3))

    def read(url: str) -> bytes:
        try:
            response = session.get(url, timeout=30)
        except requests.RequestException as error:
            hint = "behind a company's proxy, set HTTPS_PROXY and REQUESTS_CA_BUNDLE"
            raise GraphkitError(f"Maven Central cannot be reached ({hint}): {error}") from error
        if not response.ok:
            answer = "has no" if response.status_code == 404 else f"says {response.status_code} to"
            raise GraphkitError(f"Maven Central {answer} {url}")
        return response.content

    class MavenCentral(PythonResolver):
        def download(self, artifact: Artifact) -> Path:
            file = artifact.component.path_prefix / artifact.filename
            url = f"{MAVEN_CENTRAL_URL}/{file.as_posix()}"
            content = read(url)
            if hashlib.sha1(content).hexdigest() not in read(f"{url}.sha1").decode().lower():
                raise GraphkitError(f"{url} does not have its published checksum")
            whole = artifact.context.repo_cache / file
            whole.parent.mkdir(parents=True, exist_ok=True)
            part = whole.with_name(f"{whole.name}.part")
            part.write_bytes(content)
            return part.replace(whole)

    return MavenCentral()
