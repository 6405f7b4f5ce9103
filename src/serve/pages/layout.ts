import { createHash } from "node:crypto"
import type { DaemonStatus } from "../../poll/daemon-status.ts"
import { type Content, Html, html } from "./html.ts"
import * as show from "./show.ts"
import { style } from "./style.ts"

/** What a browser may do with a page: show it, with the one style that is in it. */
export const securityHeaders = (): Readonly<Record<string, string>> => ({
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store"
})

/** A whole page: who speaks, then what there is to say. */
export const layout = (title: string, self: DaemonStatus, now: number, content: Content): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<b>poller</b> <span>${self.version}</span> <span>up for ${show.duration(Math.max(0, now - self.started) / 1000)}</span>
${self.shard.total > 1 && html`<span>shard ${self.shard.ordinal} of ${self.shard.total}</span>`}
<nav><a href="/">targets</a> <a href="/metrics">metrics</a></nav>
</header>
<main>
${content}
</main>
<footer>As of <time datetime="${new Date(now).toISOString()}">${new Date(now).toISOString().replace("T", " ").slice(0, 19)} UTC</time>.</footer>
</body>
</html>
`.toString()
