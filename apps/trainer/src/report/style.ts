/** The palette is the viewer's; type is what the system has, so that the page needs no other file. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --sunk: #f1efe9; --line: #e2dfd8; --line-strong: #8b877e;
  --ink: #1d1c1a; --ink-soft: #5f5c55; --accent: #2a5fa5; --cell: #6f9dd8; --warm: #a84c0c;
  --serif: 'Source Serif 4', 'Source Serif Pro', Charter, 'Iowan Old Style', Georgia, serif;
  --sans: Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
  font: 400 16px/1.55 var(--sans); background: var(--paper); color: var(--ink);
  -webkit-text-size-adjust: 100%;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #131416; --card: #1b1d20; --sunk: #1d2024; --line: #2d3034; --line-strong: #747a82;
    --ink: #eceae6; --ink-soft: #a9a8a4; --accent: #8db8f2; --cell: #3c69a8; --warm: #f0a062;
  }
}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; }
main, header, footer { max-width: 728px; margin: 0 auto; padding: 0 24px; }
h1, h2 { font-family: var(--serif); font-weight: 600; letter-spacing: -0.012em; line-height: 1.2; text-wrap: balance; }
h1 { font-size: 38px; margin: 72px 0 10px; overflow-wrap: anywhere; }
h2 { font-size: 25px; margin: 72px 0 6px; }
h3 { font-size: 15px; font-weight: 600; margin: 36px 0 2px; }
p { margin: 0 0 12px; }
a { color: var(--accent); }
.lead { font-size: 18px; color: var(--ink-soft); max-width: 60ch; }
.soft, figcaption, caption { color: var(--ink-soft); }
.numbers { display: flex; flex-wrap: wrap; gap: 12px 44px; margin: 32px 0 0; padding: 0; }
.numbers div { display: flex; flex-direction: column-reverse; }
.numbers dd { margin: 0; font: 600 34px/1.15 var(--serif); font-variant-numeric: lining-nums tabular-nums; letter-spacing: -0.015em; }
.numbers dd small { font-size: 0.6em; font-weight: 500; margin-left: 0.12em; }
.numbers dt { font-size: 14px; color: var(--ink-soft); }
figure { margin: 28px 0 0; }
figcaption { font-size: 14px; line-height: 1.5; max-width: 66ch; margin-top: 6px; }
.figure-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 18px; margin-bottom: 6px; }
.figure-head h3 { margin: 0; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0; padding: 0; list-style: none; font-size: 13px; color: var(--ink-soft); }
.legend li::before { content: ''; display: inline-block; width: 16px; height: 3px; border-radius: 2px; margin-right: 7px; vertical-align: 3px; background: var(--series); }
svg { display: block; overflow: visible; color: var(--ink-soft); font-family: var(--sans); }
.narrow { display: none; }
.matrix { display: block; width: 100%; max-width: 560px; height: auto; image-rendering: pixelated; background: var(--sunk); }
.strip { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 20px 24px; margin: 16px 0 0; padding: 0; list-style: none; }
.strip figure { margin: 0; }
.strip img { display: block; width: 100%; height: auto; image-rendering: pixelated; border-radius: 2px; }
.strip .newest { grid-column: 1 / -1; }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); gap: 22px 18px; margin: 20px 0 0; padding: 0; list-style: none; font-size: 13px; line-height: 1.4; }
.mistakes img, .mistakes .missing { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 4px; background: var(--sunk); margin-bottom: 7px; }
.mistakes .missing { padding: 10px; color: var(--ink-soft); overflow: hidden; overflow-wrap: anywhere; font-size: 12px; }
.mistakes b { font-weight: 600; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; margin: 14px 0 0; min-width: 50%; }
caption { text-align: left; font-size: 14px; padding-bottom: 6px; }
th, td { text-align: right; padding: 5px 0 5px 22px; border-bottom: 1px solid var(--line); font-weight: 400; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td.name, th.name { text-align: left; }
thead th { color: var(--ink-soft); font-size: 13px; vertical-align: bottom; }
details { margin-top: 16px; }
summary { cursor: pointer; color: var(--ink-soft); font-size: 14px; }
summary:hover { color: var(--ink); }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 6px 24px; margin: 18px 0 0; font-size: 14px; }
dl.facts dt { color: var(--ink-soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font: 13px/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
pre { background: var(--sunk); border-radius: 6px; padding: 14px 16px; overflow-x: auto; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
footer { margin: 96px auto 48px; font-size: 13px; color: var(--ink-soft); }
@media (max-width: 720px) {
  main, header, footer { padding: 0 18px; }
  h1 { font-size: 30px; margin-top: 40px; }
  h2 { font-size: 22px; margin-top: 56px; }
  .lead { font-size: 16px; }
  .numbers { display: grid; grid-template-columns: 1fr 1fr; gap: 18px 24px; }
  .numbers dd { font-size: 28px; }
  .wide { display: none; }
  .narrow { display: block; }
  .mistakes { grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); gap: 18px 12px; }
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dd { margin-bottom: 10px; }
}
@media print {
  details { display: none; }
  figure, .mistakes li { break-inside: avoid; }
}
`;
