// title: "How many claims come from each source, and how far they reach"
MATCH (said:Claim)-[:CITES]->(origin:Source)
RETURN origin.key AS source, origin.title AS title, origin.publisher AS publisher,
       origin.published AS published, origin.licence AS licence, count(*) AS claims,
       count(said.value) AS with_a_value, min(said.period) AS first_period,
       max(said.period) AS last_period
ORDER BY source
