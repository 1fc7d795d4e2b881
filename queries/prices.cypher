// title: "Prices of some products, elements or minerals as published, each in its own unit"
// params:
//   products: {type: products, doc: "what is sold", default: "cobalt-metal,lithium-carbonate"}
//   elements: {type: elements, doc: "elements of series of no single product", default: "Sc"}
// units:
//   value: "in the unit of its row, as printed"

// `place` is whose price it is; WLD of a price of a world market.
// USc is US cents, ozt a troy ounce, mtu a metric ton unit: one hundredth of a tonne of what the
// label says. Units are never converted here.
MATCH (place)-[priced:REPORTS]->(material:Element)
WHERE priced.statistic = 'price' AND priced.superseded_by IS NULL
  AND (priced.product IN $products OR (priced.product IS NULL AND material.key IN $elements))
RETURN material.key AS element, priced.product AS product, priced.label AS label,
       priced.period AS period, priced.value AS value, priced.low AS low, priced.high AS high,
       priced.unit AS unit, priced.qualifier AS qualifier,
       priced.published_value AS published_value, priced.estimated AS estimated,
       priced.note AS note, place.iso3 AS place, priced.source AS source
ORDER BY element, product, label, period, source
