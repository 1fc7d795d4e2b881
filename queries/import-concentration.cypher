// title: "How concentrated each country's imports of a product are: HHI and largest supplier"
// params:
//   product: {type: product, doc: "what is bought", default: ree-metals}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
//   min_usd: {type: float, doc: "least value of all its imports, USD; 0: all", default: "1000000"}
// units:
//   hhi_usd: "0 to 10,000, 10,000 is one supplier"
//   hhi_tonnes: "0 to 10,000"
//   top_share_usd: 0 to 1
//   usd: USD
//   missing_tonnes_share: "0 to 1, of the value"

// HHI: Herfindahl-Hirschman index, 10,000 times the sum of the squared shares.
MATCH (buyer)-[need:DEPENDS_ON]->(seller)
WHERE need.product = $product AND need.period = $period
WITH buyer, need.reporter AS reporter, need.dataset AS dataset, need.source AS source,
     CASE WHEN count(need.usd) > 0 THEN sum(need.usd) END AS usd,
     max(need.suppliers) AS suppliers, max(need.hhi_usd) AS hhi_usd,
     max(need.hhi_tonnes) AS hhi_tonnes,
     max(need.missing_tonnes_share) AS missing_tonnes_share,
     max(CASE WHEN need.rank = 1 THEN seller.iso3 END) AS top_supplier,
     max(CASE WHEN need.rank = 1 THEN need.share_usd END) AS top_share_usd
WHERE usd >= $min_usd
MATCH (item:Product {key: $product})
RETURN buyer.iso3 AS consumer, buyer.name AS consumer_name, item.key AS product,
       item.stage AS stage, $period AS period, hhi_usd AS hhi_usd, hhi_tonnes AS hhi_tonnes,
       suppliers AS suppliers, top_supplier AS top_supplier, top_share_usd AS top_share_usd,
       usd AS usd, missing_tonnes_share AS missing_tonnes_share, reporter AS reporter,
       dataset AS dataset, source AS source
ORDER BY hhi_usd DESC, consumer, reporter, dataset, source
