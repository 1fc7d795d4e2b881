// title: Production of some products, as every edition of its source printed it
// params:
//   products: {type: products, doc: "what is produced", default: "rare-earth-ore,gallium"}
// units: {tonnes: "t, of what the basis says", low: t, high: t, share: "0 to 1, of the published world total or, if larger, the sum"}

// Where superseded_by is empty, the figure is that of the newest edition, which answers take.
MATCH (maker)-[made:PRODUCES]->(item:Product)
WHERE item.key IN $products
MATCH (edition:Source {key: made.source})
RETURN item.key AS product, item.stage AS stage, made.period AS period, maker.iso3 AS country,
       maker.type AS type, made.tonnes AS tonnes, made.low AS low, made.high AS high,
       made.share AS share, made.qualifier AS qualifier, made.published_value AS published_value,
       made.estimated AS estimated, made.basis AS basis, made.superseded_by AS superseded_by,
       edition.published AS published, edition.edition_of AS edition_of, made.source AS source
ORDER BY product, period, country, published, source
