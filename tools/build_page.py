"""Builds the Cypher editor of the explorer: CodeMirror as one module, from a pinned npm lock.

    uv run python tools/build_page.py

It needs npm. ``tools/page/built.json`` records the hash of the module and of all it is built from.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from build_pictures import digest

ROOT = Path(__file__).parents[1]
SOURCES, STATIC = ROOT / "tools" / "page", ROOT / "graphkit" / "explore" / "static"
BUILT_FROM = ("package.json", "package-lock.json", "editor.js", "completions.js")
PACKAGES = ("@codemirror", "@lezer", "@marijn", "crelt", "style-mod", "w3c-keyname")
"""Packages that the module holds, each under the MIT licence."""


def main() -> None:
    """Bundle the module with its licences, and record the hashes."""
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=SOURCES, check=True)
    subprocess.run(
        ["npx", "esbuild", "editor.js", "--bundle", "--minify", "--format=esm", "--charset=utf8",
         "--target=es2020", "--legal-comments=none", f"--outfile={STATIC / 'editor.js'}"],
        cwd=SOURCES, check=True,
    )  # fmt: skip
    modules = SOURCES / "node_modules"
    licences = sorted(path for name in PACKAGES for path in (modules / name).rglob("LICENSE"))
    parts = [
        f"{path.relative_to(modules)}\n\n{path.read_text('utf-8').strip()}" for path in licences
    ]
    text = f"\n\n{'=' * 72}\n\n".join(parts)
    (STATIC / "editor-licences.txt").write_text(f"{text}\n", encoding="utf-8")
    hashes = {name: digest(SOURCES / name) for name in BUILT_FROM}
    hashes["static/editor.js"] = digest(STATIC / "editor.js")
    (SOURCES / "built.json").write_text(json.dumps(hashes, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
