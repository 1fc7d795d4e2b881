// title: A country's share of world exports of a product, period by period
// params:
//   supplier: {type: country, doc: "who exports", default: CHN}
//   product: {type: product, doc: "what is traded", default: ree-compounds}
//   since: {type: period, doc: "first period", default: "2005"}
// units:
//   usd: USD
//   world_usd: USD
//   share_usd: 0 to 1
//   tonnes: "t, of the flows that give a mass"
//   world_tonnes: "t, of the flows that give a mass"
//   share_tonnes: "0 to 1, of the flows that give a mass"

// Sums count grams, which are exact in whatever order a database adds them up.
MATCH (seller)-[flow:EXPORTS]->()
WHERE flow.product = $product AND flow.period >= $since AND flow.preferred
WITH flow, CASE WHEN seller.iso3 = $supplier THEN flow.usd ELSE 0.0 END AS own_usd,
     CASE WHEN seller.iso3 = $supplier THEN flow.tonnes END AS own_tonnes
WITH flow.period AS period, flow.reporter AS reporter, flow.dataset AS dataset,
     flow.source AS source,
     CASE WHEN count(flow.usd) > 0 THEN sum(flow.usd) END AS world_usd,
     CASE WHEN count(own_usd) > 0 THEN sum(own_usd) END AS usd,
     CASE WHEN count(flow.tonnes) > 0 THEN sum(round(flow.tonnes * 1000000, 0)) / 1000000 END AS world_tonnes,
     CASE WHEN count(own_tonnes) > 0 THEN sum(round(own_tonnes * 1000000, 0)) / 1000000 END AS tonnes
MATCH (item:Product {key: $product})
RETURN period AS period, $supplier AS exporter, item.key AS product, item.stage AS stage,
       usd AS usd, world_usd AS world_usd,
       CASE WHEN world_usd > 0 THEN usd / world_usd END AS share_usd, tonnes AS tonnes,
       world_tonnes AS world_tonnes,
       CASE WHEN world_tonnes > 0 THEN tonnes / world_tonnes END AS share_tonnes,
       reporter AS reporter, dataset AS dataset, source AS source
ORDER BY period, reporter, dataset, source
