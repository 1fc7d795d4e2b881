// title: All imports of some countries, flow by flow
// params:
//   consumers: {type: countries, doc: "countries or areas"}
//   products: {type: products, doc: "what is bought"}
//   periods: {type: list, doc: "periods, such as 2024 or 2024-Q1"}
//   dataset: {type: dataset, doc: "a data set; empty: the preferred one", default: ""}
// units: {usd: USD, tonnes: t}
MATCH (seller)-[flow:EXPORTS]->(buyer)
WHERE buyer.iso3 IN $consumers AND flow.product IN $products AND flow.period IN $periods
  AND (flow.dataset = $dataset OR ($dataset = '' AND flow.preferred))
RETURN buyer.iso3 AS consumer, seller.iso3 AS supplier, flow.product AS product,
       flow.hs AS hs, flow.hs_revision AS hs_revision, flow.period AS period,
       flow.reporter AS reporter, flow.dataset AS dataset, flow.source AS source,
       flow.basis AS basis, flow.valuation AS valuation, flow.usd AS usd, flow.tonnes AS tonnes
ORDER BY consumer, product, period, dataset, reporter, hs, hs_revision, supplier
