"""The command ``graphkit help``: texts on what many commands have in common."""

from __future__ import annotations

import shutil
import textwrap
from typing import Annotated

import typer

from graphkit.errors import UsageError
from graphkit.verbs.shared import NAMES, PERIODS

TOPICS = {
    "names": (
        "Countries, groups of them, minerals, products and codes, as commands take them.",
        (
            "Countries: any name or code, such as KOR, KR, korea or 'Korea, Republic of', in many "
            "languages. A group (EU27, G7, OECD, CPTPP, MSP, or one of yours) and several joined "
            "by + (CHN+HKG) count as one. Several countries with commas, or one after the other, "
            "are answered side by side.",
            "A command about a country takes it as its argument or by --of. --on is always the "
            "supplier, origin or partner that it depends on.",
            f"--for: {NAMES[0].lower()}{NAMES[1:]} Default: everything.",
            "'graphkit show NAME' says what a name stands for, of a plant, company or control too. "
            "Lists: 'graphkit query countries', 'graphkit query products' and 'graphkit query "
            "elements'. A name that is unknown is refused with the nearest ones.",
        ),
    ),
    "words": (
        "Questions in words, in English or another language, at the shell.",
        (
            "graphkit korea magnets, graphkit 'who depends on china for cobalt', graphkit 'wem "
            "gehört kongos kobalt' or graphkit '한국 희토류 중국' are read by rules and tables, "
            "without a network or a language model. The command that it means is shown, with "
            "others that it may mean, and then answered; options stand behind: graphkit korea "
            "magnets --format json.",
            "Nothing is answered if a word is not read, or if no command is likelier than "
            "another: what was understood is said, with the commands that are near. The first of "
            "two countries buys, the second sells, unless words beside them say it.",
        ),
    ),
    "terms": (
        "Words of the field, and the commands that answer them.",
        (
            "Import dependence, and on each partner: graphkit depends KOR --on CHN, by the last "
            "seller (direct). Net import reliance, of what is used: graphkit reliance.",
            "Direct and indirect: graphkit depends is direct; graphkit origins looks through to "
            "who mined, refined and made it. Partners one by one: graphkit suppliers, or --on.",
            "Single-supplier bottleneck, chokepoint: graphkit spof KOR (single points of failure). "
            "First suppliers, and countries with one alone: graphkit network.",
            "Supply shock, outage, export ban: graphkit disrupt, stocks (how long they reach) and "
            "cascade (who fails in turn); graphkit controls for export controls.",
            "Market concentration, HHI, market share: graphkit concentration. Supply risk: "
            "graphkit criticality. Hubs: graphkit centrality.",
            "Diversification: graphkit diversify. Mutual dependence: graphkit leverage. Mirror "
            "data, asymmetries: graphkit mirror. Unit values: graphkit prices.",
            "Data gaps, unpublished figures: graphkit unknowns. Fact check: graphkit claims check.",
        ),
    ),
    "periods": (
        "Years, parts of them, and several added up or side by side.",
        (
            f"--period: {PERIODS}",
            "Every command that takes a period states its own default in its help, mostly the "
            "newest of each product.",
            "graphkit trend KOR --since 2015 has each period from 2015 on.",
        ),
    ),
    "formats": (
        "Tables, data and pictures, and how a file is written.",
        (
            "-f, --format: table, json, ndjson, csv, markdown or parquet; for the picture of an "
            "answer svg, png, html or echarts (its option as JSON). Default: by the ending of the "
            "file, else table on a terminal and csv in a pipe.",
            "-o, --output: write to a file (.csv, .json, .ndjson, .md, .parquet, .txt; a picture "
            "as .svg, .png or .html) instead of stdout.",
            "A table has the rows that fit one screen (--all: every row; --top N: the first N, "
            "through time the newest) and leaves out columns that do not fit (--wide: none). "
            "--long adds claims, coverage, sources and notes.",
            "In csv, text that a spreadsheet would read as a formula gets a leading apostrophe.",
        ),
    ),
    "own": (
        "Your own facts on top of those that ship.",
        (
            "--with FOLDER, behind any command that asks: every answer rests on the facts of the "
            "database and on those of the folder, which may refer to all of them. The environment "
            "variable GRAPHKIT_WITH sets it for all commands.",
            "graphkit check --with FOLDER checks the folder alone and lists every problem with "
            "file and line.",
            "Each of your facts has a Source of the folder. Answers list it as own facts, and so "
            "do pictures; flows have a Dataset of the folder.",
            "A Neo4j takes your facts by a load, with all others: graphkit load --with FOLDER --db "
            "local.",
        ),
    ),
    "databases": (
        "Which database a command asks.",
        (
            "The default database is built from the shipped seeds when it is first needed.",
            "--db: a database file, a folder of seeds (built once for each state of it), a Neo4j "
            "URI, or 'local', the Neo4j that 'graphkit neo4j start' starts.",
            "--db auto: the default database; Cypher that it cannot run goes to the local Neo4j.",
            "The environment variable GRAPHKIT_DB sets it for all commands.",
        ),
    ),
}
"""Each topic with its title and its paragraphs."""


def help(
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="[TOPIC]", help="A topic, or a command.", autocompletion=lambda: list(TOPICS)
        ),
    ] = None,
) -> None:
    """Explain what many commands have in common.

    What begins with no command is read as a question in words: 'graphkit help words'. The field's
    words beside the commands: 'graphkit help terms'.

    \b
    Examples:
      graphkit help names
      graphkit help depends
    """
    width = min(100, shutil.get_terminal_size().columns) - 2
    if topic is None:
        lines = [f"  {name:<10} {title}" for name, (title, _) in TOPICS.items()]
        print("\n".join(["graphkit help TOPIC", "", *lines]))
        return
    if topic not in TOPICS:
        topics = ", ".join(TOPICS)
        raise UsageError(
            f"help: found {topic!r}, wanted one of {topics}, or a command; of a name: "
            f"graphkit show {topic}"
        )
    title, paragraphs = TOPICS[topic]
    print("\n\n".join([title, *(textwrap.fill(text, width) for text in paragraphs)]))
