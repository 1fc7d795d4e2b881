// title: "Reserves of each country against its production: how many years they last"
// params:
//   product: {type: product, doc: "what is mined", default: rare-earth-ore}
//   period: {type: period, doc: "year of production", default: "2025"}
// units:
//   reserves: "t, of what the basis says"
//   production: "t, of what the basis says"
//   years: "years at this production"
//   share_of_reserves: "0 to 1, of the reserves of named countries on this basis"

// Years only where reserves and production count the same thing and production is above zero.
// They are a ratio of today's figures, no forecast: reserves are what pays to mine today.
MATCH (:Country)-[known:HOLDS]->(item:Product {key: $product})
WITH item, known.basis AS basis, known.source AS source, known.period AS held_in,
     CASE WHEN count(known.tonnes) > 0 THEN sum(known.tonnes) END AS named_reserves
MATCH (holder:Country)-[held:HOLDS]->(item)
WHERE held.basis = basis AND held.source = source AND held.period = held_in
WITH item, holder, held, named_reserves
OPTIONAL MATCH (holder)-[made:PRODUCES]->(item)
WHERE made.period = $period AND made.superseded_by IS NULL
RETURN holder.iso3 AS country, holder.name AS country_name, item.key AS product,
       item.stage AS stage, held.tonnes AS reserves, held.qualifier AS reserves_qualifier,
       held.basis AS reserves_basis, held.period AS reserves_period,
       CASE WHEN named_reserves > 0 THEN held.tonnes / named_reserves END AS share_of_reserves,
       made.tonnes AS production, made.qualifier AS production_qualifier,
       made.basis AS production_basis, made.period AS production_period,
       CASE WHEN made.basis = held.basis AND made.tonnes > 0
            THEN held.tonnes / made.tonnes END AS years,
       held.source AS reserves_source, made.source AS production_source
ORDER BY country, reserves_basis, reserves_period, reserves_source, production_basis,
         production_source
