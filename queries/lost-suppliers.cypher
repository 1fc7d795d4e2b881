// title: Suppliers that a country had in one period and has not in a later one, product by product
// params:
//   consumer: {type: country, doc: "who buys", default: KOR}
//   before: {type: period, doc: "the earlier period", default: "2022"}
//   period: {type: period, doc: "the later period", default: "2024"}
// units:
//   usd: USD
//   tonnes: t
//   share_usd: 0 to 1

// Value, mass and share are those of the earlier period. Only products that the same data set has
// for the country in both periods. Not reported is not the same as not supplied.
MATCH (buyer:Country {iso3: $consumer})-[need:DEPENDS_ON]->(seller)
WHERE need.period = $before
  AND EXISTS {
    MATCH (buyer)-[other:DEPENDS_ON]->()
    WHERE other.period = $period AND other.product = need.product
      AND other.dataset = need.dataset AND other.reporter = need.reporter }
  AND NOT EXISTS {
    MATCH (buyer)-[later:DEPENDS_ON]->(seller)
    WHERE later.period = $period AND later.product = need.product
      AND later.dataset = need.dataset AND later.reporter = need.reporter }
MATCH (item:Product {key: need.product})
RETURN buyer.iso3 AS consumer, item.key AS product, item.stage AS stage,
       seller.iso3 AS supplier, seller.name AS supplier_name, need.period AS period,
       $period AS absent_in, need.usd AS usd, need.share_usd AS share_usd,
       need.tonnes AS tonnes, need.reporter AS reporter, need.dataset AS dataset,
       need.source AS source
ORDER BY usd DESC, product, supplier, reporter, dataset, source
