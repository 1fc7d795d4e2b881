// title: Flows of a product in a period that give no mass, largest value first
// params:
//   product: {type: product, doc: "what is traded", default: ree-compounds}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
//   min_usd: {type: float, doc: "least value of a flow, in USD; 0 for all", default: "1000"}
// units:
//   usd: USD
MATCH (seller)-[flow:EXPORTS]->(buyer)
WHERE flow.product = $product AND flow.period = $period AND flow.preferred AND flow.tonnes IS NULL
  AND flow.usd >= $min_usd
MATCH (item:Product {key: $product})
RETURN seller.iso3 AS exporter, buyer.iso3 AS importer, item.key AS product,
       item.stage AS stage, flow.hs AS hs, flow.hs_revision AS hs_revision,
       flow.period AS period, flow.usd AS usd, flow.reporter AS reporter,
       flow.dataset AS dataset, flow.source AS source
ORDER BY usd DESC, exporter, importer, hs, hs_revision, reporter, dataset, source
