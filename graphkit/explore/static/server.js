/** What the server knows: its document, names, and the database it answers from. */

/** Fetch JSON, or fail with the server's message. @param {string} address @param {RequestInit} [more] */
export function fetched(address, more) {
  const known = ahead.get(keyOf(address));
  ahead.delete(keyOf(address));
  return known ?? read(address, more);
}

/** Answers that were asked for before a reader does, by address. @type {Map<string, Promise<any>>} */
const ahead = new Map();
const MOST_AHEAD = 4;

/** Have an answer ready for the next reader. @param {string} address */
export function prefetch(address) {
  const key = keyOf(address);
  if (ahead.has(key)) return;
  const answer = read(address);
  answer.catch(() => ahead.delete(key));  // who asks is told
  ahead.set(key, answer);
  if (ahead.size > MOST_AHEAD) ahead.delete([...ahead.keys()][0]);
}

/** An address with its fields in order. @param {string} address */
function keyOf(address) {
  const url = new URL(address, location.origin);
  url.searchParams.sort();
  return `${url.pathname}${url.search}`;
}

/** @param {string} address @param {RequestInit} [more] */
async function read(address, more) {
  const reply = await fetch(address, more);
  notice(reply);
  const content = await reply.json();
  if (!reply.ok) throw new Error(content.error);
  return content;
}

/** The content of the graph that the foot of the page describes. */
let shown = "";
/** Describe another graph at the foot of the page as soon as an answer comes from it. @param {Response} reply */
export function notice(reply) {
  const content = reply.headers.get("Graphkit-Content");
  if (!content || content === shown) return;
  if (shown) names = null;
  if (shown) ahead.clear();
  shown = content;
  describe().catch(() => { shown = ""; });  // the next answer tries again
}

/** Say at the foot of the page which graph it shows. */
async function describe() {
  const reply = await fetch("/api/graph");
  if (!reply.ok) throw new Error(reply.statusText);
  const about = await reply.json();
  shown = about.content;
  const foot = /** @type {HTMLElement} */ (document.getElementById("graph"));
  const date = about.written && new Date(about.written).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  foot.textContent = [`Graph: ${about.database}`, date && `file of ${date}`,
    `${about.facts.toLocaleString("en")} nodes and relationships`, `content ${about.content.slice(0, 12)}`].filter(Boolean).join(", ");
}

/** @type {Promise<any> | null} */
let document_ = null;
/** The questions, their fields and the views: asked for once. */
export function described() {
  document_ ??= fetched("/api/openapi.json");
  return document_;
}

/** @type {Promise<any[]> | null} */
let names = null;
/** All that a question may be about: asked for once. */
export function named() {
  names ??= fetched("/api/names");
  return names;
}
