/** The page: views, forms from the declared questions, and a state that is in the address alone. */
import { answer } from "./answer.js";
import { cypher, sources } from "./cypher.js";
import { h } from "./dom.js";
import { overview } from "./overview.js";
import { echarts } from "./picture.js";

/** Views, and the questions of each. */
export const VIEWS = [
  { name: "Overview", view: "overview", asks: ["concentration"] },
  { name: "Country", asks: ["depends", "suppliers", "dependents", "spof", "reliance"] },
  { name: "Mineral", asks: ["concentration", "prices", "criticality", "controls"] },
  { name: "Over time", asks: ["trend", "compare"] },
  { name: "Flows", asks: ["flows"] },
  { name: "Chain", asks: ["origins"] },
  { name: "Network", asks: ["centrality"] },
  { name: "What if", asks: ["disrupt"] },
  { name: "Claims", asks: ["claims/check", "claims", "claims/conflicts"] },
  { name: "Cypher", view: "cypher", asks: [] },
  { name: "Sources", view: "sources", asks: [] },
];
/** What a question is called in the second row of links. @type {Record<string, string>} */
const TITLES = {
  depends: "Depends on whom", suppliers: "Suppliers", dependents: "Who depends on it",
  spof: "Single points of failure", reliance: "Import reliance", concentration: "Concentration",
  prices: "Prices", criticality: "Supply risk", controls: "Export controls", trend: "Trend",
  compare: "Two periods", flows: "Flows", origins: "Origins", centrality: "Centrality", disrupt: "Disruption",
  "claims/check": "Checked", claims: "Published", "claims/conflicts": "Conflicts",
};
const PLACES = ["country", "on", "of", "to", "without", "bloc"];
const MATERIALS = ["for"];
/** Fields of one meaning: what was chosen in one question is kept in the next. */
const KIN = [["country", "of"], MATERIALS];
/** Numbers that are moved, with their steps. @type {Record<string, [number, number, number]>} */
const SLIDERS = { loss: [0.05, 1, 0.05], slack: [0, 1, 0.05] };
/** @type {Record<string, string>} */
const LABELS = {
  for: "For what", on: "On whom", of: "Whose", by: "Counted by", to: "Cut for",
  "eol-rir": "End-of-life recycling rate", "n-minus-1": "Without the largest producer",
};
const MAIN = 4;
/** Milliseconds that a year is shown for while the flows play. */
const BEAT = 900;

/** @type {any} */
let document_ = null;
/** @type {AbortController | null} */
let running = null;
const main = /** @type {HTMLElement} */ (document.getElementById("main"));

/** Fetch JSON, or fail with the server's message. @param {string} address @param {RequestInit} [more] */
export async function fetched(address, more) {
  const reply = await fetch(address, more);
  const found = await reply.json();
  if (!reply.ok) throw new Error(found.error);
  return found;
}

/** @type {Promise<any[]> | null} */
let names = null;
/** All that a question may be about, asked for once. */
export function named() {
  names ??= fetched("/api/names");
  return names;
}

/** Show the view of an address. @param {boolean} moved true if only a value was changed */
async function show(moved = false) {
  const state = new URLSearchParams(location.search);
  const ask = state.get("ask");
  const view = ask ? "" : state.get("view") ?? "overview";
  links(ask, view, state);
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  main.setAttribute("aria-busy", "true");
  try {
    if (ask) await question(ask, state, moved, signal);
    else if (view === "cypher") await cypher(main, state);
    else if (view === "sources") await sources(main);
    else await overview(main, state, signal);
  } catch (error) {
    if (!signal.aborted) fail(/** @type {Error} */ (error));
  }
  if (!signal.aborted) main.setAttribute("aria-busy", "false");
}

/** @param {Error} error */
function fail(error) {
  const place = document.getElementById("answer") ?? main;
  place.replaceChildren(h("h1", {}, "No answer"), h("p", { class: "fault", role: "alert" }, error.message));
}

/** Go to a state. @param {URLSearchParams} state @param {{moved?: boolean, replace?: boolean}} how */
export function go(state, { moved = false, replace = false } = {}) {
  const address = `/?${state}`;
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  void show(moved);
}

/** The links of the views. */
function links(/** @type {string | null} */ ask, /** @type {string} */ view, /** @type {URLSearchParams} */ state) {
  const nav = /** @type {HTMLElement} */ (document.getElementById("views"));
  nav.replaceChildren(...VIEWS.map((each) => {
    const current = each.view ? !ask && view === each.view : ask && each.asks.includes(ask);
    const to = each.view ? `/?view=${each.view}` : address(each.asks[0], state);
    return h("a", { href: to, "aria-current": current ? "page" : false }, each.name);
  }));
  reveal(nav);
}

/** Scroll a line of links to the present one, as on a phone it does not fit. @param {HTMLElement} nav */
function reveal(nav) {
  const chosen = /** @type {HTMLElement | null} */ (nav.querySelector("[aria-current]"));
  if (chosen) nav.scrollLeft = chosen.offsetLeft - nav.offsetLeft - (nav.clientWidth - chosen.clientWidth) / 2;
}

/** The address of a question, with what the present one shares with it. */
function address(/** @type {string} */ path, /** @type {URLSearchParams} */ state) {
  const asked = new URLSearchParams({ ask: path });
  const known = new Set(fieldsOf(path).map((field) => field.name));
  for (const [name, value] of Object.entries(/** @type {Record<string, string>} */ (document_["x-begin"][path]))) asked.set(name, value);
  for (const kin of [...KIN, ["period"]]) {
    const name = kin.find((each) => known.has(each));
    const chosen = kin.map((each) => state.get(each)).find(Boolean);
    if (name && chosen) asked.set(name, chosen);
  }
  return `/?${asked}`;
}

/** @param {string} path @returns {any[]} */
function fieldsOf(path) {
  const found = document_.paths[`/api/${path}`]?.get.parameters ?? [];
  return found.filter((/** @type {any} */ field) => field.name !== "format");
}

/** Show a question: its form, and the answer. */
async function question(/** @type {string} */ path, /** @type {URLSearchParams} */ state, /** @type {boolean} */ moved, /** @type {AbortSignal} */ signal) {
  if (!document_.paths[`/api/${path}`]) throw new Error(`there is no question ${path}`);
  echarts().catch(() => {});  // told by the picture
  const fields = new URLSearchParams([...state].filter(([name, value]) => name !== "ask" && value));
  if (!moved) {
    const view = VIEWS.find((each) => !each.view && each.asks.includes(path));
    const years = path === "flows" ? await yearsOf(fields.get("for") ?? "") : null;
    const others = (view?.asks ?? []).map((each) =>
      h("a", { href: address(each, state), "aria-current": each === path ? "page" : false }, TITLES[each]));
    const beside = h("nav", { "aria-label": view?.name }, ...others);
    main.replaceChildren(
      others.length > 1 ? beside : "",
      form(path, fields, years),
      h("div", { id: "answer", "aria-live": "polite" }));
    reveal(beside);
  }
  const place = /** @type {HTMLElement} */ (document.getElementById("answer"));
  const found = await fetched(`/api/page/${path}?${fields}`, { signal });
  if (signal.aborted) return;
  place.replaceChildren(answer(found, path, fields));
  document.title = `${found.blocks[0].title} · graphkit`;
  if (path === "flows") void near(fields);
}

/** The years with trade of a product, or of all. @param {string} what @returns {Promise<string[]>} */
async function yearsOf(what) {
  const products = (await named()).filter((each) => each.kind === "Product");
  const some = products.filter((each) => each.key === what && each.years.length);
  return [...new Set((some.length ? some : products).flatMap((each) => each.years))].sort();
}

/** Have the years beside the shown one of a product ready. @param {URLSearchParams} fields */
async function near(fields) {
  const what = fields.get("for") ?? "";
  const years = await yearsOf(what);
  const at = years.indexOf(fields.get("period") ?? years[years.length - 1]);
  if (!(await named()).some((each) => each.key === what)) return;
  for (const year of [years[at + 1], years[at - 1]].filter(Boolean)) {
    const next = new URLSearchParams(fields);
    next.set("period", year);
    void fetch(`/api/page/flows?${next}`);
  }
}

/** The form of a question, from its declared fields. */
function form(/** @type {string} */ path, /** @type {URLSearchParams} */ fields, /** @type {string[] | null} */ years) {
  const known = fieldsOf(path).filter((field) => !years || field.name !== "period");
  const first = known.filter((field) => field.name !== "dataset").slice(0, MAIN);
  const more = known.filter((field) => !first.includes(field));
  const shown = (/** @type {any[]} */ some) => some.map((field) => input(field, fields));
  const made = /** @type {HTMLFormElement} */ (h("form", { "aria-label": TITLES[path] }, ...shown(first),
    years && yearly(fields, years),
    more.length > 0 && h("details", { open: more.some((field) => fields.has(field.name)) },
      h("summary", {}, "More"), h("div", {}, ...shown(more)))));
  const read = () => {
    const state = new URLSearchParams({ ask: path });
    for (const each of made.elements) {
      const field = /** @type {HTMLInputElement} */ (each);
      if (!field.name) continue;
      if (field.type === "checkbox") {
        if (field.checked) state.set(field.name, "true");
      } else if (field.value.trim() && !(field.type === "range" && field.value === field.dataset.default)) {
        state.set(field.name, field.value.trim());
      }
    }
    return state;
  };
  made.addEventListener("submit", (event) => { event.preventDefault(); go(read(), { moved: true }); });
  // Other goods have other years.
  made.addEventListener("change", (event) =>
    go(read(), { moved: !years || /** @type {HTMLInputElement} */ (event.target).name !== "for" }));
  made.addEventListener("input", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (field.type !== "range") return;
    const shown = field.parentElement?.querySelector("output");
    if (shown && SLIDERS[field.name]) shown.textContent = percent(field.value);
    go(read(), { moved: true, replace: true });
  });
  return made;
}

/** A slider of years, with a button that plays them. @param {URLSearchParams} fields @param {string[]} years */
function yearly(fields, years) {
  const last = years.length - 1;
  const chosen = fields.get("period") ?? years[last];
  const slider = /** @type {HTMLInputElement} */ (h("input", {
    id: "year", type: "range", min: 0, max: last, step: 1, value: Math.max(0, years.indexOf(chosen)), "aria-valuetext": chosen,
  }));
  const period = /** @type {HTMLInputElement} */ (h("input", { type: "hidden", name: "period", value: fields.get("period") ?? "" }));
  const shown = h("output", { for: "year" }, chosen);
  slider.addEventListener("input", () => {
    period.value = years[Number(slider.value)];
    slider.setAttribute("aria-valuetext", period.value);
    shown.textContent = period.value;
  });
  const play = h("button", { type: "button", click: () => (playing ? stop() : start()) }, "Play");
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let playing;
  const move = (/** @type {number} */ to) => {
    slider.value = String(to);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const stop = () => {
    clearInterval(playing);
    playing = undefined;
    play.textContent = "Play";
  };
  const start = () => {
    move(Number(slider.value) < last ? Number(slider.value) + 1 : 0);
    play.textContent = "Stop";
    playing = setInterval(() => {
      if (!slider.isConnected || Number(slider.value) === last) stop();
      else if (main.getAttribute("aria-busy") !== "true") move(Number(slider.value) + 1);
    }, BEAT);
  };
  return h("div", { class: "years" },
    h("div", { class: "field" }, h("label", { for: "year" }, "Year"), " ", shown, slider), period, play);
}

const percent = (/** @type {string} */ text) => `${Math.round(Number(text) * 100)} %`;

/** One field of a form. @param {any} field @param {URLSearchParams} fields */
function input(field, fields) {
  const { name, schema } = field;
  const value = fields.get(name) ?? "";
  const label = LABELS[name] ?? name[0].toUpperCase() + name.slice(1).replaceAll("-", " ");
  const given = { name, title: field.description, required: field.required };
  if (schema.type === "boolean") {
    return h("label", { class: "switch" }, h("input", { ...given, type: "checkbox", checked: value !== "" && value !== "false" }), label);
  }
  if (SLIDERS[name]) {
    const [min, max, step] = SLIDERS[name];
    const at = value || String(schema.default);
    return h("div", { class: "field" }, h("label", { for: name }, label), " ",
      h("output", { for: name }, percent(at)),
      h("input", { ...given, id: name, type: "range", min, max, step, value: at, "data-default": schema.default }));
  }
  if (schema.enum) {
    const options = ["", ...schema.enum].map((/** @type {string} */ each) =>
      h("option", { value: each, selected: each === value }, each || (schema.default ?? "any")));
    return h("label", { class: "short" }, label, h("select", given, ...options));
  }
  const list = PLACES.includes(name) ? "places" : MATERIALS.includes(name) ? "materials" : null;
  const number = schema.type === "number" || schema.type === "integer";
  const all = fields.getAll(name).join(",");
  return h("label", { class: number || name === "period" ? "short" : null }, label,
    h("input", { ...given, list, value: all, type: "text", inputmode: number ? "decimal" : null,
      placeholder: schema.default ?? (field.required ? "" : name === "period" ? "newest" : "any"), autocomplete: "off", spellcheck: "false" }));
}

addEventListener("popstate", () => void show());
document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a");
  const plain = !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!link || !plain || link.origin !== location.origin || link.pathname !== "/" || link.hash) return;
  event.preventDefault();
  go(new URLSearchParams(link.search));
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});

document_ = await fetched("/api/openapi.json");
void show();
const known = await named();
for (const [id, kinds] of /** @type {[string, string[]][]} */ ([["places", ["Country", "Area"]], ["materials", ["Element", "Product", "Stage"]]])) {
  const list = /** @type {HTMLElement} */ (document.getElementById(id));
  list.append(...known.filter((/** @type {any} */ n) => kinds.includes(n.kind))
    .map((/** @type {any} */ n) => h("option", { value: n.key }, n.name)));
}
