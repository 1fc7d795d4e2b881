// title: "Groups of elements, such as the rare earths, and their members"
MATCH (e:Element)-[:MEMBER_OF]->(g:Element)
RETURN g.key AS parent, e.key AS member, e.name AS name
ORDER BY parent, member
