import type * as Cron from "effect/Cron"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Login } from "../client/login-session.ts"
import type { Request } from "../client/request.ts"
import { memoize } from "../host/memoize.ts"
import { mappingFields } from "../mapping/schema/mapping.ts"
import type { Transform } from "../mapping/transform.ts"
import { longestGap, parseCron } from "./cron.ts"
import { helpsOf, withHelps } from "./help.ts"
import { compileLogin } from "./login-compiler.ts"
import type { RawConfiguration } from "./raw-configuration.ts"
import { Target as TargetSchema } from "./schema/configuration-file.ts"
import { builtInSettings, maxBuiltInTimeout, settings } from "./schema/target-settings.ts"
import { type Locate, withFiles } from "./secret-files.ts"
import { requestOf } from "./target-request.ts"
import { compileTransform, detailsOf, plannerOf, type TransformSpec } from "./transform-spec.ts"
import type { Fields } from "./unknown-values.ts"

/** A JSON API to poll. All settings are resolved and compiled in advance. */
export interface Target {
  readonly name: string
  /** The name of the shared mapping; undefined if the target has its own mapping or none. */
  readonly mappingName?: string | undefined
  readonly request: Request
  /** Time between two polls; with a schedule, the longest gap. */
  readonly interval: Duration.Duration
  /** If set, the target is polled at these times instead of each interval. */
  readonly schedule?: Cron.Cron | undefined
  /** How long the last good series stay while polls fail. */
  readonly staleAfter: Duration.Duration
  /** A poll with more series fails. */
  readonly maxSeries: number
  /** What `transform` was compiled from. */
  readonly spec: TransformSpec
  readonly transform: Transform
  /**
   * A text of all settings. Two targets with the same text are polled and transformed in the same way. May contain
   * secrets.
   */
  readonly fingerprint: () => string
}

/** A target of the file, completed by `defaults` and the built-in settings. Paths of files are absolute. */
export const ResolvedTarget = Schema.Struct({
  ...TargetSchema.fields,
  method: Schema.requiredKey(settings.method),
  accept_status: Schema.requiredKey(settings.accept_status),
  follow_redirects: Schema.requiredKey(settings.follow_redirects),
  max_body: Schema.requiredKey(settings.max_body),
  max_series: Schema.requiredKey(settings.max_series)
})
export type ResolvedTarget = typeof ResolvedTarget.Type

const decodeComplete = Schema.decodeUnknownSync(ResolvedTarget)
const builtInInterval = Schema.decodeSync(Schema.requiredKey(settings.interval))(builtInSettings.interval)
const builtInTimeout = Schema.decodeSync(Schema.requiredKey(settings.timeout))(maxBuiltInTimeout)

/** Does not depend on the order of the settings. */
const fingerprintOf = (settings: Fields, mapping: Fields | undefined) => (): string =>
  JSON.stringify([Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)), mapping])

/**
 * A schedule, and the longest time between two of its times, by its text and time zone as JSON. The measurement takes
 * 30 ms, and targets often share a schedule.
 */
const scheduleOf = memoize((key: string) => {
  const [text, timezone] = JSON.parse(key)
  const schedule = Result.getOrThrow(parseCron(text, timezone))
  return { schedule, interval: longestGap(schedule) }
})

/** Resolves settings: absolute paths, interval, login and request. */
const resolveSettings = (settings: Fields, locate: Locate, logins: ReadonlyMap<string, Login> = new Map()) => {
  const raw = withFiles(settings, locate)
  const target = decodeComplete(raw)
  const { schedule, interval } =
    target.schedule === undefined
      ? { schedule: undefined, interval: target.interval ?? builtInInterval }
      : scheduleOf(JSON.stringify([target.schedule, target.timezone ?? "UTC"]))
  const login = target.login === undefined ? undefined : logins.get(target.login)
  const { timeout = Duration.min(interval, builtInTimeout) } = target
  return { raw, target, schedule, interval, login, request: requestOf(target, timeout, login && { login, interval }) }
}

/** The request that settings like those of a target describe. */
export const requestOfSettings = (settings: Fields, locate: Locate) => resolveSettings(settings, locate).request

/** Splits the fields of a target into its mapping and its settings. */
const splitFields = (all: Fields): readonly [mapping: Fields, settings: Fields] => {
  const isMapping = ([key]: readonly [string, unknown]) => Object.hasOwn(mappingFields, key)
  const entries = Object.entries(all).filter(([, value]) => value !== undefined)
  return [
    Object.fromEntries(entries.filter(isMapping)),
    Object.fromEntries(entries.filter((entry) => !isMapping(entry)))
  ]
}

const withDetails = (request: Request, details: Request["details"]): Request =>
  details === undefined ? request : { ...request, details }

/** Compiles a mapping once for all targets that use it. */
const prepareMapping = (fields: Fields, helps: ReadonlyMap<string, string>) => {
  const mapping = withHelps(fields, helps)
  return { mapping, plans: plannerOf(mapping) }
}

/**
 * Resolves the targets of a configuration without errors from their settings. Targets with the same mapping share its
 * plan. Throws if the settings have errors.
 */
export const targetResolver = (file: RawConfiguration, locate: Locate) => {
  const helps = helpsOf(file)
  const named = new Map([...file.mappings].map(([name, { fields }]) => [name, prepareMapping(fields, helps)]))
  const logins = new Map(file.logins.map(({ name, settings }) => [name, compileLogin(name, settings, locate)]))
  // mappings inside targets: all targets of a source have the same one
  const own = new Map<string, ReturnType<typeof prepareMapping>>()

  const mappingOf = (name: unknown, fields: Fields) => {
    if (typeof name === "string") return named.get(name)
    if (Object.keys(fields).length === 0) return undefined
    const key = JSON.stringify(fields)
    const made = own.get(key) ?? prepareMapping(fields, helps)
    own.set(key, made)
    return made
  }

  return (all: Fields): Target => {
    const [fields, settings] = splitFields(all)
    const { raw, target, schedule, interval, login, request } = resolveSettings(settings, locate, logins)
    const made = mappingOf(target.mapping, fields)
    const { name, max_series: maxSeries } = target
    const spec = { mapping: made?.mapping, format: target.format ?? "json", labels: target.labels ?? {}, maxSeries }
    return {
      name,
      mappingName: target.mapping,
      request: made === undefined ? request : withDetails(request, detailsOf(spec, made.plans, target.timezone)),
      interval,
      ...(schedule !== undefined && { schedule }),
      staleAfter: target.stale_after ?? Duration.times(interval, 3),
      maxSeries,
      spec,
      transform: compileTransform(spec, made?.plans),
      // a target changes if its login does
      fingerprint: fingerprintOf(login === undefined ? raw : { ...raw, login: login.fingerprint }, made?.mapping)
    }
  }
}
