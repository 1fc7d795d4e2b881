// title: Imports of some countries in the newest year of each product and HS code, flow by flow
// params:
//   consumers: {type: list, doc: "ISO 3166-1 alpha-3 codes, or those of areas"}
//   products: {type: list, doc: "product keys"}
//   dataset: {type: str, doc: "a data set; empty: the preferred one", default: ""}
// units: {usd: USD, tonnes: t}
MATCH ()-[each:EXPORTS]->(to)
WHERE to.iso3 IN $consumers AND each.product IN $products
  AND (each.dataset = $dataset OR ($dataset = '' AND each.preferred))
WITH each.product AS item, each.hs AS code, max(each.year) AS newest
WITH DISTINCT item, newest
MATCH (seller)-[flow:EXPORTS]->(buyer)
WHERE buyer.iso3 IN $consumers AND flow.product = item AND flow.year = newest
  AND (flow.dataset = $dataset OR ($dataset = '' AND flow.preferred))
RETURN buyer.iso3 AS consumer, seller.iso3 AS supplier, flow.product AS product,
       flow.hs AS hs, flow.hs_revision AS hs_revision, flow.period AS period,
       flow.reporter AS reporter, flow.dataset AS dataset, flow.source AS source,
       flow.basis AS basis, flow.valuation AS valuation, flow.usd AS usd, flow.tonnes AS tonnes
ORDER BY consumer, product, period, dataset, reporter, hs, hs_revision, supplier
