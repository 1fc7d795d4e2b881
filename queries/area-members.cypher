// title: Groups of countries, such as the EU, and their members
MATCH (c:Country)-[:MEMBER_OF]->(a:Area)
RETURN a.iso3 AS parent, c.iso3 AS member, c.name AS name
ORDER BY parent, member
