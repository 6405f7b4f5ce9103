/** A time zone of the IANA database: its offset from UTC at an instant, both in seconds. */
export type Timezone = (epoch: number) => number

const fields = ["year", "month", "day", "hour", "minute", "second"] as const

/** Throws a RangeError if there is no such zone. */
export const timezone = (name: string): Timezone => {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric"
  })
  return (epoch) => {
    const parts = new Map(format.formatToParts(epoch * 1000).map(({ type, value }) => [type, value]))
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields.map((field) =>
      Number(parts.get(field))
    )
    return epochOf(parts.get("era") === "BC" ? 1 - year : year, month, day) + hour * 3600 + minute * 60 + second - epoch
  }
}

/** Epoch seconds of midnight UTC of a day of the Gregorian calendar. */
export const epochOf = (year: number, month: number, day: number): number =>
  // Date.UTC reads the years 0 to 99 as 1900 to 1999
  new Date(Date.UTC(2000, month - 1, day)).setUTCFullYear(year, month - 1, day) / 1000

const day = 86_400

/**
 * The instant at which clocks of the zone show `local`, which is given as if it were UTC. In the hour that occurs twice
 * it is the earlier instant, in the hour that clocks skip NaN.
 */
export const instantIn = (zone: Timezone, local: number): number => {
  const found = [local - day, local + day]
    .map((near) => local - zone(near))
    .filter((instant) => instant + zone(instant) === local)
  return found.length === 0 ? Number.NaN : Math.min(...found)
}
