// title: Which countries are the largest supplier of most consumers, product by product
// params:
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
//   min_usd: {type: float, doc: "least import value from that supplier, USD; 0: all", default: "0"}
// units:
//   consumers_share: "0 to 1, of the consumers with imports"
//   mean_share_usd: "0 to 1, plain mean over its consumers"
//   usd: "USD, what those consumers buy from it"

// Sums count whole billionths, which are exact in whatever order a database adds them up.
MATCH (item:Product)
MATCH (buyer)-[need:DEPENDS_ON]->()
WHERE need.product = item.key AND need.period = $period AND need.rank = 1
  AND need.usd >= $min_usd
WITH item, need.reporter AS reporter, need.dataset AS dataset, need.source AS source,
     count(buyer) AS consumers
MATCH ()-[need:DEPENDS_ON]->(seller)
WHERE need.product = item.key AND need.period = $period AND need.rank = 1
  AND need.usd >= $min_usd AND need.reporter = reporter AND need.dataset = dataset
  AND need.source = source
RETURN item.key AS product, item.stage AS stage, $period AS period, seller.iso3 AS supplier,
       seller.name AS supplier_name, count(need) AS first_for,
       consumers AS consumers, 1.0 * count(need) / consumers AS consumers_share,
       sum(round(need.share_usd * 1000000000, 0)) / 1000000000 / count(need) AS mean_share_usd,
       CASE WHEN count(need.usd) > 0 THEN sum(need.usd) END AS usd,
       reporter AS reporter,
       dataset AS dataset, source AS source
ORDER BY product, first_for DESC, supplier, reporter, dataset, source
