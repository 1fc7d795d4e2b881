// title: "Published stocks of governments: of what, how long they last, and what is not disclosed"
// units:
//   days: "days of the country's use; null: not disclosed"
//   target_days: "days that are aimed at"
//   target_days_high: "days that are aimed at for materials at high risk"
MATCH (stock:Stockpile)
RETURN stock.key AS key, stock.country AS country, stock.holder AS holder,
       stock.covers AS covers, stock.elements AS elements, stock.products AS products,
       stock.days AS days, stock.target_days AS target_days,
       stock.target_days_high AS target_days_high, stock.as_of AS as_of,
       stock.evidence AS evidence, stock.note AS note, stock.source AS source
ORDER BY country, key
