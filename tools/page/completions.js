// Completion of Cypher: labels, types and properties of the schema, parameters, queries and words.
const WORDS = [
  "MATCH", "OPTIONAL MATCH", "WHERE", "WITH", "RETURN", "ORDER BY", "LIMIT", "SKIP", "UNWIND",
  "DISTINCT", "AS", "AND", "OR", "NOT", "IN", "IS NULL", "IS NOT NULL", "CASE WHEN", "THEN", "ELSE",
  "END", "STARTS WITH", "ENDS WITH", "CONTAINS", "UNION", "DESC", "EXISTS", "CALL",
].map((label) => ({ label, type: "keyword" }));
const FUNCTIONS = [
  "count", "sum", "avg", "min", "max", "collect", "coalesce", "round", "abs", "size", "head", "last",
  "keys", "labels", "type", "nodes", "relationships", "properties", "length", "substring", "toLower",
  "toUpper", "trim", "split", "replace", "toInteger", "toFloat", "toString", "range", "reduce",
].map((label) => ({ label, type: "function", apply: `${label}(` }));

/** The kinds that the text binds to each variable: `(c:Country)`, `[d:DEPENDS_ON|EXPORTS]`. */
export function bound(text) {
  const found = {};
  for (const [, name, kinds] of text.matchAll(/[([]\s*(\w+)\s*:\s*([\w|&:]+)/g)) {
    found[name] = [...(found[name] ?? []), ...kinds.split(/[|&:]+/)];
  }
  return found;
}

/** Whether a position is inside `[...]` or `(...)`: the bracket that was opened last. */
function opened(before) {
  const stack = [];
  for (const character of before.replace(/'[^']*'|"[^"]*"|\/\/.*/g, "")) {
    if ("([{".includes(character)) stack.push(character);
    else if (")]}".includes(character)) stack.pop();
  }
  return stack;
}

/**
 * A source of completions.
 * @param {{name: string, edge: boolean, doc: string, ends: string[], properties: {name: string, meaning: string, doc: string}[]}[]} schema
 * @param {{name: string, title: string}[]} queries
 * @param {(name: string) => void} open shows a shipped query
 */
export function completions(schema, queries, open) {
  const kind = (each) => ({
    label: each.name, type: each.edge ? "type" : "class", info: each.doc,
    detail: each.edge ? ` ${each.ends.join(" → ")}` : "",
  });
  const labels = schema.filter((each) => !each.edge).map(kind);
  const types = schema.filter((each) => each.edge).map(kind);
  const properties = (kinds) => {
    const chosen = schema.filter((each) => kinds.includes(each.name));
    const found = new Map();
    for (const each of chosen.length ? chosen : schema) {
      for (const one of each.properties) {
        if (!found.has(one.name)) {
          found.set(one.name, { label: one.name, type: "property", detail: ` ${one.meaning}`, info: one.doc });
        }
      }
    }
    return [...found.values()];
  };
  const shipped = queries.map((query) => ({
    label: query.name, type: "text", detail: " shipped query", info: query.title, boost: -50,
    apply: () => open(query.name),
  }));

  return (context) => {
    const word = context.matchBefore(/[\w-]*/);
    const line = context.state.doc.lineAt(context.pos);
    if (/^[^'"]*\/\//.test(line.text.slice(0, context.pos - line.from))) return null;
    const all = context.state.doc.toString();
    const before = all.slice(0, word.from);
    const from = word.from;
    const give = (options) => ({ from, options, validFor: /^[\w-]*$/ });
    const stack = opened(before);
    const inside = stack.at(-1);
    if (/\$$/.test(before)) {
      const names = new Set([...all.matchAll(/\$(\w+)/g)].map(([, name]) => name).filter((name) => name !== word.text));
      return give([...names].map((label) => ({ label, type: "variable" })));
    }
    if (/[:|&]\s*$/.test(before) && (inside === "[" || inside === "(")) {
      return give(inside === "[" ? types : labels);
    }
    const owner = /(\w+)\.$/.exec(before);
    if (owner) return give(properties(bound(all)[owner[1]] ?? []));
    if (inside === "{" && /[{,]\s*$/.test(before)) {
      const start = /[([]\s*\w*\s*:\s*([\w|&:]+)\s*\{[^{}]*$/.exec(before);
      return give(properties(start ? start[1].split(/[|&:]+/) : []));
    }
    if (!word.text && !context.explicit) return null;
    const variables = Object.keys(bound(all)).map((label) => ({ label, type: "variable" }));
    return give([...WORDS, ...FUNCTIONS, ...variables, ...(before.trim() ? [] : shipped)]);
  };
}
