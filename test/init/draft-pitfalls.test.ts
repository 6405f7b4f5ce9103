import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { drafted, linesOf } from "./drafting.ts"

const textOf = (...roots: ReadonlyArray<unknown>) => linesOf(...roots).join("\n")

describe("keys that look like something else", () => {
  test.each<[unknown, string]>([
    // CPUs is no microsecond, and IDs is no second
    [{ nanoCPUs: 2_000_000_000 }, "shop_nano_cpus: { value: nanoCPUs, help: Nano cpus. }"],
    [{ openVMs: 3 }, "shop_open_vms: { value: openVMs, help: Open vms. }"],
    // a total of a percentage is a level
    [
      { cpu_percent: { host_total: 3.2 } },
      "shop_cpupercent_total_host: { value: cpu_percent.host_total, help: CPU percent host total. }"
    ],
    [{ jsonrpc: "2.0" }, "shop_info: { type: info, labels_from: { jsonrpc: jsonrpc }, help: Attributes. }"],
    [{ swversion: "1.0" }, "shop_info: { type: info, labels_from: { swversion: swversion }, help: Attributes. }"],
    [{ conversion: "1.0" }, "shop_conversion: { value: conversion, help: Conversion. }"],
    [{ cpu: { mhz: "3600.0" } }, "shop_cpu_hertz: { value: cpu.mhz, unit: MHz, help: CPU. }"],
    // wrappers of MongoDB take the name of the key above
    [{ bytesIn: { $numberLong: "5" } }, "shop_in_bytes: { value: \"bytesIn['$numberLong']\", help: In. }"],
    [
      { birthday: { $date: 1_600_000_000_000 } },
      "shop_birthday_timestamp_seconds: { value: \"birthday['$date']\", unit: ms, help: Time of birthday. }"
    ],
    [
      { mediantime: 1_706_866_212 },
      "shop_mediantime_timestamp_seconds: { value: mediantime, help: Time of mediantime. }"
    ],
    [{ cputime: 1_706_866_212 }, "shop_cputime: { value: cputime, help: Cputime. }"],
    // two fields may have the same time: both say that they are times
    [
      { status: { since: 1_708_416_000 }, status_since: 1_708_416_000 },
      "shop_status_since_timestamp_other_seconds: { value: status_since, help: Time of status since. }"
    ]
  ])("%j", (root, line) => expect(linesOf(root)).toContain(line))
})

describe("units", () => {
  test.each<[unknown, string]>([
    [{ power: { v: 5, u: "W", d: 1 } }, "shop_power_watts: { value: power.v, unit: { path: power.u }, help: Power. }"],
    [
      { PAC: { Unit: "W", Values: { "1": 1234 } } },
      "shop_pac_1_watts: { value: \"PAC.Values['1']\", unit: { path: PAC.Unit }, help: Pac 1. }"
    ],
    [{ rsrp: "-95dBm" }, 'shop_rsrp: { value: rsrp, pattern: "(-?[0-9.]+)", help: Rsrp. }']
  ])("%j", (root, line) => expect(linesOf(root)).toContain(line))
})

describe("words beside values", () => {
  test("that mean no value leave the column readable", () => {
    const gateways = [
      { name: "a", loss: "0.5 %", seen: "3 days", at: "2024-01-31T12:00:00Z" },
      { name: "b", loss: "~", seen: "never", at: "none" }
    ]
    const lines = linesOf({ gateways })
    expect(lines).toContain(
      'shop_gateway_loss_ratio: { value: loss, null_values: ["~"], parse: quantity, help: Loss of the gateway. }'
    )
    expect(lines).toContain(
      "shop_gateway_seen_seconds: { value: seen, null_values: [never], parse: duration, help: Seen of the gateway. }"
    )
    expect(lines.join("\n")).toContain("null_values: [none], parse: rfc3339")
  })

  test("are states if there are many", () => {
    const rows = ["5 W", "idle", "off", "fault"].map((power, id) => ({ id, power, n: 1 }))
    expect(textOf({ rows })).toContain("# Left out, text: power")
  })

  test("a trend is no switch", () => {
    expect(textOf({ temp_trend: "up" })).toContain("type: stateset, states: [up]")
    expect(textOf({ link: "up" })).toContain("map: { up: 1, down: 0 }")
  })

  test("P1 is no duration", () => expect(textOf({ rows: [{ kind: "P1", n: 1 }] })).not.toContain("changes"))
})

describe("labels", () => {
  test.each([
    { bestblockhash: "00ab12cd34ef56ab12cd" },
    { etag: "xYz" },
    { current_song: "Blue" },
    { load: "0.35 0.28 0.22" },
    { flags: "0,0,1" },
    { txpower: "PPusch:12dBm PPucch:5dBm" },
    { rssi: ">=-51dBm" }
  ])("%j is none", (root) => expect(textOf({ n: 1, ...root })).toContain(`# Left out, text: ${Object.keys(root)[0]}`))

  test.each([
    { last_name: "Snow" },
    { latest_version: "2.1.0" },
    { current_firmware: "A7" },
    { mac: "48:8F:5A:00:1B:5A" }
  ])("%j is one", (root) => expect(textOf({ n: 1, ...root })).toContain("type: info"))

  test("a text about what is current is none, unless it is a version", () => {
    expect(textOf({ n: 1, currentTrack: { artist: "Blue", firmware: "A7" } })).toContain(
      "Left out, text: currentTrack.artist"
    )
    expect(textOf({ n: 1, current_os: { version: "12.3.1", unit: "V" } })).toContain("version: current_os.version")
  })

  test("an id that moves on is a number", () => {
    expect(textOf({ lastId: 28_460 })).toContain("shop_last_id: { value: lastId, help: Last ID. }")
  })

  test("an offset is no time zone, since summer time has another one", () => {
    expect(textOf({ n: 1, timezone: "+02:00", local: "2024-04-05T12:11:12" })).toContain(
      "# Left out, times without a zone"
    )
  })
})

describe("rows", () => {
  test.each<[string, unknown, string]>([
    [
      "a number with the name of the rows, within its group",
      {
        partitions: [
          { topic: "a", partition: 0, n: 1 },
          { topic: "a", partition: 1, n: 2 }
        ]
      },
      "labels_from: { topic: topic, partition: partition }"
    ],
    [
      "three fields if no two are enough",
      {
        copies: [
          { index: "a", shard: "0", kind: "p", n: 1 },
          { index: "a", shard: "0", kind: "r", n: 2 },
          { index: "a", shard: "1", kind: "p", n: 3 },
          { index: "b", shard: "0", kind: "p", n: 4 }
        ].map(({ kind, ...copy }) => ({ ...copy, type: kind }))
      },
      "labels_from: { index: index, shard: shard, type: type }"
    ],
    [
      "an id if a name is empty",
      {
        apps: [
          { id: 0, mountpoint: "", n: 1 },
          { id: 1, mountpoint: "/b", n: 2 }
        ]
      },
      "labels_from: { app: id }"
    ],
    [
      "no category of a single row",
      { data: [{ intensity: { actual: 160, index: "moderate" } }] },
      "{ index: { key: 0 } }"
    ],
    ["words in capitals as keys", { replies: { NODATA: 3, NXDOMAIN: 5 } }, "labels_from: { reply: { key: 0 } }"],
    ["words with spaces as keys", { actions: { reject: 3, "no action": 5 } }, "labels_from: { action: { key: 0 } }"],
    [
      "objects with many equal keys, even if one is called battery",
      {
        site: {
          battery: { power: 1, frequency: 50, exported: 2, imported: 3, voltage: 240 },
          solar: { power: 1, frequency: 50, exported: 2, imported: 3, voltage: 240 }
        }
      },
      "- path: $.site.*"
    ],
    [
      "prices with their unit are a time series",
      {
        prices: [
          { start: 1_428_591_600_000, price: 42, unit: "Eur/MWh" },
          { start: 1_428_595_200_000, price: 41, unit: "Eur/MWh" }
        ]
      },
      'shop_price: { value: { last: "prices[*].price" }, help: Newest price. }'
    ]
  ])("%s", (_, root, text) => expect(textOf(root)).toContain(text))

  test("quantities that are not things stay apart", () => {
    const text = textOf({
      temperature: { min: 1, max: 2, avg: 1.5, now: 1 },
      humidity: { min: 1, max: 2, avg: 1.5, now: 1 }
    })
    expect(text).not.toContain("each:")
  })

  test("a map with a time is an object", () => {
    const text = textOf({ stats: { "pm2.5": 3.2, "pm10.0": 5.1, time_stamp: 1_709_279_980 } })
    expect(text).toContain("shop_timestamp_seconds: { value: stats.time_stamp")
    expect(text).not.toContain("each:")
  })

  test("a time series that is empty in some items is optional", () => {
    const point = (start: number) => ({ start, price: 5 })
    const homes = [
      { id: "a", prices: [point(1_428_591_600), point(1_428_595_200)] },
      { id: "b", prices: [] }
    ]
    const found = drafted([JSON.stringify({ homes })])
    expect(found?.draft).toContain("optional: true")
    expect(found?.problems).toEqual([])
  })

  test("one object in a list is no map", () => {
    expect(textOf({ session: [{ current: 41 }] })).toContain("shop_session_current: { value: current")
  })

  test("a name of one word is no plural", () => {
    const found = drafted([JSON.stringify([{ id: 1, free: 5 }])], "truenas")
    expect(found?.draft).toContain("truenas_free: { value: free")
  })
})

test("a filter for numbers selects each text that is a number, and no other", () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.integer().map(String),
    fc.constantFrom("5.", ".5", "-.5", "1E5", "1e-7", " 7 ", "0", "-0", "0.0")
  )
  const word = fc.constantFrom("6.1.1", "1.2.3.4", "12-3", "abc", ".", "-", "1e", "raw", "10.0.0.1:80")
  fc.assert(
    fc.property(
      fc.array(number, { minLength: 1, maxLength: 5 }),
      fc.array(word, { minLength: 1, maxLength: 4 }),
      (numbers, words) => {
        const rows = [...numbers, ...words].map((reading, at) => ({ name: `row ${at}`, reading }))
        const found = drafted([JSON.stringify({ rows })])
        expect(found?.problems, found?.draft).toEqual([])
        const shown = [...(found?.page ?? "").matchAll(/^shop_reading\{.*\} (\S+)$/gm)].map(([, value]) =>
          Number(value)
        )
        expect(shown, found?.draft).toEqual(numbers.map((text) => Number(text) + 0))
      }
    ),
    { numRuns: 200 }
  )
})
