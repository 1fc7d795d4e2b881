// title: How the shares of a country's suppliers of a product changed between two periods
// params:
//   consumer: {type: country, doc: "who buys", default: KOR}
//   product: {type: product, doc: "what is bought", default: ree-metals}
//   before: {type: period, doc: "the earlier period", default: "2019"}
//   period: {type: period, doc: "the later period", default: "2024"}
// units:
//   share_before: "0 to 1, by value"
//   share_now: "0 to 1, by value"
//   change: "difference of the shares, by value"
//   usd_before: USD
//   usd_now: USD

// An empty share: nothing was reported from that supplier; the change then counts it as 0.
// No row at all unless the data set has imports of the country in both periods.
MATCH (buyer:Country {iso3: $consumer})-[need:DEPENDS_ON]->(seller)
WHERE need.product = $product AND need.period IN [$before, $period]
  AND EXISTS {
    MATCH (buyer)-[a:DEPENDS_ON]->()
    WHERE a.product = $product AND a.period = $before
      AND a.dataset = need.dataset AND a.reporter = need.reporter }
  AND EXISTS {
    MATCH (buyer)-[b:DEPENDS_ON]->()
    WHERE b.product = $product AND b.period = $period
      AND b.dataset = need.dataset AND b.reporter = need.reporter }
WITH buyer, seller, need.reporter AS reporter, need.dataset AS dataset, need.source AS source,
     max(CASE WHEN need.period = $before THEN need.share_usd END) AS share_before,
     max(CASE WHEN need.period = $period THEN need.share_usd END) AS share_now,
     max(CASE WHEN need.period = $before THEN need.usd END) AS usd_before,
     max(CASE WHEN need.period = $period THEN need.usd END) AS usd_now
MATCH (item:Product {key: $product})
RETURN buyer.iso3 AS consumer, seller.iso3 AS supplier, seller.name AS supplier_name,
       item.key AS product, item.stage AS stage, $before AS before, $period AS period,
       share_before AS share_before, share_now AS share_now,
       coalesce(share_now, 0.0) - coalesce(share_before, 0.0) AS change,
       usd_before AS usd_before, usd_now AS usd_now, reporter AS reporter,
       dataset AS dataset, source AS source
ORDER BY change DESC, supplier, reporter, dataset, source
