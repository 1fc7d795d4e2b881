// title: Value per tonne of each flow of a product against the world's, to find odd flows
// params:
//   product: {type: product, doc: "what is traded", default: ree-metals}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
//   min_tonnes: {type: float, doc: "least mass of a flow, in tonnes", default: "10"}
// units:
//   usd: USD
//   tonnes: t
//   usd_per_tonne: USD/t
//   world_usd_per_tonne: "USD/t, of all flows under the code that give both"
//   ratio: "1 is the world's value per tonne"

// A flow far below the world's value can be another good: concentrate declared as metal. The
// world's value is a mean by mass, which a few large odd flows pull towards them.
// Sums count grams, which are exact in whatever order a database adds them up.
MATCH ()-[flow:EXPORTS]->()
WHERE flow.product = $product AND flow.period = $period AND flow.preferred AND flow.tonnes > 0
  AND flow.usd IS NOT NULL
WITH flow.hs AS hs, flow.reporter AS reporter, flow.dataset AS dataset, flow.source AS source,
     1000000 * sum(flow.usd) / sum(round(flow.tonnes * 1000000, 0)) AS world
MATCH (seller)-[flow:EXPORTS]->(buyer)
WHERE flow.product = $product AND flow.period = $period AND flow.preferred
  AND flow.tonnes >= $min_tonnes
  AND flow.tonnes > 0 AND flow.usd IS NOT NULL AND coalesce(flow.hs, '') = coalesce(hs, '') AND flow.reporter = reporter
  AND flow.dataset = dataset AND flow.source = source
MATCH (item:Product {key: $product})
RETURN seller.iso3 AS exporter, buyer.iso3 AS importer, item.key AS product,
       item.stage AS stage, hs AS hs, flow.period AS period, flow.usd AS usd,
       flow.tonnes AS tonnes, flow.usd / flow.tonnes AS usd_per_tonne,
       world AS world_usd_per_tonne,
       CASE WHEN world > 0 THEN flow.usd / flow.tonnes / world END AS ratio,
       flow.basis AS basis, flow.hs_revision AS hs_revision, reporter AS reporter,
       dataset AS dataset, source AS source
ORDER BY hs, usd_per_tonne, exporter, importer, hs_revision, reporter, dataset, source
