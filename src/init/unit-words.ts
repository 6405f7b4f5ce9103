const set = (words: string): ReadonlySet<string> => new Set(words.split(" "))

/** Words of keys that mean a base unit or a multiple of one, and hardly anything else. */
export const multiples = set(
  "ms msec msecs millis milliseconds us usec usecs micros microseconds ns nsec nsecs nanos nanoseconds sec secs seconds mins minutes hours hrs days weeks " +
    "bytes octets kb mb gb tb pb kib mib gib tib kilobytes megabytes gigabytes terabytes kibibytes mebibytes gibibytes kbps mbps gbps " +
    "percent pct percentage perc ratio wh kwh joules kilojoules watts kw kilowatts milliwatts megawatts watthours " +
    "volts mv kv millivolts kilovolts amps amperes ma milliamps milliamperes hertz hz khz mhz ghz kilohertz megahertz " +
    "pascals hpa kpa mbar hectopascals kilopascals km cm mm meters metres kilometers kilometres centimeters millimeters millimetres " +
    "celsius degc grams kg mg kilograms milligrams liters litres ml milliliters"
)

/**
 * Units that a factor of another kind parts from the base unit: their numbers are known by heart, so that they stay as
 * they are.
 */
export const foreign = set(
  "fahrenheit degf mph kph kmh knots kts psi inhg mmhg inches feet miles yards pounds ounces gallons bits kbit mbit gbit kilobits megabits"
)

/** Abbreviations that count only as the last word of a key: `us_users` are no microseconds. */
export const abbreviations = set("ms us ns kb mb gb tb pb wh kw mv kv ma km cm mm hz kg mg ml amps")

/** They mean a unit even if they are the whole key. */
export const alone = set(
  "ms kb mb gb tb kib mib gib wh kwh secs seconds minutes hours days bytes percent pct percentage millis milliseconds microseconds nanoseconds celsius watts volts hertz hpa"
)

/** Words after an abbreviation that say which value it is. */
export const isQualifier = (word: string): boolean =>
  /^(?:total|avg|average|mean|max|maximum|min|minimum|median|last|now|today|current|raw|sum|used|free|read|written|wrtn|sent|received|recv|in|out|dscd|transferred|allocated|available|avail|limit|lifetime|p?\d+)$/.test(
    word
  )

/** Words before a unit of time that make it a window: `errors_last_24_hours`. */
export const opensWindow = (word: string): boolean =>
  /^(?:\d+\w*|last|past|per|every|each|over|within|next|this|working|business|opening|office|rush)$/.test(word)

const time = /^(?:secs?|seconds|minutes|mins|hours|hrs|days|weeks)$/

export const isTime = (word: string): boolean => time.test(word)

/** A letter that the words before it make a base unit, without a conversion: letter, words, unit. */
export const letters: ReadonlyArray<readonly [letter: string, context: RegExp, base: string]> = [
  ["c", /^(?:.*temp|.*temperature|dewpoint|feelslike|heatindex|windchill)s?$/, "celsius"],
  ["w", /^(?:.*power|watt|load|consumption|production|generation)$/, "watts"],
  ["v", /^(?:volt|.*voltage|vcc|vbat|battery)$/, "volts"],
  ["a", /^(?:.*current|amp|ampere)$/, "amperes"],
  [
    "s",
    /^(?:uptime|duration|time|elapsed|age|latency|delay|timeout|interval|ttl|rtt|runtime|period|lag|wait)$/,
    "seconds"
  ],
  ["m", /^(?:altitude|elevation|distance|height|depth|length|range|visibility)$/, "meters"],
  ["b", /^(?:size|mem|memory|storage)$/, "bytes"],
  ["j", /^energy$/, "joules"]
]

export const isTemperature = (words: ReadonlyArray<string>): boolean => words.some((word) => letters[0]?.[1].test(word))
