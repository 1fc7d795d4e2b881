// title: Strategic projects of the European Union, site by site, with the materials that each is for
MATCH (plant:Facility)-[handled:HANDLES]->(material:Element)
WHERE handled.source = 'eu-strategic-projects-2025'
RETURN plant.key AS plant, plant.name AS name, plant.country AS country,
       plant.published_type AS published_type, plant.status AS status,
       plant.status_as_of AS status_as_of, material.key AS element, handled.source AS source
ORDER BY name, plant, element
