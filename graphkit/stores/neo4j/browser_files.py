"""Files for the Browser of a Neo4j: a style, saved queries, and a guide that shows them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from graphkit.files.output import whole_file
from graphkit.pages.html import HtmlPage, document

SHIPPED = Path(__file__).parent / "browser"
STYLE = "graphkit.grass"
QUERIES = "graphkit-queries.zip"
GUIDE = "guide.html"
_LOOK = (
    ":root { color-scheme: light dark }\n"
    "body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; "
    "padding: 0 1rem }\n"
    "pre { overflow-x: auto; padding: .75rem; border: 1px solid #8884; border-radius: 6px; "
    "user-select: all }\n"
    "h2 { font-size: 1.05rem; margin: 1.8rem 0 .4rem }\n"
)


def saved_queries() -> dict[str, str]:
    """Return the statements by the name of their file, each with a title in its first line.

    Examples
    --------
    >>> next(iter(saved_queries().values())).splitlines()[0]
    '// The five largest sellers of metal magnets to South Korea, 2024'
    """
    return {
        path.name: path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.cypher"))
    }


def write_browser_files(folder: Path) -> Path:
    """Write style, queries and guide into a folder, and return the guide.

    The Browser takes one file at a time that is dropped on its page, and several queries as a ZIP.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        STYLE: (SHIPPED / STYLE).read_bytes(),
        QUERIES: _zipped(saved_queries()),
        GUIDE: _guide().encode(),
    }
    for name, content in contents.items():
        with whole_file(folder / name) as place:
            place.write_bytes(content)
    return folder / GUIDE


def _zipped(texts: dict[str, str]) -> bytes:
    """Zip files in a folder, whose name the Browser gives to that of the queries."""
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for name, text in texts.items():
            archive.writestr(ZipInfo(f"graphkit/{name}"), text)
    return content.getvalue()


def _guide() -> str:
    page = HtmlPage(heading=True)
    page.title("graphkit in Neo4j's Browser")
    page.text(
        f"Log in, then drop {STYLE} from this page's folder on the Browser's page: countries, "
        "products, plants and companies get colours and their names. Drop "
        f"{QUERIES} likewise: the statements below are then saved under Favorites, graphkit."
    )
    page.text(
        "They show the facts that ship, once 'graphkit load --db local' has put them into this "
        "server. Click a statement to select it, and change names, products and periods in it. "
        "DEPENDS_ON points from a buyer to a seller and holds the share of the buyer's imports by "
        "value (share_usd, 0 to 1); EXPORTS points from a seller to a buyer. Double-click a node "
        "to see what it is connected with."
    )
    for text in saved_queries().values():
        title, statement = text.split("\n", 1)
        page.title(title.removeprefix("// "))
        page.block(statement.strip().splitlines())
    return document("graphkit in Neo4j's Browser", str(page), _LOOK)
