// title: Elements on a list of critical materials that no product is bought for
MATCH (listed:Element)
WHERE (listed.us_2025 OR listed.eu_2023) AND listed.type <> 'group'
  AND NOT EXISTS { MATCH (:Product)-[:CONTAINS {role: 'main'}]->(listed) }
RETURN listed.key AS element_key, listed.name AS element_name, listed.type AS type,
       listed.us_2025 AS us_2025, listed.eu_2023 AS eu_2023, listed.note AS note,
       listed.source AS source
ORDER BY element_key
