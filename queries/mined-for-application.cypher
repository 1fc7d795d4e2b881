// title: What must be mined for an application, and who mines most of it
// params:
//   application: {type: application, doc: "an application, such as wind turbines", default: ev-motors}
//   period: {type: period, doc: "year of production", default: "2024"}
// units:
//   top_share: "0 to 1, of the published world total or, if larger, the sum"

// Everything upstream of the products that are bought for the application, also small parts of
// them. No producer: no country's share is published for that year.
MATCH chain = (mined:Product)-[:MADE_INTO*0..6]->(bought:Product)
WHERE mined.stage = 'mine' AND EXISTS {
  MATCH (bought)-[:USED_IN]->(purpose:Application) WHERE purpose.key = $application }
WITH mined, min(length(chain)) AS steps, count(DISTINCT bought.key) AS bought_products
OPTIONAL MATCH (:Country)-[made:PRODUCES]->(mined)
WHERE made.period = $period AND made.share IS NOT NULL AND made.superseded_by IS NULL
WITH mined, steps, bought_products, made.source AS source, max(made.share) AS top_share
OPTIONAL MATCH (maker:Country)-[most:PRODUCES]->(mined)
WHERE most.period = $period AND most.source = source AND most.share = top_share
RETURN mined.key AS mined_product, $application AS application,
       steps AS steps, bought_products AS bought_products, $period AS period,
       maker.iso3 AS top_producer, top_share AS top_share, most.basis AS basis,
       most.estimated AS estimated, source AS source
ORDER BY coalesce(top_share, -1.0) DESC, mined_product, top_producer, source
