import { gunzipSync } from "node:zlib"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ProcessMetrics } from "../../src/host/process-metrics.ts"
import { Board } from "../../src/poll/board.ts"
import { starting } from "../../src/poll/self.ts"
import { makeScrape } from "../../src/serve/scrape.ts"
import { aTarget } from "../poll/target.ts"

const self = starting("1.2.3", "26.0.0", { ordinal: 0, total: 1 }, 0)
const still = Layer.succeed(ProcessMetrics, { read: Effect.succeed([]), latest: () => [] })
const nothing: Awaited<ReturnType<typeof makeScrape.pipe>> | undefined = undefined

/** What clients send, each another way to the bytes. */
const clients = [
  { client: "curl", accept: "*/*", encoding: undefined },
  { client: "a browser", accept: "text/html,*/*;q=0.8", encoding: "gzip, deflate, br, zstd" },
  { client: "Prometheus", accept: "application/openmetrics-text;version=1.0.0,text/plain;q=0.5", encoding: "gzip" },
  { client: "one that wants OpenMetrics as it is", accept: "application/openmetrics-text", encoding: "identity" }
]
