"""Commands on what can be done: controls, purchases, targets, unpublished figures."""

from __future__ import annotations

from dataclasses import replace

from graphkit.verbs.parameter import AcceptedRange, Parameter, share, switch
from graphkit.verbs.shared import (
    ANY_CONSUMER,
    BLOC,
    CONSUMER,
    COUNT_BY,
    DATASET,
    DATE,
    NAMES,
    ON,
    PERIOD,
    POSITIVE,
    SCOPE,
    SLACK,
    THRESHOLD,
    any_country,
)
from graphkit.verbs.verb import PagePlace, Variant, Verb

VERBS = (
    Verb(
        "controls", "graphkit.questions.act.controls:controls",
        "List export controls, and the elements that each names.",
        "Each act with its measure, its dates, the elements and items that it names, and a quota "
        "as one amount. Which products of the graph it covers is in JSON and CSV.",
        (
            "controls CHN --for dysprosium",
            "controls --date 2026-01-31",
            "controls CHN --effect --for antimony",
        ),
        (
            any_country("Who restricts.", "every country"),
            SCOPE,
            replace(
                DATE, default_text="all",
                details="Only those in place on this day, such as 2025-06-01, with their status "
                "then.",
            ),
            switch(
                "effect", "Show what was bought after each, beside what was expected.",
                label="How hard they bit",
            ),
        ),
        "[COUNTRY]... [--for ...] [--date DATE] [--effect]",
        "export controls: who restricts which elements, since when, and what is suspended; or what "
        "was bought after each",
        Variant(
            "effect", "graphkit.questions.act.control_effects:control_effects",
            lacks=("date",),
            refusal="`effect` is of the months after each act; leave out `date`",
            sentence="graphkit.questions.act.control_effects_text:control_effects",
            picture="graphkit.questions.act.control_effects_picture:control_effects",
        ),
        sentence="graphkit.questions.act.controls_text:controls",
        picture="graphkit.questions.act.controls_picture:controls",
        page=PagePlace("Mineral", "Export controls", {"country": "CHN"}, place=4),
    ),
    Verb(
        "diversify", "graphkit.questions.act.diversification:diversify",
        "Move purchases so that no supplier is above a share.",
        "The least change of purchases, or the least cost, within what others can spare, or the "
        "proof that it cannot be done. Of several countries, each alone and all at once.",
        (
            "diversify KOR --for magnets-metal --max-share 0.5",
            "diversify KOR JPN EU27 --for ree-metals --slack 0.2 --cap origin",
            "diversify KOR --for graphite --exclude CHN --least cost",
        ),
        (
            replace(
                CONSUMER, type="texts",
                details="Any name or code: KOR, korea; or a group counted as one: EU27, KOR+JPN. "
                "Of several, KOR JPN or KOR,JPN, each alone and all at once, out of the same spare "
                "amounts.",
            ),
            SCOPE,
            share("max_share", "Largest share of one supplier.", 0.5, POSITIVE, step=0.05),
            replace(SLACK, default=1.0, range=AcceptedRange(high=100)),
            Parameter(
                "least", "--least", "change|cost",
                "Least change, or least cost.", default="change",
                choices=("change", "cost"),
            ),
            Parameter(
                "partners", "--partners", "COUNTRIES", "Only these may deliver more: CHL,AUS,EU27.",
                "texts", names="places",
            ),
            Parameter(
                "exclude", "--exclude", "COUNTRIES", "Buy nothing of these: RUS,CHN.", "texts",
                names="places",
            ),
            BLOC,
            Parameter(
                "cap", "--cap", "WHAT", "Limit supplier, origin or seat.",
                default="supplier", choices=("supplier", "origin", "seat"), label="Limit on",
                details="What no more than the share may be of: supplier (the last seller), origin "
                "(looked through to the work of the product's stage), or seat (country of the "
                "owners of the plants, where these are known).",
            ),
            Parameter(
                "any_price", "--any-price", "", "Let sellers at prices of another good add too.",
                "switch", False,
                details="By default only sellers of the price class of most of what is bought may "
                "deliver more: within four times, or a quarter, of the unit value of its largest "
                "seller.",
            ),
            Parameter(
                "resellers", "--resellers", "", "Let those that may only resell add too.",
                "switch", False,
                details="By default who is named as a maker by no source, and buys at least a "
                "quarter of what it sells, may deliver no more than today.",
            ),
            Parameter(
                "sure", "--sure", "", "With --cap origin: keep it by its upper end.",
                "switch", False,
                details="Each origin counts with the most that its part of a seller's goods can "
                "be: a plan keeps the share whoever the unknown origins are. Enough, not the "
                "least.",
            ),
            Parameter(
                "until", "--until", "YEAR", "Year up to which needs grow: 2030.", "count",
                range=AcceptedRange(1900, 2100),
            ),
            share("growth", "With --until: growth of needs a year, 0.08.", None,
                  AcceptedRange(high=1)),
            replace(
                DATE, default_text="today",
                details="Export controls of this day hold, such as 2025-06-01.",
            ),
            PERIOD,
            DATASET,
            replace(COUNT_BY, default="tonnes"),
        ),
        "COUNTRY... [--for ...] [--max-share 0.5] [--slack 0.2] [--least change|cost]",
        "how purchases could move so that no supplier is above a share, or the proof that they "
        "cannot",
        sentence="graphkit.questions.act.diversification_text:diversify",
        picture="graphkit.questions.act.diversification_picture:purchases",
        page=PagePlace("Act", "Diversify", {"country": "KOR", "for": "magnets-metal"}),
    ),
    Verb(
        "targets", "graphkit.questions.act.targets:targets",
        "Hold the targets of governments against imports.",
        "Each target at each stage with trade: met, on the way, above, missed (in its year), or "
        "cannot be told; at face value and looked through, with the range, the distance in USD, "
        "the pace of ten years and the one that is needed. Where no figure can be held against "
        "it, what is missing.",
        ("targets KOR", "targets EU27 --for lithium", "targets --format csv"),
        (
            any_country("Whose targets.", "every country's"),
            SCOPE,
            PERIOD,
            COUNT_BY,
        ),
        "[COUNTRY]... [--for ...]",
        "targets of governments: met, on the way, above, missed, or cannot be told",
        sentence="graphkit.questions.act.targets_text:targets",
        picture="graphkit.questions.act.targets_picture:targets",
        page=PagePlace("Act", "Targets", {"country": "KOR"}, place=2),
    ),
    Verb(
        "unknowns", "graphkit.questions.act.unknowns:unknowns",
        "Rank unpublished figures by what each would tell.",
        "Which figure that nobody publishes leaves the origins of imports open: production of a "
        "country, what it makes a product of, the owner of a plant. Each with the points by which "
        "the range narrows at least, and where it could be had. With a threshold, the values of "
        "the one figure that would settle the verdict, or that it is safe from any one.",
        (
            "unknowns KOR --for magnets-metal",
            "unknowns KOR --for magnets-metal --on CHN --threshold 0.9",
            "unknowns --for cobalt",
        ),
        (
            replace(ANY_CONSUMER, default_text="all trade together"),
            replace(SCOPE, details=NAMES),
            replace(ON, help="Only this origin.", default_text="the largest at each stage"),
            replace(THRESHOLD, step=0.05),
            PERIOD,
            COUNT_BY,
            DATASET,
        ),
        "[COUNTRY]... --for ... [--on COUNTRY] [--threshold 0.65]",
        "unpublished figures, by how much each would narrow a range for sure; what would change a "
        "verdict",
        sentence="graphkit.questions.act.unknowns_text:unknowns",
        picture="graphkit.questions.act.unknowns_picture:unknowns",
        page=PagePlace("Act", "What to find out", {"country": "KOR", "for": "magnets-metal"},
                       place=3),
    ),
)  # fmt: skip
