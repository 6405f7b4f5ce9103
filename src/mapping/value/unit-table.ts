/** What a unit measures, and the base unit that a metric's name ends in; the first spelling is the one to propose. */
export const quantities = {
  time: ["seconds"],
  data: ["bytes"],
  ratio: ["ratio"],
  temperature: ["celsius"],
  "absolute temperature": ["kelvin"],
  energy: ["joules"],
  power: ["watts"],
  voltage: ["volts"],
  current: ["amperes"],
  frequency: ["hertz"],
  pressure: ["pascals"],
  length: ["meters", "metres"],
  speed: ["meters_per_second", "metres_per_second"],
  mass: ["grams"],
  volume: ["liters", "litres"]
} as const satisfies Readonly<Record<string, readonly [string, ...ReadonlyArray<string>]>>

export type Quantity = keyof typeof quantities

/** A line of the table: one unit, with the prefixes that it takes. */
export interface UnitRow {
  readonly quantity: Quantity
  /** Its name in messages; by default its first symbol, or its first word if it has no symbol. */
  readonly name?: string
  /** Full names, in any case. */
  readonly words: ReadonlyArray<string>
  /** Abbreviations, in this case only: `mW` and `MW` differ. */
  readonly symbols: ReadonlyArray<string>
  /** To the base unit, exact: a decimal or a fraction of decimals. */
  readonly factor: string
  /** Added after the factor. */
  readonly offset?: string
  /** The prefixes that its symbols take; its words take all of them if there is one. */
  readonly prefixes?: ReadonlyArray<string>
}

/** Prefixes of symbols, the word of each, and its factor. */
export const prefixes: Readonly<Record<string, readonly [word: string, factor: string]>> = {
  p: ["pico", "1e-12"],
  n: ["nano", "1e-9"],
  µ: ["micro", "1e-6"],
  m: ["milli", "1e-3"],
  c: ["centi", "1e-2"],
  d: ["deci", "1e-1"],
  da: ["deca", "10"],
  h: ["hecto", "100"],
  k: ["kilo", "1e3"],
  M: ["mega", "1e6"],
  G: ["giga", "1e9"],
  T: ["tera", "1e12"],
  P: ["peta", "1e15"],
  E: ["exa", "1e18"],
  Z: ["zetta", "1e21"],
  Y: ["yotta", "1e24"],
  Ki: ["kibi", "1024"],
  Mi: ["mebi", String(1024n ** 2n)],
  Gi: ["gibi", String(1024n ** 3n)],
  Ti: ["tebi", String(1024n ** 4n)],
  Pi: ["pebi", String(1024n ** 5n)],
  Ei: ["exbi", String(1024n ** 6n)]
}

/** Other spellings of prefixes: `u` and the Greek letter for the micro sign, and the K of `KB`. */
export const otherPrefixes: Readonly<Record<string, string>> = { u: "µ", μ: "µ", K: "k" }

const decimalData = ["k", "M", "G", "T", "P", "E", "Z", "Y"]
const binaryData = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]

/** The units that poller reads. Values, the lint of names, `init` and the documentation derive from this table. */
export const unitTable: ReadonlyArray<UnitRow> = [
  {
    quantity: "time",
    words: ["second", "seconds", "sec", "secs"],
    symbols: ["s"],
    factor: "1",
    prefixes: ["n", "µ", "m"]
  },
  { quantity: "time", words: ["millis", "msec", "msecs"], symbols: [], factor: "1e-3" },
  { quantity: "time", words: ["micros", "usec", "usecs"], symbols: [], factor: "1e-6" },
  { quantity: "time", words: ["nanos", "nsec", "nsecs"], symbols: [], factor: "1e-9" },
  { quantity: "time", name: "min", words: ["minute", "minutes", "min", "mins"], symbols: ["m"], factor: "60" },
  { quantity: "time", words: ["hour", "hours", "hr", "hrs"], symbols: ["h"], factor: "3600" },
  { quantity: "time", words: ["day", "days"], symbols: ["d"], factor: "86400" },
  { quantity: "time", words: ["week", "weeks"], symbols: ["w"], factor: "604800" },

  {
    quantity: "data",
    words: ["byte", "bytes", "octet", "octets"],
    symbols: ["B"],
    factor: "1",
    prefixes: [...decimalData, ...binaryData]
  },
  {
    quantity: "data",
    words: ["bit", "bits"],
    symbols: ["bit"],
    factor: "0.125",
    prefixes: [...decimalData, ...binaryData]
  },
  // all in lower case, as Elasticsearch writes bytes; `Mb` and `Gb` are missing, since they may be bits or bytes
  ...[
    ["b", "1"],
    ["kb", "1e3"],
    ["mb", "1e6"],
    ["gb", "1e9"],
    ["tb", "1e12"],
    ["pb", "1e15"]
  ].map(
    ([symbol = "", factor = ""]): UnitRow => ({
      quantity: "data",
      name: symbol.toUpperCase().replace("KB", "kB"),
      words: [],
      symbols: [symbol],
      factor
    })
  ),
  ...[
    ["kib", "Ki"],
    ["mib", "Mi"],
    ["gib", "Gi"],
    ["tib", "Ti"],
    ["pib", "Pi"]
  ].map(
    ([word = "", prefix = ""]): UnitRow => ({
      quantity: "data",
      name: `${prefix}B`,
      words: [word],
      symbols: [],
      factor: prefixes[prefix]?.[1] ?? ""
    })
  ),

  // the names are words, since a YAML value cannot begin with %
  {
    quantity: "ratio",
    name: "percent",
    words: ["percent", "percents", "percentage", "pct", "perc"],
    symbols: ["%"],
    factor: "0.01"
  },
  { quantity: "ratio", name: "permille", words: ["permille", "promille"], symbols: ["‰"], factor: "0.001" },
  { quantity: "ratio", words: ["ppm"], symbols: [], factor: "1e-6" },
  { quantity: "ratio", words: ["ratio"], symbols: [], factor: "1" },

  {
    quantity: "temperature",
    words: ["celsius", "centigrade", "degc"],
    symbols: ["°C", "C", "℃", "°c", "ºC"],
    factor: "1"
  },
  {
    quantity: "temperature",
    words: ["fahrenheit", "degf"],
    symbols: ["°F", "F", "℉", "°f", "ºF"],
    factor: "5/9",
    offset: "-160/9"
  },
  { quantity: "temperature", words: ["kelvin", "kelvins"], symbols: ["K"], factor: "1", offset: "-273.15" },
  { quantity: "temperature", words: ["rankine"], symbols: [], factor: "5/9", offset: "-273.15" },
  { quantity: "absolute temperature", words: ["kelvin", "kelvins"], symbols: ["K"], factor: "1" },
  {
    quantity: "absolute temperature",
    words: ["celsius", "centigrade", "degc"],
    symbols: ["°C", "C", "℃", "°c", "ºC"],
    factor: "1",
    offset: "273.15"
  },
  {
    quantity: "absolute temperature",
    words: ["fahrenheit", "degf"],
    symbols: ["°F", "F", "℉", "°f", "ºF"],
    factor: "5/9",
    offset: "45967/180"
  },

  { quantity: "energy", words: ["joule", "joules"], symbols: ["J"], factor: "1", prefixes: ["m", "k", "M", "G", "T"] },
  {
    quantity: "energy",
    words: ["watthour", "watthours", "watt-hour", "watt-hours"],
    symbols: ["Wh"],
    factor: "3600",
    prefixes: ["m", "k", "M", "G", "T"]
  },
  { quantity: "energy", name: "kWh", words: ["kwh"], symbols: [], factor: "3600000" },
  { quantity: "energy", name: "Wh", words: ["wh"], symbols: [], factor: "3600" },
  { quantity: "energy", words: ["calorie", "calories"], symbols: ["cal"], factor: "4.184", prefixes: ["k"] },
  {
    quantity: "power",
    words: ["watt", "watts"],
    symbols: ["W"],
    factor: "1",
    prefixes: ["n", "µ", "m", "k", "M", "G", "T"]
  },
  { quantity: "power", name: "kW", words: ["kw"], symbols: [], factor: "1000" },
  { quantity: "voltage", words: ["volt", "volts"], symbols: ["V"], factor: "1", prefixes: ["µ", "m", "k"] },
  {
    quantity: "current",
    words: ["ampere", "amperes", "amp", "amps"],
    symbols: ["A"],
    factor: "1",
    prefixes: ["n", "µ", "m", "k"]
  },
  { quantity: "frequency", words: ["hertz", "hz"], symbols: ["Hz"], factor: "1", prefixes: ["k", "M", "G", "T"] },

  { quantity: "pressure", words: ["pascal", "pascals"], symbols: ["Pa"], factor: "1", prefixes: ["h", "k", "M"] },
  { quantity: "pressure", name: "hPa", words: ["hpa"], symbols: [], factor: "100" },
  { quantity: "pressure", words: ["bar"], symbols: ["bar"], factor: "100000", prefixes: ["m"] },
  { quantity: "pressure", words: ["psi"], symbols: [], factor: "4.4482216152605/0.00064516" },
  { quantity: "pressure", words: ["atm", "atmosphere", "atmospheres"], symbols: [], factor: "101325" },
  { quantity: "pressure", words: ["mmhg"], symbols: [], factor: "133.322387415" },
  { quantity: "pressure", words: ["inhg"], symbols: [], factor: "3386.388640341" },

  {
    quantity: "length",
    words: ["meter", "meters", "metre", "metres"],
    symbols: ["m"],
    factor: "1",
    prefixes: ["n", "µ", "m", "c", "d", "k"]
  },
  { quantity: "length", words: ["inch", "inches"], symbols: ["in"], factor: "0.0254" },
  { quantity: "length", words: ["foot", "feet"], symbols: ["ft"], factor: "0.3048" },
  { quantity: "length", words: ["yard", "yards"], symbols: ["yd"], factor: "0.9144" },
  { quantity: "length", words: ["mile", "miles"], symbols: ["mi"], factor: "1609.344" },
  { quantity: "length", words: ["nmi"], symbols: [], factor: "1852" },
  { quantity: "speed", words: [], symbols: ["m/s"], factor: "1" },
  { quantity: "speed", words: ["kmh", "kph"], symbols: ["km/h"], factor: "1/3.6" },
  { quantity: "speed", words: ["mph"], symbols: [], factor: "0.44704" },
  { quantity: "speed", words: ["knot", "knots", "kts"], symbols: ["kn"], factor: "1852/3600" },

  { quantity: "mass", words: ["gram", "grams"], symbols: ["g"], factor: "1", prefixes: ["µ", "m", "k"] },
  { quantity: "mass", words: ["tonne", "tonnes"], symbols: ["t"], factor: "1e6" },
  { quantity: "mass", words: ["pound", "pounds", "lb", "lbs"], symbols: [], factor: "453.59237" },
  { quantity: "mass", words: ["ounce", "ounces", "oz"], symbols: [], factor: "28.349523125" },
  {
    quantity: "volume",
    words: ["liter", "liters", "litre", "litres"],
    symbols: ["l", "L"],
    factor: "1",
    prefixes: ["µ", "m", "c", "d", "h"]
  },
  { quantity: "volume", words: ["m3", "m³"], symbols: [], factor: "1000" },
  { quantity: "volume", words: ["gallon", "gallons", "gal"], symbols: [], factor: "3.785411784" }
]

/** Rates of bits and bytes that are one word. */
export const rateTable: ReadonlyArray<readonly [symbols: ReadonlyArray<string>, factor: string]> = [
  [["bps"], "0.125"],
  [["kbps", "Kbps"], "125"],
  [["Mbps", "mbps"], "125000"],
  [["Gbps", "gbps"], "125000000"],
  [["Tbps", "tbps"], "125000000000"],
  [["Bps"], "1"],
  [["kBps", "KBps"], "1e3"],
  [["MBps"], "1e6"],
  [["GBps"], "1e9"]
]
