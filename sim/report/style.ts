/** The style sheet of the page: all colours stand here, once for light and once for dark. */
const LIGHT = `
  --paper: #f7f6f3; --card: #ffffff; --ink: #1d2430; --soft: #5b6472; --rule: #e4e2dc; --line: #a3a8b0; --shade: #ecebe6; --accent: #1f5fa8; --alarm: #b3261e;
  --p0: #2f6db3; --p1: #d4731c; --p2: #23927a; --p3: #c0446b; --p4: #7a58b0; --p5: #94840f; --p6: #219dc4; --p7: #86482a; --p8: #c97fb2; --p9: #557a26; --p10: #6b7280; --p11: #ab3529; --p12: #1d5c59;
  --a0: #1f63b5; --a1: #e07b12; --a2: #2b8a57; --a3: #8a4fa3;
  --r0: #4d79a8; --r1: #e29a45; --r2: #8cc0bb; --r3: #b4779f; --r4: #9a9a3c; --r5: #7c5b45; --r6: #9aa0a8;
  --h0: #eaf2fa; --h1: #cfe1f2; --h2: #a3c8e4; --h3: #66a3d0; --h4: #2f72ae; --h5: #0c3f79;
  --hi0: #14233a; --hi1: #14233a; --hi2: #14233a; --hi3: #0b1728; --hi4: #ffffff; --hi5: #ffffff;`

const DARK = `
  --paper: #14171c; --card: #1c2027; --ink: #e8eaed; --soft: #a0a8b4; --rule: #323842; --line: #6b7380; --shade: #272c35; --accent: #8ab8f0; --alarm: #ff8a80;
  --p0: #6ea6e6; --p1: #f0994a; --p2: #4cc4a8; --p3: #ee7f9f; --p4: #b095e6; --p5: #cdbb4a; --p6: #5cc8ea; --p7: #c98a64; --p8: #e6a6d2; --p9: #93bf5e; --p10: #a4abb6; --p11: #f07a6c; --p12: #68b3ae;
  --a0: #6daaf2; --a1: #f5a04a; --a2: #5cc98d; --a3: #c79be0;
  --r0: #76a3d4; --r1: #e8a757; --r2: #79b8b2; --r3: #cf95bb; --r4: #bdbd5c; --r5: #b08c73; --r6: #8d949e;
  --h0: #1d2733; --h1: #213a56; --h2: #29547f; --h3: #3f7fb5; --h4: #82b8e2; --h5: #d6eaf9;
  --hi0: #e8eaed; --hi1: #e8eaed; --hi2: #f2f6fa; --hi3: #ffffff; --hi4: #0d1a29; --hi5: #0d1a29;`

export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 40px 20px 64px; }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; margin: 0; }
h1 { font-size: clamp(1.6rem, 4vw, 2.3rem); letter-spacing: -0.015em; max-width: 24em; }
h2 { font-size: 1.4rem; margin: 56px 0 12px; letter-spacing: -0.01em; }
h3 { font-size: 1.1rem; }
h4 { font-size: 0.9rem; font-weight: 600; margin: 18px 0 6px; }
p { margin: 0 0 10px; max-width: 48em; }
a { color: var(--accent); }
small { font-size: 0.8em; color: var(--soft); }
.eyebrow { color: var(--soft); font-size: 0.9rem; margin-bottom: 8px; }
.facts { color: var(--soft); font-size: 0.92rem; margin: 14px 0 24px; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 22px 24px; }
.answer { border-left: 5px solid var(--accent); }
.answer h2 { margin: 0 0 4px; font-size: 0.85rem; font-weight: 600; color: var(--soft); letter-spacing: 0; }
.answer .headline { font-size: clamp(1.25rem, 3vw, 1.6rem); font-weight: 650; line-height: 1.3; margin-bottom: 12px; text-wrap: balance; }
.sure { color: var(--soft); font-size: 0.92rem; margin: 12px 0 0; }
.alarm { border-left: 5px solid var(--alarm); margin-bottom: 20px; }
.alarm h2 { margin: 0 0 8px; color: var(--alarm); font-size: 1.1rem; }
.after { margin-top: 18px; }
.narrow { max-width: 420px; }
.map { margin: 18px 0 4px; }
.note { color: var(--soft); font-size: 0.92rem; }
.policy { font-weight: 600; white-space: nowrap; }
.policy::before { content: ""; display: inline-block; width: 0.62em; height: 0.62em; border-radius: 50%; background: var(--c); margin-right: 0.34em; vertical-align: 0.03em; }
p .policy::before, li .policy::before { content: none; }
.contents { list-style: none; margin: 10px 0 0; padding: 0; font-size: 0.93rem; }
.contents li { display: grid; grid-template-columns: 17.5em 1fr; gap: 0 18px; padding: 5px 0; border-top: 1px solid var(--rule); }
.more { font-size: 0.93rem; }
.regime { margin-top: 20px; scroll-margin-top: 12px; }
.regime header { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; margin-bottom: 8px; }
.chip { font-size: 0.78rem; padding: 1px 10px; border-radius: 99px; border: 1px solid var(--line); color: var(--soft); white-space: nowrap; }
.chip.clear { background: var(--accent); border-color: var(--accent); color: var(--card); }
.chip.likely { border-color: var(--accent); color: var(--accent); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr)); gap: 18px 14px; margin: 18px 0; }
.charts figure, .panels figure { margin: 0; min-width: 0; }
.charts figcaption { font-size: 0.9rem; font-weight: 600; margin-bottom: 4px; }
.chart { display: block; max-width: 100%; height: auto; font-family: inherit; overflow: visible; }
.charts .chart { width: 100%; max-width: 400px; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 14px 16px; margin: 8px 0 14px; }
@media (min-width: 900px) { .panels { grid-template-columns: repeat(4, 1fr); } }
.panels .chart { width: 100%; }
.panels figcaption { font-size: 0.82rem; margin-bottom: 3px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.ends { display: flex; justify-content: space-between; font-size: 0.7rem; color: var(--soft); line-height: 1.3; }
.keys { display: flex; flex-wrap: wrap; gap: 3px 16px; font-size: 0.82rem; color: var(--soft); margin: 4px 0 8px; }
.key::before { content: ""; display: inline-block; width: 0.85em; height: 0.85em; border-radius: 2px; background: var(--c); margin-right: 0.4em; vertical-align: -0.08em; }
.key.line::before { width: 1.5em; height: 3px; vertical-align: 0.22em; }
.key.shade::before { background: var(--shade); border: 1px solid var(--rule); }
.key.dashed::before { width: 0; background: none; border-left: 2px dashed var(--ink); border-radius: 0; height: 1.05em; vertical-align: -0.2em; }
.wide { overflow-x: auto; margin: 0 -24px; padding: 0 24px; }
.wide + .wide { margin-top: 26px; }
.wide .chart { max-width: none; }
table { border-collapse: collapse; width: 100%; font-size: 0.86rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 7px 18px 7px 0; border-bottom: 1px solid var(--rule); vertical-align: top; white-space: nowrap; }
thead th { font-weight: 600; vertical-align: bottom; white-space: normal; min-width: 7em; max-width: 13em; line-height: 1.3; }
thead small { display: block; font-weight: 400; }
tbody th { font-weight: 400; }
tbody tr:last-child > * { border-bottom: 0; }
th:last-child, td:last-child { padding-right: 0; }
details { margin-top: 10px; }
summary { cursor: pointer; color: var(--accent); font-size: 0.9rem; }
details > .wide { margin-top: 8px; }
pre { overflow-x: auto; background: var(--shade); padding: 14px 16px; border-radius: 8px; font: 0.82rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; margin: 8px 0 14px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 5px 18px; margin: 0; font-size: 0.92rem; }
dt { font-weight: 600; }
dd { margin: 0; color: var(--soft); }
@media (max-width: 560px) { main { padding: 24px 12px 48px; } .card { padding: 16px; } .wide { margin: 0 -16px; padding: 0 16px; } dl, .contents li { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } }
@media print { body { background: none; } .card { break-inside: avoid; } }
`
