"""The question on one thing by its name."""

from __future__ import annotations

from graphkit.verbs.parameter import Parameter
from graphkit.verbs.verb import PagePlace, Verb

KINDS = ("country", "mineral", "product", "control", "plant", "company")
VERBS = (
    Verb(
        "show", "graphkit.questions.profiles:show",
        "Show what is known of one thing, by any of its names.",
        "Of a country, mineral, product, export control, plant or company, by any of its names: "
        "its groups, what it makes or is made from, who restricts it, owns it or runs it. The "
        "answer says which kind the name was taken for, and what else it may be.",
        (
            "show korea",
            "show 'Mutanda Mine'",
            "show gallium --kind product",
        ),
        (
            Parameter("name", "", "NAME", "Any name or key.", default=...),
            Parameter(
                "kind", "--kind", "KIND",
                f"Only of this kind: {', '.join(KINDS[:-1])} or {KINDS[-1]}. Default: the first "
                "that knows the name.",
                choices=KINDS, label="Kind",
            ),
        ),
        "NAME [--kind KIND]",
        "one country, mineral, product, control, plant or company, by any of its names",
        sentence="graphkit.headlines.facilities:show",
        page=PagePlace("Mineral", "One by name", {"name": "Mutanda Mine"}, place=8),
    ),
)  # fmt: skip
