// title: "What mines and plants can make of some products in a year: capacity, never production"
// params:
//   products: {type: products, doc: "what they can make", default: "cobalt-ore,nickel-ore"}
// units: {tonnes: "t, of what the basis says", capacity: "in a year, in the unit as published", latitude: degrees north, longitude: degrees east}

// Plans and rates are no capacities. One of a group of sites stands once, on the group. Figures of two bases are never added up.
MATCH (plant:Facility)-[made:CAN_MAKE]->(item:Product)
WHERE item.key IN $products AND made.measure IS NULL
RETURN plant.key AS plant, plant.name AS name, plant.type AS type, plant.country AS country,
       plant.latitude AS latitude, plant.longitude AS longitude, plant.part_of AS part_of,
       item.key AS product, made.label AS label, made.capacity AS capacity, made.unit AS unit,
       made.tonnes AS tonnes, made.basis AS basis, made.as_of AS as_of,
       made.status AS status, made.shared_with AS shared_with, made.note AS note,
       made.source AS source
ORDER BY product, basis, tonnes DESC, country, name, plant, label, source
