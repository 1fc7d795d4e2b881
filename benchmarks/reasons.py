"""Ends of the ranges of origins that a world reaches, on the shipped data.

    python benchmarks/reasons.py

The largest origin of each stage, 2024, by value; Korea, Japan, Germany and the United States, and
the main materials. Of each end it counts whether `origins --why` reaches it, or it is a bound.
"""

import time
from collections import Counter
from statistics import median

import graphkit
from graphkit.errors import GraphkitError

COUNTRIES = ("KOR", "JPN", "DEU", "USA")
MATERIALS = ("magnets-metal", "ree-compounds", "lithium", "cobalt", "nickel", "graphite",
             "tungsten", "gallium", "germanium", "antimony", "titanium", "aluminium")  # fmt: skip


def main() -> None:
    ends: Counter[tuple[str, str]] = Counter()
    seconds, figures = [], []
    with graphkit.open() as graph:
        for material in MATERIALS:
            for country in COUNTRIES:
                start = time.perf_counter()
                try:
                    answer = graph.origins(country, scope=material, period="2024", why=True)
                except GraphkitError:  # none of the country
                    continue
                own = {(row["product"], row["stage"]) for row in answer.rows.to_pylist()}
                reasons = answer.scope.as_object()["reasons"]
                seconds.append((time.perf_counter() - start) / max(1, len(reasons)))
                for why in reasons:
                    is_own = (why["product"], why["traced_to"]) in own
                    ends["own stage" if is_own else "earlier stages", why["state"]] += 1
                    figures.append(len(why["figures"]))
    for stage in ("own stage", "earlier stages"):
        reached = ends[stage, "reached"]
        print(f"{stage}: {reached} of {reached + ends[stage, 'bound']} ends reached")
    print(f"figures of an end: median {median(figures):g}, at most {max(figures)}")
    print(f"seconds of an end: median {median(seconds):.2f}")


if __name__ == "__main__":
    main()
