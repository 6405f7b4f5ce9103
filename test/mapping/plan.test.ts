import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { compilePlan, planner } from "../../src/mapping/plan-compiler.ts"
import { Mapping } from "../../src/mapping/schema/mapping.ts"
import { transformDocument } from "../../src/mapping/transform.ts"
import { collect, documentOf } from "./collect.ts"

const mapping = Schema.decodeUnknownSync(Mapping)({
  metrics: {
    shop_up: "up",
    shop_mode: { value: "mode", type: "stateset", states: ["rw", "ro"] },
    shop_build_info: { type: "info", labels_from: { version: "version" } }
  },
  each: [{ path: "tills[*]", labels_from: { till: "id" }, metrics: { shop_till_open: "open" } }]
})
const document = documentOf('{"up": 1, "mode": "rw", "version": "1.2", "tills": [{"id": "a", "open": true}]}')

test("targets of one mapping share parts of its plan, and each has its own labels", () => {
  const planned = planner(mapping)
  const labels = [{ site: "ams" }, { site: "fra" }, { rack: "7", site: "fra" }, {}, { site: "" }, { site: "ams" }]
  const plans = labels.map((own) => planned(own, 3))
  const samplesOf = (plan: ReturnType<typeof planned>) =>
    collect((samples) => transformDocument(plan, document, samples))
  expect(plans.map(samplesOf)).toEqual(labels.map((own) => samplesOf(compilePlan(mapping, own, 3))))
  expect(plans[0]?.root.metrics).toBe(plans[1]?.root.metrics)
  expect(plans[2]?.root.metrics).not.toBe(plans[1]?.root.metrics)
})
