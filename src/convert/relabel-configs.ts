import { RE2JS } from "re2js"
import { isMap } from "../config/unknown-values.ts"

export type Labels = ReadonlyMap<string, string>

const list = (value: unknown): ReadonlyArray<string> => (Array.isArray(value) ? value.map(String) : [])

/** Expands a replacement of Go's regexp: `${1}` and `$1` become the value of the group. */
const expand = (template: string, groups: ReadonlyArray<string>): string =>
  template.replace(
    /\$(?:(\$)|\{(\d+)\}|(\d+))/g,
    (_, dollar, braced, plain) => dollar ?? groups[Number(braced ?? plain)] ?? ""
  )

/**
 * Applies one rule of `relabel_configs`
 * (https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config). Returns the new labels;
 * undefined if the rule drops the target. Throws an Error for unsupported rules.
 */
const applyRule = (labels: Labels, rule: Readonly<Record<string, unknown>>): Labels | undefined => {
  const action = String(rule.action ?? "replace").toLowerCase()
  const pattern = RE2JS.compile(`^(?s:${rule.regex ?? "(.*)"})$`)
  const separator = String(rule.separator ?? ";")
  const value = list(rule.source_labels)
    .map((name) => labels.get(name) ?? "")
    .join(separator)
  const groupsOf = (text: string): ReadonlyArray<string> | undefined => {
    const matcher = pattern.matcher(text)
    if (!matcher.find()) return undefined
    return Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? "")
  }
  const target = String(rule.target_label ?? "")
  const set = (name: string, text: string): Labels => {
    const next = new Map(labels)
    if (text === "") next.delete(name)
    else next.set(name, text)
    return next
  }
  const matching = (keep: boolean): Labels =>
    new Map([...labels].filter(([name]) => (groupsOf(name) !== undefined) === keep))
  switch (action) {
    case "replace": {
      const groups = groupsOf(value)
      return groups === undefined
        ? labels
        : set(expand(target, groups), expand(String(rule.replacement ?? "$1"), groups))
    }
    case "keep":
      return groupsOf(value) === undefined ? undefined : labels
    case "drop":
      return groupsOf(value) === undefined ? labels : undefined
    case "keepequal":
      return labels.get(target) === value ? labels : undefined
    case "dropequal":
      return labels.get(target) === value ? undefined : labels
    case "lowercase":
      return set(target, value.toLowerCase())
    case "uppercase":
      return set(target, value.toUpperCase())
    case "labelmap": {
      const next = new Map(labels)
      for (const [name, text] of labels) {
        const groups = groupsOf(name)
        if (groups !== undefined) next.set(expand(String(rule.replacement ?? "$1"), groups), text)
      }
      return next
    }
    case "labeldrop":
      return matching(false)
    case "labelkeep":
      return matching(true)
    default:
      throw new Error(`the action ${action}`)
  }
}

/** Applies all rules in order. */
export const relabel = (labels: Labels, rules: unknown): Labels | undefined => {
  let current: Labels | undefined = labels
  for (const rule of Array.isArray(rules) ? rules : []) {
    if (current === undefined) return undefined
    if (isMap(rule)) current = applyRule(current, rule)
  }
  return current
}
