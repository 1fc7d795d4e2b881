// title: Published import shares of an element beside measured ones of products bought for it
// units:
//   claimed: 0 to 1
//   share_usd: 0 to 1
//   share_tonnes: 0 to 1
//   usd: "USD, from the supplier"
//   tonnes: "t, from the supplier"

// The same consumer, supplier and period. A claim on an element or a group rarely says which
// products it counts: no single row here is its counterpart.
MATCH (buyer:Country)<-[about:ABOUT]-(said:Claim)
WHERE about.role = 'consumer' AND said.kind = 'share' AND said.unit = 'share'
  AND said.measure = 'imports' AND said.element IS NOT NULL
MATCH (buyer)-[need:DEPENDS_ON]->(seller:Country)
WHERE need.period = said.period AND seller.iso3 = said.supplier
MATCH (item:Product {key: need.product})
WHERE EXISTS { MATCH (item)-[:CONTAINS {role: 'main'}]->(part:Element) WHERE part.key = said.element }
   OR EXISTS { MATCH (item)-[:CONTAINS {role: 'main'}]->(:Element)-[:MEMBER_OF]->(whole:Element)
               WHERE whole.key = said.element }
RETURN said.consumer AS consumer, said.supplier AS supplier, said.element AS element,
       said.period AS period, said.value AS claimed, said.qualifier AS qualifier,
       said.basis AS claim_basis, item.key AS product, item.stage AS stage,
       need.share_usd AS share_usd, need.share_tonnes AS share_tonnes, need.usd AS usd,
       need.tonnes AS tonnes, need.reporter AS reporter, need.dataset AS dataset,
       said.source AS claim_source, need.source AS trade_source, said.key AS claim
ORDER BY consumer, supplier, element, period, claim, product, reporter, dataset
