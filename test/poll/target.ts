import * as Duration from "effect/Duration"
import type { Target } from "../../src/config/target.ts"
import { flatten } from "../../src/transform/flatten.ts"

/** A target that is polled every 10 seconds, has 5 to answer, and whose series stand for 30. */
export const aTarget = (name: string, change: Partial<Target> = {}): Target => ({
  name,
  request: { url: new URL(`http://${name}.test/`), timeout: Duration.seconds(5), maxBody: 1_000_000 },
  interval: Duration.seconds(10),
  staleAfter: Duration.seconds(30),
  maxSeries: 100,
  transform: flatten,
  fingerprint: name,
  ...change
})
