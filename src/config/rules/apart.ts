import { type Issue, issue } from "../issue.ts"
import { place } from "../place.ts"
import type { Survey, TargetSite } from "../survey.ts"

/** A target that has a metric of some name, and the labels that its rows give that metric. */
interface Emitter {
  readonly target: TargetSite
  readonly rowLabels: ReadonlySet<string>
}

/** By metric name, the targets that have it. A target without metrics makes names of what it finds. */
const emittersByName = (targets: Survey["targets"]): ReadonlyMap<string, ReadonlyArray<Emitter>> => {
  const byName = new Map<string, Array<Emitter>>()
  for (const target of targets) {
    const rowLabels = new Map<string, Set<string>>()
    for (const { name, labels } of target.metrics ?? [{ name: "upstream_*", labels: new Map<string, never>() }]) {
      const known = rowLabels.get(name) ?? new Set()
      for (const label of labels.keys()) known.add(label)
      rowLabels.set(name, known)
    }
    for (const [name, labels] of rowLabels) {
      const emitters = byName.get(name) ?? []
      emitters.push({ target, rowLabels: labels })
      byName.set(name, emitters)
    }
  }
  return byName
}

/** A label that a target's rows may give any value, or none. */
const anything = Symbol("anything")

/** Each target whose series could be those of one before it, with that one. */
const clashesOf = (emitters: ReadonlyArray<Emitter>): ReadonlyArray<readonly [TargetSite, TargetSite]> => {
  const names = [...new Set(emitters.flatMap(({ target }) => [...target.labels.keys()]))]
  const seen = new Map<string, { readonly target: TargetSite; readonly values: ReadonlyArray<string | symbol> }>()
  let loose = false
  return emitters.flatMap(({ target, rowLabels }) => {
    const values = names.map((name) => target.labels.get(name) ?? (rowLabels.has(name) ? anything : ""))
    const fits = (others: ReadonlyArray<string | symbol>) =>
      values.every((value, index) => value === others[index] || value === anything || others[index] === anything)
    const key = JSON.stringify(values.map((value) => (value === anything ? null : value)))
    loose ||= values.includes(anything)
    // thousands of targets share a mapping: without such labels, equal values are found without comparing each with each
    const other = loose ? [...seen.values()].find(({ values }) => fits(values)) : seen.get(key)
    if (!seen.has(key)) seen.set(key, { target, values })
    return other === undefined ? [] : [[target, other.target] as const]
  })
}

/**
 * Two targets with a metric of one name, and no constant label that tells them apart, could emit the same series, which a page has only once.
 * A label tells them apart when both have it with different values, or one has it and the other neither constant nor from its rows.
 */
export const seriesApart = ({ targets }: Survey): ReadonlyArray<Issue> => {
  const clashes = new Map<TargetSite, { readonly other: TargetSite; readonly names: Array<string> }>()
  for (const [name, emitters] of emittersByName(targets)) {
    for (const [target, other] of clashesOf(emitters)) {
      const clash = clashes.get(target) ?? { other, names: [] }
      clash.names.push(name)
      clashes.set(target, clash)
    }
  }
  return [...clashes].map(([{ path }, { other, names }]): Issue => {
    const series = names.length === 1 ? names[0] : `${names[0]} and ${names.length - 1} more`
    const mend = "give each a constant label that tells them apart, as in labels: { site: a }"
    const message = `could emit the same series as ${place(other.path)} (${series}): ${mend}`
    return issue(path, message)
  })
}
