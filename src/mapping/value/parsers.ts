import { readDuration } from "./duration.ts"
import { readHex, readHexFloat, signed } from "./hex.ts"
import { quantityReader } from "./read-quantity.ts"
import { readRfc3339 } from "./rfc3339.ts"
import type { Layout } from "./strptime.ts"
import { readTime } from "./time.ts"
import type { Timezone } from "./timezone.ts"

/** What a parser needs to know from the metric's name and from the keys beside `parse`. */
export interface ParseOptions {
  /** The base unit that the metric's name ends in. */
  readonly base: string | undefined
  readonly k: 1000 | 1024
  readonly layout: Layout | undefined
  readonly timezone: Timezone | undefined
}

/** A way to read a text: a value of the key `parse`. */
export interface Parser {
  /** For the documentation and editors: examples of what it reads. */
  readonly reads: string
  /** What the result is. */
  readonly gives: string
  /** The number of a text; NaN if it cannot be read, undefined if it means "no value". */
  readonly text: (options: ParseOptions) => (text: string) => number | undefined
  /** What a number of the document becomes; by default it stays as it is. */
  readonly number?: (value: number) => number
  /** The result is in a base unit already, so that `unit` has no effect. */
  readonly isConverted?: boolean
}

const plain = (read: (text: string) => number | undefined) => () => read

const twosComplement = (bits: 16 | 32): Parser => ({
  reads: `a number, or a hexadecimal string such as \`0x${"F".repeat(bits / 4)}\``,
  gives: `a signed number of ${bits} bits (two's complement)`,
  text: plain((text) => signed(bits)(readHex(text))),
  number: signed(bits)
})

const table = {
  quantity: {
    reads: "`28.61 W`, `25%`, `95.2 MiB`, `1.2gb`, `1,234 KB`, `61 C`",
    gives: "the base unit that the metric's name ends in; a unit of another kind is `not_a_number`",
    text: ({ base, k }) => quantityReader({ base, k }),
    isConverted: true
  },
  bytes: {
    reads: "`95.2 MiB`, `1.2gb`, `16G`, `1,234 KB`",
    gives: "bytes",
    text: ({ k }) => quantityReader({ base: "bytes", k }),
    isConverted: true
  },
  time: {
    reads:
      "`2026-01-31T12:00:00Z`, `2026/01/31 12:00 +0100`, `Sat, 31 Jan 2026 12:00:00 GMT`, `Sat Jan 31 12:00:00 2026`, `2026-W05-6`, `/Date(1769860800000)/`",
    gives: "seconds since 1970",
    text: ({ layout, timezone }) =>
      layout === undefined ? (text) => readTime(text, timezone) : (text) => layout.read(text, timezone),
    isConverted: true
  },
  rfc3339: {
    reads: "`2026-01-31T12:00:00Z`, and no other form",
    gives: "seconds since 1970",
    text: plain(readRfc3339),
    isConverted: true
  },
  duration: {
    reads: "`1h2m3.5s`, `1w4d1h`, `PT1H`, `02:03:04`, `1d 02:03:04`, `3T00:44:12`, `12 days, 27 min`, `12 days, 3:12`",
    gives: "seconds",
    text: plain(readDuration),
    isConverted: true
  },
  hex: { reads: "`0x1F`, `1f`", gives: "its number", text: plain(readHex) },
  hex_float: {
    reads: "8 or 16 hexadecimal digits such as `41480000`",
    gives: "the number that has these bits (IEEE 754)",
    text: plain(readHexFloat)
  },
  int16: twosComplement(16),
  int32: twosComplement(32)
} satisfies Readonly<Record<string, Parser>>

export type ParserName = keyof typeof table

/** All parsers. Schema, documentation and the reading of values derive from this table. */
export const parsers: Readonly<Record<ParserName, Parser>> = table
export const parserNames = Object.keys(table) as ReadonlyArray<ParserName>
