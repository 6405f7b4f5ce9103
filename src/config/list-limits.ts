import type { Diagnostic } from "./diagnostics.ts"
import type { DiscoveredTarget } from "./target-group.ts"

/**
 * Limit of the characters in the address and the labels of one target. poller's own series of the target contain them,
 * or the name that is made of them.
 */
const maxOfTarget = 16_000

/** Limit of these characters on average, if the list has `max_targets` targets. */
const maxOnAverage = 2000

type Labels = DiscoveredTarget["labels"]

const charactersOf = (labels: Labels): number =>
  Object.entries(labels).reduce((sum, [name, value]) => sum + name.length + value.length, 0)

/**
 * Why a list is rejected as a whole; undefined if it is not. A short list can need much memory: the list has the labels
 * of a group once, but poller keeps them for each target of the group.
 */
export const listProblem = (
  from: string,
  targets: ReadonlyArray<DiscoveredTarget>,
  maxTargets: number
): Diagnostic | undefined => {
  if (targets.length > maxTargets)
    return { location: from, message: `lists ${targets.length} targets, more than max_targets ${maxTargets}` }
  const ofGroup = new Map<Labels, number>()
  let total = 0
  for (const { address, labels, location } of targets) {
    const shared = ofGroup.get(labels) ?? charactersOf(labels)
    ofGroup.set(labels, shared)
    const characters = address.length + shared
    if (characters > maxOfTarget) {
      const message = `the address and the labels of the target have ${characters} characters, more than ${maxOfTarget}`
      return { location, message }
    }
    total += characters
  }
  const most = maxOnAverage * maxTargets
  if (total <= most) return undefined
  const message = `the addresses and labels of its targets have ${total} characters, more than ${maxOnAverage} for each of max_targets`
  return { location: from, message }
}
