// title: Sole or dominant producers of a product, at any stage
// params:
//   period: {type: period, doc: "year of production", default: "2024"}
//   min_share: {type: float, doc: "least share of the world total, 0 to 1", default: "0.5"}
// units:
//   share: "0 to 1, of the published world total or, if larger, the sum"
//   tonnes: "t, of what the basis says"

// A world total may leave out countries whose figure is withheld: see withheld-production.
MATCH (maker:Country)-[made:PRODUCES]->(item:Product)
WHERE made.period = $period AND made.share >= $min_share AND made.superseded_by IS NULL
RETURN item.key AS product, item.stage AS stage, made.period AS period,
       maker.iso3 AS producer, maker.name AS producer_name, made.share AS share,
       made.tonnes AS tonnes, made.basis AS basis, made.qualifier AS qualifier,
       made.estimated AS estimated, made.observed AS observed, made.note AS note,
       made.source AS source
ORDER BY share DESC, product, producer, source
