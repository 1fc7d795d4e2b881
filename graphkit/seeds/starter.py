"""Seed files to start a folder of one's own facts from: one example of each kind, with comments."""

from __future__ import annotations

from collections.abc import Mapping

SOURCES = """\
# Where your facts come from. Each fact in this folder names one of these sources, by which answers
# tell your facts from those that ship ("own facts"). Replace the example; add one row a source.
kind: Source
rows:
  - {key: my-source, title: An example to replace, publisher: Your name, licence: not stated}
"""
CLAIMS = """\
# What somebody published, kept as published: 'graphkit claims check --source my-source' compares it
# with trade and production. Codes and names: 'graphkit help names'; a share is 0 to 1.
kind: Claim
defaults: {source: my-source}
rows:
  - key: my-claim
    kind: share
    consumer: KOR
    supplier: CHN
    product: ree-metals
    period: 2024
    value: 0.8
    qualifier: about
    unit: share
    measure: imports
    note: An example to replace.
"""
DATASETS = """\
# Your flows belong to a data set of yours. Answers take it for products that no other data set has,
# and for all others where it is named: --dataset my-data. So it hides none that ships. "extent:
# chosen-pairs" says that it has only some flows, so that shares are ranges.
kind: Dataset
defaults: {source: my-source}
rows:
  - {key: my-data, name: An example to replace, reporter: importer, valuation: cif}
"""
FLOWS = """\
# Goods that one country sold to another. A large table is a .csv or .parquet file beside this one:
# write "table: flows.csv" in place of the rows; 'graphkit import table' makes one of any table.
# "units: {tonnes: kg, usd: kUSD}" reads other units.
kind: EXPORTS
defaults: {dataset: my-data, reporter: importer, valuation: cif, source: my-source}
rows:
  - {exporter: CHN, importer: KOR, product: my-product, period: 2024, usd: 1000, tonnes: 1}
  - {exporter: JPN, importer: KOR, product: my-product, period: 2024, usd: 3000, tonnes: 2}
"""
PLANTS = """\
# Mines and plants: 'graphkit plants KOR' lists them by country, with what they can make.
kind: Facility
defaults: {source: my-source}
rows:
  - {key: my-plant, name: An example to replace, type: magnet-plant, country: KOR, status: planned}
"""
CAPACITIES = """\
# What a plant can make in a year; leave out a capacity that is not published.
kind: CAN_MAKE
defaults: {source: my-source}
rows:
  - facility: my-plant
    product: my-product
    label: An example to replace
    capacity: 1000
    unit: t
    tonnes: 1000
    basis: product
    as_of: 2024
"""
GROUPS = """\
# Countries that count as one: 'graphkit depends MY-GROUP --on CHN'. Trade among them is left out.
kind: Area
defaults: {type: group, source: my-source}
rows:
  - {iso3: MY-GROUP, name: My group, members: [JPN, KOR], as_of: 2024, note: An example to replace.}
"""
PRODUCTS = """\
# A product that the graph lacks: one or more elements at one stage ('graphkit query stages').
# What it holds is in contains.yaml; kinds and properties of all facts: 'graphkit schema'.
kind: Product
defaults: {source: my-source}
rows:
  - {key: my-product, name: My product, stage: component, note: An example to replace.}
"""
CONTAINS = """\
# The elements of your product: main is what it is bought for ('graphkit query elements').
kind: CONTAINS
defaults: {source: my-source}
rows:
  - {product: my-product, element: Nd, role: main}
"""
STARTER: Mapping[str, str] = {
    "sources.yaml": SOURCES,
    "claims.yaml": CLAIMS,
    "datasets.yaml": DATASETS,
    "flows.yaml": FLOWS,
    "plants.yaml": PLANTS,
    "capacities.yaml": CAPACITIES,
    "groups.yaml": GROUPS,
    "products.yaml": PRODUCTS,
    "contains.yaml": CONTAINS,
}
"""Text of each file."""
