import type { Issue } from "./issue.ts"
import type { Survey } from "./raw-configuration.ts"
import { labelsOnce, notOurs, oneFamilyPerName, statesLabel } from "./rules/metrics.ts"
import { headersOnce, keyWithCertificate, oneAuth, userOnce } from "./rules/requests.ts"
import { seriesApart } from "./rules/series-conflicts.ts"
import { filesOrHttp, instanceFree, uniqueSources } from "./rules/sources.ts"
import { knownMapping, timeoutWithinInterval, uniqueNames } from "./rules/targets.ts"

/** What is wrong with a file beyond its single values. No rule waits for another, nor for the rest of the file to be right. */
export const brokenRules = (file: Survey): ReadonlyArray<Issue> =>
  [
    uniqueNames,
    uniqueSources,
    filesOrHttp,
    instanceFree,
    timeoutWithinInterval,
    knownMapping,
    oneFamilyPerName,
    notOurs,
    labelsOnce,
    statesLabel,
    headersOnce,
    oneAuth,
    userOnce,
    keyWithCertificate,
    seriesApart
  ].flatMap((rule) => rule(file))
