// title: Published import shares of a product beside the shares that trade data give
// units:
//   claimed: 0 to 1
//   share_usd: 0 to 1
//   share_tonnes: 0 to 1
//   usd_difference: "claimed less measured, by value"
//   tonnes_difference: "claimed less measured, by mass"

// The same consumer, supplier, product and period. Where they differ, compare the baskets: a claim
// on neodymium magnets is not one on HS 850511, which holds every magnet of metal.
MATCH (buyer:Country)<-[about:ABOUT]-(said:Claim)
WHERE about.role = 'consumer' AND said.kind = 'share' AND said.unit = 'share'
  AND said.measure = 'imports' AND said.product IS NOT NULL
MATCH (buyer)-[need:DEPENDS_ON]->(seller:Country)
WHERE need.product = said.product AND need.period = said.period
  AND seller.iso3 = said.supplier
MATCH (item:Product {key: said.product})
RETURN said.consumer AS consumer, said.supplier AS supplier, item.key AS product,
       item.stage AS stage, said.period AS period, said.value AS claimed,
       said.qualifier AS qualifier, said.basis AS claim_basis, need.share_usd AS share_usd,
       need.share_tonnes AS share_tonnes, said.value - need.share_usd AS usd_difference,
       said.value - need.share_tonnes AS tonnes_difference, need.reporter AS reporter,
       need.dataset AS dataset, said.attributed_to AS attributed_to,
       said.source AS claim_source, need.source AS trade_source, said.key AS claim
ORDER BY consumer, supplier, product, period, claim, reporter, dataset
