// title: Mines and plants whose direct owners have their seat in a country
// params:
//   seat: {type: country, doc: "country of the owners' seat", default: CHN}
// units: {share: "0 to 1; empty: not published", tonnes: "t, of what the basis says"}

// Owners of owners are not followed: graphkit owners --by seat does so.
MATCH (firm:Company {seat: $seat})-[stake:OWNS]->(plant:Facility)
WHERE stake.ended IS NULL AND stake.planned IS NULL
OPTIONAL MATCH (plant)-[made:CAN_MAKE]->(item:Product)
WHERE made.measure IS NULL
RETURN firm.name AS owner, stake.share AS share, plant.name AS plant, plant.country AS country,
       plant.type AS type, item.key AS product, made.tonnes AS tonnes, made.basis AS basis,
       stake.source AS source
ORDER BY country, product, tonnes DESC, plant, owner, basis, share DESC, source
