/**
 * The style of all pages: the font of the system, one color for each state, light or dark as the system is set. Text
 * has a contrast of 4.5 or more (WCAG AA).
 */
export const style = `
:root { color-scheme: light dark;
  --ink: light-dark(#1c1d1f, #e4e4e2); --soft: light-dark(#595c61, #a3a6ab); --line: light-dark(#dfdfdb, #36383c);
  --paper: light-dark(#fdfdfc, #17181a); --raised: light-dark(#f4f4f0, #202124);
  --good: light-dark(#1f6b40, #63b384); --bad: light-dark(#b02a20, #f5857a); --part: light-dark(#8a5200, #e0a84a); --wait: light-dark(#595c61, #a3a6ab) }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 76rem; padding: 1.25rem 1.25rem 2.5rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .2em }
a:hover { text-decoration-color: currentColor }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, pre:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; color: var(--soft); font-size: .9rem }
header p { margin: 0 } header .facts { flex-basis: 100%; font-size: .85rem } header b { color: var(--ink) }
header nav { display: flex; gap: 1.25rem; margin-left: auto }
h1 { font-size: 1.7rem; line-height: 1.25; font-weight: 600; letter-spacing: -.01em; margin: 1.5rem 0 .25rem; overflow-wrap: anywhere }
h1 .state { font-size: 1rem; vertical-align: .2em; margin-right: .4em }
h2 { font-size: 1rem; font-weight: 600; margin: 2rem 0 .5rem }
p { margin: .25rem 0; max-width: 60rem; overflow-wrap: anywhere }
.soft { color: var(--soft) }
.causes { color: var(--bad); font-size: 1.05rem }
.back { font-size: .9rem; margin-top: 1rem }
.notice { border-left: 3px solid var(--bad); background: var(--raised); padding: .6rem .9rem; margin: 1rem 0; overflow-wrap: anywhere }
.notice p { margin: .1rem 0 }
form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: 1rem 0 0; font-size: .9rem }
form label { color: var(--soft) }
input, select, button { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--soft); border-radius: 3px; padding: .15rem .5rem; min-height: 1.9rem }
input { width: 15rem; max-width: 100% }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
caption { text-align: left; font-weight: 600; padding: .5rem 0; overflow-wrap: anywhere }
th { text-align: left; font-size: .8rem; font-weight: 500; color: var(--soft); padding: 0 1rem .35rem 0; border-bottom: 1px solid var(--line) }
td { padding: .45rem 1rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere }
th:last-child, td:last-child { padding-right: 0 }
.name { min-width: 12rem } .name a { font-weight: 500 }
.why, .since { font-size: .9rem } .why::before { content: ""; display: block } .since::before { content: ", " }
.why { color: var(--bad) } .partly { color: var(--part) } .since { color: var(--soft) }
.last, .next { white-space: nowrap }
.number { text-align: right; white-space: nowrap }
.state { white-space: nowrap; font-weight: 500 }
.state::before { content: ""; display: inline-block; width: .6em; height: .6em; margin-right: .45em; border-radius: 50%; background: var(--wait) }
.up::before { background: var(--good) }
.down::before { background: var(--bad); border-radius: 0 }
.partial::before { background: var(--part); border-radius: 0; transform: rotate(45deg) }
.down { color: var(--bad) } .partial { color: var(--part) }
.bars { white-space: nowrap; font-size: .8rem }
.sparkline { display: inline-block; width: 180px; height: 26px; vertical-align: middle; margin-right: .5rem }
.sparkline path { fill: none; stroke-width: 3 }
.sparkline .good { stroke: var(--good) }
.sparkline .failed { stroke: var(--bad) }
.sparkline .timeout { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3 }
figure { margin: 1rem 0 } figcaption { font-size: .85rem; margin-top: .25rem }
.wide { max-width: 45rem } .wide .sparkline { width: 100%; height: auto; display: block; border-bottom: 1px solid var(--line) }
.axis { display: flex; justify-content: space-between; font-size: .8rem; color: var(--soft) }
.w20 { width: 20% } .w30 { width: 30% } .w40 { width: 40% } .w50 { width: 50% } .w60 { width: 60% } .w70 { width: 70% } .w80 { width: 80% } .w90 { width: 90% }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .8rem 1.5rem; margin: 1rem 0 }
dt { font-size: .8rem; color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
.timing { width: auto; min-width: 16rem } .timing caption { font-size: .9rem; white-space: nowrap }
code, pre { font-family: ui-monospace, monospace; font-size: .85em }
pre { margin: .5rem 0; padding: .7rem .9rem; background: var(--raised); overflow-x: auto; line-height: 1.55 }
.pages { display: flex; flex-wrap: wrap; gap: .25rem .9rem; margin: 1rem 0 } .pages a, .pages b { padding: .2rem .3rem }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem }
@media (max-width: 52rem) {
  body { padding: .75rem .8rem 2rem }
  h1 { font-size: 1.35rem; margin-top: 1rem }
  input { width: 11rem }
  table:not(.timing) thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden }
  table:not(.timing) tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line) }
  table:not(.timing) td { display: inline; border: 0; padding: 0 .6rem 0 0; font-size: .9rem }
  table:not(.timing) .number { text-align: left }
  table:not(.timing) td[data-label]::before { content: attr(data-label) " "; color: var(--soft) }
  td:empty { display: none }
  .last, .next { white-space: normal }
  form { gap: .4rem .6rem } form label { font-size: .8rem } select { max-width: 6.5rem }
  table:not(.timing) td.name, table:not(.timing) td.last { padding: 0 }
  table:not(.timing) td.name::after, table:not(.timing) td.last::after { content: ""; display: block }
  table:not(.timing) .bars { padding-left: .3rem } .bars .sparkline { width: 140px; height: 18px }
  .wide .sparkline { height: auto }
  dl { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .6rem 1rem }
}`
