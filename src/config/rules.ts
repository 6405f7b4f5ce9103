import type { Issue } from "./issue.ts"
import type { RawConfiguration } from "./raw-configuration.ts"
import { labelsOnce, oneFamilyPerName, reservedNames, statesLabel } from "./rules/metrics.ts"
import { headersOnce, keyWithCertificate, oneAuth, userOnce } from "./rules/requests.ts"
import { noSeriesConflicts } from "./rules/series-conflicts.ts"
import { filesOrHttp, instanceFree, uniqueSources } from "./rules/sources.ts"
import { knownMapping, timeoutWithinInterval, uniqueNames } from "./rules/targets.ts"

/** What is wrong with a file beyond its single values. No rule waits for another, nor for the rest of the file to be right. */
export const brokenRules = (file: RawConfiguration): ReadonlyArray<Issue> =>
  [
    uniqueNames,
    uniqueSources,
    filesOrHttp,
    instanceFree,
    timeoutWithinInterval,
    knownMapping,
    oneFamilyPerName,
    reservedNames,
    labelsOnce,
    statesLabel,
    headersOnce,
    oneAuth,
    userOnce,
    keyWithCertificate,
    noSeriesConflicts
  ].flatMap((rule) => rule(file))
