// title: "The ores that the mine output of each country may come from"
// params:
//   products: {type: products, doc: "what the ores are mined as", default: rare-earth-ore}
// units: {low: t, high: t}

// Rows of one part have the same limits of what comes from them together in a year. A country
// without a row may mine any of the ores.
MATCH (c)-[mines:MAY_MINE]->(ore:Ore)
WHERE ore.product IN $products
RETURN c.iso3 AS country, ore.product AS product, ore.key AS ore, ore.name AS name,
       mines.part AS part, mines.low AS low, mines.high AS high, mines.note AS note,
       mines.source AS source
ORDER BY country, ore
