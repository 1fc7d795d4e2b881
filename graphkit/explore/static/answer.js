/** An answer: its picture, table, coverage, claims and sources, and the same answer elsewhere. */
import { copies, h, table } from "./dom.js";
import { picture } from "./picture.js";
import { fetched } from "./server.js";

const DOWNLOADS = ["csv", "json", "parquet", "markdown", "svg", "png"];
/** Questions of the views of a country and a mineral, which a brief puts together. */
const BRIEFED = ["depends", "suppliers", "spof", "reliance", "concentration"];
/** Letters from which on a cell is read as a sentence. */
const SENTENCE = 60;
const ENDINGS = { markdown: "md" };

/**
 * Show an answer.
 * @param {any} content what /api/page/VERB gives
 * @param {string} path the verb's path
 * @param {URLSearchParams} fields
 * @param {((key: string) => void) | null} expand adds a country of a network to those expanded, or takes it out
 */
export function answer(content, path, fields, expand = null) {
  const [title, ...rest] = content.blocks;
  const first = rest.findIndex((/** @type {any} */ part) => part.text === undefined);
  const leads = rest.splice(0, first < 0 ? rest.length : first);
  const rows = rest[0]?.table ? rest.shift() : null;
  const open = (/** @type {number} */ row, /** @type {string} */ column) =>
    details(content, row, column);
  return h("article", {},
    h("h1", {}, title.title),
    ...leads.map((/** @type {any} */ part) => h("p", { class: "lead" }, part.text)),
    h("div", { class: content.picture && !sentences(rows) ? "answer pictured" : "answer" },
      content.picture && h("div", {}, picture(content.picture, expand), expand && expansions(content, fields, expand)),
      rows && table(ordered(rows.table), title.title, open),
      h("div", { class: "wide" }, ...blocks(rest))),
    downloads(path, fields),
    same(content.same));
}

/** Buttons that do what a click on a country of a network does. @param {any} content @param {URLSearchParams} fields @param {(key: string) => void} expand */
function expansions(content, fields, expand) {
  const network = content.picture.layouts[0].option.series.find((/** @type {any} */ series) => series.type === "graph");
  const opened = (fields.get("expand") ?? "").split(",");
  const buttons = (network?.data ?? []).map((/** @type {any} */ node) => h("button", {
    type: "button", "data-key": node.id, "aria-pressed": String(opened.includes(node.id)), click: () => expand(node.id),
  }, content.names[node.id] ?? node.id));
  return h("details", { class: "section", open: fields.has("expand") },
    h("summary", {}, "Further suppliers and buyers of"), h("div", { class: "row" }, ...buttons));
}

/** True if a table has sentences, which need its whole width. @param {any} rows */
const sentences = (rows) => rows?.table.some((/** @type {any} */ column) =>
  column.cells.some((/** @type {string} */ cell) => cell.length > SENTENCE));

/** The columns of a table; on a phone those that decide come before the others. @param {any[]} columns */
function ordered(columns) {
  const phone = matchMedia("(max-width: 40rem)").matches;
  if (!phone || !columns.some((column) => column.number)) return columns;
  const [first, ...others] = columns;
  const place = (/** @type {any} */ column) => {
    if (column.rank > 1 || column.name === "period") return 2;
    return column.number ? 1 : column.cells.some((/** @type {string} */ cell) => cell.length > SENTENCE) ? 2 : 0;
  };
  return [first, ...others.sort((a, b) => place(a) - place(b))];
}

/** The sections below the rows; those that most readers skip are folded. @param {any[]} parts */
export function blocks(parts) {
  let label = "", /** @type {HTMLElement | null} */ folded = null;
  const shown = [];
  for (const part of parts) {
    if (part.title !== undefined) {
      label = part.title;
      folded = part.folded ? h("details", { class: "section" }, h("summary", {}, label)) : null;
      shown.push(folded ?? h("h2", {}, label));
    } else if (folded) folded.append(block(part, label));
    else shown.push(block(part, label));
  }
  return shown;
}

/** A paragraph, table or list. @param {any} part @param {string} label */
function block(part, label) {
  if (part.text !== undefined) return h("p", {}, part.text);
  if (part.table) return table(part.table, label);
  return h("ul", { class: "lines" }, ...part.lines.map((/** @type {string} */ line) => h("li", {}, linked(line))));
}

/** A line in which an address at its end is a link. @param {string} line */
function linked(line) {
  const link = line.match(/ (https?:\/\/\S+)$/);
  if (!link) return line;
  return h("span", {}, line.slice(0, link.index), " ",
    h("a", { href: link[1], rel: "noreferrer noopener", target: "_blank" }, link[1]));
}

/** @param {string} path @param {URLSearchParams} fields */
function downloads(path, fields) {
  const links = DOWNLOADS.map((form) => {
    const query = new URLSearchParams(fields);
    query.set("format", form);
    const name = `${path.replace("/", "-")}.${ENDINGS[/** @type {"markdown"} */ (form)] ?? form}`;
    return h("a", { class: "button", href: `/api/${path}?${query}`, download: name }, form.toUpperCase());
  });
  const about = fields.get("country") ?? fields.get("for") ?? "";
  const query = new URLSearchParams([...fields].filter(([name]) => ["country", "for", "period"].includes(name)));
  return h("div", { class: "row downloads" }, h("span", {}, "Download"), ...links,
    BRIEFED.includes(path) && about && !about.includes(",") &&
      h("a", { class: "button", href: `/api/brief?${query}`, download: `brief-${about}.html` }, "Brief (HTML)"),
    copies(location.href, "link", "Copy link"),
    copies(async () => (await fetched(`/api/cite/${path}?${fields}`)).text, "citation", "Cite"));
}

/** The command, the Python and the Cypher of the same answer. @param {any} elsewhere */
function same(elsewhere) {
  const line = (/** @type {string} */ name, /** @type {string} */ text) =>
    h("div", {}, h("span", {}, name), h("pre", { tabindex: 0 }, text), copies(text, name));
  const queries = elsewhere.queries.map((/** @type {any} */ query) => {
    const address = new URLSearchParams({
      view: "cypher", query: query.name, parameters: JSON.stringify(query.parameters),
    });
    return h("li", {}, h("a", { href: `/?${address}` }, query.name));
  });
  return h("section", { class: "same", "aria-label": "The same answer elsewhere" },
    h("h2", {}, "The same answer elsewhere"),
    line("Command", elsewhere.command),
    line("Python", elsewhere.python),
    queries.length > 0 && h("details", {},
      h("summary", {}, "Cypher that it reads"), h("ul", { class: "lines" }, ...queries)));
}

/** Open a row: its values in full, with units, sources and coverage. */
function details(/** @type {any} */ content, /** @type {number} */ n, /** @type {string} */ column) {
  const row = content.rows[n];
  const values = Object.entries(row).filter(([, value]) => value !== null).map(([name, value]) => {
    const key = typeof value === "object" ? JSON.stringify(value) : String(value);
    const text = content.names[key] && content.names[key] !== key ? `${content.names[key]} (${key})` : key;
    const page = content.pages[name];  // a plant or a company has a page of its own
    const link = page && h("a", { href: `/?${new URLSearchParams({ ask: "show", name: key, kind: page })}`, click: () => shown.close() }, text);
    return h("tr", {},
      h("th", { scope: "row" }, name === column ? h("mark", {}, name) : name),
      h("td", {}, link || (name === column ? h("mark", {}, text) : text)),
      h("td", {}, content.units[name] ?? ""));
  });
  const keys = new Set(Object.entries(row).filter(([name]) => name.endsWith("source"))
    .flatMap(([, value]) => String(value ?? "").split(/[\s+]+/)));
  const used = content.sources.filter((/** @type {any} */ source) => keys.has(source.key));
  // A line on how trade is counted names its products at its end: `...: Tin ore (HS 260900), ...`.
  const product = content.names[row.product] ?? row.product;
  const about = content.coverage.filter((/** @type {string} */ line) => !row.product || !line.includes(" (HS ") ||
    line.split(/[:,] /).some((part) => part.startsWith(`${product} (`)));
  const close = h("button", { class: "first", type: "button", click: () => shown.close() }, "Close");
  const shown = /** @type {HTMLDialogElement} */ (h("dialog", { "aria-labelledby": "row", close: () => shown.remove() },
    h("h2", { id: "row" }, "What stands behind this row"),
    h("div", { class: "table", tabindex: 0, role: "region", "aria-label": "Values" },
      h("table", {},
        h("thead", {}, h("tr", {}, ...["Column", "Value", "Unit and meaning"].map((t) => h("th", { scope: "col" }, t)))),
        h("tbody", {}, ...values))),
    h("h2", {}, "Source"),
    h("ul", { class: "lines" }, ...(used.length ? used : content.sources).map((/** @type {any} */ s) =>
      h("li", {}, linked(`${s.key}${s.own ? " (own facts)" : ""}: ${[s.publisher, s.title, s.version, s.published].filter(Boolean).join(", ")}. Licence: ${s.licence}.${s.url ? ` ${s.url}` : ""}`)))),
    h("h2", {}, "Coverage"),
    h("ul", { class: "lines" }, ...about.map((/** @type {string} */ line) => h("li", {}, line))),
    close));
  document.body.append(shown);
  shown.showModal();
}
