/** Rows of a statement as a table. */
import { h } from "./dom.js";

/** The columns of rows, for a table. @param {any[]} rows */
export function columnsOf(rows) {
  return Object.keys(rows[0] ?? {}).map((name) => ({
    name, header: name, number: rows.every((row) => row[name] === null || typeof row[name] === "number"),
    cells: rows.map((row) => cell(row[name])),
  }));
}

/**
 * A cell of a table: a node, relationship or path in short, which opens in full; else its text.
 * @param {any} value
 */
function cell(value) {
  if (value === null || typeof value !== "object") return value === null ? "" : String(value);
  const text = JSON.stringify(value, null, 1);
  const short = isNode(value) ? `(:${value.label} ${keyOf(value.properties)})`
    : isLink(value) ? `[:${value.type}]`
    : isPath(value) ? value.nodes.map((/** @type {any} */ node, /** @type {number} */ n) =>
      `${n ? ` -[:${value.relationships[n - 1].type}]- ` : ""}(:${node.label} ${keyOf(node.properties)})`).join("")
    : "";
  return short ? h("details", {}, h("summary", {}, short), h("pre", {}, text)) : JSON.stringify(value);
}

/** @param {any} value */
const isNode = (value) => typeof value?.label === "string" && typeof value.properties === "object";
/** @param {any} value */
const isLink = (value) => typeof value?.type === "string" && typeof value.properties === "object";
/** @param {any} value */
const isPath = (value) => Array.isArray(value?.nodes) && Array.isArray(value.relationships);

/** What people call a node. @param {Record<string, any>} properties */
function keyOf(properties) {
  return String(properties.iso3 ?? properties.key ?? properties.symbol ?? properties.name ?? "?");
}
