import { epochUnitOf } from "./epoch.ts"
import { unitOfKey } from "./key-unit.ts"
import type { Measure } from "./measure.ts"

const ofTime =
  /^(?:at|created?|creation|date|deadline|end|ended|epoch|expires?|expiration|expiry|finished|heartbeat|last|modified|published|reset|seen|since|start|started|starts|time|timestamp|timestamps|times|ts|t|until|when|first|datetime|updated?|boot|changed|completed|build|now|dt|sunrise|sunset|clock|commit|unixtime|localtime|lastseen|tstamp)$/

/** Single words for a time: `mediantime`, `lastrun`, `cacheexpire`. */
const ofInstant = /^last[a-z]+$|(?:time|date|stamp|expires?|expiry|updated)$/

/** Words for a duration, although they end in `time`: `uptime`, `cputime`. */
const ofDuration = /^(?:up|down|run|cpu|play|wall|busy|idle|wait|response|elapsed|total|real|life|air|session)time$/

const timeEndings = new Set([
  ...[
    "at",
    "date",
    "epoch",
    "millis",
    "micros",
    "nanos",
    "ms",
    "msec",
    "us",
    "ns",
    "sec",
    "secs",
    "seconds",
    "milliseconds"
  ],
  ...[
    "s",
    "time",
    "times",
    "timestamp",
    "timestamps",
    "ts",
    "t",
    "utc",
    "gmt",
    "unix",
    "dt",
    "stamp",
    "datetime",
    "iso",
    "iso8601"
  ]
])

/** Removes words for time: `created_at` becomes `created`, and `time` becomes empty. */
const withoutTime = (own: ReadonlyArray<string>): ReadonlyArray<string> => {
  let end = own.length
  while (end > 0 && timeEndings.has(own[end - 1] ?? "")) end--
  return own.slice(0, end)
}

/** Help text: "time created", "time of the start", or "local time" unchanged. */
const help = (said: string) => {
  if (said === "value") return "time"
  return /\btime\b/.test(said) ? said : /(?:ed|seen|sent|built)$/.test(said) ? `time ${said}` : `time of ${said}`
}

/** A point in time: `created_at` becomes `created_timestamp_seconds`. */
export const instant = (own: ReadonlyArray<string>, keys: Measure["keys"]): Measure => ({
  words: [...withoutTime(own), "timestamp"],
  base: "seconds",
  type: "gauge",
  keys,
  help,
  of: true
})

/**
 * Returns an epoch unit if both the key and the size of the numbers say that they are times. The unit is undefined for
 * seconds.
 */
export const epochOf = (
  own: ReadonlyArray<string>,
  key: ReadonlyArray<string>,
  numbers: ReadonlyArray<number>
): { readonly unit: string | undefined } | undefined => {
  const found = epochUnitOf(numbers)
  if (found === undefined || own.includes("id") || own.at(-1) === "uptime") return undefined
  const { unit } = found
  const around = key.slice(0, -own.length).at(-1) ?? ""
  const says =
    own.some((word) => ofTime.test(word) || (ofInstant.test(word) && !ofDuration.test(word))) ||
    /^(?:timestamps?|times?|dates?)$/.test(around) ||
    key.at(-1) === "date"
  return says || (unit !== undefined && unitOfKey(own)?.base === "seconds") ? { unit } : undefined
}
