// title: Net import reliance of the United States for each material, year by year
// params:
//   since: {type: period, doc: "first year", default: "2021"}
//   min_reliance: {type: float, doc: "least reliance, or lower bound of it, 0 to 1", default: "0"}
// units:
//   reliance: "0 to 1, of the basis"
//   low: 0 to 1
//   high: 0 to 1

// Published claims, not computed. An empty reliance with a low end is a published bound.
MATCH (said:Claim)-[:CITES]->(origin:Source)
WHERE said.kind = 'net-import-reliance' AND said.period >= $since
  AND coalesce(said.value, said.low, 0.0) >= $min_reliance
RETURN coalesce(said.product, said.element) AS material, said.product AS product,
       said.element AS element, said.consumer AS consumer, said.period AS period,
       said.value AS reliance, said.low AS low, said.high AS high,
       said.qualifier AS qualifier, said.published_value AS published_value,
       said.basis AS basis, said.note AS note, origin.key AS source, said.key AS claim
ORDER BY material, period, claim
