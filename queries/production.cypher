// title: Production of some products, figure by figure, as it was published
// params:
//   products: {type: products, doc: "what is produced", default: "rare-earth-ore,gallium"}
//   periods: {type: list, doc: "years of production", default: "2023,2024"}
// units: {tonnes: "t, of what the basis says", low: t, high: t, share: "0 to 1, of the published world total or, if larger, the sum"}

// World totals and "other countries" stand among the rows: `type` tells what is not one country.
// Of the editions of one source, the newest with the product and period: see production-revisions.
MATCH (maker)-[made:PRODUCES]->(item:Product)
WHERE item.key IN $products AND made.period IN $periods
  AND made.superseded_by IS NULL
RETURN maker.iso3 AS country, maker.type AS type, item.key AS product, item.stage AS stage,
       made.period AS period, made.tonnes AS tonnes, made.low AS low, made.high AS high,
       made.share AS share, made.qualifier AS qualifier,
       made.published_value AS published_value, made.estimated AS estimated,
       made.observed AS observed, made.basis AS basis, made.note AS note,
       made.source AS source
ORDER BY product, period, source, basis, country
