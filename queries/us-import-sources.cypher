// title: From whom the United States buys a material, as published
// params:
//   material: {type: material, doc: "an element or a product, or several with commas", default: REE}
// units:
//   share: "0 to 1, of the basis"

// Published claims over several years together. Figures of two bases are not to be compared.
MATCH (said:Claim)-[:CITES]->(origin:Source)
WHERE said.kind = 'share' AND said.measure = 'imports' AND said.consumer = 'USA'
  AND (said.product IN $material OR said.element IN $material)
RETURN said.consumer AS consumer, said.product AS product, said.element AS element,
       said.basis AS basis, said.period AS period, said.supplier AS supplier,
       said.value AS share, said.qualifier AS qualifier,
       said.published_value AS published_value, said.note AS note, origin.key AS source,
       said.key AS claim
ORDER BY product, element, basis, period, share DESC, supplier, claim
