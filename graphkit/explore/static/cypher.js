/** Free Cypher with the shipped queries at hand, and the list of sources. */
import { copies, h, table } from "./dom.js";
import { fetched, go } from "./app.js";

const MOST_ROWS = 1000;

/** @param {any[]} rows */
function columnsOf(rows) {
  return Object.keys(rows[0] ?? {}).map((name) => ({
    name, header: name, number: rows.every((row) => row[name] === null || typeof row[name] === "number"),
    cells: rows.map((row) => row[name] === null ? "" : typeof row[name] === "object" ? JSON.stringify(row[name]) : String(row[name])),
  }));
}

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The option of the database that the server answers from. */
async function database() {
  const { "x-database": place } = await fetched("/api/openapi.json");
  return place ? ` --db ${quoted(place)}` : "";
}

/** @param {HTMLElement} main @param {URLSearchParams} state */
export async function cypher(main, state) {
  const named = state.get("query");
  const text = state.get("statement") ?? (named
    ? await (await fetch(`/api/queries/${encodeURIComponent(named)}`)).text()
    : "MATCH (c:Country)-[d:DEPENDS_ON]->(:Country {iso3: 'CHN'})\nRETURN c.iso3 AS country, d.product AS product, d.share_usd AS share\nORDER BY share DESC, country, product\nLIMIT 20");
  const editor = /** @type {HTMLTextAreaElement} */ (h("textarea", {
    name: "statement", spellcheck: "false", autocomplete: "off", autocapitalize: "off", rows: 12,
  }));
  editor.value = text;
  const values = /** @type {HTMLInputElement} */ (h("input", {
    name: "parameters", value: state.get("parameters") ?? "", placeholder: '{"importer": "KOR"}', spellcheck: "false",
  }));
  const place = h("div", { id: "answer", "aria-live": "polite" });
  const shipped = h("select", { name: "query" }, h("option", { value: "" }, "choose one"));
  const form = h("form", { "aria-label": "Cypher", submit: (/** @type {Event} */ event) => {
    event.preventDefault();
    const next = new URLSearchParams({ view: "cypher", statement: editor.value });
    if (values.value.trim()) next.set("parameters", values.value);
    history.pushState(null, "", `/?${next}`);
    void run();
  } },
    h("label", {}, "Shipped query", shipped),
    h("label", {}, "Parameters, as JSON", values),
    h("label", { class: "statement" }, "Read-only Cypher (Ctrl+Enter runs it)", editor),
    h("button", { class: "first" }, "Run"));
  editor.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) /** @type {HTMLFormElement} */ (form).requestSubmit();
  });
  shipped.addEventListener("change", () =>
    go(new URLSearchParams({ view: "cypher", query: /** @type {HTMLSelectElement} */ (shipped).value })));
  main.replaceChildren(h("h1", {}, "Cypher"), form, place);
  document.title = "Cypher · graphkit";
  void fetched("/api/queries").then((queries) => shipped.append(...queries.map((/** @type {any} */ q) =>
    h("option", { value: q.name, selected: q.name === named }, `${q.name}: ${q.title}`))));

  async function run() {
    main.setAttribute("aria-busy", "true");
    try {
      const parameters = values.value.trim() ? JSON.parse(values.value) : {};
      const reply = await fetch("/api/cypher", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ statement: editor.value, parameters, max_rows: MOST_ROWS }),
      });
      const rows = await reply.json();
      if (!reply.ok) throw new Error(rows.error);
      const notes = JSON.parse(reply.headers.get("Graphkit-Notes") ?? "[]");
      const given = Object.entries(parameters).map(([k, v]) => ` -P ${quoted(`${k}=${JSON.stringify(v)}`)}`).join("");
      const command = `graphkit cypher ${quoted(editor.value)}${given}${await database()}`;
      place.replaceChildren(
        h("p", { class: "lead" }, `${rows.length.toLocaleString("en")} rows`),
        ...notes.map((/** @type {string} */ note) => h("p", {}, note)),
        rows.length ? table(columnsOf(rows), "Rows") : "",
        h("section", { class: "same", "aria-label": "The same answer elsewhere" },
          h("div", {}, h("span", {}, "Command"), h("pre", { tabindex: 0 }, command), copies(command, "Command"))));
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      place.replaceChildren(h("div", { class: "fault", role: "alert" }, h("p", {}, message), caret(editor, message) ?? ""));
    } finally {
      main.setAttribute("aria-busy", "false");
    }
  }
  const complete = !named || state.has("parameters") || !/^\/\/ {3}\w+: \{type/m.test(text);
  if (complete) await run();
}

/** The line that a message names, with a caret below the column; the editor goes there. */
function caret(/** @type {HTMLTextAreaElement} */ editor, /** @type {string} */ message) {
  const at = message.match(/line (\d+), column (\d+)/);
  if (!at) return null;
  const [line, column] = [Number(at[1]), Number(at[2])];
  const lines = editor.value.split("\n");
  const before = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  editor.setSelectionRange(before + column - 1, before + column);
  editor.focus();
  return h("pre", { tabindex: 0 }, `${lines[line - 1] ?? ""}\n${" ".repeat(Math.max(0, column - 1))}^`);
}

/** @param {HTMLElement} main */
export async function sources(main) {
  const rows = await fetched("/api/query/sources");
  const command = `graphkit query sources${await database()}`;
  main.replaceChildren(
    h("h1", {}, "Sources"),
    h("p", { class: "lead" }, "Every fact of the graph has one of these sources."),
    table(columnsOf(rows), "Sources"),
    h("div", { class: "row downloads" }, h("span", {}, "Download"), ...["csv", "json", "parquet"].map((form) =>
      h("a", { class: "button", href: `/api/query/sources?format=${form}`, download: `sources.${form}` }, form.toUpperCase()))),
    h("section", { class: "same", "aria-label": "The same answer elsewhere" },
      h("div", {}, h("span", {}, "Command"), h("pre", { tabindex: 0 }, command), copies(command, "Command"))));
  document.title = "Sources · graphkit";
}
