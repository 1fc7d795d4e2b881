/** The state of the page, which is in its address alone. */

/** The event after which the page shows its address; `detail.moved` is true if only a value changed. */
export const WENT = "went";

/** Go to a state. @param {URLSearchParams} state @param {{moved?: boolean, replace?: boolean}} how */
export function go(state, { moved = false, replace = false } = {}) {
  const address = `/?${state}`;
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  dispatchEvent(new CustomEvent(WENT, { detail: { moved } }));
}
