// title: Countries with a national balance, and its years
MATCH (owner:Country)-[held:REPORTS]->(:Element)
WHERE held.balance IS NOT NULL AND held.superseded_by IS NULL
RETURN owner.iso3 AS country, held.balance AS balance, min(held.year) AS first_year,
       max(held.year) AS last_year, count(*) AS figures, held.source AS source
ORDER BY country, balance, source
