import { describe, expect, test } from "vitest"
import { linesOf } from "./drafting.ts"

/** The lines of a draft without `metrics:`, `each:` and comments. */
const metricsOf = (...roots: ReadonlyArray<unknown>) =>
  linesOf(...roots).filter((line) => !["metrics:", "each:"].includes(line) && !line.startsWith("#"))

const notesOf = (...roots: ReadonlyArray<unknown>) => linesOf(...roots).filter((line) => line.startsWith("#"))

describe("units come from words of keys, never from single letters", () => {
  test.each([
    [{ altitude_m: 35 }, "shop_altitude_meters: { value: altitude_m, help: Altitude. }"],
    [{ quote: { h: 263.31 } }, "shop_quoteh: { value: quote.h, help: Quote h. }"],
    [{ phase_b_voltage: 230 }, "shop_phaseb_voltage: { value: phase_b_voltage, help: Phase b voltage. }"],
    [{ s: { b: { n: 5 } } }, "shopsb_n: { value: s.b.n, help: S b n. }"],
    [{ temp_c: 21.5 }, "shop_temp_celsius: { value: temp_c, help: Temp. }"],
    [{ voltage_mv: 3300 }, "shop_voltage_volts: { value: voltage_mv, unit: mV, help: Voltage. }"],
    [{ power_w: 41 }, "shop_power_watts: { value: power_w, help: Power. }"],
    [{ energy_kwh: 1.5 }, "shop_energy_joules: { value: energy_kwh, unit: kWh, help: Energy. }"],
    [{ energy_kWh: 1.5 }, "shop_energy_joules: { value: energy_kWh, unit: kWh, help: Energy. }"],
    [{ pressure_hpa: 1013 }, "shop_pressure_pascals: { value: pressure_hpa, unit: hPa, help: Pressure. }"],
    [{ range_km: 312 }, "shop_range_meters: { value: range_km, unit: km, help: Range. }"],
    [{ uptime_ms: 5 }, "shop_uptime_seconds: { value: uptime_ms, unit: ms, help: Uptime. }"],
    [{ cpuPercent: 5 }, "shop_cpu_ratio: { value: cpuPercent, unit: percent, help: CPU. }"],
    [{ mem: { usedKb: 1 } }, "shop_mem_used_bytes: { value: mem.usedKb, unit: kB, help: Memory used. }"],
    [{ rate_mbps: 1 }, "shop_rate_bytes_per_second: { value: rate_mbps, unit: Mbps, help: Rate. }"],
    [{ min_replicas: 2 }, "shop_min_replicas: { value: min_replicas, help: Minimum replicas. }"],
    [{ ns: 2 }, "shopns: { value: ns, help: Ns. }"],
    [
      { errors_last_24_hours: 3 },
      "shop_errors_last_24_hour: { value: errors_last_24_hours, help: Errors last 24 hours. }"
    ],
    [{ load_1m: 3 }, "shop_load_1m: { value: load_1m, help: Load 1m. }"]
  ])("%j", (root, line) => expect(metricsOf(root)).toContain(line))

  test("imperial units stay as they are, and a comment says how to convert them", () => {
    expect(linesOf({ wind_mph: 5 })).toEqual([
      "metrics:",
      "# In mph; unit: mph would convert it.",
      "shop_windmph: { value: wind_mph, help: Wind mph. }"
    ])
  })
})

describe("units come from a field beside the number", () => {
  test("in the base unit", () => {
    expect(metricsOf({ temp: { value: 21, unit: "°C" } })).toEqual([
      "shop_temp_celsius: { value: temp.value, unit: { path: temp.unit }, help: Temp. }"
    ])
  })

  test("in another unit, with and without conversion", () => {
    expect(linesOf({ reading: { val: "84", unit: "°F" } })).toEqual([
      "metrics:",
      "# As it stands, and in the base unit: keep one of them.",
      "shop_reading: { value: reading.val, labels_from: { unit: reading.unit }, help: Reading. }",
      "shop_reading_celsius: { value: reading.val, unit: { path: reading.unit }, help: Reading. }"
    ])
  })

  test("as a label if the units of rows differ", () => {
    const sensors = [
      { name: "a", value: 21, unit: "°C" },
      { name: "b", value: 48, unit: "%" }
    ]
    expect(metricsOf({ sensors })).toContain(
      "shop_sensor: { value: value, labels_from: { unit: unit }, help: Value of the sensor. }"
    )
  })
})

describe("texts with a number become values", () => {
  test.each([
    [{ power: "28.61 W" }, "shop_power_watts: { value: power, parse: quantity, help: Power. }"],
    [{ load: "45 %" }, "shop_load_ratio: { value: load, parse: quantity, help: Load. }"],
    [{ temp: "61 C" }, "shop_temp_celsius: { value: temp, parse: quantity, help: Temp. }"],
    [
      { "store.size": "1.2gb" },
      "shop_store_size_bytes: { value: \"['store.size']\", parse: quantity, help: Store size. }"
    ],
    [{ uptime: "3d2h3m" }, "shop_uptime_seconds: { value: uptime, parse: duration, help: Uptime. }"],
    [
      { seen: "2024-01-31T12:00:00Z" },
      "shop_seen_timestamp_seconds: { value: seen, parse: rfc3339, help: Time seen. }"
    ],
    [
      { seen: "Wed, 31 Jan 2024 12:00:00 GMT" },
      "shop_seen_timestamp_seconds: { value: seen, parse: time, help: Time seen. }"
    ],
    [
      { started: 1_763_870_400_123 },
      "shop_started_timestamp_seconds: { value: started, unit: ms, help: Time started. }"
    ],
    [{ price: "12.50" }, "shop_price: { value: price, help: Price. }"],
    [{ speed: "0x80" }, "shop_speed: { value: speed, parse: hex, help: Speed. }"],
    [{ queries: "154,321" }, "shop_queries: { value: queries, parse: quantity, help: Queries. }"],
    [{ usage: "3 CPS" }, 'shop_usage: { value: usage, pattern: "(-?[0-9.]+)", help: Usage. }'],
    [
      { last: "0001-01-01T00:00:00Z", n: 1 },
      "shop_last_timestamp_seconds: { value: last, parse: time, optional: true, help: Time of last. }"
    ]
  ])("%j", (root, line) => expect(metricsOf(root)).toContain(line))

  test("unless the time has no zone", () => {
    expect(notesOf({ started: "2024-01-31 12:00:00", n: 1 })).toEqual([
      "# Left out, times without a zone (parse: time, timezone: ...): started"
    ])
    expect(metricsOf({ started: "2024-01-31 12:00:00", timezone: "Europe/Berlin" })).toContain(
      "shop_started_timestamp_seconds: { value: started, parse: time, timezone: Europe/Berlin, help: Time started. }"
    )
  })
})

describe("columns with gaps", () => {
  test("have null_values for the gaps", () => {
    const sensors = [
      { id: "t1", temp: "21.5" },
      { id: "t2", temp: "" },
      { id: "t3", temp: "N/A" }
    ]
    expect(metricsOf({ sensors })).toContain(
      'shop_sensor_temp: { value: temp, null_values: ["", N/A], help: Temp of the sensor. }'
    )
  })

  test("are filtered if there are words, which are listed", () => {
    const measures = [
      { metric: "a", value: "5" },
      { metric: "b", value: "java=1" }
    ]
    expect(linesOf({ measures })).toEqual([
      "each:",
      '# Left out, text: value ("java=1")',
      "- path: $.measures[?match(@.value, '-?(0|[1-9][0-9]*)([.][0-9]+)?')]",
      "labels_from: { metric: metric }",
      "metrics:",
      "shop_value: { value: value, help: Value of the measure. }"
    ])
  })
})

describe("texts without a number", () => {
  test.each([
    [
      { sts: { POWER: "ON" } },
      'shop_sts_power: { value: sts.POWER, map: { "ON": 1, "OFF": 0 }, help: 1 while power is ON. }'
    ],
    [{ status: "UP" }, "shop_status: { value: status, map: { UP: 1, DOWN: 0 }, help: 1 while status is UP. }"],
    [{ status: { code: 0 } }, "shop_status_code: { value: status.code, help: Status code. }"],
    [{ state: "RUNNING" }, "shop_state: { value: state, type: stateset, states: [RUNNING], help: State. }"],
    [{ idle: false }, "shop_idle: { value: idle, help: 1 while idle is true. }"],
    [{ isValid: true }, "shop_is_valid: { value: isValid, help: 1 while valid. }"]
  ])("%j", (root, line) => expect(metricsOf(root)).toContain(line))

  test("become states only if they occur in the response", () => {
    const nodes = [
      { id: "a", health: "GREEN" },
      { id: "b", health: "AMBER" }
    ]
    expect(linesOf({ nodes })).toContain(
      "shop_node_health: { value: health, type: stateset, states: [GREEN, AMBER], help: Health of the node. }"
    )
    expect(notesOf({ nodes })).toEqual(["# The words that were seen; others may come."])
  })
})

describe("names", () => {
  test.each([
    [{ inBytes: 1, outBytes: 2 }, ["shop_in_bytes", "shop_out_bytes"]],
    [{ x_y: 1, x: { y: 2 } }, ["shop_x_y", "shop_x_y_other"]],
    [{ properties: 3 }, ["shop_properties"]],
    [{ memory_total: 1 }, ["shop_total_memory"]],
    [{ orders_total: 1 }, ["shop_orders_total"]],
    [{ requestCounter: 1 }, ["shop_requests_total"]],
    [{ thread_count: 1 }, ["shop_threads"]],
    [{ queue: { count: 1 } }, ["shop_queue_number"]],
    [{ total: 1 }, ["shop_total_value"]],
    [{ "Außen-Temp": 1 }, ["shop_aussen_temp"]]
  ])("%j: %j", (root, names) => expect(metricsOf(root).map((line) => line.replace(/:.*/, ""))).toEqual(names))
})

describe("rows", () => {
  const rowsOf = (...roots: ReadonlyArray<unknown>) =>
    linesOf(...roots).filter((line) => /^(?:- )?(?:path|zip|table|labels_from): /.test(line))

  test.each<[unknown, ReadonlyArray<string>]>([
    [
      {
        ps: [
          { num: "1", model: "X", out: "50 W" },
          { num: "2", model: "X", out: "50 W" }
        ]
      },
      ["- path: $.ps[*]", "labels_from: { num: num }"]
    ],
    [
      {
        nodes: [
          { id: "a", n: 1 },
          { id: "b", n: 2 }
        ]
      },
      ["- path: $.nodes[*]", "labels_from: { node: id }"]
    ],
    [
      {
        disks: [
          { id: 7, name: "sda", n: 1 },
          { id: 8, name: "sdb", n: 2 }
        ]
      },
      ["- path: $.disks[*]", "labels_from: { disk: name }"]
    ],
    [
      {
        queues: [
          { vhost: "a", name: "x", n: 1 },
          { vhost: "b", name: "x", n: 2 }
        ]
      },
      ["- path: $.queues[*]", "labels_from: { vhost: vhost, queue: name }"]
    ],
    [
      {
        jobs: [
          { name: "a", n: 1 },
          { name: "b", n: 2 }
        ]
      },
      ["- path: $.jobs[*]", "labels_from: { job_name: name }"]
    ],
    [{ pools: { a: { size: 1 }, b: { size: 2 } } }, ["- path: $.pools.*", "labels_from: { pool: { key: 0 } }"]],
    [
      { net: { rx: { bytes: 1, packets: 2 }, tx: { bytes: 3, packets: 4 } } },
      ["- path: $.net.*", "labels_from: { name: { key: 0 } }"]
    ],
    [
      { components: { status: "UP", db: { status: "UP", n: 1 }, mail: { status: "DOWN", n: 2 } } },
      ["- path: $.components[?@.n]", "labels_from: { component: { key: 0 } }"]
    ],
    [{ codes: { "200": 1, "404": 2 } }, ["- path: $.codes.*", "labels_from: { code: { key: 0 } }"]],
    [{ top: [{ "192.0.2.10": 1 }, { "192.0.2.11": 2 }] }, ["- path: $.top[*].*", "labels_from: { name: { key: 0 } }"]],
    [
      { labels: ["time", "user"], data: [[1_489_053_000, 4.7]] },
      ["- table: { columns: $.labels, rows: $.data }", "labels_from: { index: { key: 0 } }"]
    ],
    [
      { hits: [1, 2, 3], misses: [4, 5, 6] },
      ["- zip: { hits: $.hits, misses: $.misses }", "labels_from: { index: { key: 0 } }"]
    ],
    [
      { "switch:0": { power: 1, on: true }, "switch:1": { power: 2, on: false }, sys: { up: 5 } },
      ["- path: $[?@.power]", "labels_from: { switch: { key: 0 } }"]
    ],
    [
      { a: { rows: [{ columns: [{ Name: "x" }, { N: 1 }] }, { columns: [{ Name: "y" }, { N: 2 }] }] } },
      ["- path: $.a.rows[*]", 'labels_from: { name: "columns[*].Name" }']
    ],
    [
      {
        ports: [
          { name: "a", path: { ip: "192.0.2.1", n: 1 } },
          { name: "b", path: [{ ip: "192.0.2.2", n: 2 }] }
        ]
      },
      ["- path: $.ports[*]", "labels_from: { port: name }", '- path: "@..[?@.ip]"', "labels_from: { ip: ip }"]
    ]
  ])("%j", (root, lines) => expect(rowsOf(root)).toEqual(lines))

  test("are not made from a flat object whose keys end in numbers", () => {
    expect(rowsOf({ snr_1: 1, snr_2: 2, lock_1: 3, lock_2: 4 })).toEqual([])
  })

  test("that only differ by position have a comment", () => {
    expect(
      notesOf({
        items: [
          { kind: "a", n: 1 },
          { kind: "a", n: 2 }
        ]
      })
    ).toEqual(["# Told apart by position: no field names them."])
  })

  test("of a time series follow the newest value", () => {
    expect(linesOf({ timestamps: [1_639_000_000_000, 1_639_000_060_000], values: [1, null] })).toEqual([
      "metrics:",
      'shop_timestamp_seconds: { value: { last: "timestamps[*]" }, unit: ms, help: Newest time. }',
      'shop_values: { value: { last: "values[*]" }, help: Newest values. }',
      "each:",
      "# All points, by their position: delete this if the newest are enough.",
      "- zip: { timestamps: $.timestamps, values: $.values }",
      "labels_from: { point: { key: 0 } }",
      "metrics:",
      "shop_point_timestamp_seconds: { value: timestamps, unit: ms, help: Time. }",
      "shop_point_values: { value: values, optional: true, help: Values. }"
    ])
  })

  test("whose keys are times show only the newest", () => {
    const rates = { "2024-01-04": { USD: 1.09 }, "2024-01-05": { USD: 1.1 } }
    expect(linesOf({ rates })).toEqual([
      "# Left out, older than 2024-01-05: rates['2024-01-04']",
      "metrics:",
      "shop_rate_usd: { value: { last: rates.*.USD }, help: Newest usd. }"
    ])
  })

  test("that some parents do not have are optional", () => {
    expect(linesOf({ nodes: [{ id: "a", disks: [{ dev: "sda", n: 1 }] }, { id: "b" }] })).toContain("optional: true")
  })
})

describe("what is left out is listed", () => {
  test.each([
    [
      { n: 1, temp: "45,0 °C", volt: "0,981 V", used: "19,36" },
      '# Left out, numbers with a decimal comma (decimal: ","): temp, volt, used'
    ],
    [{ n: 1, motd: "Welcome to all who read this, and to all others" }, "# Left out, text: motd"],
    [{ n: 1, a: { b: { url: "http://localhost/" } } }, "# Left out, text: a.b.url"],
    [{ n: 1, x: null }, "# Left out, null: x"],
    [{ n: 1, x: {}, y: [] }, "# Left out, empty: x, y"],
    [{ n: 1, tags: ["a", "b"] }, "# Left out, text: tags[*]"],
    [{ n: 1, api_token: "abc" }, "# Left out, text: api_token"],
    [
      { n: 1, next: "https://localhost/?page=2" },
      "# This may be the first of several pages: next is set. See pages in the documentation."
    ]
  ])("%j", (root, note) => expect(notesOf(root)).toContain(note))
})

describe("several responses", () => {
  const at = (time: number) => ({
    region: "ams",
    session: `s${time}`,
    mode: time % 2 === 0 ? "busy" : "idle",
    requests: 100 * time,
    queue: 5 - time,
    ...(time === 2 ? { extra: 1 } : undefined)
  })
  const lines = linesOf(at(1), at(2), at(3), at(4))

  test.each([
    "shop_requests_total: { value: requests, type: counter, help: Requests. }",
    "shop_queue: { value: queue, help: Queue. }",
    "shop_extra: { value: extra, optional: true, help: Extra. }",
    "shop_mode: { value: mode, type: stateset, states: [idle, busy], help: Mode. }",
    "shop_info: { type: info, labels_from: { region: region }, help: Attributes. }",
    "# Left out, text: session"
  ])("%s", (line) => expect(lines).toContain(line))

  test("no label of rows comes from a field that changes", () => {
    // otherwise the name would be preferred to the type
    const at = (turn: number) => ({ jobs: ["web", "db"].map((type) => ({ name: `${type}${turn}`, type, n: 1 })) })
    expect(linesOf(at(1), at(2))).toContain("labels_from: { type: type }")
  })

  test("a rising number without the name of a counter stays a gauge", () => {
    expect(linesOf(...[1, 2, 3].map((n) => ({ temperature: n, heap_used: n })))).toEqual([
      "metrics:",
      "shop_temperature: { value: temperature, help: Temperature. }",
      "shop_heap_used: { value: heap_used, help: Heap used. }"
    ])
  })
})

test("rows of several kinds have a comment about optional values; rows of one kind, or one row of each kind, have none", () => {
  const beans = [
    { name: "a", kind: "Thread", threads: 1 },
    { name: "b", kind: "Memory", used: 2 },
    { name: "c", kind: "Memory", used: 3 }
  ]
  const note = "# Rows of 2 kinds, by kind: what only some have is optional, so nothing tells when it is missing."
  expect(linesOf({ beans })).toContain(note)
  const others = [
    beans.slice(1),
    beans.slice(0, 2),
    [...beans, { name: "d", kind: "Memory", threads: 4 }],
    beans.map((bean) => ({ threads: 0, used: 0, ...bean }))
  ]
  for (const rows of others) expect(linesOf({ beans: rows }).join("\n")).not.toContain("kinds")
})

test("booleans beside numbers and switches are listed, and so are keys that are not Unicode text", () => {
  const rows = [true, "on", 3].map((state, id) => ({ id: `r${id}`, state }))
  expect(notesOf({ rows }).join("\n")).toContain("state (true)")
  expect(notesOf({ "a\ud800": 1, b: 2 }).join("\n")).toContain("keys that are not Unicode text")
})
