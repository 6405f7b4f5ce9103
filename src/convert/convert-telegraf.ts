import * as Result from "effect/Result"
import { parse } from "smol-toml"
import { isMap } from "../config/unknown-values.ts"
import { nameOfSource } from "../init/source-name.ts"
import { type Conversion, formatLost, LostParts } from "./converted-file.ts"
import {
  convertJsonV2,
  convertXpathParser,
  type Fields,
  type Lose,
  legal,
  list,
  maps,
  text
} from "./telegraf-parsers.ts"

/** The number, from 1, of the first line at or after `from` that matches; `from` if none does. */
const lineOf = (lines: ReadonlyArray<string>, pattern: RegExp, from = 1): number => {
  const found = lines.findIndex((line, index) => index >= from - 1 && pattern.test(line))
  return found < 0 ? from : found + 1
}

/** Converts the keys of an input that have a counterpart among the settings of a target. */
const settingsOf = (input: Fields, name: string, target: Fields, lose: Lose): Fields => {
  const settings: Fields = {}
  const { username, password, headers } = input
  if (text(input.method) !== "" && text(input.method).toUpperCase() !== "GET")
    settings.method = text(input.method).toUpperCase()
  if (isMap(headers))
    settings.headers = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, text(value)]))
  if (text(input.body) !== "") settings.body = text(input.body)
  if (text(username) !== "" || text(password) !== "") {
    settings.auth = { basic: { username: text(username), password_file: `${name}-password` } }
    lose(target, `the password: write it into the file ${name}-password`, "password")
  }
  const token = text(input.bearer_token) || text(input.token_file)
  if (token !== "") settings.auth = { bearer_token_file: token }
  if (text(input.token) !== "") {
    settings.auth = { bearer_token_file: `${name}-token` }
    lose(target, `the token: write it into the file ${name}-token`, "token")
  }
  const tls = {
    ...(text(input.tls_ca) !== "" && { ca_file: input.tls_ca }),
    ...(text(input.tls_cert) !== "" && { cert_file: input.tls_cert }),
    ...(text(input.tls_key) !== "" && { key_file: input.tls_key }),
    ...(text(input.tls_server_name) !== "" && { server_name: input.tls_server_name }),
    ...(input.insecure_skip_verify === true && { insecure_skip_verify: true })
  }
  if (Object.keys(tls).length > 0) settings.tls = tls
  if (text(input.http_proxy_url) !== "") settings.proxy = input.http_proxy_url
  if (list(input.success_status_codes).length > 0) settings.accept_status = input.success_status_codes
  return settings
}

/** Keys of an input that are converted here, or that do not affect its series. */
const known = new Set([
  ..."urls method headers body username password bearer_token token token_file timeout interval data_format".split(" "),
  ..."tls_ca tls_cert tls_key tls_server_name insecure_skip_verify http_proxy_url success_status_codes".split(" "),
  ..."name_override name_prefix name_suffix tags json_v2 xpath xpath_native_types alias log_level precision collection_jitter".split(
    " "
  )
])

const convertInput = (
  input: Fields,
  from: number,
  lines: ReadonlyArray<string>,
  agent: Fields,
  tags: Fields,
  lost: LostParts,
  flat: Set<Fields>
) => {
  const escaped = (text: string) => text.replace(/[^\w]/g, "\\$&")
  const lose: Lose = (owner, what, key, value = "", kind) =>
    lost.add(owner, what, lineOf(lines, new RegExp(`^\\s*"?${escaped(key)}"?\\s*=.*${escaped(value)}`), from), kind)
  const measurement = `${text(input.name_prefix)}${text(input.name_override) || "http"}${text(input.name_suffix)}`
  return list(input.urls)
    .map(text)
    .map((url) => {
      const target: Fields = {}
      const name = URL.canParse(url) ? nameOfSource(new URL(url)).replaceAll("_", "-") : "http"
      const labels = Object.fromEntries(
        Object.entries({ ...tags, ...(isMap(input.tags) ? input.tags : {}), url }).map(([key, value]) => [
          legal(key),
          text(value)
        ])
      )
      const interval = text(input.interval) || text(agent.interval) || "10s"
      Object.assign(target, {
        name,
        url,
        interval,
        timeout: text(input.timeout) || "5s",
        ...settingsOf(input, name, target, lose),
        labels
      })
      for (const key of Object.keys(input)) if (!known.has(key) && !key.startsWith("json_")) lose(target, key, key)
      switch (text(input.data_format)) {
        case "json_v2":
          for (const parser of maps(input.json_v2)) convertJsonV2(parser, measurement, target, lose)
          break
        case "xpath_json":
          for (const parser of maps(input.xpath)) convertXpathParser(parser, measurement, target, lose)
          break
        case "json":
          flat.add(target)
          lose(
            target,
            `the names: data_format json makes ${measurement}_KEYS of every number of the response, a target without metrics upstream_KEYS; poller init drafts metrics from a response`,
            "data_format"
          )
          break
        default:
          lose(target, `data_format ${text(input.data_format)}`, "data_format")
      }
      if (list(target.each).length === 0) delete target.each
      return target
    })
}

export const isTelegraf = (text: string): boolean => /^\s*\[\[\s*inputs\.\w+\s*\]\]/m.test(text)

const uniqueNames = (targets: ReadonlyArray<Fields>): void => {
  const taken = new Set<string>()
  for (const target of targets) {
    const stem = text(target.name)
    for (let n = 2; taken.has(text(target.name)); n++) target.name = `${stem}-${n}`
    taken.add(text(target.name))
  }
}

/** Converts each `[[inputs.http]]` of Telegraf to a target with the series of Telegraf's prometheus_client output. */
export const convertTelegraf = (source: string): Result.Result<Conversion, string> => {
  let root: Fields
  try {
    root = parse(source)
  } catch (error) {
    return Result.fail(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error))
  }
  const lines = source.split("\n")
  const lost = new LostParts()
  /** Targets of `data_format = "json"`. */
  const flat = new Set<Fields>()
  const inputs: Fields = isMap(root.inputs) ? root.inputs : {}
  const agent: Fields = isMap(root.agent) ? root.agent : {}
  const tags: Fields = isMap(root.global_tags) ? root.global_tags : {}
  let from = 0
  const all = maps(inputs.http).flatMap((input) => {
    from = lineOf(lines, /^\s*\[\[\s*inputs\.http\s*\]\]/, from + 1)
    return convertInput(input, from, lines, agent, tags, lost, flat)
  })
  if (all.length === 0) return Result.fail("there is no [[inputs.http]]")
  // a target without metrics gets a series for every number, which is right only for data_format json
  const targets = all.filter((target) => target.each !== undefined || flat.has(target))
  const empty = all.filter((target) => !targets.includes(target))
  uniqueNames(targets)
  const sections = [
    ...Object.keys(inputs).flatMap((name) => (name === "http" ? [] : [`inputs.${name}`])),
    ...["processors", "aggregators"].flatMap((kind) =>
      Object.keys(isMap(root[kind]) ? root[kind] : {}).map((name) => `${kind}.${name}`)
    )
  ]
  return Result.succeed({
    configuration: { targets },
    lost: lost.byObject,
    head: [
      "Converted from Telegraf, with the names of its prometheus_client. The tag host is left out: Prometheus has instance.",
      ...empty.flatMap((target) => [
        `lost: the URL ${text(target.url)}, of which nothing could be carried over`,
        ...(lost.byObject.get(target) ?? []).map((part) => `  ${formatLost(part)}`)
      ]),
      ...sections.map(
        (name) =>
          `lost: ${name}${name.startsWith("inputs") ? "" : ", which changes the series"} (line ${lineOf(lines, new RegExp(`\\[\\s*${name.replace(".", "\\.")}\\b`))})`
      )
    ],
    foot: []
  })
}
