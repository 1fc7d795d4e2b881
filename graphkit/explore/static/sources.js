/** The list of sources. */
import { same } from "./command.js";
import { h, table } from "./dom.js";
import { columnsOf } from "./cells.js";
import { fetched } from "./server.js";

/** @param {HTMLElement} main */
export async function sources(main) {
  const rows = await fetched("/api/query/sources");
  const columns = columnsOf(rows).map((column) => column.name !== "url" ? column : { ...column,
    cells: rows.map((/** @type {any} */ { url }) => /^https?:/.test(url)
      ? h("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, url) : url ?? "") });
  main.replaceChildren(
    h("h1", {}, "Sources"),
    h("p", { class: "lead" }, "Every fact of the graph has one of these sources."),
    table(columns, "Sources"),
    h("div", { class: "row downloads" }, h("span", {}, "Download"), ...["csv", "json", "parquet"].map((form) =>
      h("a", { class: "button", href: `/api/query/sources?format=${form}`, download: `sources.${form}` }, form.toUpperCase()))),
    await same(["query sources", "Command"]));
  document.title = "Sources · graphkit";
}
