/** The form of a question, from its declared fields. */
import { h } from "./dom.js";
import { prefetch } from "./server.js";
import { go } from "./state.js";

/** Fields that are shown at once, beside all sliders; the others fold. */
const MAIN = 4;
/** Milliseconds that a year is shown for while the flows play. */
const BEAT = 900;

/**
 * The form of a question; every change goes to the state that it gives.
 * @param {string} path @param {string} title @param {any[]} declared its fields
 * @param {URLSearchParams} fields their values @param {string[] | null} years those to play, if any
 */
export function form(path, title, declared, fields, years) {
  const known = declared.filter((field) => !years || field.name !== "period");
  const first = known.filter((field) => field.name !== "dataset")
    .filter((field, place) => place < MAIN || field["x-step"]);
  const more = known.filter((field) => !first.includes(field));
  const shown = (/** @type {any[]} */ some) => some.map((field) => input(field, fields));
  const element = /** @type {HTMLFormElement} */ (h("form", { "aria-label": title }, ...shown(first),
    years && yearly(fields, years),
    more.length > 0 && h("details", { open: more.some((field) => fields.has(field.name)) },
      h("summary", {}, "More"), h("div", {}, ...shown(more)))));
  const read = () => stateOf(element, path);
  element.addEventListener("submit", (event) => { event.preventDefault(); go(read(), { moved: true }); });
  element.addEventListener("change", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (field.type === "range") return;
    delete element.dataset.stepped;
    // Other goods have other years.
    go(read(), { moved: !years || field.name !== "for" });
  });
  element.addEventListener("input", (event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (field.type !== "range") return;
    const shown = field.parentElement?.querySelector("output");
    if (shown && field.dataset.default !== undefined) shown.textContent = setting(field.value, field.dataset);
    // The steps after the first replace its entry in the history.
    const replace = element.dataset.stepped !== undefined;
    element.dataset.stepped = field.name;
    go(read(), { moved: true, replace });
  });
  for (const event of ["pointerover", "focusin"]) {
    element.addEventListener(event, ({ target }) => {
      const field = /** @type {HTMLInputElement} */ (target);
      if (field.type === "range" && field.name) stepsBeside(field, path);
    });
  }
  return element;
}

/** The state that the fields of a form give. @param {HTMLFormElement} form @param {string} path */
function stateOf(form, path) {
  const state = new URLSearchParams({ ask: path });
  for (const control of form.elements) {
    const field = /** @type {HTMLInputElement} */ (control);
    if (!field.name) continue;
    if (field.type === "checkbox") {
      if (field.checked) state.set(field.name, "true");
    } else if (field.value.trim() && !(field.type === "range" && field.value === field.dataset.default)) {
      state.set(field.name, field.value.trim());
    }
  }
  return state;
}

/** Have the answers beside that of the slider that was moved last ready. @param {HTMLFormElement} form @param {string} path */
export function aheadOf(form, path) {
  const slider = form.dataset.stepped && form.elements.namedItem(form.dataset.stepped);
  if (slider) stepsBeside(/** @type {HTMLInputElement} */ (slider), path);
}

/** Ask for the answers a step before and behind the one that a slider stands at. @param {HTMLInputElement} slider @param {string} path */
function stepsBeside(slider, path) {
  const state = stateOf(/** @type {HTMLFormElement} */ (slider.form), path);
  state.delete("ask");
  for (const step of [-1, 1]) {
    const other = /** @type {HTMLInputElement} */ (slider.cloneNode());
    other.stepUp(step);
    if (other.value === slider.value) continue;  // it is at its end
    if (other.value === slider.dataset.default) state.delete(slider.name);
    else state.set(slider.name, other.value);
    prefetch(`/api/page/${path}?${state}`);
  }
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
      else if (document.getElementById("main")?.getAttribute("aria-busy") !== "true") move(Number(slider.value) + 1);
    }, BEAT);
  };
  return h("div", { class: "years" },
    h("div", { class: "field" }, h("label", { for: "year" }, "Year"), " ", shown, slider), period, play);
}

/** What a slider stands at: a share in percent, a number as it is, or a dash where it gives none. @param {string} text @param {{ [key: string]: any }} marks */
function setting(text, marks) {
  if (text === String(marks.off)) return "–";
  return marks.plain ? text : `${Math.round(Number(text) * 100)} %`;
}

/** One field of a form. @param {any} field @param {URLSearchParams} fields */
function input(field, fields) {
  const { name, schema, "x-label": label, "x-names": list, "x-step": step, "x-most": most } = field;
  const value = fields.get(name) ?? "";
  const given = { name, title: field.description, required: field.required };
  if (schema.type === "boolean") {
    return h("label", { class: "switch" }, h("input", { ...given, type: "checkbox", checked: value !== "" && value !== "false" }), label);
  }
  if (step) {
    // A number without a default begins a step below its least value: there it is not given.
    const least = schema.minimum ?? step;
    const off = schema.default === undefined ? least - step : undefined;
    const marks = { off, plain: most ? "true" : "" };
    const position = value || String(schema.default ?? off);
    return h("div", { class: "field" }, h("label", { for: name }, label), " ",
      h("output", { for: name }, setting(position, marks)),
      h("input", { ...given, id: name, type: "range", min: off ?? least, max: most || 1, step, value: position,
        "data-default": schema.default ?? off, "data-off": off, "data-plain": marks.plain }));
  }
  if (schema.enum) {
    const options = ["", ...schema.enum].map((/** @type {string} */ choice) =>
      h("option", { value: choice, selected: choice === value }, choice || (schema.default ?? "any")));
    return h("label", { class: "short" }, label, h("select", given, ...options));
  }
  const number = schema.type === "number" || schema.type === "integer";
  const all = fields.getAll(name).join(",");
  return h("label", { class: number || name === "period" ? "short" : null }, label,
    h("input", { ...given, list: list || null, value: all, type: "text", inputmode: number ? "decimal" : null,
      placeholder: schema.default ?? (field.required ? "" : name === "period" ? "newest" : "any"), autocomplete: "off", spellcheck: "false" }));
}
