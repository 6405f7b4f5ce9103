import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

const number = String.raw`[0-9]+(?:\.[0-9]+)?`
const pattern = new RegExp(
  `^(?=[0-9])(?:${number}d)?(?:${number}h)?(?:${number}m(?!s))?(?:${number}s)?(?:${number}ms)?$`,
  "u"
)
const millis: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** Node's timers are 32-bit: a longer delay fires at once. */
const longestTimer = Duration.days(24)

const parse = (text: string): Duration.Duration => {
  const parts = text.matchAll(/([0-9.]+)([a-z]+)/g)
  return Duration.millis(parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (millis[unit] ?? 0), 0))
}

/** Formats a duration as `1h30m` or `500ms`. */
export const format = (duration: Duration.Duration): string => {
  let rest = Duration.toMillis(duration)
  let text = ""
  for (const [unit, size] of Object.entries(millis)) {
    const count = unit === "ms" ? rest : Math.floor(rest / size)
    if (count > 0) text += `${count}${unit}`
    rest -= count * size
  }
  return text || "0s"
}

/**
 * Schema of a duration in the notation of Prometheus and Go: `500ms`, `30s`, `5m`, `1h30m`. More than 0 and at most
 * `longest`, by default 24 days.
 */
export const duration = (
  annotations: { readonly description: string; readonly default?: string },
  longest: Duration.Duration = longestTimer
) =>
  Schema.String.annotate(annotations)
    .check(
      Schema.isPattern(pattern, { expected: "a duration such as 500ms, 30s, 5m or 1h30m" }).abort(),
      Schema.makeFilter((text) => Duration.toMillis(parse(text)) > 0, { expected: "a duration of more than 0" }),
      Schema.makeFilter((text) => Duration.isLessThanOrEqualTo(parse(text), longest), {
        expected: `a duration of at most ${format(longest)}`
      })
    )
    .pipe(Schema.decodeTo(Schema.Duration, SchemaTransformation.transform({ decode: parse, encode: format })))

/** Decodes one duration of a configuration that may have errors, however long it is. */
export const decodeDuration = Schema.decodeUnknownOption(duration({ description: "" }, Duration.infinity))
