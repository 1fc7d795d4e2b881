// title: HS codes that several products share, so that no figure under them is one product's
MATCH (item:Product)-[:TRADED_AS]->(code:Code)
WITH code, count(DISTINCT item) AS products
WHERE products > 1
MATCH (item:Product)-[fits:TRADED_AS]->(code)
RETURN code.code AS hs, fits.revision AS hs_revision, products AS products,
       item.key AS product, item.stage AS stage, fits.fit AS fit,
       code.description AS description, fits.note AS note, fits.source AS source
ORDER BY hs, product, hs_revision
