/** Draws the picture of an answer with ECharts, which is loaded when the first one is drawn. */
import { h } from "./dom.js";

/** Text of 12 pixels is shown with 11. */
const SMALLEST = 11 / 12;
/** More would leave no room for the table below. */
const LARGEST = 1.3;
const scheme = matchMedia("(prefers-color-scheme: dark)");

/** @type {Promise<any> | null} */
let loading = null;
/** @type {Promise<any> | null} */
let shapes = null;

/** Load what draws pictures, once; called early, it is compiled while an answer is computed. */
export function echarts() {
  loading ??= new Promise((resolve, reject) => {
    const script = h("script", { src: "/echarts.js" });
    script.addEventListener("load", () => resolve(/** @type {any} */ (window).echarts));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return loading;
}

/** Values of a time axis above this are milliseconds of a day since 1973. */
const DAYS = 1e11;
/** Writes the values of tooltips in four digits, with the sign of percent where the axis has it. @param {any} option */
function written(option) {
  const axes = [option.xAxis ?? [], option.yAxis ?? []].flat();
  const sign = axes.some((axis) => String(axis.axisLabel?.formatter ?? "").includes("%")) ? " %" : "";
  const timed = axes.some((axis) => axis.type === "time");
  const one = (/** @type {unknown} */ value) =>
    typeof value === "number" && timed && value > DAYS ? new Date(value).toISOString().slice(0, 10)
    : typeof value === "number" ? `${value.toLocaleString("en", { maximumSignificantDigits: 4 })}${sign}` : String(value);
  return (/** @type {unknown} */ value) => Array.isArray(value) ? value.map(one).join(", ") : one(value);
}

/**
 * @param {any} given the layouts, the widest first, and the colours of dark paper
 * @param {((key: string) => void) | null} open what a click on a node of a network does
 */
export function picture(given, open = null) {
  const inside = h("div", { role: "img", "aria-label": given.label });
  const frame = h("figure", { class: "picture", tabindex: 0 }, inside);
  /** @type {any} */
  let chart = null;
  let shown = given.layouts[0];
  const fit = () => {
    const wide = frame.clientWidth;
    const layout = given.layouts.find((/** @type {any} */ layout) => layout.width * SMALLEST <= wide)
      ?? given.layouts[given.layouts.length - 1];
    if (layout !== shown) {
      shown = layout;
      if (chart) paint();
    }
    // A picture is not made smaller than its smallest text can be read: it scrolls, as a table does.
    const scale = Math.max(SMALLEST, Math.min(LARGEST, wide / shown.width));
    inside.style.width = `${shown.width}px`;
    inside.style.transform = `scale(${scale})`;
    frame.style.height = `${shown.height * scale}px`;
  };
  const paint = () => {
    const painted = JSON.stringify(shown.option, (name, value) =>
      (scheme.matches && typeof value === "string" && given.dark[value]) || value);
    chart.resize({ width: shown.width, height: shown.height });
    const option = JSON.parse(painted);
    if (option.tooltip) option.tooltip.valueFormatter = written(option);
    chart.setOption({ ...option, animation: false }, true);
  };
  const draw = async () => {
    const [library] = await Promise.all([echarts(), document.fonts.load("13px 'Noto Sans'")]);
    if (given.world) {
      shapes ??= fetch("/world.json").then((reply) => reply.json());
      library.registerMap("world", (await shapes).shapes);
    }
    if (!frame.isConnected) return;
    fit();
    if (!chart) {
      chart = library.init(inside, null, { renderer: "svg", width: shown.width, height: shown.height });
      if (open) chart.on("click", { dataType: "node" }, (/** @type {any} */ event) => open(event.data.id));
    }
    paint();
  };
  frame.style.height = `${shown.height}px`;
  scheme.addEventListener("change", draw);
  new ResizeObserver(fit).observe(frame);
  requestAnimationFrame(() => void draw());
  return frame;
}
