"""Commands on published claims."""

from __future__ import annotations

from dataclasses import replace

from graphkit.analysis.claims.phrases import Verdict
from graphkit.verbs.parameter import Parameter
from graphkit.verbs.shared import CLAIMS, year
from graphkit.verbs.verb import PagePlace, Verb

_VERDICTS = tuple(verdict.option for verdict in Verdict)
VERBS = (
    Verb(
        "claims", "graphkit.questions.claims.claims:claims",
        "List published claims, or check them against the data.",
        "Each claim as it was published: its figure, its scope, its basis, whose it is, and its "
        "source.",
        (
            'claims --of KOR --for "rare earths"',
            "claims --source reex-2025-04-30",
            "claims --of KOR --for dysprosium --period 2025-H2",
        ),
        (
            *CLAIMS,
            year("Only those on this period or a part of it; the amounts of its months are added "
                 "up, as a range.", "all"),
        ),
        "[--of COUNTRY] [--for ...] [--source KEY] [--kind KIND] [--period PERIOD]",
        "what was published, with its basis and source",
        sentence="graphkit.questions.claims.claims_text:claims",
        picture="graphkit.questions.claims.claims_picture:listed_claims",
        page=PagePlace("Claims", "Published", {"of": "KOR"}, place=2),
    ),
    Verb(
        "claims check", "graphkit.questions.claims.claim_checks:claims_check",
        "Check published claims against the loaded data.",
        "Each claim is borne out, contradicted, two sources (as far apart as offices usually are), "
        "cannot be told, or no measurement; with what the "
        "data give in its own scope, the difference, the likely cause of a contradiction, and "
        "what is missing. Exit code 3 if a claim that the seeds mark as expected is not borne out.",
        (
            'claims check --of KOR --for "rare earths"',
            "claims check --verdict contradicted",
            'claims check --that "98 % of imports" --of EU27 --from CHN --for magnets',
        ),
        (
            *CLAIMS,
            Parameter(
                "verdict", "--verdict", "VERDICT",
                "Show only claims with this verdict: "
                f"{', '.join(_VERDICTS[:-1])} or {_VERDICTS[-1]}.",
                choices=_VERDICTS, folded=True,
            ),
            Parameter(
                "that", "--that", "TEXT",
                "Check this, with --from and --period: '98 % of imports', or the sentence itself.",
            ),
            Parameter("supplier", "--from", "COUNTRY", "With --that: who sells."),
            replace(year("With --that: when.", ""), topic=""),
        ),
        "[--of COUNTRY] [--verdict VERDICT] [--that TEXT]",
        "whether the loaded data bear it out, why not, and what is missing to tell",
        sentence="graphkit.questions.claims.claim_checks_text:check",
        picture="graphkit.questions.claims.claim_checks_picture:checked_claims",
        page=PagePlace("Claims", "Checked", {"of": "KOR"}),
    ),
    Verb(
        "claims conflicts", "graphkit.questions.claims.claim_checks:claims_conflicts",
        "List published figures that cannot both be right.",
        "Pairs of figures from two sources for one scope that differ by more than their rounding, "
        "or shares that add up to more than the whole.",
        ("claims conflicts", "claims conflicts --of EU27 --for lithium"),
        CLAIMS,
        "[--of COUNTRY]",
        "published figures that cannot both be right",
        sentence="graphkit.questions.claims.claim_checks_text:conflicts",
        picture="graphkit.questions.claims.claim_checks_picture:conflicts",
        page=PagePlace("Claims", "Conflicts", place=3),
    ),
)  # fmt: skip
