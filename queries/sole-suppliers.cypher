// title: Countries that buy a product from one supplier only, or nearly so
// params:
//   product: {type: product, doc: "what is bought", default: ree-metals}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
//   min_share: {type: float, doc: "share by value that counts as sole, 0 to 1", default: "0.9"}
//   min_usd: {type: float, doc: "least value of these imports, USD; 0: all", default: "100000"}
// units:
//   share_usd: 0 to 1
//   share_tonnes: 0 to 1
//   usd: USD
//   tonnes: t
MATCH (buyer)-[need:DEPENDS_ON]->(seller)
WHERE need.product = $product AND need.period = $period AND need.rank = 1
  AND (need.suppliers = 1 OR need.share_usd >= $min_share) AND need.usd >= $min_usd
MATCH (item:Product {key: $product})
RETURN buyer.iso3 AS consumer, buyer.name AS consumer_name, seller.iso3 AS supplier,
       item.key AS product, item.stage AS stage, need.period AS period,
       need.suppliers AS suppliers, need.share_usd AS share_usd,
       need.share_tonnes AS share_tonnes, need.usd AS usd, need.tonnes AS tonnes,
       need.reporter AS reporter, need.dataset AS dataset, need.source AS source
ORDER BY usd DESC, consumer, reporter, dataset, source
