// title: Which periods hold imports of some countries, by product
// params:
//   consumers: {type: list, doc: "ISO 3166-1 alpha-3 codes, or those of areas"}
//   dataset: {type: str, doc: "a data set; empty: the preferred one", default: ""}
MATCH ()-[flow:EXPORTS]->(buyer)
WHERE buyer.iso3 IN $consumers
  AND (flow.dataset = $dataset OR ($dataset = '' AND flow.preferred))
RETURN flow.product AS product, flow.hs AS hs, flow.period AS period, count(*) AS flows
ORDER BY product, hs, period
