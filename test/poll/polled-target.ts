import * as Duration from "effect/Duration"
import { get } from "../../src/client/request.ts"
import type { Target } from "../../src/config/target.ts"
import { compileTransform, type TransformSpec } from "../../src/config/transform-spec.ts"

const spec: TransformSpec = { mapping: undefined, labels: {}, maxSeries: 100 }

/** A target with interval 10 s, timeout 5 s and stale_after 30 s. */
export const aTarget = (name: string, change: Partial<Target> = {}): Target => ({
  name,
  request: get(new URL(`http://${name}.test/`), Duration.seconds(5)),
  interval: Duration.seconds(10),
  staleAfter: Duration.seconds(30),
  maxSeries: 100,
  spec,
  transform: compileTransform(spec),
  fingerprint: () => name,
  ...change
})
