// title: "What each product contains, the HS codes it travels under, and the periods of its trade"
// units: {usd: USD, tonnes: "t, of the flows that give a mass", outlier_tonnes: t}
MATCH (p:Product)-[link:CONTAINS|TRADED_AS|COVERS]-(x:Element|Code|Dataset)
RETURN type(link) AS link, x.code AS code, p.key AS product, p.stage AS stage,
       link.revision AS revision, x.key AS element, x.key AS dataset, link.role AS role,
       link.fit AS fit, link.earlier AS earlier, link.earlier_stage AS earlier_stage,
       link.earlier_source AS earlier_source, link.remnant_since AS remnant_since,
       link.also_under AS also_under, link.note AS note, link.source AS source, link.hs AS hs,
       link.period AS period, link.preferred AS preferred, link.flows AS flows, link.usd AS usd,
       link.tonnes AS tonnes, link.outlier_exporter AS outlier_exporter,
       link.outlier_importer AS outlier_importer, link.outlier_tonnes AS outlier_tonnes,
       link.outlier_ratio AS outlier_ratio, x.extent AS extent, x.largest AS largest,
       x.world_share AS world_share, x.reporter AS reporter
ORDER BY link, code, product, revision, hs, period, element
