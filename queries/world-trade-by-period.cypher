// title: World trade in a product, period by period
// params:
//   product: {type: product, doc: "what is traded", default: ree-metals}
//   since: {type: period, doc: "first period", default: "2010"}
// units:
//   usd: USD
//   tonnes: "t, of the flows that give a mass"
//   usd_with_tonnes: "USD, of the flows that give a mass"
//   usd_per_tonne: "USD/t, of those flows"

// Periods compare as text: 2024 comes before 2024-Q1, which is part of it.
// Sums count grams, which are exact in whatever order a database adds them up.
MATCH (seller)-[flow:EXPORTS]->(buyer)
WHERE flow.product = $product AND flow.period >= $since AND flow.preferred
WITH flow.period AS period, flow.reporter AS reporter, flow.dataset AS dataset,
     flow.source AS source, count(DISTINCT seller.iso3) AS exporters,
     count(DISTINCT buyer.iso3) AS importers, count(*) AS flows,
     CASE WHEN count(flow.usd) > 0 THEN sum(flow.usd) END AS usd,
     CASE WHEN count(flow.tonnes) > 0 THEN sum(round(flow.tonnes * 1000000, 0)) / 1000000 END AS tonnes,
     sum(CASE WHEN flow.tonnes > 0 THEN coalesce(flow.usd, 0.0) ELSE 0.0 END) AS usd_with_tonnes
MATCH (item:Product {key: $product})
RETURN period AS period, item.key AS product, item.stage AS stage, exporters AS exporters,
       importers AS importers, flows AS flows, usd AS usd, tonnes AS tonnes,
       usd_with_tonnes AS usd_with_tonnes,
       CASE WHEN tonnes > 0 THEN usd_with_tonnes / tonnes END AS usd_per_tonne,
       reporter AS reporter, dataset AS dataset, source AS source
ORDER BY period, reporter, dataset, source
