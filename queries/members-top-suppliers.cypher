// title: The largest supplier of each member of a group such as the EU, for a product
// params:
//   area: {type: country, doc: "a group with named members, such as EU27", default: EU27}
//   product: {type: product, doc: "what is bought", default: magnets-metal}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
// units:
//   share_usd: 0 to 1
//   share_tonnes: 0 to 1
//   usd: USD
//   tonnes: t

// Of all suppliers, other members among them. A member without a row has no reported imports.
MATCH (:Area {iso3: $area})<-[:MEMBER_OF]-(member:Country)-[need:DEPENDS_ON]->(seller)
WHERE need.product = $product AND need.period = $period AND need.rank = 1
MATCH (item:Product {key: $product})
RETURN $area AS area, member.iso3 AS consumer, seller.iso3 AS supplier,
       EXISTS { MATCH (seller)-[:MEMBER_OF]->(g:Area) WHERE g.iso3 = $area } AS within_area,
       item.key AS product, item.stage AS stage, need.period AS period,
       need.share_usd AS share_usd, need.share_tonnes AS share_tonnes, need.usd AS usd,
       need.tonnes AS tonnes, need.suppliers AS suppliers, need.reporter AS reporter,
       need.dataset AS dataset, need.source AS source
ORDER BY usd DESC, consumer, reporter, dataset, source
