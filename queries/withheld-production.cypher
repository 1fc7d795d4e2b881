// title: Producers whose figure is not published, and what stands in its place
// params:
//   period: {type: period, doc: "year of production", default: "2024"}

// A world total with a withheld producer may leave it out: shares of it are then too high.
MATCH (maker)-[made:PRODUCES]->(item:Product)
WHERE made.period = $period AND made.tonnes IS NULL AND made.superseded_by IS NULL
MATCH (item)-[:AT_STAGE]->(step:Stage)
RETURN step.position AS stage_order, step.key AS stage, item.key AS product,
       maker.iso3 AS producer, maker.name AS producer_name, made.period AS period,
       made.qualifier AS qualifier, made.published_value AS published_value, made.low AS low,
       made.high AS high, made.basis AS basis, made.note AS note, made.source AS source
ORDER BY stage_order, product, producer, source
