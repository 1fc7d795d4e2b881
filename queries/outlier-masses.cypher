// title: Flows that are a tenth of a product's mass and fifty times too heavy for their value
// params:
//   since: {type: period, doc: "first period", default: "1995"}
// units:
//   tonnes: t
//   share: "0 to 1, of the mass in the data set"
//   ratio: "times as heavy per dollar as the other flows together"
MATCH (series:Dataset)-[held:COVERS]->(item:Product)
WHERE held.outlier_tonnes > 0 AND held.period >= $since
RETURN item.key AS product, item.stage AS stage, held.hs AS hs, held.period AS period,
       held.outlier_exporter AS exporter, held.outlier_importer AS importer,
       held.outlier_tonnes AS tonnes, held.outlier_tonnes / held.tonnes AS share,
       held.outlier_ratio AS ratio, held.preferred AS preferred, series.key AS dataset,
       series.source AS source
ORDER BY share DESC, product, hs, period, dataset
