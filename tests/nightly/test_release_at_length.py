"""The wheel on every Python that graphkit supports, and without being installed."""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scale"))

from test_release import ASK, PYTHONS, UV, answered, assert_answers, dist, outside, run, wheel

__all__ = ["dist", "outside", "wheel"]


def found_python(version: str) -> str | None:
    """Find a Python where uv looks, or where pyenv keeps those that are not chosen."""
    command = [str(UV), "python", "find", "--no-python-downloads", "--no-project", version]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return done.stdout.strip() or next(map(str, kept), None)


@pytest.mark.parametrize("version", PYTHONS)
def test_the_wheel_answers_in_a_clean_environment_of_each_python(version, wheel, outside):
    """The first builds the default database; the others find it, as their seeds are the same."""
    python = found_python(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    folder, env = outside
    place = folder / version
    run(str(UV), "venv", "-q", "-p", python, place, cwd=folder)
    run(str(UV), "pip", "install", "-q", "-p", place / "bin/python", wheel, cwd=folder, env=env)

    assert_answers(place, version, folder, env)


@pytest.mark.parametrize(
    "tool", [("tool", "run", "-q", "--from"), ("tool", "run", "-q", "pipx", "run", "--spec")],
    ids=["uvx", "pipx"],
)  # fmt: skip
def test_it_runs_without_being_installed(tool, wheel, outside):
    folder, env = outside
    env = {**env, "PIPX_HOME": str(folder / "pipx")}

    assert answered(run(str(UV), *tool, wheel, "graphkit", *ASK, cwd=folder, env=env))
