import { escapeHelp, escapeOpenMetricsHelp, type Format } from "./format.ts"
import type { ExposedFamily } from "./page.ts"

/** Base units that a name may end in (naming best practices and OpenMetrics 1.0.0, section "Units and Base Units"). */
const units = ["seconds", "bytes", "ratio", "celsius", "kelvin", "meters", "grams", "joules", "amperes", "volts"]

/** The metadata lines above the samples of a family. */
export const metadata = (family: ExposedFamily, format: Format, exposed: ReadonlySet<string>): string =>
  format === "text" ? textMetadata(family) : openMetricsMetadata(family, exposed)

/** Text 0.0.4 has no info and no stateset: both are gauges there. */
const textMetadata = ({ name, type, help }: ExposedFamily): string => {
  const known = type === "info" || type === "stateset" ? "gauge" : type
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${known}\n`
}

const openMetricsMetadata = (family: ExposedFamily, exposed: ReadonlySet<string>): string => {
  const { name, type } = openMetricsFamily(family, exposed)
  const unit = type === "info" || type === "stateset" ? undefined : units.find((unit) => name.endsWith(`_${unit}`))
  return (
    `# TYPE ${name} ${type}\n` +
    (unit === undefined ? "" : `# UNIT ${name} ${unit}\n`) +
    `# HELP ${name} ${escapeOpenMetricsHelp(family.help)}\n`
  )
}

/**
 * The name and type of a family in OpenMetrics: counters without `_total`, infos without `_info`. A family without the
 * suffix, or whose shorter name another family has, keeps its name and gets a type that needs no suffix. The sample
 * lines are the same bytes in either case.
 */
const openMetricsFamily = (
  { name, type }: ExposedFamily,
  exposed: ReadonlySet<string>
): { readonly name: string; readonly type: string } => {
  const free = (...names: ReadonlyArray<string>) => !names.some((name) => exposed.has(name))
  switch (type) {
    case "counter": {
      const stem = name.replace(/_total$/, "")
      return stem !== name && free(stem, `${stem}_created`) ? { name: stem, type } : { name, type: "unknown" }
    }
    case "info": {
      const stem = name.replace(/_info$/, "")
      return stem !== name && free(stem, `${stem}_total`) ? { name: stem, type } : { name, type: "gauge" }
    }
    case "untyped":
      return { name, type: "unknown" }
    default:
      return { name, type }
  }
}
