// title: Countries that neither buy nor sell anything in the trade data
MATCH (place:Country)
WHERE NOT EXISTS { MATCH (place)-[:EXPORTS]->() }
  AND NOT EXISTS { MATCH ()-[:EXPORTS]->(place) }
RETURN place.iso3 AS country, place.name AS country_name, place.type AS type,
       place.last_year AS last_year, place.region AS region, place.source AS source
ORDER BY country
