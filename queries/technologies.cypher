// title: "Metal per unit of technology: what one unit needs of each element, as a range of studies"
// units: {low: "kg for one unit", mean: "kg for one unit", high: "kg for one unit"}

// The period is the year of the technology: 2050 is what studies expect. Without low and high, one
// source gives one figure.
MATCH (technology:Technology)-[needs:NEEDS]->(material:Element)
RETURN technology.key AS technology, technology.name AS name, technology.unit AS unit,
       technology.aliases AS aliases, material.key AS element, needs.period AS period,
       needs.low AS low, needs.mean AS mean, needs.high AS high, needs.studies AS studies,
       needs.source AS source
ORDER BY technology, element, period, source
