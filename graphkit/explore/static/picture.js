/** Draws the picture of an answer with ECharts, which is loaded when the first one is drawn. */
import { h } from "./dom.js";

const WIDTH = 640;
const scheme = matchMedia("(prefers-color-scheme: dark)");

/** @type {Promise<any> | null} */
let loading = null;
/** @type {Promise<any> | null} */
let shapes = null;

function echarts() {
  loading ??= new Promise((resolve, reject) => {
    const script = h("script", { src: "/echarts.js" });
    script.addEventListener("load", () => resolve(/** @type {any} */ (window).echarts));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return loading;
}

/** @param {any} given the option, its height, and the colours of dark paper */
export function picture(given) {
  const inside = h("div", { role: "img", "aria-label": given.label });
  const frame = h("figure", { class: "picture" }, inside);
  /** @type {any} */
  let chart = null;
  const fit = () => {
    const scale = Math.min(1.6, frame.clientWidth / WIDTH);
    inside.style.transform = `scale(${scale})`;
    frame.style.height = `${given.height * scale}px`;
  };
  const draw = async () => {
    const library = await echarts();
    if (given.world) {
      shapes ??= fetch("/world.json").then((reply) => reply.json());
      library.registerMap("world", (await shapes).shapes);
    }
    if (!frame.isConnected) return;
    chart ??= library.init(inside, null, { renderer: "svg", width: WIDTH, height: given.height });
    const painted = JSON.stringify(given.option, (name, value) =>
      (scheme.matches && typeof value === "string" && given.dark[value]) || value);
    chart.setOption({ ...JSON.parse(painted), animation: false }, true);
    fit();
  };
  frame.style.height = `${given.height}px`;
  scheme.addEventListener("change", draw);
  new ResizeObserver(fit).observe(frame);
  requestAnimationFrame(() => void draw());
  return frame;
}
