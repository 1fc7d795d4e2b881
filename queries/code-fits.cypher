// title: The HS codes of every product and how well each fits it
MATCH (item:Product)-[fits:TRADED_AS]->(code:Code)
RETURN item.key AS product, item.stage AS stage, code.code AS hs,
       fits.revision AS hs_revision, fits.fit AS fit, fits.earlier AS earlier,
       fits.earlier_stage AS earlier_stage, fits.note AS note, fits.source AS source
ORDER BY product, hs_revision, hs
