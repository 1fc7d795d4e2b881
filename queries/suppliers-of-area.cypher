// title: Who supplies a group of countries such as the EU from outside, and with what share
// params:
//   area: {type: country, doc: "a group with named members, such as EU27", default: EU27}
//   product: {type: product, doc: "what is bought", default: ree-compounds}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
// units:
//   usd: USD
//   share_usd: 0 to 1
//   tonnes: t
//   share_tonnes: "0 to 1, of the flows that give a mass"
//   usd_without_tonnes: "USD, of the flows that give no mass"

// Trade among the members is left out; members are those of today in every period.
// Sums count grams, which are exact in whatever order a database adds them up.
MATCH (member:Country)-[:MEMBER_OF]->(:Area {iso3: $area})
WITH collect(member.iso3) AS members
MATCH (seller)-[flow:EXPORTS]->(buyer)
WHERE flow.product = $product AND flow.period = $period AND flow.preferred
  AND buyer.iso3 IN members AND NOT seller.iso3 IN members
WITH members, flow.reporter AS reporter, flow.dataset AS dataset, flow.source AS source,
     CASE WHEN count(flow.usd) > 0 THEN sum(flow.usd) END AS total_usd,
     CASE WHEN count(flow.tonnes) > 0 THEN sum(round(flow.tonnes * 1000000, 0)) / 1000000 END AS total_tonnes
MATCH (seller)-[flow:EXPORTS]->(buyer)
WHERE flow.product = $product AND flow.period = $period AND flow.preferred
  AND flow.reporter = reporter
  AND flow.dataset = dataset AND flow.source = source
  AND buyer.iso3 IN members AND NOT seller.iso3 IN members
WITH members, seller, reporter, dataset, source, total_usd, total_tonnes,
     CASE WHEN count(flow.usd) > 0 THEN sum(flow.usd) END AS usd,
     CASE WHEN count(flow.tonnes) > 0 THEN sum(round(flow.tonnes * 1000000, 0)) / 1000000 END AS tonnes,
     sum(CASE WHEN flow.tonnes IS NULL THEN coalesce(flow.usd, 0.0) ELSE 0.0 END) AS usd_without_tonnes,
     count(DISTINCT buyer.iso3) AS buyers
MATCH (item:Product {key: $product})
RETURN $area AS consumer, size(members) AS members, buyers AS buyers, seller.iso3 AS supplier,
       seller.name AS supplier_name, item.key AS product, item.stage AS stage,
       $period AS period, usd AS usd, CASE WHEN total_usd > 0 THEN usd / total_usd END AS share_usd,
       tonnes AS tonnes, CASE WHEN total_tonnes > 0 THEN tonnes / total_tonnes END AS share_tonnes,
       usd_without_tonnes AS usd_without_tonnes, reporter AS reporter, dataset AS dataset,
       source AS source
ORDER BY usd DESC, supplier, reporter, dataset, source
