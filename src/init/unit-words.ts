const set = (words: string): ReadonlySet<string> => new Set(words.split(" "))

/** Words of keys that nearly always mean a base unit or a multiple of one. */
export const multiples = set(
  "ms msec msecs millis milliseconds us usec usecs micros microseconds ns nsec nsecs nanos nanoseconds sec secs seconds mins minutes hours hrs days weeks " +
    "bytes octets kb mb gb tb pb kib mib gib tib kilobytes megabytes gigabytes terabytes kibibytes mebibytes gibibytes kbps mbps gbps " +
    "percent pct percentage perc ratio wh kwh joules kilojoules watts kw kilowatts milliwatts megawatts watthours " +
    "volts mv kv millivolts kilovolts amps amperes ma milliamps milliamperes hertz hz khz mhz ghz kilohertz megahertz " +
    "pascals hpa kpa mbar hectopascals kilopascals km cm mm meters metres kilometers kilometres centimeters millimeters millimetres " +
    "celsius degc grams kg mg kilograms milligrams liters litres ml milliliters"
)

/**
 * Units that a draft does not convert to a base unit, such as mph and psi: people know these numbers in their usual
 * unit.
 */
export const foreign = set(
  "fahrenheit degf mph kph kmh knots kts psi inhg mmhg inches feet miles yards pounds ounces gallons bits kbit mbit gbit kilobits megabits"
)

/** Abbreviations that are units only at the end of a key or before a qualifier: `us_users` are not microseconds. */
export const abbreviations = set("ms us ns kb mb gb tb pb wh kw mv kv ma km cm mm hz kg mg ml amps")

/** Words that mean a unit even if they are the whole key. */
export const alone = set(
  "ms kb mb gb tb kib mib gib wh kwh khz mhz ghz secs seconds minutes hours days bytes percent pct percentage millis milliseconds microseconds nanoseconds celsius watts volts hertz hpa"
)

/** Whether a word may follow an abbreviated unit, to say which value it is. */
export const isQualifier = (word: string): boolean =>
  /^(?:total|avg|average|mean|max|maximum|min|minimum|median|last|now|today|current|raw|sum|used|free|read|written|wrtn|sent|received|recv|in|out|dscd|transferred|allocated|available|avail|limit|lifetime|p?\d+)$/.test(
    word
  )

/** Whether a word makes the time unit after it a window: `errors_last_24_hours`. */
export const opensWindow = (word: string): boolean =>
  /^(?:\d+\w*|last|past|per|every|each|over|within|next|this|working|business|opening|office|rush)$/.test(word)

const time = /^(?:secs?|seconds|minutes|mins|hours|hrs|days|weeks)$/

export const isTime = (word: string): boolean => time.test(word)

/** Letters that mean a base unit after certain words, so that the number needs no conversion. */
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
