// title: Mines and plants whose direct owners have their seat in a country
// params:
//   seat: {type: country, doc: "country of the owners' seat", default: CHN}
// units: {share: "0 to 1; empty: not published", tonnes: "t, of what the basis says"}

// Owners of owners are not followed: graphkit owners --by seat does so.
MATCH (firm:Company {seat: $seat})-[stake:OWNS]->(plant:Facility)
WHERE stake.ended IS NULL AND stake.planned IS NULL
OPTIONAL MATCH (plant)-[made:CAN_MAKE]->(item:Product)
WHERE made.measure IS NULL
RETURN firm.name AS owner, stake.share AS share, stake.as_of AS owned_as_of, plant.name AS plant,
       plant.key AS plant_key, plant.country AS country, plant.type AS type, item.key AS product,
       made.label AS label, made.tonnes AS tonnes, made.basis AS basis,
       made.as_of AS capacity_as_of, made.source AS capacity_source, stake.source AS source
ORDER BY country, product, tonnes DESC, plant, plant_key, owner, owned_as_of DESC, source, label,
         basis, capacity_as_of DESC, capacity_source
