/** The first view: what to ask, and who comes first at each stage of every mineral. */
import { same } from "./command.js";
import { h } from "./dom.js";
import { described, fetched } from "./server.js";
import { go } from "./state.js";

/** Minerals that are shown at once. */
const FIRST = 20;

/** @typedef {{product: string, country: string, name: string, share: number, figure: string, period: string, kind: string, text: string, colour: string, ink: string}} Figure */
/** @typedef {{key: string, name: string, list: string, stages: Record<string, Figure[]>}} Mineral */

/** @param {HTMLElement} main @param {URLSearchParams} state @param {AbortSignal} signal */
export async function overview(main, state, signal) {
  const country = state.get("country")?.trim() ?? "";
  const text = /** @type {HTMLInputElement} */ (h("input", {
    type: "search", name: "text", value: state.get("text") ?? "", autocomplete: "off",
    placeholder: "korea, dysprosium, magnets, 280530",
  }));
  const results = h("ul", { class: "results", "aria-live": "polite" });
  const find = h("form", { class: "search", role: "search", submit: (/** @type {Event} */ event) => {
    event.preventDefault();
    go(new URLSearchParams({ view: "overview", ...(country && { country }), text: text.value }), { replace: true });
  } }, h("label", {}, "Country, mineral, product, stage or HS code", text),
    h("button", { class: "first" }, "Find"));
  const whose = /** @type {HTMLInputElement} */ (h("input", {
    name: "country", value: country, list: "places", placeholder: "the world", autocomplete: "off", spellcheck: "false",
  }));
  const exports = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", name: "exports", checked: state.has("exports") }));
  const choose = h("form", { "aria-label": "Overview", submit: (/** @type {Event} */ event) => {
    event.preventDefault();
    const of = whose.value.trim();
    go(new URLSearchParams({ view: "overview", ...(of && { country: of }), ...(exports.checked && !of && { exports: "true" }) }), { replace: true });
  } }, h("label", {}, "Whose imports (empty: the world's production)", whose),
    !country && h("label", { class: "switch" }, exports, "Exports where no production is published"), h("button", {}, "Show"));
  choose.addEventListener("change", () => /** @type {HTMLFormElement} */ (choose).requestSubmit());
  const { "x-tasks": tasks } = await described();
  const place = h("div", { id: "answer" }, h("p", { class: "waiting" }, "The overview is computed …"));
  main.replaceChildren(
    h("h1", {}, "What do you want to know?"), find, results,
    h("ul", { class: "tiles" }, ...tasks.map((/** @type {any} */ task) => card(task, signal))), choose, place);
  document.title = "graphkit";
  if (text.value.trim()) await search(text.value.trim(), results);
  const content = await fetched(`/api/overview?${new URLSearchParams(country ? { country } : {})}`, { signal });
  place.replaceChildren(h("h2", {}, content.title), h("p", { class: "lead" }, content.lead),
    exports.checked && content.exports && h("p", { class: "lead" }, h("span", { class: "outlined" }, "Outlined"), `: ${content.exports}.`) || "",
    heat(content, country, exports.checked), await same([content.command, content.command.split(" ")[0]]));
}

/** A question with its answer in one sentence, which comes when it is computed. @param {any} task @param {AbortSignal} signal */
function card({ question, ask, fields }, signal) {
  const result = h("span", { class: "waiting" }, "…");
  fetched(`/api/headline/${ask}?${new URLSearchParams(fields)}`, { signal }).then(({ headline, reason }) => {
    result.replaceWith(h("span", {}, headline ?? reason));
  }).catch(() => result.remove());
  return h("li", {}, h("a", { href: `/?${new URLSearchParams({ ask, ...fields })}` }, h("b", {}, question), result));
}

/**
 * A table of minerals by stages; each cell leads to the mineral.
 * @param {any} content @param {string} country @param {boolean} exports
 */
function heat(content, country, exports) {
  const /** @type {Mineral[]} */ minerals = content.minerals.filter((/** @type {Mineral} */ mineral) =>
    Object.values(mineral.stages).some((figures) => shown(figures, exports).length));
  const /** @type {{key: string, name: string}[]} */ stages = content.stages.filter((/** @type {any} */ stage) =>
    minerals.some((mineral) => shown(mineral.stages[stage.key] ?? [], exports).length));
  const row = (/** @type {Mineral} */ mineral) => h("tr", {},
    h("th", { scope: "row" }, h("a", { href: mineralLink(mineral.key, country) }, mineral.name)),
    ...stages.map((stage) => cell(shown(mineral.stages[stage.key] ?? [], exports), content.period, country)));
  const body = h("tbody", {}, ...minerals.slice(0, FIRST).map(row));
  const frame = h("div", { class: "table", tabindex: 0, role: "region", "aria-label": content.title },
    h("table", { class: "heat" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Mineral"),
      ...stages.map((stage) => h("th", { scope: "col" }, stage.name)))), body));
  if (minerals.length > FIRST) {
    const more = h("button", { type: "button", class: "more",
      click: () => { body.append(...minerals.slice(FIRST).map(row)); more.remove(); } }, `Show all ${minerals.length} minerals`);
    frame.append(more);
  }
  return frame;
}

/** The figures of a cell: those of exports if they are wanted and nothing else is known. @param {Figure[]} figures @param {boolean} exports */
function shown(figures, exports) {
  const published = figures.filter((figure) => figure.kind !== "exports");
  return published.length || !exports ? published : figures;
}

/** @param {Figure[]} figures @param {string} period the newest @param {string} country */
function cell(figures, period, country) {
  const [first] = figures;
  if (!first) return h("td");
  const marks = [first.kind === "claim" && "claim", first.period !== period && first.kind !== "exports" && first.period];
  const element = h("td", { class: first.kind },
    h("a", { href: mineralLink(first.product.includes("+") ? first.product.replaceAll("+", ",") : `product:${first.product}`, country), title: figures.map((figure) => figure.text).join("\n") },
      h("b", {}, h("span", { class: "name" }, first.name), h("span", { class: "code" }, first.country)), ` ${first.figure}`,
      marks.some(Boolean) && h("small", {}, ` ${marks.filter(Boolean).join(" ")}`),
      figures.length > 1 && h("sup", {}, `+${figures.length - 1}`)));
  element.style.setProperty("--cell", first.colour);
  element.style.setProperty("--ink-on-cell", first.ink);
  return element;
}

/** @param {string} what @param {string} country */
function mineralLink(what, country) {
  return `/?${new URLSearchParams({ ask: "concentration", ...(country && { country }), for: what })}`;
}

/** List what a text may name. @param {string} text @param {Element} results */
async function search(text, results) {
  const names = await fetched(`/api/names?${new URLSearchParams({ text })}`);
  const ways = names.map((/** @type {any} */ n) => {
    const place = n.kind === "Country" || n.kind === "Area";
    const to = new URLSearchParams(place ? [["ask", "depends"], ["country", n.key]] : [["ask", "concentration"], ["for", n.key]]);
    return h("li", {}, h("a", { href: `/?${to}` }, `${n.name} (${n.kind.toLowerCase()} ${n.key})`));
  });
  if (/^\d{2,6}$/.test(text)) {
    const to = new URLSearchParams({ ask: "concentration", for: text });
    ways.unshift(h("li", {}, h("a", { href: `/?${to}` }, `HS ${text}`)));
  }
  results.replaceChildren(...(ways.length ? ways : [h("li", {}, `Nothing in the graph is called ${text}.`)]));
}
