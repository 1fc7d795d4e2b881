"""The style of a brief: on light and dark screens, on phones and on paper."""

STYLE = """:root { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --muted: #5b6470;
  --line: #d4d9e0; --band: #f3f5f8; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #14171c; --ink: #e9ebee; --muted: #a6aeba; --line: #3c434d; --band: #1d2229; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 Noto Sans, Segoe UI, Helvetica Neue, Arial, Liberation Sans, sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 16px 16px 48px; }
h1 { font-size: 1.6em; line-height: 1.25; margin: .4em 0; }
h2 { font-size: 1.2em; margin: 2em 0 .4em; border-bottom: 1px solid var(--line); }
h1 + ul { font-size: 1.04em; }
ul { padding-left: 1.3em; }
li { margin: .25em 0; overflow-wrap: anywhere; }
.note, .command { color: var(--muted); font-size: .88em; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: .6em 0; }
.picture svg { display: block; max-width: 680px; width: 100%; height: auto; }
.picture.narrow { display: none; }
@media screen and (max-width: 600px) {
  .picture.wide { display: none; }
  .picture.narrow { display: block; }
}
table { border-collapse: collapse; font-size: .84em; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 8px; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
td[style] { white-space: nowrap; }
th { background: var(--band); vertical-align: bottom; }
.command { margin: .4em 0; }
.sheet { border: 0; border-top: 2px solid var(--line); margin: 2em 0; }
code { font-family: ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace; }
@media print {
  /* A margin with a text of its own has no header or footer of the browser. */
  @page { size: A4; margin: 16mm 14mm; @top-left { content: " "; }
    @bottom-right { content: counter(page) " of " counter(pages); color: #5b6470;
      font: 8pt Noto Sans, Arial, sans-serif; } }
  body { font-size: 9pt; line-height: 1.3; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 15pt; margin: 0 0 1.5mm; }
  h2 { font-size: 11pt; margin: 3mm 0 1mm; }
  p, ul { margin: 1mm 0; }
  li { margin: .5mm 0; }
  .note, .command { font-size: 7.5pt; }
  .command { margin: .7mm 0; }
  code { font-size: 7pt; }
  .sheet { border: 0; margin: 0; height: 0; break-after: page; }
  .sheet + h2 { margin-top: 0; }
  .wide { overflow: visible; margin: 1mm 0; }
  /* The picture leaves the rest of page 1 to the text. */
  .picture svg { width: auto; max-width: 100%; max-height: 74mm; margin: 0 auto; }
  table { font-size: 7pt; width: 100%; }
  th, td { padding: 1px 4px; }
  tr, li { break-inside: avoid; }
  thead, tbody tr:nth-child(-n+2) { break-after: avoid; }
  h2, h2 + p, p:has(+ .wide) { break-after: avoid; }
}
"""
"""CSS, after that of the letters."""
