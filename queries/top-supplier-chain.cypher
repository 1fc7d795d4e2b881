// title: "From largest supplier to largest supplier: three steps behind a country's imports"
// params:
//   consumer: {type: country, doc: "where the chain begins", default: JPN}
//   product: {type: product, doc: "for what", default: ree-metals}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
// units:
//   first_share_usd: "0 to 1, of the consumer's imports"
//   second_share_usd: "0 to 1, of the first supplier's imports"
//   third_share_usd: "0 to 1, of the second supplier's imports"

// Each step goes to the largest supplier by value of the country before it. What a country makes
// itself is not in its imports: the shares of two steps are not to be multiplied.
MATCH (buyer:Country {iso3: $consumer})-[a:DEPENDS_ON]->(first)
WHERE a.product = $product AND a.period = $period AND a.rank = 1
OPTIONAL MATCH (first)-[b:DEPENDS_ON]->(second)
WHERE b.product = $product AND b.period = $period AND b.rank = 1
  AND b.dataset = a.dataset AND b.reporter = a.reporter AND b.source = a.source
OPTIONAL MATCH (second)-[c:DEPENDS_ON]->(third)
WHERE c.product = $product AND c.period = $period AND c.rank = 1
  AND c.dataset = a.dataset AND c.reporter = a.reporter AND c.source = a.source
MATCH (item:Product {key: $product})
RETURN buyer.iso3 AS consumer, item.key AS product, item.stage AS stage, a.period AS period,
       first.iso3 AS first_supplier, a.share_usd AS first_share_usd,
       second.iso3 AS second_supplier, b.share_usd AS second_share_usd,
       third.iso3 AS third_supplier, c.share_usd AS third_share_usd,
       a.reporter AS reporter, a.dataset AS dataset, a.source AS source
ORDER BY first_supplier, reporter, dataset, source
