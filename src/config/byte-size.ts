import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

const units = ["B", "kB", "KB", "MB", "GB", "KiB", "MiB", "GiB"] as const
const pattern = new RegExp(String.raw`^[0-9]+(?:\.[0-9]+)?(?:${units.join("|")})$`, "u")

const bytes = (unit: string): number =>
  unit.endsWith("iB")
    ? 1024 ** (1 + "KMG".indexOf(unit.charAt(0)))
    : 1000 ** "BKMG".indexOf(unit.charAt(0).toUpperCase())

const parse = (text: string): number => {
  const unit = text.replace(/^[0-9.]+/, "")
  return Math.floor(Number(text.slice(0, -unit.length)) * bytes(unit))
}

/** Formats a number of bytes as `16MB` or `512KiB`. */
export const format = (size: number): string =>
  ["GB", "GiB", "MB", "MiB", "kB", "KiB"]
    .map((unit) => [size / bytes(unit), unit] as const)
    .find(([count]) => count >= 1 && Number.isInteger(count))
    ?.join("") ?? `${size}B`

/** Schema of a size: `16MB` (powers of 1000) or `512KiB` (powers of 1024), decoded to bytes. */
export const size = (annotations: { readonly description: string; readonly default?: string }) =>
  Schema.String.annotate(annotations)
    .check(
      Schema.isPattern(pattern, { expected: "a size such as 16MB or 512KiB" }).abort(),
      Schema.makeFilter((text) => parse(text) > 0, { expected: "a size of more than 0" })
    )
    .pipe(Schema.decodeTo(Schema.Int, SchemaTransformation.transform({ decode: parse, encode: format })))
