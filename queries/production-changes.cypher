// title: How each country's production of a product changed between two years
// params:
//   product: {type: product, doc: "what is produced", default: rare-earth-ore}
//   before: {type: period, doc: "the earlier year", default: "2024"}
//   period: {type: period, doc: "the later year", default: "2025"}
// units:
//   tonnes_before: "t, of what the basis says"
//   tonnes_now: "t, of what the basis says"
//   change: t
//   ratio: "1 means no change"

// Only figures of one source and one basis are compared: editions revise what they said before.
MATCH (maker:Country)-[old:PRODUCES]->(item:Product {key: $product})
WHERE old.period = $before
MATCH (maker)-[new:PRODUCES]->(item)
WHERE new.period = $period AND new.source = old.source AND new.basis = old.basis
RETURN maker.iso3 AS producer, maker.name AS producer_name, item.key AS product,
       item.stage AS stage, old.period AS before, new.period AS period,
       old.tonnes AS tonnes_before, new.tonnes AS tonnes_now,
       new.tonnes - old.tonnes AS change,
       CASE WHEN old.tonnes > 0 THEN new.tonnes / old.tonnes END AS ratio,
       old.estimated AS estimated_before, new.estimated AS estimated_now,
       new.basis AS basis, new.source AS source
ORDER BY coalesce(tonnes_now, -1.0) DESC, producer, basis, source
