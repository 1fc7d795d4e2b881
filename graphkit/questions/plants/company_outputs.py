"""Output of companies as published, with the plants that it may be of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphkit.analysis.company_output import WHOLE, Made, Reported, figures_by_company, made_in
from graphkit.analysis.ownership import Ownership
from graphkit.catalog.catalog import Catalog

Figure = Mapping[str, Any]
"""A row of what a company is published to have made."""


def figures_of_companies(catalog: Catalog, elements: Collection[str]) -> list[Figure]:
    """Read the figures of companies on some elements that count in the production of a product."""
    if not elements:
        return []
    return [
        row for row in catalog.rows("outputs", elements=sorted(elements)).to_pylist()
        if row["product"] and row["content_tonnes"] is not None
    ]  # fmt: skip


def told_once(figures: Sequence[Figure], owners: Ownership) -> list[Figure]:
    """Give the figures that several companies have of one plant to one of them.

    They are one output: that of the company that controls the plant, else of one that is no owner,
    such as the joint venture that runs it, else of the first by key.
    """
    companies: dict[str, set[str]] = defaultdict(set)
    for row in figures:
        if row["plant"] and row["scope"] == WHOLE:
            companies[row["plant"]].add(row["company"])
    teller = {
        plant: min(some, key=lambda company: (
            owners.control(plant).parts != {company: 1.0}, company in behind(owners, plant), company
        ))
        for plant, some in companies.items() if len(some) > 1
    }  # fmt: skip
    return [
        {**row, "company": teller[row["plant"]]}
        if row["scope"] == WHOLE and row["plant"] in teller else row
        for row in figures
    ]  # fmt: skip


def behind(owners: Ownership, plant: str) -> frozenset[str]:
    """Collect all that may be behind a plant, by named stakes of any share."""
    stakes = owners.stakes.get(plant, ())
    return frozenset().union(*(owners.above(stake.owner) for stake in stakes))


@dataclass(frozen=True)
class CompanyOutput:
    """Output of a company as a whole in one year, and the part of it in one country."""

    low: float
    """The least that is published of it, in tonnes."""
    high: float
    """The most that is published of it, in tonnes."""
    here: Made
    """The amount that it made in the country."""
    plants: frozenset[str]
    """The plants in the country that it may be of."""
    sources: frozenset[str]


@dataclass(frozen=True)
class Sites:
    """The plants that make one product, and whose they are."""

    country_of: Mapping[str, str]
    of_company: Mapping[str, set[str]]
    """Plants of each company, through parents."""

    @classmethod
    def of(
        cls, catalog: Catalog, owners: Ownership, product: str, figures: Iterable[Figure]
    ) -> Sites:
        """Collect the plants that make or handle an element of a product, or have a figure.

        A figure of a mine may hold what a smelter of the same company makes of it, and the other
        way round.
        """
        country_of: dict[str, str] = {}
        of_company: dict[str, set[str]] = defaultdict(set)
        main = catalog.materials.main
        alike = sorted(key for key, elements in main.items() if elements & main[product])
        capacities = catalog.rows("capacities", products=alike).to_pylist()
        for row in (
            *capacities,
            *catalog.rows("plants", elements=sorted(main[product])).to_pylist(),
        ):
            country_of[row["plant"]] = row["country"]
            for company in behind(owners, row["plant"]):
                of_company[company].add(row["plant"])
        country_of |= {row["plant"]: row["country"] for row in figures if row["plant"]}
        return cls(country_of, of_company)

    def made(self, whole: Iterable[Figure], places: Collection[str] | None) -> dict[str, Made]:
        """Bound what each company made in some countries, by figures of one period."""
        reported = [
            Reported(row["company"], row["content_tonnes"], row["plant"], bool(row["bought"]))
            for row in whole
        ]
        return {
            company: made_in(own, self.country_of, places, self.of_company.get(company, ()))
            for company, own in figures_by_company(reported).items()
        }

    def outputs(self, whole: Sequence[Figure], country: str) -> dict[str, CompanyOutput]:
        """Describe the output of each company of which a figure is of it as a whole."""
        outputs: dict[str, CompanyOutput] = {}
        for company, here in self.made(whole, {country}).items():
            own = [row for row in whole if row["company"] == company]
            tonnes = [row["content_tonnes"] for row in own if not row["plant"]]
            plants = self.of_company.get(company, set()) | {row["plant"] for row in own} - {None}
            if tonnes and here.high:
                outputs[company] = CompanyOutput(
                    min(tonnes), max(tonnes), here,
                    frozenset(key for key in plants if self.country_of[key] == country),
                    frozenset(row["source"] for row in own),
                )  # fmt: skip
        return outputs


Market = tuple[str, str, str]
"""A country, a product and a year."""


def company_outputs(
    catalog: Catalog, owners: Ownership, markets: Iterable[Market]
) -> dict[Market, dict[str, CompanyOutput]]:
    """Read the output of companies as a whole that may be of some countries, by company.

    Estimates are left out.
    """
    outputs: dict[Market, dict[str, CompanyOutput]] = {}
    countries: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for country, product, period in markets:
        countries[product].add((country, period))
    for product, places in sorted(countries.items()):
        figures = [
            row for row in told_once(
                figures_of_companies(catalog, catalog.materials.main[product]), owners
            )
            if (row["product"], row["scope"]) == (product, WHOLE) and not row["estimated"]
        ]  # fmt: skip
        if not any(row["plant"] is None for row in figures):
            continue
        sites = Sites.of(catalog, owners, product, figures)
        for country, period in sorted(places):
            some = [row for row in figures if row["period"] == period]
            outputs[country, product, period] = sites.outputs(some, country)
    return outputs
