// title: Plans and yearly rates of mines and plants, which are no capacities
// params:
//   products: {type: products, doc: "what they are to make", default: "cobalt-ore,nickel-ore"}
// units: {tonnes: "t, of what the basis says", capacity: "in a year, in the unit as published"}
MATCH (plant:Facility)-[made:CAN_MAKE]->(item:Product)
WHERE item.key IN $products AND made.measure IS NOT NULL
RETURN plant.key AS plant, plant.name AS name, plant.country AS country, item.key AS product,
       made.label AS label, made.measure AS measure, made.capacity AS capacity, made.unit AS unit,
       made.tonnes AS tonnes, made.basis AS basis, made.as_of AS as_of, made.status AS status,
       made.note AS note, made.source AS source
ORDER BY product, plant, label, as_of, source
