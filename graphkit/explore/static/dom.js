/** Elements of the page. Text of the graph is only ever set as text, never read as HTML. */

/**
 * Make an element.
 * @param {string} tag
 * @param {Record<string, any>} given attributes; functions are listeners, false leaves one out
 * @param {...(Node | string | null | undefined | false)} children
 */
export function h(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

/** A button that copies a text and says so. @param {string} text @param {string} what */
export function copies(text, what) {
  const button = h("button", {
    type: "button",
    "aria-label": `Copy ${what}`,
    click: async () => {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 1500);
    },
  }, "Copy");
  return button;
}

/**
 * A table; the header of each row opens more about it, if there is more.
 * @param {{header: string, number: boolean, cells: (string | Node)[], name?: string,
 *   keys?: Record<string, string>}[]} columns
 * @param {string} label
 * @param {((row: number, column: string) => void) | null} open
 */
export function table(columns, label, open = null) {
  const body = h("tbody");
  const count = columns[0]?.cells.length ?? 0;
  const kinds = columns.map((column) => column.number ? "number"
    : column.cells.every((cell) => typeof cell === "string" && cell.length <= SHORT) ? "short" : "");
  const fill = (/** @type {number} */ from, /** @type {number} */ to) => {
    for (let n = from; n < Math.min(to, count); n++) {
      const cells = columns.map((column, place) => {
        const kind = kinds[place];
        const title = column.keys?.[String(column.cells[n])];
        if (place || !open) return h("td", { class: kind, "data-name": column.name, title }, column.cells[n]);
        const inside = h("button", { type: "button", "aria-haspopup": "dialog" }, column.cells[n] || "—");
        return h("th", { scope: "row", class: kind, "data-name": column.name, title }, inside);
      });
      const row = h("tr", { class: open ? "opens" : null }, ...cells);
      if (open) {
        row.addEventListener("click", (event) => {
          const cell = /** @type {Element} */ (event.target).closest("[data-name]");
          open(n, cell?.getAttribute("data-name") ?? "");
        });
      }
      body.append(row);
    }
  };
  fill(0, FIRST);
  const heads = columns.map((column) =>
    h("th", { scope: "col", class: column.number ? "number" : null }, column.header));
  const frame = h("div", { class: "table", tabindex: 0, role: "region", "aria-label": label },
    h("table", {}, h("thead", {}, h("tr", {}, ...heads)), body));
  if (count > FIRST) {
    const more = h("button", {
      type: "button",
      class: "more",
      click: () => { fill(FIRST, count); more.remove(); },
    }, `Show all ${count.toLocaleString("en")} rows`);
    frame.append(more);
  }
  return frame;
}

const FIRST = 30;
/** Letters of a date or a number with its unit, which stay on one line. */
const SHORT = 12;
