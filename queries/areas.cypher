// title: What stands in country columns without being one country
MATCH (a:Area)
RETURN a.iso3 AS key, a.name AS name, a.type AS type, a.aliases AS aliases, a.as_of AS as_of,
       a.note AS note
ORDER BY key
