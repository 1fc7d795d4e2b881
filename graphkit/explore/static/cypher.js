/** Free Cypher with the shipped queries at hand. */
import { columnsOf } from "./cells.js";
import { quoted, same } from "./command.js";
import { h, table } from "./dom.js";
import { picture } from "./picture.js";
import { fetched, notice } from "./server.js";
import { go } from "./state.js";

const MOST_ROWS = 1000;
/** The bundle of tools/page, which is loaded when this view first opens. */
const EDITOR = "/editor.js";

const EXAMPLE = `MATCH (c:Country)-[d:DEPENDS_ON {period: '2024', product: 'magnets-metal', rank: 1}]->(s:Country)
WHERE d.share_usd > 0.9
RETURN c, d, s
ORDER BY d.usd DESC
LIMIT 20`;

/** @param {HTMLElement} main @param {URLSearchParams} state */
export async function cypher(main, state) {
  const named = state.get("query");
  const { editor } = await import(EDITOR);
  const text = state.get("statement") ?? (named
    ? await (await fetch(`/api/queries/${encodeURIComponent(named)}`)).text()
    : EXAMPLE);
  const values = /** @type {HTMLInputElement} */ (h("input", {
    name: "parameters", value: state.get("parameters") ?? "", placeholder: '{"importer": "KOR"}', spellcheck: "false",
  }));
  const place = h("div", { id: "answer", "aria-live": "polite" });
  const shipped = h("select", { name: "query" }, h("option", { value: "" }, "choose one"));
  const open = (/** @type {string} */ name) => go(new URLSearchParams({ view: "cypher", query: name }));
  const frame = h("div", { class: "editor" });
  const form = /** @type {HTMLFormElement} */ (h("form", { "aria-label": "Cypher", submit: (/** @type {Event} */ event) => {
    event.preventDefault();
    const next = new URLSearchParams({ view: "cypher", statement: written.text });
    if (values.value.trim()) next.set("parameters", values.value);
    history.pushState(null, "", `/?${next}`);
    void run();
  } },
    h("label", {}, "Shipped query", shipped),
    h("label", {}, "Parameters, as JSON", values),
    h("div", { class: "field statement" }, "Read-only Cypher (Ctrl+Enter runs it, Ctrl+Space completes)", frame),
    h("button", { class: "first" }, "Run")));
  shipped.addEventListener("change", () => open(/** @type {HTMLSelectElement} */ (shipped).value));
  main.replaceChildren(h("h1", {}, "Cypher"), form, place);
  const written = editor(frame, { text, label: "Read-only Cypher", run: () => form.requestSubmit() });
  document.title = "Cypher · graphkit";
  void Promise.all([fetched("/api/queries"), fetched("/api/schema")]).then(([queries, schema]) => {
    shipped.append(...queries.map((/** @type {any} */ q) =>
      h("option", { value: q.name, selected: q.name === named }, `${q.name}: ${q.title}`)));
    written.complete(schema, queries, open);
  });

  async function run() {
    main.setAttribute("aria-busy", "true");
    written.mark();
    try {
      const parameters = parametersOf(values.value);
      const reply = await fetch("/api/page/cypher", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ statement: written.text, parameters, max_rows: MOST_ROWS }),
      });
      notice(reply);
      const content = await reply.json();
      if (!reply.ok) throw new Error(content.error);
      const { rows, notes } = content;
      const given = Object.entries(parameters).map(([k, v]) =>
        ` -P ${quoted(`${k}=${typeof v === "string" ? v : JSON.stringify(v)}`)}`).join("");
      const command = `cypher ${quoted(written.text)}${given}`;
      place.replaceChildren(
        h("p", { class: "lead" }, `${rows.length.toLocaleString("en")} rows`),
        ...notes.map((/** @type {string} */ note) => h("p", {}, note)),
        content.picture ? picture(content.picture) : "",
        rows.length ? table(columnsOf(rows), "Rows") : "",
        await same([command, "Command"]));
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      place.replaceChildren(h("div", { class: "fault", role: "alert" }, h("p", {}, message), caret(written, message) ?? ""));
    } finally {
      main.setAttribute("aria-busy", "false");
    }
  }
  const complete = !named || state.has("parameters") || !/^\/\/ {3}\w+: \{type/m.test(text);
  if (complete) await run();
}

/** @param {string} text */
function parametersOf(text) {
  try {
    return text.trim() ? JSON.parse(text) : {};
  } catch {
    throw new Error(`parameters: found ${text}, wanted JSON such as {"importer": "KOR"}`);
  }
}

/** The line that a message names, with a caret below the column; the editor goes there. */
function caret(/** @type {any} */ written, /** @type {string} */ message) {
  const place = message.match(/line (\d+), column (\d+)/);
  if (!place) return null;
  const [line, column] = [Number(place[1]), Number(place[2])];
  written.mark(line, column);
  const lines = written.text.split("\n");
  return h("pre", { tabindex: 0 }, `${lines[line - 1] ?? ""}\n${" ".repeat(Math.max(0, column - 1))}^`);
}
