// title: On whom a country depends most, product by product
// params:
//   consumer: {type: country, doc: "who depends", default: KOR}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
// units:
//   share_usd: 0 to 1
//   share_tonnes: 0 to 1
//   usd: USD
//   tonnes: t
//   hhi_usd: "0 to 10,000"
//   missing_tonnes_share: 0 to 1
MATCH (buyer:Country {iso3: $consumer})-[need:DEPENDS_ON {rank: 1}]->(seller)
WHERE need.period = $period
MATCH (item:Product {key: need.product})
RETURN buyer.iso3 AS consumer, item.key AS product, item.stage AS stage, need.period AS period,
       seller.iso3 AS supplier, need.share_usd AS share_usd, need.share_tonnes AS share_tonnes,
       need.usd AS usd, need.tonnes AS tonnes, need.suppliers AS suppliers,
       need.hhi_usd AS hhi_usd, need.missing_tonnes_share AS missing_tonnes_share,
       need.reporter AS reporter, need.dataset AS dataset, need.source AS source
ORDER BY share_usd DESC, product, reporter, dataset, source
