// title: Values of an indicator, country by country
// params:
//   indicators: {type: indicators, doc: "what countries are rated by", default: wgi-political-stability}
//   periods: {type: list, doc: "years", default: "2016,2017,2018,2019,2020"}
// units: {value: "in the unit of the indicator"}
MATCH (c:Country)-[rated:RATED]->(i:Indicator)
WHERE i.key IN $indicators AND rated.period IN $periods
RETURN c.iso3 AS country, i.key AS indicator, i.unit AS unit, rated.period AS period,
       rated.value AS value, rated.source AS source
ORDER BY country, indicator, period, source
