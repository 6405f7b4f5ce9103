import * as Duration from "effect/Duration"
import type { Target } from "../../src/config/target.ts"
import { flatten } from "../../src/transform/flatten.ts"
import { get } from "../../src/upstream/request.ts"

/** A target that is polled every 10 seconds, has 5 to answer, and whose series stand for 30. */
export const aTarget = (name: string, change: Partial<Target> = {}): Target => ({
  name,
  request: get(new URL(`http://${name}.test/`), Duration.seconds(5)),
  interval: Duration.seconds(10),
  staleAfter: Duration.seconds(30),
  maxSeries: 100,
  recipe: { mapping: undefined, labels: {}, maxSeries: 100 },
  transform: flatten,
  settings: () => name,
  ...change
})
