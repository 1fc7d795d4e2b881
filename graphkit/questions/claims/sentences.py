"""Sentences in English that state a share or an amount, read into the properties of a claim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphkit.catalog.catalog import Catalog
from graphkit.errors import UsageError
from graphkit.names import SPOKEN, Entity

NUMBER = r"\d[\d,]*(?:\.\d+)?"
FIGURE = re.compile(
    rf"(?P<low>{NUMBER})(?:\s*(?:-|–|to)\s*(?P<high>{NUMBER}))?\s*"
    r"(?:(?P<scale>thousand|million|billion|k|m|bn)\s*)?"
    r"(?P<unit>%|per ?cent\b|tonnes?\b|tons?\b|t\b|USD\b|dollars\b)",
    re.IGNORECASE,
)
SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9}
PERIOD = re.compile(r"\b(?:Q[1-4] )?(?:19|20)\d\d(?:-(?:(?:19|20)\d\d|Q[1-4]|H[12]|\d\d))?\b")
QUALIFIERS = {
    "about": "about", "around": "about", "roughly": "about", "approximately": "about",
    "almost": "about", "nearly": "about", "some": "about", "more than": "more-than",
    "over": "more-than", "above": "more-than", "less than": "less-than", "under": "less-than",
    "below": "less-than", "at least": "at-least", "up to": "up-to",
}  # fmt: skip
"""Words before a figure, and the qualifier that they are."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


IMPORTS = _words("import imports imported buys bought gets got sources sourced")
MINED = _words("mine mines mined mining extracts extracted extraction")
SEPARATED = _words("separates separated separating separation")
REFINED = _words("refines refined refining refinery processes processed processing")
PRODUCTION = (
    _words("production output produce produces produced makes made") | MINED | SEPARATED | REFINED
)
BUYS = IMPORTS | _words("depends relies dependent reliant receives received needs")
SELLS = PRODUCTION | _words(
    "supplies supplied supply supplier provides provided exports exported sells sold delivers "
    "account accounts accounted controls dominates"
)
FILLERS = _words(
    "the a an of in on by its their it is are was were from for to at and all came come comes "
    "share per cent percent that which with total world world's global about as year had has "
    "have this these used use"
)
"""Words that say nothing on which a claim depends."""
LONGEST = 6
"""Most words of a name."""
CODE = 3
"""Letters of a code: shorter names must be written in capitals, or as a symbol of an element."""
GAP = "\x00"
"""Stands where a figure or a period stood."""


@dataclass(frozen=True)
class Mention:
    """A name in a sentence: what it names, and the words before and behind it."""

    entity: Entity
    before: tuple[str, ...]
    behind: tuple[str, ...]


def stated_by(catalog: Catalog, text: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Read a sentence into the properties of a claim, with those that are given besides it.

    Parameters
    ----------
    catalog : Catalog
        The names of a graph.
    text : str
        The sentence, or a part of one: ``98 % of imports``.
    given : mapping
        ``consumer``, ``supplier``, ``material`` and ``period``, by any name; None where the
        sentence says it.

    Returns
    -------
    claim : dict
        Properties of the kind ``Claim``.
    unread : str
        The words that were passed over.

    Raises
    ------
    UsageError
        A part is missing or may mean two things; the message says what was understood.
    """
    claim: dict[str, Any] = {}
    for role in ("consumer", "supplier"):
        if given.get(role) is not None:
            claim[role] = catalog.place(given[role]).key
    if given.get("material") is not None:
        kinds = ("Element", "Product")
        material = catalog.materials.names.find(given["material"], "material", kinds)
        claim[material.kind.casefold()] = material.key
    if given.get("period") is not None:
        claim["period"] = given["period"]
    unread = " ".join(_read(catalog, text, claim))
    lacking = [what for what, names in NEEDED.items() if not claim.keys() & names]
    if claim.get("measure") == "imports" and "consumer" not in claim:
        lacking.append("who buys (--of)")
    if lacking:
        rest = f"; not read: {unread}" if unread else ""
        understood = (
            ", ".join(f"{name} {claim[name]}" for name in SHOWN if name in claim) or "nothing"
        )
        raise UsageError(f"--that: understood {understood}; wanted {' and '.join(lacking)}{rest}")
    return claim, unread


NEEDED = {
    "a figure such as 98 % or 17,000 tonnes": {"value", "low"},
    "who sells or makes it (--from)": {"consumer", "supplier"},
    "what of (--for)": {"product", "element"},
    "imports or production": {"measure"},
}
"""Parts that a statement needs, and the properties of which one has it."""
SHOWN = (
    "value", "low", "high", "unit", "measure", "consumer", "supplier", "product", "element",
    "stage", "period",
)  # fmt: skip
"""Properties that a message on a sentence shows."""


def _read(catalog: Catalog, text: str, claim: dict[str, Any]) -> list[str]:
    """Read a sentence into the properties of a claim, and return the words passed over.

    Raises
    ------
    UsageError
        It has several figures or periods, or a word may mean two things.
    """
    rest = text
    for reading, pattern, what in ((_figure, FIGURE, "figures"), (_period, PERIOD, "periods")):
        matches = list(pattern.finditer(rest))
        if len(matches) > 1:
            several = " and ".join(match[0].strip() for match in matches)
            raise UsageError(f"--that: found the {what} {several}, wanted one: check each alone")
        if matches:
            start = reading(matches[0], rest, claim)
            rest = f"{rest[:start]} {GAP} {rest[matches[0].end() :]}"
    words = rest.split()
    mentions, used = _mentions(catalog, words)
    plain = [_plain(word) for word in words]
    _read_materials(mentions, claim)
    _read_roles(mentions, claim)
    bare = {word.casefold() for place, word in enumerate(plain) if place not in used}
    if bare & IMPORTS or "consumer" in claim:
        claim["measure"] = "imports"
    elif bare & PRODUCTION:
        claim["measure"] = "production"
    if "element" in claim and (stage := _stage(catalog, bare, claim["element"])):
        claim["stage"] = stage
    known = FILLERS | BUYS | SELLS
    return [
        word for place, word in enumerate(plain)
        if word and place not in used and word.casefold() not in known and GAP not in word
    ]  # fmt: skip


def _stage(catalog: Catalog, words: set[str], element: str) -> str | None:
    """Tell the stage of the chain that words name; ``produced`` alone names none.

    What is refined is a compound of some elements and the metal of others: the stage is the first
    of these at which production of the element is published.

    Raises
    ------
    UsageError
        The words name two stages.
    """
    named = [stage for stage, words_of in
             (("mine", MINED), ("separate", SEPARATED | REFINED)) if words & words_of]  # fmt: skip
    if len(named) > 1:
        raise UsageError("--that: found the stages mined and refined, wanted one: check each alone")
    if words & REFINED and not words & SEPARATED:
        materials = catalog.materials
        produced = {row["product"] for row in catalog.rows("production-periods").to_pylist()}
        stages = {materials.products[product]["stage"]
                for product in materials.counts(element) if product in produced}  # fmt: skip
        return next((stage for stage in ("separate", "metal") if stage in stages), "separate")
    return named[0] if named else None


def _plain(word: str) -> str:
    """Return a word without punctuation and the apostrophe of an owner."""
    return re.sub(r"[’']s?$", "", word.strip('.,;:!?"“”«»()'))


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def _figure(match: re.Match[str], text: str, claim: dict[str, Any]) -> int:
    """Read a figure with its unit and qualifier; return where they begin."""
    unit = match["unit"].casefold()
    factor = SCALES.get((match["scale"] or "").casefold(), 1.0)
    if unit == "%" or unit.startswith("per"):
        claim |= {"kind": "share", "unit": "share"}
        factor = 0.01
    else:
        claim |= {"kind": "quantity", "unit": "USD" if unit in ("usd", "dollars") else "t"}
    figures = [round(_number(n) * factor, 12) for n in (match["low"], match["high"]) if n]
    if len(figures) > 1:
        claim |= {"low": figures[0], "high": figures[1], "qualifier": "range"}
    else:
        claim["value"] = figures[0]
    before = text[: match.start()].casefold().rstrip()
    for words, qualifier in QUALIFIERS.items():
        if re.search(rf"\b{words}$", before):
            claim["qualifier"] = qualifier
            return len(before) - len(words)
    return match.start()


def _period(match: re.Match[str], text: str, claim: dict[str, Any]) -> int:
    quarter, _, year = match[0].rpartition(" ")
    claim.setdefault("period", f"{year}-{quarter}" if quarter else year)
    return match.start()


def _mentions(catalog: Catalog, words: list[str]) -> tuple[list[Mention], set[int]]:
    """Find the longest names of places and materials, and the places of their words."""
    mentions: list[tuple[int, int, Entity]] = []
    used: set[int] = set()
    place = 0
    while place < len(words):
        size, entity = next(_named(catalog, words, place), (1, None))
        if entity is not None:
            mentions.append((place, place + size, entity))
            used |= set(range(place, place + size))
        place += size
    ends = [0, *(end for _, end, _ in mentions)]
    starts = [*(start for start, _, _ in mentions), len(words)]
    return [
        Mention(
            entity,
            tuple(_plain(w).casefold() for w in words[ends[n] : start]),
            tuple(_plain(w).casefold() for w in words[end : starts[n + 1]]),
        )
        for n, (start, end, entity) in enumerate(mentions)
    ], used


def _named(catalog: Catalog, words: list[str], place: int) -> Iterator[tuple[int, Entity | None]]:
    """Find what the longest run of words from a place on names."""
    known = FILLERS | BUYS | SELLS
    for size in range(min(LONGEST, len(words) - place), 0, -1):
        run = " ".join([*words[place : place + size - 1], _plain(words[place + size - 1])])
        first = words[place].casefold()
        if GAP in run or first in known:
            continue
        if size == 1 and len(run) <= CODE and not run.isupper() and first not in SPOKEN:
            entity = catalog.materials.names.named(run)
            if entity is not None:
                yield size, entity
            continue
        for names, kinds in (
            (catalog.places, ("Country", "Area")),
            (catalog.materials.names, ("Element", "Product")),
        ):
            for entity in names.all(run, kinds):
                yield size, entity


def _read_materials(mentions: list[Mention], claim: dict[str, Any]) -> None:
    if "product" in claim or "element" in claim:
        return
    materials = [m.entity for m in mentions if m.entity.kind in ("Element", "Product")]
    if len(materials) > 1:
        several = " and ".join(map(str, materials))
        raise UsageError(f"--that: found the materials {several}, wanted one: name it by --for")
    for material in materials:
        claim[material.kind.casefold()] = material.key


def _read_roles(mentions: list[Mention], claim: dict[str, Any]) -> None:
    """Tell who buys and who sells by the words beside each place; of two, one tells the other."""
    places = [m for m in mentions if m.entity.kind in ("Country", "Area") and m.entity.key != "WLD"]
    open_places = []
    for mention in places:
        if mention.entity.key in (claim.get("consumer"), claim.get("supplier")):
            continue
        role = _role(mention)
        if role is None or role in claim:
            open_places.append(mention.entity)
        else:
            claim[role] = mention.entity.key
    free = [role for role in ("consumer", "supplier") if role not in claim]
    if len(open_places) == 1 and len(free) == 1 and len(places) == 2:
        claim[free[0]] = open_places.pop().key
    if open_places:
        names = " and ".join(map(str, open_places))
        raise UsageError(
            f"--that: found {names}, wanted to know who buys and who sells: name them by --of "
            "and --from"
        )


def _role(mention: Mention) -> str | None:
    """Tell the role of a place by the words around it, the nearest first."""
    before, behind = mention.before[-3:], mention.behind[:3]
    last = before[-1] if before else ""
    if last == "the" and len(before) > 1:
        last = before[-2]
    if last in ("from", "by", "on"):
        return "supplier"
    if last == "to":
        return "consumer"
    for word in behind:
        if word in BUYS:
            return "consumer"
        if word in SELLS:
            return "supplier"
    if last in ("of", "into", "in") and any(word in BUYS for word in mention.before):
        return "consumer"
    return None
