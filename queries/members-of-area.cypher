// title: Countries that belong to a group such as EU27
// params:
//   area: {type: country, doc: "an area, such as EU27", default: EU27}
MATCH (c:Country)-[:MEMBER_OF]->(:Area {iso3: $area})
RETURN c.iso3 AS member, c.name AS name
ORDER BY member
