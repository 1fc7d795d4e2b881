// title: Elements that belong to a group such as the rare earths
// params:
//   parent: {type: element, doc: "a group of elements: REE, LREE, HREE, PGM", default: REE}
MATCH (e:Element)-[:MEMBER_OF]->(:Element {key: $parent})
RETURN e.key AS member, e.name AS name
ORDER BY member
