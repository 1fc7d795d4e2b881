// title: Elements, minerals and groups, and the lists of critical materials they are on
MATCH (e:Element)
RETURN e.key AS key, e.name AS name, e.type AS type, e.us_2025 AS us_2025, e.eu_2023 AS eu_2023,
       e.aliases AS aliases
ORDER BY key
