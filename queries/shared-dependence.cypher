// title: Pairs of countries that depend on the same largest supplier for a product
// params:
//   consumers: {type: countries, doc: "who buys, with commas", default: "KOR,JPN,USA,DEU,FRA,ITA,IND"}
//   product: {type: product, doc: "what is bought", default: magnets-metal}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
//   min_share: {type: float, doc: "least share by value for both, 0 to 1", default: "0.5"}
// units:
//   share_usd: "0 to 1, of consumer"
//   other_share_usd: "0 to 1, of other"
//   usd: USD
//   other_usd: USD
MATCH (one)-[a:DEPENDS_ON]->(seller)
WHERE a.product = $product AND a.period = $period AND a.rank = 1 AND a.share_usd >= $min_share
  AND one.iso3 IN $consumers
WITH one, a, seller
MATCH (two)-[b:DEPENDS_ON]->(seller)
WHERE b.product = $product AND b.period = $period AND b.rank = 1 AND b.share_usd >= $min_share
  AND b.dataset = a.dataset AND b.reporter = a.reporter AND b.source = a.source
  AND two.iso3 IN $consumers AND one.iso3 < two.iso3
MATCH (item:Product {key: $product})
RETURN seller.iso3 AS supplier, one.iso3 AS consumer, two.iso3 AS other, item.key AS product,
       item.stage AS stage, a.period AS period, a.share_usd AS share_usd,
       b.share_usd AS other_share_usd, a.usd AS usd, b.usd AS other_usd,
       a.reporter AS reporter, a.dataset AS dataset, a.source AS source
ORDER BY supplier, consumer, other, reporter, dataset, source
