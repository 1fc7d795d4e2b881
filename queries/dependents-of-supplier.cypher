// title: Which countries get more than a share of a product from one supplier
// params:
//   supplier: {type: country, doc: "on whom they depend", default: CHN}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
//   min_share: {type: float, doc: "least share of the imports by value, 0 to 1", default: "0.75"}
//   min_usd: {type: float, doc: "least value of these imports, in USD", default: "1000000"}
// units:
//   share_usd: 0 to 1
//   share_tonnes: 0 to 1
//   usd: USD
//   tonnes: t
MATCH (seller:Country {iso3: $supplier})<-[need:DEPENDS_ON]-(buyer)
WHERE need.period = $period AND need.share_usd >= $min_share AND need.usd >= $min_usd
MATCH (item:Product {key: need.product})
RETURN item.key AS product, item.stage AS stage, need.period AS period,
       buyer.iso3 AS consumer, buyer.name AS consumer_name, seller.iso3 AS supplier,
       need.share_usd AS share_usd, need.share_tonnes AS share_tonnes, need.usd AS usd,
       need.tonnes AS tonnes, need.suppliers AS suppliers, need.reporter AS reporter,
       need.dataset AS dataset, need.source AS source
ORDER BY product, usd DESC, consumer, reporter, dataset, source
