// Congo's cobalt mines and plants with the owners that are published, and the owners' seats
MATCH (owner:Company)-[share:OWNS]->(plant:Facility {country: 'COD'})-[h:HANDLES]->(element:Element {key: 'Co'})
OPTIONAL MATCH (owner)-[s:SEATED_IN]->(seat:Country)
RETURN owner, share, plant, h, element, s, seat
ORDER BY plant.name, owner.name
