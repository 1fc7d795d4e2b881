// title: A country's dependence on one supplier for a product, period by period
// params:
//   consumer: {type: country, doc: "who depends", default: KOR}
//   supplier: {type: country, doc: "on whom", default: CHN}
//   product: {type: product, doc: "for what", default: ree-metals}
// units:
//   share_usd: 0 to 1
//   share_tonnes: 0 to 1
//   usd: USD
//   tonnes: t
//   hhi_usd: "0 to 10,000"
//   missing_tonnes_share: 0 to 1

// A period without a row: nothing was reported from this supplier, or nothing at all.
MATCH (buyer:Country {iso3: $consumer})-[need:DEPENDS_ON]->(seller:Country {iso3: $supplier})
WHERE need.product = $product
MATCH (item:Product {key: need.product})
RETURN need.period AS period, buyer.iso3 AS consumer, seller.iso3 AS supplier,
       item.key AS product, item.stage AS stage, need.share_usd AS share_usd,
       need.share_tonnes AS share_tonnes, need.usd AS usd, need.tonnes AS tonnes,
       need.rank AS place, need.suppliers AS suppliers, need.hhi_usd AS hhi_usd,
       need.missing_tonnes_share AS missing_tonnes_share, need.reporter AS reporter,
       need.dataset AS dataset, need.source AS source
ORDER BY period, reporter, dataset, source
