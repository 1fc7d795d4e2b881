// title: "National balances: production, trade, consumption and stocks, series by series"
// params:
//   countries: {type: countries, doc: "whose balances", default: USA}
// units:
//   value: "t, of what the basis says"
//   low: t
//   high: t

// `balance` names the product or element whose net import reliance counts the series. Series of one
// chapter overlap (total and parts, gross weight and content): add up only what one balance counts.
// Of the editions of one source, the newest with the balance, or the series: see balance-revisions.
MATCH (owner:Country)-[held:REPORTS]->(material:Element)
WHERE owner.iso3 IN $countries AND held.statistic <> 'price' AND held.superseded_by IS NULL
RETURN owner.iso3 AS country, material.key AS element, held.product AS product,
       held.statistic AS statistic, held.label AS label, held.period AS period,
       held.value AS value, held.low AS low, held.high AS high, held.qualifier AS qualifier,
       held.published_value AS published_value, held.estimated AS estimated, held.basis AS basis,
       held.balance AS balance, held.note AS note, held.source AS source
ORDER BY country, element, product, statistic, label, period, source
