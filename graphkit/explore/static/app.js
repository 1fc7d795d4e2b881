/** The page: its views, and a state that is in the address alone. */
import { answer } from "./answer.js";
import { cypher } from "./cypher.js";
import { h } from "./dom.js";
import { aheadOf, form } from "./form.js";
import { overview } from "./overview.js";
import { echarts } from "./picture.js";
import * as server from "./server.js";
import { sources } from "./sources.js";
import { go, WENT } from "./state.js";

const { fetched, named } = server;
/** @typedef {{name: string, asks: string[]}} View */

/** @type {AbortController | null} */
let running = null;
const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const described = await server.described();
/** The fields of each topic: what was chosen by one is kept in the next question. */
const TOPICS = ["place", "material", "period"].map((topic) => /** @type {const} */ ([topic,
  [...new Set(described["x-views"].flatMap((/** @type {View} */ view) => view.asks).flatMap(fieldsOf)
    .filter((/** @type {any} */ field) => field["x-topic"] === topic).map((/** @type {any} */ field) => /** @type {string} */ (field.name)))]]));

/** Show the view of an address. @param {boolean} moved true if only a value was changed */
async function show(moved = false) {
  const state = new URLSearchParams(location.search);
  const ask = state.get("ask");
  const view = ask ? "" : state.get("view") ?? "overview";
  links(ask, view, state);
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  main.toggleAttribute("data-moved", moved);
  main.setAttribute("aria-busy", "true");
  try {
    if (ask) await question(ask, state, moved, signal);
    else if (view === "cypher") await cypher(main, state);
    else if (view === "sources") await sources(main);
    else if (view === "overview") await overview(main, state, signal);
    else throw new Error(`There is no view ${view}: see the links above.`);
  } catch (error) {
    if (!signal.aborted) fail(/** @type {Error} */ (error));
  }
  if (!signal.aborted) main.setAttribute("aria-busy", "false");
}

/** @param {Error} error */
function fail(error) {
  const place = document.getElementById("answer") ?? main;
  document.title = "No answer · graphkit";
  place.replaceChildren(h("h1", {}, "No answer"), h("p", { class: "fault", role: "alert" }, error.message));
}

/** The links of the views: those that ask questions, between the three that do not. */
function links(/** @type {string | null} */ ask, /** @type {string} */ view, /** @type {URLSearchParams} */ state) {
  const nav = /** @type {HTMLElement} */ (document.getElementById("views"));
  const link = (/** @type {string} */ name, /** @type {string} */ to, /** @type {boolean} */ current) =>
    h("a", { href: to, "aria-current": current ? "page" : false }, name);
  nav.replaceChildren(
    link("Overview", "/?view=overview", !ask && view === "overview"),
    ...described["x-views"].map((/** @type {View} */ { name, asks }) =>
      link(name, address(asks[0], state), ask !== null && asks.includes(ask))),
    link("Cypher", "/?view=cypher", !ask && view === "cypher"),
    link("Sources", "/?view=sources", !ask && view === "sources"));
  reveal(nav);
}

/** Scroll a line of links to the present one, as on a phone it does not fit. @param {HTMLElement} nav */
function reveal(nav) {
  const current = /** @type {HTMLElement | null} */ (nav.querySelector("[aria-current]"));
  if (current) nav.scrollLeft = current.offsetLeft - nav.offsetLeft - (nav.clientWidth - current.clientWidth) / 2;
}

/** The address of a question, with the topics that the present state names. */
function address(/** @type {string} */ path, /** @type {URLSearchParams} */ state) {
  const next = new URLSearchParams({ ask: path, ...described.paths[`/api/${path}`].get["x-begin"] });
  for (const [topic, names] of TOPICS) {
    const field = fieldsOf(path).find((one) => one["x-topic"] === topic);
    const present = names.map((name) => state.get(name)).find(Boolean);
    if (field && present) next.set(field.name, present);
  }
  return `/?${next}`;
}

/** @param {string} path @returns {any[]} */
function fieldsOf(path) {
  const declared = described.paths[`/api/${path}`]?.get.parameters ?? [];
  return declared.filter((/** @type {any} */ field) => field.name !== "format");
}

/** Questions whose answer is a map, with a slider of its years. */
const MAPPED = ["flows", "dependents"];

/** Show a question: its form, and the answer. */
async function question(/** @type {string} */ path, /** @type {URLSearchParams} */ state, /** @type {boolean} */ moved, /** @type {AbortSignal} */ signal) {
  const declared = described.paths[`/api/${path}`]?.get;
  if (!declared) throw new Error(`there is no question ${path}`);
  echarts().catch(() => {});  // told by the picture
  const fields = new URLSearchParams([...state].filter(([name, value]) => name !== "ask" && value));
  if (!moved) {
    const view = described["x-views"].find((/** @type {View} */ one) => one.asks.includes(path));
    const years = MAPPED.includes(path) ? await yearsOf(fields.get("for") ?? "") : null;
    const others = (view?.asks ?? []).map((/** @type {string} */ other) =>
      h("a", { href: address(other, state), "aria-current": other === path ? "page" : false }, described.paths[`/api/${other}`].get["x-title"]));
    const beside = h("nav", { "aria-label": view?.name }, ...others);
    main.replaceChildren(
      others.length > 1 ? beside : "",
      form(path, declared["x-title"] ?? "", fieldsOf(path), fields, years),
      h("div", { id: "answer", "aria-live": "polite" }, h("p", { class: "waiting" }, "The answer is computed …")));
    reveal(beside);
  }
  const place = /** @type {HTMLElement} */ (document.getElementById("answer"));
  const content = await fetched(`/api/page/${path}?${fields}`, { signal });
  if (signal.aborted) return;
  const focused = document.activeElement?.getAttribute("data-key");
  place.replaceChildren(answer(content, path, fields, fieldsOf(path).some((one) => one.name === "expand") ? expand : null));
  const button = focused && /** @type {HTMLElement | null} */ (place.querySelector(`[data-key="${focused}"]`));
  if (button) {
    button.closest("details")?.setAttribute("open", "");
    button.focus();
  }
  document.title = `${content.blocks[0].title} · graphkit`;
  if (MAPPED.includes(path)) void near(path, fields);
  if (moved) aheadOf(/** @type {HTMLFormElement} */ (main.querySelector("form")), path);
}

/** Expand a country of the network that is shown, or fold it again. @param {string} key */
function expand(key) {
  const state = new URLSearchParams(location.search);
  const opened = (state.get("expand") ?? "").split(",").filter(Boolean);
  const next = opened.includes(key) ? opened.filter((one) => one !== key) : [...opened, key];
  const text = next.join(",");
  if (text) state.set("expand", text);
  else state.delete("expand");
  const field = /** @type {HTMLInputElement | null} */ (main.querySelector("[name=expand]"));
  if (field) field.value = text;
  go(state, { moved: true });
}

/** The years with trade of a product, or of all. @param {string} what @returns {Promise<string[]>} */
async function yearsOf(what) {
  const products = (await named()).filter((one) => one.kind === "Product");
  const some = products.filter((one) => one.key === what && one.years.length);
  return [...new Set((some.length ? some : products).flatMap((one) => one.years))].sort();
}

/** Have the years beside the shown one of a product ready. @param {string} path @param {URLSearchParams} fields */
async function near(path, fields) {
  const what = fields.get("for") ?? "";
  const years = await yearsOf(what);
  const shown = years.indexOf(fields.get("period") ?? years[years.length - 1]);
  if (!(await named()).some((one) => one.key === what)) return;
  for (const year of [years[shown + 1], years[shown - 1]].filter(Boolean)) {
    const next = new URLSearchParams(fields);
    next.set("period", year);
    server.prefetch(`/api/page/${path}?${next}`);
  }
}

addEventListener("popstate", () => void show());
addEventListener(WENT, (event) => void show(/** @type {CustomEvent} */ (event).detail.moved));
document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a");
  const plain = !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!link || !plain || link.origin !== location.origin || link.pathname !== "/" || link.hash) return;
  event.preventDefault();
  go(new URLSearchParams(link.search));
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});

void show();
const known = await named();
for (const [id, kinds] of /** @type {[string, string[]][]} */ ([["places", ["Country", "Area"]], ["materials", ["Element", "Product", "Stage"]]])) {
  const list = /** @type {HTMLElement} */ (document.getElementById(id));
  list.append(...known.filter((/** @type {any} */ n) => kinds.includes(n.kind))
    .map((/** @type {any} */ n) => h("option", { value: n.key }, n.name)));
}
