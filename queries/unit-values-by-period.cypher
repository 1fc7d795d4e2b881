// title: Unit values of a product's trade by code and period, of the world or of some importers
// params:
//   products: {type: products, doc: "what is traded", default: "ree-metals"}
//   importers: {type: countries, doc: "who buys; WLD: the whole world", default: "WLD"}
//   code: {type: str, doc: "an HS code or its first digits; empty: all", default: ""}
//   dataset: {type: dataset, doc: "a data set; empty: the preferred one", default: ""}
// units:
//   usd: "USD, of the flows that give both"
//   tonnes: "t, of the flows that give both"
//   usd_per_tonne: USD/t
//   usd_without_tonnes: "USD, of the flows without a mass"

// A mean by mass over everything under the code. Trade among the importers is left out.
// Sums count grams, which are exact in whatever order a database adds them up.
MATCH (seller)-[flow:EXPORTS]->(buyer)
WHERE flow.product IN $products AND flow.usd IS NOT NULL
  AND coalesce(flow.hs, '') STARTS WITH $code
  AND (flow.dataset = $dataset OR ($dataset = '' AND flow.preferred))
  AND ('WLD' IN $importers
       OR (buyer.iso3 IN $importers AND NOT seller.iso3 IN $importers))
WITH flow.product AS product, flow.hs AS hs, flow.period AS period, flow.reporter AS reporter,
     flow.dataset AS dataset, flow.source AS source, flow.valuation AS valuation,
     flow.basis AS basis, count(*) AS flows,
     sum(CASE WHEN flow.tonnes > 0 THEN flow.usd ELSE 0.0 END) AS usd,
     sum(CASE WHEN flow.tonnes > 0 THEN round(flow.tonnes * 1000000, 0) ELSE 0.0 END) / 1000000
       AS tonnes,
     sum(CASE WHEN flow.tonnes > 0 THEN 0.0 ELSE flow.usd END) AS usd_without_tonnes
WHERE tonnes > 0
RETURN product AS product, hs AS hs, period AS period, usd AS usd, tonnes AS tonnes,
       usd / tonnes AS usd_per_tonne, usd_without_tonnes AS usd_without_tonnes, flows AS flows,
       valuation AS valuation, basis AS basis, reporter AS reporter, dataset AS dataset,
       source AS source
ORDER BY product, period, hs, dataset, reporter, source, valuation, basis
