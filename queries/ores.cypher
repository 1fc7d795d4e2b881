// title: "The part of each element in an ore, as published"
// params:
//   products: {type: products, doc: "what the ores are mined as", default: rare-earth-ore}
// units:
//   share: "0 to 1, of what production of the product counts: of rare earths, of their oxides"

// A share that was not available is null, and not zero.
MATCH (ore:Ore)-[part:COMPOSED_OF]->(e:Element)
WHERE ore.product IN $products
RETURN ore.key AS ore, ore.name AS name, ore.mineral AS mineral, ore.country AS country,
       ore.product AS product, e.key AS element, part.share AS share, part.qualifier AS qualifier,
       part.published_value AS published_value, part.source AS source
ORDER BY ore, element
