/** What the server knows: its document, names, and the database it answers from. */

/** Fetch JSON, or fail with the server's message. @param {string} address @param {RequestInit} [more] */
export async function fetched(address, more) {
  const reply = await fetch(address, more);
  const content = await reply.json();
  if (!reply.ok) throw new Error(content.error);
  return content;
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
