import type { Owner } from "../../poll/cluster-status.ts"
import { ownerLine } from "./cluster-section.ts"
import { html } from "./html.ts"
import { layout, type PageContext } from "./layout.ts"

/** The page for an unknown path or target. Links to the other process that polls the target, and to the list. */
export const notFoundPage = (context: PageContext, name: string | undefined, owner?: Owner): string =>
  layout("Not found · poller", "up", "/", { ...context, refreshes: true }, [
    name === undefined
      ? html`<h1>There is no such page</h1>`
      : owner !== undefined
        ? html`<h1>Another process polls ${name}</h1>${ownerLine(name, owner, context.now)}`
        : html`<h1>There is no target ${name}</h1><p>It may have been removed by a reload, or another shard polls it.</p>`,
    html`<p><a href="/">To the list of targets</a></p>`
  ])
