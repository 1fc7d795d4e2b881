// title: "What each product contains, the HS codes it travels under, and the periods of its trade"
// units: {usd: USD, tonnes: "t, of the flows that give a mass", outlier_tonnes: t}
MATCH (p:Product)-[fact:CONTAINS|TRADED_AS|COVERS]-(x:Element|Code|Dataset)
RETURN CASE WHEN fact.role IS NOT NULL THEN 'CONTAINS'
            WHEN fact.period IS NOT NULL THEN 'COVERS' ELSE 'TRADED_AS' END AS link,
       x.code AS code, p.key AS product, p.stage AS stage,
       fact.revision AS revision, x.key AS element, x.key AS dataset, fact.role AS role,
       fact.fit AS fit, fact.note AS note, fact.source AS source, fact.hs AS hs,
       fact.period AS period, fact.preferred AS preferred, fact.flows AS flows, fact.usd AS usd,
       fact.tonnes AS tonnes, fact.outlier_exporter AS outlier_exporter,
       fact.outlier_importer AS outlier_importer, fact.outlier_tonnes AS outlier_tonnes,
       fact.outlier_ratio AS outlier_ratio
ORDER BY link, code, product, revision, hs, period, element
