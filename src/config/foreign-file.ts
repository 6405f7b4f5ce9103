import type { SourceProblem } from "./source-map.ts"

/** How to recognize the configurations of other programs, and what the user should do. */
const programs: ReadonlyArray<readonly [sign: RegExp, what: string, advice: string]> = [
  [
    /^\s*\[\[(?:inputs|outputs|processors|aggregators)\./m,
    "Telegraf",
    "poller convert FILE prints the configuration that does the same"
  ],
  [
    /^modules:\s*(?:#.*)?$[\s\S]*?^\s+(?:- )?(?:metrics|path|http_client_config|accept|headers|body):/m,
    "json_exporter",
    "poller convert FILE prints the configuration that does the same"
  ],
  [
    /^scrape_configs:/m,
    "Prometheus",
    "it stays what it is; if it scrapes a json_exporter, poller convert prints a configuration for that exporter's own file"
  ]
]

/** The problem of a file that belongs to another program; undefined if it may be poller's. */
export const foreignFile = (file: string, text: string): SourceProblem | undefined => {
  if (/^["']?(?:targets|targets_from|mappings)["']?:/m.test(text) || /^\s*\{/.test(text)) return undefined
  for (const [sign, what, advice] of programs) {
    const match = sign.exec(text)
    if (match === null) continue
    const line = text.slice(0, match.index + match[0].search(/\S/)).split("\n").length
    return { line, column: 1, path: [], message: `this is a configuration of ${what}: ${advice.replace("FILE", file)}` }
  }
  return undefined
}
