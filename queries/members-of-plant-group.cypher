// title: Mines and plants that share one capacity, by the group that has it
MATCH (plant:Facility)-[:PART_OF]->(pool:Facility)
RETURN pool.key AS pool, pool.name AS pool_name, plant.key AS plant, plant.name AS name,
       plant.country AS country, plant.source AS source
ORDER BY pool, plant
