// China's export controls and what they restrict
MATCH (country:Country {iso3: 'CHN'})<-[i:IMPOSED_BY]-(control:Control)-[r:RESTRICTS]->(product:Product)
RETURN country, i, control, r, product
ORDER BY control.since, product.name
