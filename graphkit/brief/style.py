"""The style of a brief: on light and dark screens, on phones and on paper."""

STYLE = """:root { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --muted: #5b6470;
  --line: #d4d9e0; --band: #f3f5f8; --link: #2346c7; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #14171c; --ink: #e9ebee; --muted: #a6aeba; --line: #3c434d; --band: #1d2229;
    --link: #9db4ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 Noto Sans, Segoe UI, Helvetica Neue, Arial, Liberation Sans, sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 16px 16px 48px; }
h1 { font-size: 1.6em; line-height: 1.25; margin: .4em 0; }
h2 { font-size: 1.2em; margin: 2em 0 .4em; border-bottom: 1px solid var(--line); }
a { color: var(--link); }
.lead { font-size: 1.08em; }
nav ol { columns: 2 260px; padding-left: 1.6em; font-size: .92em; }
ul { padding-left: 1.3em; }
li { margin: .25em 0; overflow-wrap: anywhere; }
.note, .command { color: var(--muted); font-size: .88em; }
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
summary { cursor: pointer; color: var(--link); font-size: .92em; padding: .3em 0; }
code, pre { font-family: ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace; }
code { overflow-wrap: anywhere; }
pre { background: var(--band); padding: 10px; overflow-x: auto; font-size: .84em; }
@media print {
  /* A margin with a text of its own has no header or footer of the browser. */
  @page { size: A4; margin: 16mm 14mm; @top-left { content: " "; }
    @bottom-right { content: counter(page) " of " counter(pages); color: #5b6470;
      font: 8pt Noto Sans, Arial, sans-serif; } }
  body { font-size: 10pt; line-height: 1.35; }
  h2 { margin-top: 1.4em; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  summary { list-style: none; color: var(--muted); }
  summary::after { content: " (in the file, not in print)"; }
  .wide { overflow: visible; }
  /* What does not fit moves to the next page, and the text goes on before it. */
  .picture.wide { float: left; width: 100%; margin: 0 0 3mm; }
  .picture svg { max-width: 150mm; max-height: 235mm; break-inside: avoid; }
  table { font-size: 7.5pt; width: 100%; }
  th, td { padding: 2px 4px; }
  tr, li { break-inside: avoid; }
  thead, tbody tr:nth-child(-n+4) { break-after: avoid; }
  h2, p:has(+ ul) { break-after: avoid; }
  details { break-before: avoid; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
}
"""
"""CSS, after that of the letters."""
