// title: Which periods hold imports of some countries, by product
// params:
//   consumers: {type: countries, doc: "countries or areas"}
//   dataset: {type: dataset, doc: "a data set; empty: the preferred one", default: ""}
MATCH ()-[flow:EXPORTS]->(buyer)
WHERE buyer.iso3 IN $consumers
  AND (flow.dataset = $dataset OR ($dataset = '' AND flow.preferred))
RETURN flow.product AS product, flow.hs AS hs, flow.period AS period, count(*) AS flows
ORDER BY product, hs, period
