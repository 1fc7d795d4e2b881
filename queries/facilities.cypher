// title: All mines and plants, and groups of them that share a capacity, with their names
// units: {latitude: degrees north, longitude: degrees east}
MATCH (plant:Facility)
RETURN plant.key AS plant, plant.name AS name, plant.aliases AS aliases, plant.type AS type,
       plant.country AS country, plant.place AS place, plant.latitude AS latitude,
       plant.longitude AS longitude, plant.status AS status, plant.status_as_of AS status_as_of,
       plant.status_source AS status_source, plant.confidence AS confidence, plant.part_of AS part_of, plant.note AS note,
       plant.source AS source
ORDER BY plant
