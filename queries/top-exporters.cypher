// title: The largest exporters of a product in a period, and their share of world exports
// params:
//   product: {type: product, doc: "what is traded", default: ree-compounds}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
// units:
//   usd: USD
//   share_usd: "0 to 1, of all exports in the data set"
//   tonnes: t
//   usd_without_tonnes: "USD, of the flows that give no mass"

// Exports and re-exports together: an exporter need not have made what it sells.
// Sums count grams, which are exact in whatever order a database adds them up.
MATCH ()-[flow:EXPORTS]->()
WHERE flow.product = $product AND flow.period = $period AND flow.preferred
WITH flow.reporter AS reporter, flow.dataset AS dataset, flow.source AS source,
     CASE WHEN count(flow.usd) > 0 THEN sum(flow.usd) END AS world_usd
MATCH (seller)-[flow:EXPORTS]->(buyer)
WHERE flow.product = $product AND flow.period = $period AND flow.preferred
  AND flow.reporter = reporter
  AND flow.dataset = dataset AND flow.source = source
WITH seller, reporter, dataset, source, world_usd,
     CASE WHEN count(flow.usd) > 0 THEN sum(flow.usd) END AS usd,
     CASE WHEN count(flow.tonnes) > 0 THEN sum(round(flow.tonnes * 1000000, 0)) / 1000000 END AS tonnes,
     sum(CASE WHEN flow.tonnes IS NULL THEN coalesce(flow.usd, 0.0) ELSE 0.0 END) AS usd_without_tonnes,
     count(DISTINCT buyer.iso3) AS destinations
MATCH (item:Product {key: $product})
RETURN seller.iso3 AS exporter, seller.name AS exporter_name, item.key AS product,
       item.stage AS stage, $period AS period, usd AS usd,
       CASE WHEN world_usd > 0 THEN usd / world_usd END AS share_usd, tonnes AS tonnes,
       usd_without_tonnes AS usd_without_tonnes, destinations AS destinations,
       reporter AS reporter, dataset AS dataset, source AS source
ORDER BY usd DESC, exporter, reporter, dataset, source
