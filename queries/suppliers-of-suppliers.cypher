// title: "A country's suppliers and theirs: what stands two steps behind an import"
// params:
//   consumer: {type: country, doc: "who depends", default: JPN}
//   product: {type: product, doc: "for what", default: ree-metals}
//   period: {type: period, doc: "such as 2024 or 2024-Q1", default: "2024"}
//   min_share: {type: float, doc: "least share by value at each step, 0 to 1", default: "0.05"}
// units:
//   share_usd: "0 to 1, of the consumer's imports"
//   second_share_usd: "0 to 1, of the supplier's imports"

// What the supplier makes itself is not in its imports: the second share is not a share of what it
// passes on.
MATCH (buyer:Country {iso3: $consumer})-[first:DEPENDS_ON]->(seller)
WHERE first.product = $product AND first.period = $period AND first.share_usd >= $min_share
WITH buyer, first, seller
MATCH (seller)-[second:DEPENDS_ON]->(behind)
WHERE second.product = $product AND second.period = $period
  AND second.share_usd >= $min_share AND second.dataset = first.dataset
  AND second.reporter = first.reporter AND second.source = first.source
  AND behind.iso3 <> $consumer
MATCH (item:Product {key: $product})
RETURN buyer.iso3 AS consumer, seller.iso3 AS supplier, first.share_usd AS share_usd,
       behind.iso3 AS second_supplier, second.share_usd AS second_share_usd,
       item.key AS product, item.stage AS stage, first.period AS period,
       first.reporter AS reporter, first.dataset AS dataset, first.source AS source
ORDER BY share_usd DESC, supplier, second_share_usd DESC, second_supplier, reporter, dataset,
         source
