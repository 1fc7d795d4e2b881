"""Small seeds that tests build on: two sources, a few countries, one product."""

from __future__ import annotations

from pathlib import Path

SMALL = {
    "sources.yaml": """\
kind: Source
rows:
  - {key: customs, title: Customs figures, publisher: A ministry, licence: public domain}
""",
    "countries.yaml": """\
kind: Country
defaults: {type: country, source: customs}
rows:
  - {iso3: CHN, name: China, iso2: CN}
  - {iso3: JPN, name: Japan, iso2: JP}
  - {iso3: KOR, name: South Korea, iso2: KR, aliases: [Korea]}
  - {iso3: NOR, name: Norway, iso2: NO}
""",
    "areas.yaml": """\
kind: Area
defaults: {source: customs}
rows:
  - {iso3: WLD, name: World, type: world}
""",
    "stages.yaml": """\
kind: Stage
defaults: {source: customs}
rows:
  - {key: metal, name: Metal, position: 4}
""",
    "elements.yaml": """\
kind: Element
defaults: {source: customs}
rows:
  - {key: Dy, name: Dysprosium, type: element}
""",
    "codes.yaml": """\
kind: Code
defaults: {source: customs}
rows:
  - {code: 280530, description: Rare-earth metals}
""",
    "products.yaml": """\
kind: Product
defaults: {source: customs}
rows:
  - {key: ree-metals, name: Rare-earth metals, stage: metal}
""",
    "contains.yaml": """\
kind: CONTAINS
defaults: {source: customs}
rows:
  - {product: ree-metals, element: Dy, role: main}
""",
    "datasets.yaml": """\
kind: Dataset
defaults: {reporter: importer, source: customs}
rows:
  - {key: test, name: Test data, preference: 1}
  - {key: d, name: Data, preference: 2}
  - {key: other, name: Other data, preference: 3}
  - {key: exporters, name: Exporters' data, reporter: exporter, preference: 4}
""",
    "trade.yaml": """\
kind: EXPORTS
defaults: {product: ree-metals, hs: 280530, reporter: importer, dataset: test, source: customs}
rows:
  - {exporter: CHN, importer: KOR, period: 2024, usd: 800, tonnes: 10}
  - {exporter: CHN, importer: KOR, period: 2025-Q1, usd: 300, tonnes: 12}
  - {exporter: JPN, importer: KOR, period: 2024, usd: 200}
""",
}


def write_seeds(folder: Path, *changes: dict[str, str | None]) -> Path:
    """Write the small seeds with some files changed, added or (None) left out."""
    files: dict[str, str | None] = dict(SMALL)
    for change in changes:
        files |= change
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.yaml"):
        old.unlink()
    for name, text in files.items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder
