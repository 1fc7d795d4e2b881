"""Groups of the commands, by what they answer."""

from __future__ import annotations

from collections.abc import Mapping

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Import dependence": (
        "depends", "dependents", "suppliers", "origins", "leverage", "reliance",
    ),
    "Bottlenecks": (
        "spof", "concentration", "criticality", "network", "centrality",
    ),
    "Supply shocks": ("disrupt", "stocks", "cascade", "scenario", "controls"),
    "Remedies, data gaps": ("diversify", "targets", "unknowns", "exposure"),
    "Trade and prices": ("flows", "compare", "trend", "mirror", "prices"),
    "Plants, companies": ("plants", "owners", "companies", "uses", "show"),
    "Claims, publishing": ("claims", "brief", "cite", "recheck"),
    "Other ways to ask": ("query", "cypher", "explore", "mcp", "measure"),
    "Own data, help": (
        "new", "check", "load", "import", "fetch", "export", "schema", "neo4j", "doctor", "help",
    ),
}  # fmt: skip
"""Commands by the title of their group; those of other packages are in none."""
ADDED = "Of other packages"
"""Title of the group of commands that other packages add."""


def grouped(names: list[str]) -> dict[str, list[str]]:
    """Put some commands into their groups.

    >>> grouped(["depends", "spof", "stockpiles"])["Of other packages"]
    ['stockpiles']
    """
    ours = {name for group in GROUPS.values() for name in group}
    added = [name for name in names if name not in ours]
    groups = {title: [n for n in group if n in names] for title, group in GROUPS.items()}
    return {title: group for title, group in {**groups, ADDED: added}.items() if group}
