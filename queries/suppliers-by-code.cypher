// title: Who supplies a product to a country under each HS code it travels under, with unit values
// params:
//   consumer: {type: country, doc: "who buys", default: KOR}
//   product: {type: product, doc: "what is bought", default: ree-compounds}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
// units:
//   usd: USD
//   tonnes: t
//   usd_per_tonne: USD/t

// Two codes of one product can be different goods: 284610 is cerium, 284690 the other rare earths.
MATCH (seller)-[flow:EXPORTS]->(buyer:Country {iso3: $consumer})
WHERE flow.product = $product AND flow.period = $period AND flow.preferred
MATCH (item:Product {key: $product})
RETURN buyer.iso3 AS consumer, flow.hs AS hs, seller.iso3 AS supplier,
       seller.name AS supplier_name, item.key AS product, item.stage AS stage,
       flow.period AS period, flow.usd AS usd, flow.tonnes AS tonnes,
       CASE WHEN flow.tonnes > 0 THEN flow.usd / flow.tonnes END AS usd_per_tonne,
       flow.basis AS basis, flow.hs_revision AS hs_revision, flow.reporter AS reporter,
       flow.dataset AS dataset, flow.source AS source
ORDER BY hs, usd DESC, supplier, hs_revision, reporter, dataset, source
