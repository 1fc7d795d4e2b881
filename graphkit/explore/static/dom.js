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

/**
 * A button that copies a text and says so.
 * @param {string | (() => Promise<string>)} text what to copy, or what fetches it
 * @param {string} what
 * @param {string} label
 */
export function copies(text, what, label = "Copy") {
  const button = h("button", {
    type: "button",
    "aria-label": label === "Copy" ? `Copy ${what}` : false,
    click: async () => {
      try {
        await navigator.clipboard.writeText(typeof text === "string" ? text : await text());
        button.textContent = "Copied";
      } catch (fault) {
        button.textContent = /** @type {Error} */ (fault).message;
      }
      setTimeout(() => (button.textContent = label), 1500);
    },
  }, label);
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
  const all = [...Array(count).keys()];
  /** Rows in sight: all, or those with a text. */
  let rows = all;
  const fill = (/** @type {number} */ from, /** @type {number} */ to) => {
    for (const n of rows.slice(from, to)) {
      const cells = columns.map((column, place) => {
        const kind = kinds[place];
        const title = column.keys?.[String(column.cells[n])];
        const cell = column.cells[n];
        const shown = typeof cell === "string" && cell.length > LONG ? clamped(cell, open !== null) : cell;
        if (place || !open) return h("td", { class: kind, "data-name": column.name, title }, shown);
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
  if (count <= FIRST) return frame;
  const more = h("button", {
    type: "button",
    class: "more",
    click: () => { fill(FIRST, rows.length); more.remove(); },
  });
  const label_ = () => { more.textContent = `Show all ${rows.length.toLocaleString("en")} rows`; };
  label_();
  frame.append(more);
  const wanted = /** @type {HTMLInputElement} */ (h("input", { type: "search", "aria-label": `Only rows with: ${label}`, autocomplete: "off", spellcheck: "false", placeholder: "a country, a product", input: () => {
    const text = wanted.value.trim().toLowerCase();
    rows = text ? all.filter((n) => columns.some((column) => textOf(column.cells[n]).toLowerCase().includes(text))) : all;
    body.replaceChildren();
    fill(0, FIRST);
    label_();
    if (rows.length > FIRST) frame.append(more);
    else more.remove();
  } }));
  return h("div", { class: "filtered" }, h("label", {}, "Only rows with", wanted), frame);
}

/** A long text in three lines: the whole is where its row opens, or else at a click. @param {string} text @param {boolean} opens */
function clamped(text, opens) {
  if (opens) return h("span", { class: "clamped" }, text);
  const button = h("button", { type: "button", class: "clamped", "aria-expanded": "false", click: () => {
    const is = button.classList.toggle("clamped");
    button.setAttribute("aria-expanded", String(!is));
  } }, text);
  return button;
}

/** @param {string | Node} cell */
const textOf = (cell) => typeof cell === "string" ? cell : cell.textContent ?? "";

/** Letters from which on a cell takes at most three lines; its row opens the whole. */
const LONG = 60;

const FIRST = 30;
/** Letters of a date or a number with its unit, which stay on one line. */
const SHORT = 12;
