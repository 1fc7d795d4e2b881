/** The first view: what to ask, and who comes first at each stage of every mineral. */
import { quoted, same } from "./command.js";
import { h } from "./dom.js";
import { fetched, named } from "./server.js";
import { go } from "./state.js";

const EXAMPLES = [
  ["Whom does South Korea depend on?", "ask=depends&country=KOR"],
  ["Who mined what Korea's magnets are made of?", "ask=origins&country=KOR&for=magnets-metal"],
  ["Which countries are hubs of rare earths?", "ask=centrality&for=rare earths"],
  ["What breaks if China sells no magnets?", "ask=disrupt&country=CHN&for=magnets-metal"],
  ["Are published claims about Korea right?", "ask=claims/check&of=KOR"],
  ["How did Korea's rare-earth metals change?", "ask=trend&country=KOR&for=ree-metals"],
];
const SHADES = 6;

const PLACES = ["Country", "Area"];
/** @typedef {{product: string, first: string, share: number, weight: number, text: string, exports?: boolean}} Figure */

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
  const choose = h("form", { "aria-label": "Heat map", submit: (/** @type {Event} */ event) => {
    event.preventDefault();
    go(new URLSearchParams({ view: "overview", ...(whose.value.trim() && { country: whose.value.trim() }) }));
  } }, h("label", {}, "Whose imports (empty: the world's production)", whose), h("button", {}, "Show"));
  choose.addEventListener("change", () => /** @type {HTMLFormElement} */ (choose).requestSubmit());
  const tiles = EXAMPLES.map(([title, to]) =>
    h("li", {}, h("a", { href: `/?${new URLSearchParams(to)}` }, h("b", {}, title))));
  const place = h("div", { id: "answer" });
  main.replaceChildren(
    h("h1", {}, "Who depends on whom for critical minerals"), find, results,
    h("ul", { class: "tiles" }, ...tiles), choose, place);
  document.title = "graphkit";
  if (text.value.trim()) await search(text.value.trim(), results);
  const more = country ? null : exported(signal);
  more?.catch(() => {});  // told below, when the rest is shown
  const [names, { figures, title, lead, commands }] = await Promise.all([
    named(), country ? imports(country, signal) : production(signal),
  ]);
  const map = heat(names, figures, country, title);
  place.replaceChildren(h("h2", {}, title), h("p", { class: "lead" }, lead), map.table, await same(...commands.map((command) => /** @type {[string, string]} */ ([command, command.split(" ")[0]]))));
  void more?.then(map.fill).catch((error) => {
    if (!signal.aborted) throw error;
  });
}

/** The short names of all that an answer may name, by key. @returns {Promise<(key: string) => string>} */
async function labels() {
  const names = new Map((await named()).map((/** @type {any} */ n) => [n.key, n.short ?? n.name]));
  return (key) => names.get(key) ?? key;
}

/** The first supplier of each product that a country imports. @param {string} country @param {AbortSignal} signal */
async function imports(country, signal) {
  const content = await fetched(`/api/depends?${new URLSearchParams({ country })}`, { signal });
  const called = await labels();
  const figures = content.rows.filter((/** @type {any} */ row) => row.share_usd !== null).map((/** @type {any} */ row) => ({
    product: row.product, first: row.supplier, share: row.share_usd, weight: row.usd ?? row.share_usd,
    text: `${share(row.share_usd)} of the imports of ${called(row.product)} in ${row.period} by value, from ${called(row.supplier)} (${row.source})`,
  }));
  return {
    figures, title: "The first supplier of every mineral at each stage",
    lead: `${content.question} Share of the imports by value, at face value: the country that sold it last.`,
    commands: [`depends ${quoted(country)}`],
  };
}

/** The first producer of each product with a published world total. @param {AbortSignal} signal */
async function production(signal) {
  const rows = await fetched("/api/query/dominant-producers?min_share=0", { signal });
  const called = await labels();
  return {
    figures: rows.map((/** @type {any} */ row) => ({
      product: row.product, first: row.producer, share: row.share, weight: row.share,
      text: `${share(row.share)} of the world's ${called(row.product)} in ${row.period} (${row.basis ?? "basis unknown"}), made in ${row.producer_name}${row.estimated ? ", an estimate" : ""} (${row.source})`,
    })),
    title: "The first producer of every mineral at each stage",
    lead: "Share of published world production in 2024. In italics, where none is published: the first exporter's share of world exports by value, re-exports included.",
    commands: ["query dominant-producers -P min_share=0", "concentration --sort stage"],
  };
}

/** The first exporter of each product. @param {AbortSignal} signal @returns {Promise<Figure[]>} */
async function exported(signal) {
  const content = await fetched("/api/concentration?sort=stage", { signal });
  const called = await labels();
  return content.rows
    .filter((/** @type {any} */ row) => row.market === "exports" && row.measure === "usd" && row.cr1 !== null)
    .map((/** @type {any} */ row) => ({
      product: row.product, first: row.top, share: row.cr1, weight: row.total_usd, exports: true,
      text: `${share(row.cr1)} of the world's exports of ${called(row.product)} in ${row.period} by value, from ${called(row.top)} (${row.source})`,
    }));
}

/** @param {number} part */
const share = (part) => `${(100 * part).toFixed(part < 0.095 ? 1 : 0)} %`;

/**
 * A table of minerals by stages; each cell leads to the mineral.
 * @param {any[]} names @param {Figure[]} figures @param {string} country @param {string} title
 */
function heat(names, figures, country, title) {
  const stages = names.filter((name) => name.kind === "Stage").sort((a, b) => a.position - b.position);
  const products = names.filter((name) => name.kind === "Product");
  const used = stages.filter((stage) => products.some((product) => product.stage === stage.key));
  const called = new Map(names.filter((name) => PLACES.includes(name.kind)).map((place) => [place.key, place.name]));
  const known = new Set(figures.map((figure) => figure.product));
  const minerals = names.filter((mineral) => mineral.kind === "Element" && products.some((product) =>
    product.minerals.includes(mineral.key) && (known.has(product.key) || (!country && product.years.length > 0))))
    .sort((a, b) => a.name.localeCompare(b.name));
  /** @type {Map<string, HTMLElement>} */
  const cells = new Map();
  const rows = minerals.map((mineral) => h("tr", {},
    h("th", { scope: "row" }, h("a", { href: mineralLink(mineral.key, country) }, mineral.short ?? mineral.name)),
    ...used.map((stage) => {
      const cell = h("td");
      cells.set(`${mineral.key} ${stage.key}`, cell);
      return cell;
    })));
  const fill = (/** @type {Figure[]} */ some) => {
    const byProduct = Map.groupBy(some, (figure) => figure.product);
    for (const mineral of minerals) {
      for (const stage of used) {
        const cell = /** @type {HTMLElement} */ (cells.get(`${mineral.key} ${stage.key}`));
        if (cell.childNodes.length) continue;
        const here = products.filter((product) => product.stage === stage.key && product.minerals.includes(mineral.key))
          .flatMap((product) => byProduct.get(product.key)?.slice(0, 1) ?? []).sort((a, b) => b.weight - a.weight);
        const [first] = here;
        if (!first) continue;
        cell.className = `shade${Math.min(SHADES - 1, Math.floor(first.share * SHADES))}${first.exports ? " exports" : ""}`;
        cell.append(h("a", { href: mineralLink(`product:${first.product}`, country), title: here.map((figure) => figure.text).join("\n") },
          h("b", {}, h("span", { class: "name" }, called.get(first.first) ?? first.first), h("span", { class: "code" }, first.first)), ` ${share(first.share)}`, here.length > 1 && h("sup", {}, `+${here.length - 1}`)));
      }
    }
  };
  fill(figures);
  return {
    fill,
    table: h("div", { class: "table", tabindex: 0, role: "region", "aria-label": title },
      h("table", { class: "heat" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Mineral"),
        ...used.map((stage) => h("th", { scope: "col" }, stage.name)))), h("tbody", {}, ...rows))),
  };
}

/** @param {string} what @param {string} country */
function mineralLink(what, country) {
  return `/?${new URLSearchParams({ ask: "concentration", ...(country && { country }), for: what })}`;
}

/** List what a text may name. @param {string} text @param {Element} results */
async function search(text, results) {
  const names = await named();
  const folded = text.toLowerCase();
  const near = names.filter((/** @type {any} */ n) =>
    n.key.toLowerCase() === folded || n.name.toLowerCase().includes(folded)).slice(0, 12);
  const ways = near.map((/** @type {any} */ n) => {
    const place = n.kind === "Country" || n.kind === "Area";
    const to = new URLSearchParams(place ? [["ask", "depends"], ["country", n.key]] : [["ask", "concentration"], ["for", n.key]]);
    return h("li", {}, h("a", { href: `/?${to}` }, `${n.name} (${n.kind.toLowerCase()} ${n.key})`));
  });
  if (/^\d{2,6}$/.test(text)) {
    const to = new URLSearchParams({ ask: "concentration", for: text });
    ways.push(h("li", {}, h("a", { href: `/?${to}` }, `HS ${text}`)));
  }
  results.replaceChildren(...(ways.length ? ways : [h("li", {}, `Nothing in the graph is called ${text}.`)]));
}
