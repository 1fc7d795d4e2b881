// Published figures about South Korea, what they are about, and who published them
MATCH (country:Country {iso3: 'KOR'})<-[a:ABOUT]-(claim:Claim)-[c:CITES]->(source:Source)
OPTIONAL MATCH (claim)-[of:ABOUT]->(product:Product)
RETURN country, a, claim, c, source, of, product
ORDER BY claim.key LIMIT 60
