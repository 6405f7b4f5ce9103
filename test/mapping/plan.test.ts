import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { parse } from "../../src/mapping/document/json.ts"
import { compilePlan, planner } from "../../src/mapping/plan-compiler.ts"
import { Mapping } from "../../src/mapping/schema/mapping.ts"
import { transformDocument } from "../../src/mapping/transform.ts"
import { collect } from "./collect.ts"

const mapping = Schema.decodeUnknownSync(Mapping)({
  metrics: {
    shop_up: "up",
    shop_mode: { value: "mode", type: "stateset", states: ["rw", "ro"] },
    shop_build_info: { type: "info", labels_from: { version: "version" } }
  },
  each: [{ path: "tills[*]", labels_from: { till: "id" }, metrics: { shop_till_open: "open" } }]
})
const answer = Result.getOrThrow(
  parse(Buffer.from('{"up": 1, "mode": "rw", "version": "1.2", "tills": [{"id": "a", "open": true}]}'))
)

test("targets of one mapping share its plan, and each yields its own labels as if the plan were its own", () => {
  const planned = planner(mapping)
  const labels = [{ site: "ams" }, { site: "fra" }, { rack: "7", site: "fra" }, {}, { site: "" }, { site: "ams" }]
  const plans = labels.map((own) => planned(own, 3))
  const samplesOf = (made: ReturnType<typeof planned>) => collect((samples) => transformDocument(made, answer, samples))
  expect(plans.map(samplesOf)).toEqual(labels.map((own) => samplesOf(compilePlan(mapping, own, 3))))
  expect(plans[0]?.root.metrics).toBe(plans[1]?.root.metrics)
  expect(plans[2]?.root.metrics).not.toBe(plans[1]?.root.metrics)
})
