// title: Mines and plants that handle some elements, with the words of their sources
// params:
//   elements: {type: elements, doc: "elements, minerals or groups themselves, with commas", default: "Co,Ni"}
// units: {latitude: degrees north, longitude: degrees east}
MATCH (plant:Facility)-[handled:HANDLES]->(material:Element)
WHERE material.key IN $elements
RETURN plant.key AS plant, plant.name AS name, plant.type AS type, plant.country AS country,
       plant.latitude AS latitude, plant.longitude AS longitude, plant.part_of AS part_of,
       material.key AS element, handled.label AS label,
       handled.published_value AS published_value, handled.as_of AS as_of,
       plant.status AS status, plant.confidence AS confidence, handled.note AS note,
       handled.source AS source
ORDER BY country, name, plant, element, label, source
