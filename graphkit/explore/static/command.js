/** Commands that give the same answer elsewhere. */
import { copies, h } from "./dom.js";
import { described } from "./server.js";

/** A word as a shell reads it. @param {string} text */
export const quoted = (text) => /^[\w+./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The commands that give an answer, to copy, on the database that the server answers from. @param {[string, string][]} commands each with its name */
export async function same(...commands) {
  const { "x-database": database, "x-own": own } = await described();
  const option = `${database ? ` --db ${quoted(database)}` : ""}${own ? ` --with ${quoted(own)}` : ""}`;
  return h("section", { class: "same", "aria-label": "The same answer elsewhere" },
    ...commands.map(([command, name]) => h("div", {}, h("span", {}, "Command"),
      h("pre", { tabindex: 0 }, `graphkit ${command}${option}`), copies(`graphkit ${command}${option}`, name))));
}
