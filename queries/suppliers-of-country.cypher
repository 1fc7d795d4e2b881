// title: Who supplies a product to a country in a period, and with what share
// params:
//   consumer: {type: country, doc: "who buys", default: KOR}
//   product: {type: product, doc: "what is bought", default: ree-metals}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
// units:
//   usd: USD
//   tonnes: t
//   share_usd: 0 to 1
//   usd_without_tonnes: "USD, of the flows that give no mass"

// From the flows themselves, HS codes added up. A supplier is the last seller, which need not be
// where the material was mined. Mass is of the flows that give one.
// Sums count grams, which are exact in whatever order a database adds them up.
MATCH (seller)-[flow:EXPORTS]->(buyer:Country {iso3: $consumer})
WHERE flow.product = $product AND flow.period = $period AND flow.preferred
WITH buyer, flow.reporter AS reporter, flow.dataset AS dataset, flow.source AS source,
     CASE WHEN count(flow.usd) > 0 THEN sum(flow.usd) END AS total_usd
MATCH (seller)-[flow:EXPORTS]->(buyer)
WHERE flow.product = $product AND flow.period = $period AND flow.preferred
  AND flow.reporter = reporter
  AND flow.dataset = dataset AND flow.source = source
WITH buyer, seller, reporter, dataset, source, total_usd,
     CASE WHEN count(flow.usd) > 0 THEN sum(flow.usd) END AS usd,
     CASE WHEN count(flow.tonnes) > 0 THEN sum(round(flow.tonnes * 1000000, 0)) / 1000000 END AS tonnes,
     sum(CASE WHEN flow.tonnes IS NULL THEN coalesce(flow.usd, 0.0) ELSE 0.0 END) AS usd_without_tonnes,
     count(DISTINCT flow.hs) AS hs_codes
MATCH (item:Product {key: $product})
RETURN buyer.iso3 AS consumer, seller.iso3 AS supplier, seller.name AS supplier_name,
       item.key AS product, item.stage AS stage, $period AS period, usd AS usd,
       CASE WHEN total_usd > 0 THEN usd / total_usd END AS share_usd, tonnes AS tonnes,
       usd_without_tonnes AS usd_without_tonnes, hs_codes AS hs_codes, reporter AS reporter,
       dataset AS dataset, source AS source
ORDER BY usd DESC, supplier, reporter, dataset, source
