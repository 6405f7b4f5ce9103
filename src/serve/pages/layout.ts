import { createHash } from "node:crypto"
import type { DaemonStatus } from "../../poll/daemon-status.ts"
import { type Content, Html, html } from "./html.ts"
import { ago, dateTime, duration } from "./page-format.ts"
import { style } from "./style.ts"
import type { State } from "./target-state.ts"

/** What all pages show. Times are epoch milliseconds. */
export interface PageContext {
  readonly daemon: DaemonStatus
  readonly now: number
  /** Seconds since the start, by the monotonic clock. */
  readonly uptime: number
  /** The page reloads itself; false with `?refresh=off`. */
  readonly refreshes: boolean
}

/** Seconds between two reloads of a page. */
export const refreshInterval = 15

/** Allows the page its own style, its icon and its form to poller. All other content is blocked. */
export const securityHeaders = (): Readonly<Record<string, string>> => ({
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  "referrer-policy": "no-referrer",
  "cache-control": "no-store"
})

const colours: Readonly<Record<State, string>> = {
  down: "#c0362c",
  partial: "#b7791f",
  waiting: "#6a6d72",
  up: "#2f7d4f"
}

/** The icon shows the state in the browser's tab: a red square for down, a disc in another color for the others. */
const icon = (state: State): string => {
  const shape = state === "down" ? "<rect width='16' height='16'" : "<circle cx='8' cy='8' r='8'"
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>${shape} fill='${colours[state]}'/></svg>`)}`
}

/** A whole page. `state`: of the worst target on it. `path`: its path and query, without `refresh`. */
export const layout = (
  title: string,
  state: State,
  path: string,
  { daemon, now, uptime, refreshes }: PageContext,
  content: Content
): string => {
  const separator = path.includes("?") ? "&" : "?"
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${icon(state)}">
<style>${new Html(style)}</style>
</head>
<body>
<header>
<p><b>poller</b>${daemon.host !== undefined && html` on <b>${daemon.host}</b>`}${daemon.shard.total > 1 && html`, shard ${daemon.shard.ordinal} of ${daemon.shard.total}`}</p>
<nav aria-label="Pages"><a href="/">targets</a> <a href="/metrics">metrics</a> <a href="/api/targets">JSON</a></nav>
<p class="facts">As of <time datetime="${new Date(now).toISOString()}">${dateTime(now)} UTC</time>. Configuration ${daemon.configuration !== undefined && html`<code>${daemon.configuration}</code> `}read ${ago(daemon.reload.lastSuccess, now)}.</p>
</header>
<main>
${content}
</main>
<footer>
<p>${
    refreshes
      ? html`The page reloads every ${refreshInterval} s: <a href="${path}${separator}refresh=off">stop</a>.`
      : html`The page does not reload: <a href="${path}">reload every ${refreshInterval} s</a>.`
  } Version ${daemon.version}, up for ${duration(uptime)}.</p>
</footer>
</body>
</html>
`.toString()
}
