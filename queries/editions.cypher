// title: "The facts of each source: how many, and a number that changes with any of them"
// units: {facts: number, digest: "sum of the digests of its facts, each modulo 1,000,003"}
CALL () {
  MATCH (fact) WHERE fact.source IS NOT NULL
  RETURN fact.source AS key, fact.digest AS fact_digest
  UNION ALL
  MATCH ()-[fact]->() WHERE fact.source IS NOT NULL
  RETURN fact.source AS key, fact.digest AS fact_digest
  UNION ALL
  MATCH (fact:Source)
  RETURN fact.key AS key, fact.digest AS fact_digest
}
RETURN key AS source, count(*) AS facts, sum(fact_digest % 1000003) AS digest
ORDER BY source
