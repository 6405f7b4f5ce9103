import * as Schema from "effect/Schema"
import { Mapping, mappingFields } from "../../mapping/schema/mapping.ts"
import { settings, sharedMapping, Text, url } from "./target-settings.ts"
import { TargetSource } from "./targets-from.ts"

/** Settings of a target that says nothing else. */
const Defaults = Schema.Struct(settings).annotate({
  identifier: "Defaults",
  description:
    "Settings of every target that does not have them itself: any key of a target but its name, its url and its mapping. The labels and headers of a target add to these, everything else takes their place."
})

export const Target = Schema.Struct({
  name: Schema.String.check(
    Schema.isPattern(/^[^\s\u0000-\u001F\u007F](.*[^\s\u0000-\u001F\u007F])?$/u, {
      expected: "a name without spaces at its start or end"
    })
  ).annotate({
    description: "The target's name: the label target of poller's own metrics, and its page under /targets/.",
    examples: ["shop"]
  }),
  url: url({ description: "What is polled.", examples: ["https://shop.example.com/health"] }),
  ...settings,
  ...mappingFields,
  mapping: sharedMapping
}).annotate({ identifier: "Target", description: "One JSON API to poll, and the series that its answers become." })

/** The whole file. */
export const File = Schema.Struct({
  $schema: Schema.optionalKey(
    Text.annotate({ description: "Where an editor finds the schema of this file; poller does not look at it." })
  ),
  defaults: Schema.optionalKey(Defaults),
  mappings: Schema.optionalKey(
    Schema.Record(Text, Mapping).annotate({
      description: "Mappings by name, for targets that answer alike."
    })
  ),
  // there may be none: so is the file of a package that was just installed
  targets: Schema.optionalKey(Schema.Array(Target).annotate({ description: "What is polled." })),
  targets_from: Schema.optionalKey(
    Schema.Union([TargetSource, Schema.Array(TargetSource)]).annotate({
      description: "Where more of what is polled is listed: one source, or a list of them."
    })
  )
})
  .annotate({ title: "poller", description: "Configuration of poller." })
  .check(
    Schema.makeFilter(
      ({ targets, targets_from }) =>
        targets !== undefined ||
        targets_from !== undefined ||
        "needs targets or targets_from: there is nothing to poll",
      { toJsonSchema: () => ({ anyOf: [{ required: ["targets"] }, { required: ["targets_from"] }] }) }
    )
  )
