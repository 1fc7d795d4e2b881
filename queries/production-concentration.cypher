// title: "How concentrated world production is, by product: largest producer, HHI, coverage"
// params:
//   period: {type: period, doc: "year of production", default: "2024"}
// units:
//   top_share: 0 to 1
//   coverage: "sum of the published shares of named countries"
//   hhi_low: "0 to 10,000"
//   hhi_high: "0 to 10,000"

// Shares are of the published world total, or of the sum of the figures where that is larger.
// hhi_low is of the named countries, as if the rest were many small ones; hhi_high as if the rest
// were one country. Given shares can pass 1 together; no HHI passes 10,000.
// hhi_high is empty where a named producer's figure is not published: the total may leave it out.
// Sums count whole billionths, which are exact in whatever order a database adds them up.
MATCH (maker:Country)-[made:PRODUCES]->(item:Product)
WHERE made.period = $period AND made.share > 0 AND made.superseded_by IS NULL
WITH item, made.basis AS basis, made.source AS source, max(made.share) AS top_share,
     CASE WHEN count(made.share) > 0 THEN sum(round(made.share * 1000000000, 0)) / 1000000000 END AS coverage,
     CASE WHEN sum(round(made.share * made.share * 1000000000000, 0)) > 1000000000000 THEN 10000.0
          ELSE sum(round(made.share * made.share * 1000000000000, 0)) / 100000000 END AS hhi_low,
     count(*) AS producers
MATCH (largest:Country)-[most:PRODUCES]->(item)
WHERE most.period = $period AND most.source = source AND most.basis = basis
  AND most.share = top_share
OPTIONAL MATCH (silent:Country)-[gap:PRODUCES]->(item)
WHERE gap.period = $period AND gap.source = source AND gap.tonnes IS NULL
WITH item, basis, source, top_share, coverage, hhi_low, producers, largest, most,
     CASE WHEN coverage < 1 THEN 1 - coverage ELSE 0.0 END AS rest,
     count(silent) AS unpublished
MATCH (item)-[:AT_STAGE]->(step:Stage)
RETURN step.position AS stage_order, step.key AS stage, item.key AS product,
       $period AS period, largest.iso3 AS top_producer, top_share AS top_share,
       hhi_low AS hhi_low,
       CASE WHEN unpublished = 0 THEN hhi_low + 10000 * rest * rest END AS hhi_high,
       coverage AS coverage, producers AS producers, unpublished AS unpublished_producers,
       most.estimated AS top_estimated, basis AS basis, source AS source
ORDER BY stage_order, hhi_low DESC, product, top_producer, basis, source
