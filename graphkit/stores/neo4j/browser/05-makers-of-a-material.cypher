// Who made primary gallium in 2023, in tonnes (USGS)
MATCH (country:Country)-[made:PRODUCES {period: '2023'}]->(product:Product {key: 'gallium'})
RETURN country, made, product
ORDER BY made.tonnes DESC
