/** The pages' only style: the system's own letters, one colour for trouble, light and dark as the reader has it. */
export const style = `
:root { color-scheme: light dark;
  --ink: light-dark(#1c1d1f, #e4e4e2); --soft: light-dark(#6a6d72, #96999e); --line: light-dark(#e3e3e0, #34363a);
  --paper: light-dark(#fdfdfc, #17181a); --raised: light-dark(#f6f6f3, #1f2023);
  --good: light-dark(#2f7d4f, #63b384); --bad: light-dark(#c0362c, #f0776b); --wait: light-dark(#8a8d92, #7d8085); }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1.25rem 3rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .2em }
a:hover { text-decoration-color: currentColor }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; color: var(--soft); font-size: .87rem }
header b { color: var(--ink); font-size: 1rem }
header nav { display: flex; gap: 1.25rem; margin-left: auto }
h1 { font-size: 1.7rem; line-height: 1.25; font-weight: 600; letter-spacing: -.01em; margin: 2rem 0 .25rem; overflow-wrap: anywhere }
h2 { font-size: 1rem; font-weight: 600; margin: 2.25rem 0 .5rem }
p { margin: .25rem 0; max-width: 60rem }
.soft { color: var(--soft) }
.notice { border-left: 3px solid var(--bad); background: var(--raised); padding: .6rem .9rem; margin: 1rem 0; overflow-wrap: anywhere }
.notice p { margin: .1rem 0 }
table { border-collapse: collapse; width: 100%; margin: 1.25rem 0 }
th { text-align: left; font-size: .8rem; font-weight: 500; color: var(--soft); padding: 0 1rem .35rem 0; border-bottom: 1px solid var(--line) }
td { padding: .55rem 1rem .55rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere }
th:last-child, td:last-child { padding-right: 0 }
.name a { font-weight: 500 }
.last { white-space: nowrap }
.number { text-align: right; white-space: nowrap }
.state { white-space: nowrap; font-weight: 500 }
.state::before { content: ""; display: inline-block; width: .6em; height: .6em; margin-right: .5em; border-radius: 50%; background: var(--wait) }
.up::before { background: var(--good) }
.down::before { background: var(--bad); border-radius: 1px }
.down { color: var(--bad) }
.strip { display: block; width: 240px; max-width: 100%; height: 28px }
.strip path { fill: none; stroke-width: 3 }
.strip .good { stroke: var(--good); opacity: .75 }
.strip .failed { stroke: var(--bad) }
.wide .strip { width: 100%; max-width: 45rem; height: auto }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .9rem 1.5rem; margin: 1.25rem 0 }
dt { font-size: .8rem; color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
pre { margin: .5rem 0; padding: .8rem 1rem; background: var(--raised); overflow-x: auto; font: .82rem/1.55 ui-monospace, monospace }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .87rem }
@media (max-width: 44rem) {
  thead { position: absolute; clip-path: inset(50%) }
  tr { display: block; padding: .7rem 0; border-bottom: 1px solid var(--line) }
  td { display: block; border: 0; padding: .1rem 0 }
  .number { text-align: left }
  .number::before, td[data-label]::before { content: attr(data-label) " "; color: var(--soft) }
  td:empty { display: none }
  .last { white-space: normal }
  td.state, td.name { display: inline }
  td.name::after { content: ""; display: block }
}`
