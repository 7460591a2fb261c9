/**
 * The only style sheet of the page. The contrast between text and background is at least 4.5 in light and
 * dark mode (WCAG 2.1 AA). No information is conveyed by colour alone.
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f4f5f7; --line: #c9ced6; --text: #1b1f24; --quiet: #4b5563;
  --transferred: #1a7f4b; --skipped: #7b8696; --held: #b7791f; --refused: #8250df; --failed: #c62828;
  --good: #14663c; --bad: #b3261e; --wait: #7a4d05; --focus: #0b5fd1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --panel: #1e232a; --line: #3d4652; --text: #e6e9ee; --quiet: #aab4c0;
    --transferred: #3fb57b; --skipped: #8b97a7; --held: #d9a441; --refused: #b392f0; --failed: #f0716a;
    --good: #6fd3a0; --bad: #ff9a92; --wait: #eec06a; --focus: #7fb4ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem; max-width: 64rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; }
p { margin: .5rem 0; }
.quiet, caption, figcaption { color: var(--quiet); }
.end { font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .wait { color: var(--wait); }
.error { margin: 1rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-left: .35rem solid var(--failed); background: var(--panel); }
.error h2 { margin: 0 0 .25rem; }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .5rem; margin: 1rem 0; }
.totals div { padding: .5rem .75rem; background: var(--panel); border: 1px solid var(--line); border-radius: .3rem; }
.totals dt { color: var(--quiet); font-size: .85rem; }
.totals dd { margin: 0; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
figure { margin: .5rem 0; }
svg { display: block; width: 100%; }
.bar { height: 1.75rem; }
.chart { height: 9rem; border-bottom: 1px solid var(--line); }
.fill-transferred, .spans { fill: var(--transferred); } .fill-skipped { fill: var(--skipped); } .fill-held { fill: var(--held); }
.fill-refused { fill: var(--refused); } .fill-failed { fill: var(--failed); } .fill-notReached, .fill-none { fill: var(--line); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0; padding: 0; list-style: none; }
.legend svg { display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; }
.axis { display: flex; justify-content: space-between; gap: 1rem; font-size: .85rem; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { padding-bottom: .25rem; text-align: left; }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
tbody th { font-weight: 500; }
.word, .number { overflow-wrap: normal; }
td:last-child, th:last-child { padding-right: 0; }
.number { text-align: right; }
summary { padding: .25rem 0; cursor: pointer; }
summary:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
pre, code { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: .85rem; }
pre { margin: .25rem 0; padding: .5rem; background: var(--panel); border: 1px solid var(--line); white-space: pre-wrap; }
footer { margin-top: 2rem; padding-top: .5rem; border-top: 1px solid var(--line); font-size: .85rem; }
@media (max-width: 30rem) { body { padding: .75rem; } td, th { padding-right: .35rem; font-size: .9rem; } }
@media print { body { max-width: none; } details > * { display: block; } }
`;
