/** Nodes and relationships among the rows of a statement, drawn as a graph. */
import { h } from "./dom.js";
import { picture } from "./picture.js";

const MOST_NODES = 200;
/** Of a picture, and of one for a phone. */
const WIDTHS = [640, 340];
const HEIGHT = 420;
const COLOURS = ["#3544d4", "#cf735c", "#119a0e", "#833180", "#654c11", "#125746", "#4881e5"];

/** @typedef {{name: string, label: string, text: string}} Place */
/** @typedef {{from: string, to: string, type: string, arrow: boolean}} Link */

/**
 * Draw the nodes of rows, with the relationships whose ends the rows have too.
 *
 * A row names the ends of a relationship only in a path; elsewhere the pattern of the statement
 * says between which columns it stands.
 * @param {any[]} rows @param {string} statement
 */
export function graph(rows, statement) {
  /** @type {Map<string, Place>} */
  const places = new Map();
  /** @type {Map<string, Link>} */
  const links = new Map();
  let left = 0;
  const place = (/** @type {any} */ node) => {
    const text = keyOf(node.properties);
    const name = `${node.label} ${text}`;
    if (!places.has(name)) places.set(name, { name, label: node.label, text });
    return name;
  };
  const link = (/** @type {string} */ from, /** @type {string} */ to, /** @type {any} */ relationship, /** @type {boolean} */ arrow) =>
    links.set(`${from}|${to}|${relationship.type}|${relationship.properties?.key ?? ""}`, { from, to, type: relationship.type, arrow });
  const pattern = ends(statement);
  for (const row of rows) {
    for (const [column, value] of Object.entries(row)) {
      if (isNode(value)) place(value);
      else if (isPath(value)) {
        const names = value.nodes.map(place);
        value.relationships.forEach((/** @type {any} */ relationship, /** @type {number} */ n) => link(names[n], names[n + 1], relationship, false));
      } else if (isLink(value)) {
        const [from, to] = (pattern.get(column) ?? []).map((name) => row[name]);
        if (isNode(from) && isNode(to)) link(place(from), place(to), value, true);
        else left += 1;
      }
    }
  }
  if (!places.size) return [];
  const drawn = [...places.values()].slice(0, MOST_NODES);
  const known = new Set(drawn.map((item) => item.name));
  const notes = [
    places.size > MOST_NODES && `The first ${MOST_NODES} of ${places.size} nodes are drawn.`,
    left > 0 && `${left} relationships are not drawn: return the nodes at both ends too, as in RETURN a, r, b.`,
  ].filter(Boolean);
  const shown = [...links.values()].filter((item) => known.has(item.from) && known.has(item.to));
  return [
    picture({ layouts: WIDTHS.map((width) => ({ option: option(drawn, shown), width, height: HEIGHT })), dark: DARK,
      label: `A graph of ${drawn.length} nodes and ${shown.length} relationships; the table below has them all` }),
    ...notes.map((note) => h("p", {}, /** @type {string} */ (note))),
  ];
}

/** Colours of the picture on dark paper. */
const DARK = { "#1f2328": "#e9ebee", "#5b6470": "#a6aeba" };

/** @param {Place[]} places @param {Link[]} links */
function option(places, links) {
  const labels = [...new Set(places.map((item) => item.label))];
  const font = { fontFamily: "system-ui, Noto Sans, Arial, sans-serif", color: "#1f2328" };
  const few = places.length <= 40;
  return {
    textStyle: font,
    tooltip: { renderMode: "richText", confine: true },
    legend: { show: labels.length > 1, top: 4, left: 8, textStyle: font, data: labels, selectedMode: false },
    series: [{
      type: "graph", layout: "force", roam: true, draggable: true, top: 40, bottom: 16, left: 24, right: 24,
      // The friction falls step by step: from 0.15 it needs two thirds of the usual steps.
      force: { friction: 0.15, repulsion: few ? 160 : 60, edgeLength: few ? [40, 110] : 40, gravity: 0.25, layoutAnimation: false },
      zoom: 1.05,
      categories: labels.map((name, n) => ({ name, itemStyle: { color: COLOURS[n % COLOURS.length] } })),
      symbolSize: few ? 18 : 10, edgeSymbol: ["none", "arrow"], edgeSymbolSize: 7,
      label: { show: few, position: "right", color: "#1f2328" },
      edgeLabel: { show: links.length <= 12, color: "#5b6470", fontSize: 10 },
      lineStyle: { color: "#5b6470", opacity: 0.6, curveness: 0.08 },
      data: places.map((item) => ({ id: item.name, name: item.text, category: labels.indexOf(item.label) })),
      links: links.map((item) => ({ source: item.from, target: item.to, label: { formatter: item.type },
        symbol: ["none", item.arrow ? "arrow" : "none"] })),
    }],
  };
}

/**
 * A cell of a table: a node, relationship or path in short, which opens in full; else its text.
 * @param {any} value
 */
export function cell(value) {
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

/**
 * The columns at both ends of each relationship of a statement's patterns, from its start.
 * @param {string} statement
 * @returns {Map<string, [string, string]>}
 */
export function ends(statement) {
  const plain = statement.replace(/\/\/.*$/gm, "").replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "''");
  /** @type {Map<string, string>} */
  const named = new Map();
  for (const [, name, alias] of plain.matchAll(/\b(\w+)\s+AS\s+(\w+)/gi)) named.set(name, alias);
  const column = (/** @type {string} */ name) => named.get(name) ?? name;
  const columns = new Map();
  const step = /\(\s*(\w+)[^()]*\)\s*(<?)-\[\s*(\w+)[^\]]*\]-(>?)\s*(?=\(\s*(\w+))/g;
  for (const [, one, back, link, , other] of plain.matchAll(step)) {
    columns.set(column(link), back ? [column(other), column(one)] : [column(one), column(other)]);
  }
  return columns;
}

/** The columns of rows, for a table. @param {any[]} rows */
export function columnsOf(rows) {
  return Object.keys(rows[0] ?? {}).map((name) => ({
    name, header: name, number: rows.every((row) => row[name] === null || typeof row[name] === "number"),
    cells: rows.map((row) => cell(row[name])),
  }));
}
