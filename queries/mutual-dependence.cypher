// title: Pairs of countries that each depend on the other for a share of a product
// params:
//   product: {type: product, doc: "what is traded", default: ree-compounds}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
//   min_share: {type: float, doc: "least share by value for each, 0 to 1", default: "0.1"}
//   min_usd: {type: float, doc: "least value in each direction, in USD", default: "100000"}
// units:
//   share_usd: "0 to 1, of the country's imports"
//   other_share_usd: "0 to 1, of the other's imports"
//   usd: "USD, country buys from other"
//   other_usd: "USD, other buys from country"

// Goods of different steps and elements can travel both ways under one product.
MATCH (one)-[a:DEPENDS_ON]->(two)
WHERE a.product = $product AND a.period = $period AND a.share_usd >= $min_share
  AND a.usd >= $min_usd AND one.iso3 < two.iso3
WITH one, a, two
MATCH (two)-[b:DEPENDS_ON]->(one)
WHERE b.product = $product AND b.period = $period AND b.share_usd >= $min_share
  AND b.usd >= $min_usd AND b.dataset = a.dataset AND b.reporter = a.reporter
  AND b.source = a.source
MATCH (item:Product {key: $product})
RETURN one.iso3 AS country, two.iso3 AS other, item.key AS product, item.stage AS stage,
       a.period AS period, a.share_usd AS share_usd, b.share_usd AS other_share_usd,
       a.usd AS usd, b.usd AS other_usd, a.reporter AS reporter, a.dataset AS dataset,
       a.source AS source
ORDER BY country, other, reporter, dataset, source
