// title: "How much of the trade in a product gives no mass, period by period"
// params:
//   product: {type: product, doc: "what is traded", default: ree-compounds}
//   since: {type: period, doc: "first period", default: "2015"}
// units:
//   usd: USD
//   usd_without_tonnes: USD
//   share_without_tonnes: "0 to 1, of the value"
MATCH ()-[flow:EXPORTS]->()
WHERE flow.product = $product AND flow.period >= $since AND flow.preferred
WITH flow.period AS period, flow.reporter AS reporter, flow.dataset AS dataset,
     flow.source AS source, count(*) AS flows, count(flow.tonnes) AS with_tonnes,
     CASE WHEN count(flow.usd) > 0 THEN sum(flow.usd) END AS usd,
     sum(CASE WHEN flow.tonnes IS NULL THEN coalesce(flow.usd, 0.0) ELSE 0.0 END) AS usd_without_tonnes
MATCH (item:Product {key: $product})
RETURN period AS period, item.key AS product, item.stage AS stage, flows AS flows,
       flows - with_tonnes AS flows_without_tonnes, usd AS usd,
       usd_without_tonnes AS usd_without_tonnes,
       CASE WHEN usd > 0 THEN usd_without_tonnes / usd END AS share_without_tonnes,
       reporter AS reporter, dataset AS dataset, source AS source
ORDER BY period, reporter, dataset, source
