// title: What a country produces, at which stage, and its share of the world total
// params:
//   country: {type: country, doc: "who produces", default: CHN}
//   period: {type: period, doc: "year of production", default: "2024"}
// units:
//   tonnes: "t, of what the basis says"
//   low: t
//   high: t
//   share: "0 to 1, of the published world total or, if larger, the sum"

// Figures of two bases are not to be added up.
MATCH (maker:Country {iso3: $country})-[made:PRODUCES]->(item:Product)
WHERE made.period = $period AND made.superseded_by IS NULL
MATCH (item)-[:AT_STAGE]->(step:Stage)
RETURN step.position AS stage_order, step.key AS stage, item.key AS product,
       maker.iso3 AS country, made.period AS period, made.tonnes AS tonnes, made.low AS low,
       made.high AS high, made.share AS share, made.basis AS basis,
       made.qualifier AS qualifier, made.published_value AS published_value,
       made.estimated AS estimated, made.note AS note, made.source AS source
ORDER BY stage_order, product, source
