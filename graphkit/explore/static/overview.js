/** The first view: what to ask, and how concentrated each material is. */
import { answer } from "./answer.js";
import { fetched, go } from "./app.js";
import { h } from "./dom.js";

const EXAMPLES = [
  ["Whom does South Korea depend on?", "ask=depends&country=KOR"],
  ["Who mined what Korea's magnets are made of?", "ask=origins&country=KOR&for=magnets-metal"],
  ["What breaks if China sells no magnets?", "ask=disrupt&country=CHN&for=magnets-metal"],
  ["Are published claims about Korea right?", "ask=claims/check&about=KOR"],
  ["Which countries are hubs of rare earths?", "ask=centrality&for=rare earths"],
  ["How did Korea's rare-earth metals change?", "ask=trend&country=KOR&for=ree-metals"],
];

/** @param {HTMLElement} main @param {URLSearchParams} state */
export async function overview(main, state) {
  const text = /** @type {HTMLInputElement} */ (h("input", {
    type: "search", name: "text", value: state.get("text") ?? "", autocomplete: "off",
    placeholder: "korea, dysprosium, magnets, 280530",
  }));
  const results = h("ul", { class: "results", "aria-live": "polite" });
  const form = h("form", { class: "search", role: "search", submit: (/** @type {Event} */ event) => {
    event.preventDefault();
    go(new URLSearchParams({ view: "overview", text: text.value }), { replace: true });
  } }, h("label", {}, "Country, mineral, product, stage or HS code", text),
    h("button", { class: "first" }, "Find"));
  const tiles = EXAMPLES.map(([title, to]) =>
    h("li", {}, h("a", { href: `/?${new URLSearchParams(to)}` }, h("b", {}, title))));
  const place = h("div", { id: "answer" });
  main.replaceChildren(
    h("h1", {}, "Who depends on whom for critical minerals"), form, results,
    h("ul", { class: "tiles" }, ...tiles), place);
  document.title = "graphkit";
  if (text.value.trim()) await find(text.value.trim(), results);
  const found = await fetched("/api/page/concentration?by=stage");
  const shown = answer(found, "concentration", new URLSearchParams({ by: "stage" }));
  const head = shown.querySelector("h1");
  head?.replaceWith(h("h2", {}, head.textContent));
  place.replaceChildren(shown);
}

/** List what a text may name. @param {string} text @param {Element} results */
async function find(text, results) {
  const names = await fetched("/api/names");
  const folded = text.toLowerCase();
  const near = names.filter((/** @type {any} */ n) =>
    n.key.toLowerCase() === folded || n.name.toLowerCase().includes(folded)).slice(0, 12);
  const ways = near.map((/** @type {any} */ n) => {
    const place = n.kind === "Country" || n.kind === "Area";
    const to = place ? { ask: "depends", country: n.key } : { ask: "concentration", for: n.key };
    return h("li", {}, h("a", { href: `/?${new URLSearchParams(to)}` }, `${n.name} (${n.kind.toLowerCase()} ${n.key})`));
  });
  if (/^\d{2,6}$/.test(text)) {
    const to = new URLSearchParams({ ask: "concentration", for: text });
    ways.push(h("li", {}, h("a", { href: `/?${to}` }, `HS ${text}`)));
  }
  results.replaceChildren(...(ways.length ? ways : [h("li", {}, `Nothing in the graph is called ${text}.`)]));
}
