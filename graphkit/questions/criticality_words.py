"""What an answer about criticality holds and says in words."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from graphkit.arrow import SHARE, flags, lists, number, texts

FACTORS = ("import_reliance", "eol_rir", "substitution")
"""Inputs that no table gives."""
RANGES = (
    "hhi_global_low", "hhi_global_high", "hhi_global_known",
    "hhi_eu_low", "hhi_eu_high", "hhi_eu_known",
)  # fmt: skip
ROWS = pa.schema([
    *texts("material", "name", "product", "stage", "basket", "period", "basis", "largest"),
    number("largest_share", SHARE), *(number(name, "0 to 10") for name in RANGES),
    *(number(name, SHARE) for name in FACTORS),
    number("supply_risk_low"), number("supply_risk_high"), *flags("counts"),
    number("published_supply_risk"), number("published_economic_importance"),
    *flags("published_critical", "published_in_range"), *lists("missing"),
    *texts("production_source", "sourcing_source"),
])  # fmt: skip
UNITS = {
    "basket": "how many of the elements in the product are meant; null: all",
    "largest_share": "0 to 1, of world production, of the largest producer",
    "hhi_global_low": "0 to 10, sum of squared shares of world production, each times governance",
    "hhi_global_high": "the same, at most",
    "hhi_global_known": "the same with the mean of the governance indicators there are",
    "hhi_eu_low": "0 to 10, the same of the EU's sourcing",
    "hhi_eu_high": "the same, at most",
    "hhi_eu_known": "the same with the mean of the governance indicators there are",
    "import_reliance": "0 to 1, as given with the question; null: 0 to 1",
    "eol_rir": "0 to 1, end-of-life recycling input rate, as given; null: 0 to 1",
    "substitution": "0 to 1, substitution index for supply risk, as given; null: 0 to 1",
    "supply_risk_low": "score; 1.0 and more is critical",
    "supply_risk_high": "the same, at most",
    "counts": "whether this product has the highest risk of the material's; null: cannot be told",
    "published_supply_risk": "score, of the EU's study; of several the highest",
    "published_economic_importance": "score, of the same study; 2.8 and more is critical",
    "published_critical": "whether both published scores reach their thresholds",
    "published_in_range": "whether the published risk lies in the computed range",
}
HEADS = {
    "material": "Material",
    "product": "Product",
    "stage": "Stage",
    "basket": "Basket",
    "period": "Period",
    "basis": "Basis",
    "hhi_global_known": "HHI-WGI, world",
    "hhi_eu_known": "EU",
    "supply_risk_low": "SR",
    "supply_risk_high": "SR at most",
    "published_supply_risk": "Published SR",
    "published_economic_importance": "EI",
    "published_in_range": "In range",
}
COUNTS = (
    "SR is supply risk after the EU's guidelines of 2017; with an economic importance (EI) a "
    "material is critical from SR 1.0 and EI 2.8 on. An input that is missing runs over all it "
    "can be, so that SR is a range. HHI-WGI (0 to 10): of world production and of the EU's "
    "sourcing, as far as countries and governance indicators are known."
)


def notes_on(rows: pa.Table) -> Iterator[str]:
    """What a reader of the risks must know of all rows."""
    said = rows["missing"].to_pylist()
    common = [lack for lack in said[0] if all(lack in some for some in said)] if said else []
    if common:
        yield f"Missing in every row: {'; '.join(common)}."
    if any(len(some) > len(common) for some in said):
        yield "The column 'missing' of --format json says what else is missing in each row."
    if rows["basket"].null_count < len(rows):
        yield (
            "A product that holds other elements too stands for a material by its whole mass, a "
            "proxy: see how many of its elements are meant."
        )
    if rows["sourcing_source"].null_count < len(rows):
        yield (
            "EU sourcing is as published, of its own years; a stage is seldom stated, so that it "
            "stands beside every product of the material. Conflicting sources give rows of their "
            "own."
        )
    yield "The published scores are made from averages of other years, with inputs that lack here."
