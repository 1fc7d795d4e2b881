// title: Every country and territory, with the other names it goes by
MATCH (c:Country)
RETURN c.iso3 AS key, c.name AS name, c.type AS type, c.iso2 AS code, c.region AS region,
       c.last_year AS last_year, c.aliases AS aliases
ORDER BY key
