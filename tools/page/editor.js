// The Cypher editor of the explorer: CodeMirror with highlighting, completion and marked faults.
import {
  acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { cypher } from "@codemirror/legacy-modes/mode/cypher";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { completions } from "./completions.js";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.number], color: "var(--value)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.atom, tags.definition(tags.variableName), tags.standard(tags.variableName)], color: "var(--name)" },
]);
const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: ".875rem",
    border: "1px solid var(--muted)", borderRadius: ".4rem" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
    maxHeight: "26rem" },
  ".cm-content": { minHeight: "11rem", caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--muted)", border: "0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "var(--line)" },
  ".cm-tooltip": { backgroundColor: "var(--panel)", border: "1px solid var(--muted)", color: "var(--ink)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { color: "inherit", opacity: "1", fontStyle: "normal" },
  ".cm-completionInfo": { maxWidth: "24rem" },
  ".cm-fault": { textDecoration: "underline wavy var(--fault) 2px", textUnderlineOffset: "4px" },
});

const marked = StateEffect.define();
const faults = StateField.define({
  create: () => Decoration.none,
  update(found, change) {
    if (change.docChanged) found = Decoration.none;
    for (const effect of change.effects) {
      if (effect.is(marked)) {
        found = effect.value ? Decoration.set([Decoration.mark({ class: "cm-fault" }).range(...effect.value)]) : Decoration.none;
      }
    }
    return found;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// Typing over a selection is not left to the browser, which would give the text the style of what
// it replaces, as an inline style.
const typing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const text = event.inputType.startsWith("insert") ? event.data : null;
    // The browser's own selection: the editor learns of a new one a moment later.
    const root = /** @type {any} */ (view.root);
    const chosen = root.getSelection ? root.getSelection() : document.getSelection();
    if (!text || view.composing || !chosen || !chosen.rangeCount || chosen.isCollapsed) return false;
    const ends = [[chosen.anchorNode, chosen.anchorOffset], [chosen.focusNode, chosen.focusOffset]];
    const [from, to] = ends.map(([node, offset]) => view.posAtDOM(node, offset)).sort((a, b) => a - b);
    view.dispatch({
      changes: { from, to, insert: text }, selection: { anchor: from + text.length },
      userEvent: "input.type", scrollIntoView: true,
    });
    event.preventDefault();
    return true;
  },
});

/**
 * Put an editor into an element.
 *
 * It lives in a shadow root, where its styles are adopted sheets: the page allows no inline style.
 * @param {HTMLElement} place
 * @param {{text: string, label: string, run: () => void}} given
 */
export function editor(place, { text, label, run }) {
  const root = place.attachShadow({ mode: "open" });
  const words = new Compartment();
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          { key: "Mod-Enter", run: () => (run(), true) },
          { key: "Tab", run: acceptCompletion },
          ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap,
        ]),
        lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(), faults, typing,
        StreamLanguage.define(cypher), syntaxHighlighting(colours), theme, EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
        words.of([]),
      ],
    }),
  });
  return {
    get text() { return view.state.doc.toString(); },
    /** Complete from the schema and the shipped queries. */
    complete(schema, queries, open) {
      const source = completions(schema, queries, open);
      view.dispatch({ effects: words.reconfigure(autocompletion({ override: [source], icons: false })) });
    },
    /** Underline the character at a line and column, both from 1, and go there; without, unmark. */
    mark(line, column) {
      if (!line) return view.dispatch({ effects: marked.of(null) });
      const at = view.state.doc.line(Math.min(line, view.state.doc.lines));
      const from = Math.min(at.from + column - 1, at.to);
      const to = Math.min(from + 1, view.state.doc.length);
      const [start, end] = from < to ? [from, to] : [Math.max(0, to - 1), to];
      view.dispatch({ effects: start < end ? [marked.of([start, end])] : [], selection: { anchor: from }, scrollIntoView: true });
      view.focus();
    },
  };
}
