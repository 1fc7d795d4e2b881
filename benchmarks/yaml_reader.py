"""Reading and checking a YAML seed of 100,000 rows, against PyYAML's CSafeLoader on that file.

    python benchmarks/yaml_reader.py

Wanted: at most 1.3.
"""

import tempfile
from pathlib import Path

import yaml
from ratio import compare

from graphkit.schema import GRAPH
from graphkit.seeds.files import read_file

DEFAULTS = "{dataset: baci, hs_revision: HS92, reporter: reconciled, source: cepii}"
"""Without them the file would be larger than a seed file may be."""


def main() -> None:
    rows = "\n".join(
        f"  - {{exporter: CHN, importer: K{i % 230:03d}, product: ree-metals, hs: 280530, "
        f"period: {1995 + i % 30}, usd: {i}.5, tonnes: {i / 7:.3f}}}"
        for i in range(100_000)
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.yaml"
        path.write_text(f"kind: EXPORTS\ndefaults: {DEFAULTS}\nrows:\n{rows}\n")

        def ours() -> None:
            seed = read_file(path, path.parent, GRAPH)
            assert not seed.problems
            assert seed.rows is not None
            assert len(seed.rows) == 100_000

        def rival() -> None:
            with path.open() as stream:
                yaml.load(stream, yaml.CSafeLoader)

        compare(ours, rival, what="graphkit: read, typed and checked",
                against="PyYAML CSafeLoader: read", warm_up=0, once=True)  # fmt: skip


if __name__ == "__main__":
    main()
