import { type Issue, issue, issueOfKey } from "./diagnostics.ts"
import { type Environment, expand } from "./environment.ts"
import { likelyMistakes } from "./likely-mistakes.ts"
import { lint } from "./lint.ts"
import { type RawConfiguration, rawConfiguration } from "./raw-configuration.ts"
import { acceptedAndRefused, givenOnce, knownLogin, logoutOfLogin, takenAndGiven } from "./rules/logins.ts"
import { duplicatesAgree, labelsOnce, oneFamilyPerName, reservedNames, statesLabel } from "./rules/metrics.ts"
import {
  filesAreRead,
  formOfPages,
  headersOnce,
  keysOfGrant,
  keyWithCertificate,
  oneAuth,
  socketsArePlain,
  timesOfDetails,
  timesOfRequests,
  userOnce
} from "./rules/requests.ts"
import { noSeriesConflicts } from "./rules/series-conflicts.ts"
import { filesOrHttp, instanceFree, uniqueSources } from "./rules/sources.ts"
import { knownMapping, scheduleAlone, timeoutWithinInterval, uniqueNames } from "./rules/targets.ts"
import { File } from "./schema/configuration-file.ts"
import { schemaIssues } from "./schema-issues.ts"
import { type Locate, type SecretFileSetting, secretFiles } from "./secret-files.ts"
import type { KeyPath } from "./source-map.ts"
import { isMap } from "./unknown-values.ts"

/** What a configuration takes from its environment: variables, and the places of its files. */
export interface LoadContext {
  readonly environment: Environment
  readonly locate: Locate
  /** Makes paths absolute where `locate` would search the wrong directory. */
  readonly resolve?: (value: unknown) => unknown
}

/** All findings about a configuration. */
export interface Validation {
  /** The configuration with its variables expanded. It can be decoded if there are no problems. */
  readonly value: unknown
  readonly problems: ReadonlyArray<Issue>
  /** The configuration works, but breaks a convention or probably means something else. */
  readonly warnings: ReadonlyArray<Issue>
  readonly secretFiles: ReadonlyArray<SecretFileSetting>
}

const samePath = (a: Issue["path"], b: Issue["path"]) =>
  a.length === b.length && a.every((key, index) => key === b[index])

/** Errors that involve more than one value. Every rule runs, whatever else is wrong. */
const ruleIssues = (file: RawConfiguration): ReadonlyArray<Issue> =>
  [
    uniqueNames,
    uniqueSources,
    filesOrHttp,
    instanceFree,
    timeoutWithinInterval,
    scheduleAlone,
    knownMapping,
    knownLogin,
    takenAndGiven,
    logoutOfLogin,
    givenOnce,
    acceptedAndRefused,
    oneFamilyPerName,
    reservedNames,
    labelsOnce,
    duplicatesAgree,
    statesLabel,
    headersOnce,
    oneAuth,
    keysOfGrant,
    timesOfRequests,
    timesOfDetails,
    formOfPages,
    filesAreRead,
    socketsArePlain,
    userOnce,
    keyWithCertificate,
    noSeriesConflicts
  ].flatMap((rule) => rule(file))

/** Strings and keys with half a character, which YAML and JSON can express (`\ud800`) but UTF-8 cannot encode. */
const malformedText = (value: unknown, path: KeyPath = []): ReadonlyArray<Issue> => {
  const message = "has a lone surrogate, which is half a character: write the whole character"
  if (typeof value === "string") return value.isWellFormed() ? [] : [issue(path, message)]
  if (Array.isArray(value)) return value.flatMap((item, index) => malformedText(item, [...path, index]))
  if (!isMap(value)) return []
  return Object.entries(value).flatMap(([key, item]) => [
    ...(key.isWellFormed() ? [] : [issueOfKey([...path, key], `the key ${message}`)]),
    ...malformedText(item, [...path, key])
  ])
}

/** Finds all problems at once. Problems that follow from a variable that is not set are left out. */
export const validate = (
  given: unknown,
  { environment, locate, resolve = (value) => value }: LoadContext
): Validation => {
  const { value: expanded, unset } = expand(given, environment)
  const value = resolve(expanded)
  const whole = rawConfiguration(value)
  const known = (issue: { readonly path: KeyPath }) => !unset.some(({ path }) => samePath(path, issue.path))
  return {
    value,
    problems: [
      ...unset.map(({ path, message }) => issue(path, message)),
      ...malformedText(value),
      ...[...schemaIssues(File, value), ...ruleIssues(whole)].filter(known)
    ],
    warnings: [...lint(whole), ...likelyMistakes(whole)].filter(known),
    secretFiles: secretFiles(whole, locate).filter(known)
  }
}
