import * as Schema from "effect/Schema"
import { Target } from "./schema/configuration-file.ts"
import { settings } from "./schema/target-settings.ts"

/** A target of the file after `defaults` and the built-in values have filled in what it leaves out; its files' paths are absolute. */
export const ResolvedTarget = Schema.Struct({
  ...Target.fields,
  interval: Schema.requiredKey(settings.interval),
  method: Schema.requiredKey(settings.method),
  accept_status: Schema.requiredKey(settings.accept_status),
  follow_redirects: Schema.requiredKey(settings.follow_redirects),
  max_body: Schema.requiredKey(settings.max_body),
  max_series: Schema.requiredKey(settings.max_series)
})
export type ResolvedTarget = typeof ResolvedTarget.Type
