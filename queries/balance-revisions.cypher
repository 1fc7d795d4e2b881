// title: Figures of national balances that a newer edition of their source revised
// params:
//   min_change: {type: float, doc: "least change, as a part of the old figure", default: "0.1"}
// units:
//   value_before: "t, of what the basis says, in the older edition"
//   value: "t, of what the basis says, in the newest edition"
//   ratio: "1 means no change; empty where the old figure is zero"

// Answers use the newest edition. Prices are not revised here: of each, the newest is in the graph.
MATCH (owner:Country)-[old:REPORTS]->(material:Element)
WHERE old.superseded_by IS NOT NULL
MATCH (owner)-[new:REPORTS]->(material)
WHERE new.source = old.superseded_by AND new.period = old.period
  AND new.statistic = old.statistic AND new.label = old.label
  AND coalesce(new.product, '') = coalesce(old.product, '')
  AND abs(new.value - old.value) > $min_change * old.value
RETURN owner.iso3 AS country, material.key AS element, old.product AS product,
       old.statistic AS statistic, old.label AS label, old.period AS period,
       old.value AS value_before, new.value AS value,
       CASE WHEN old.value > 0 THEN new.value / old.value END AS ratio,
       new.basis AS basis, old.source AS source_before, new.source AS source
ORDER BY country, element, product, statistic, label, period, source_before
