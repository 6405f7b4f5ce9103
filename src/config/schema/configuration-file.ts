import * as Schema from "effect/Schema"
import { infosHaveLabels, Mapping, mappingFields } from "../../mapping/schema/mapping.ts"
import { Text, targetUrl } from "./fields.ts"
import { LoginSettings } from "./login-settings.ts"
import { settings, sharedMapping } from "./target-settings.ts"
import { TargetSource } from "./targets-from.ts"

const Defaults = Schema.Struct(settings).annotate({
  identifier: "Defaults",
  description:
    "Defaults for all targets: any key of a target, except name, url and the mapping. Labels and headers of a target are added to these; every other key replaces the default."
})

export const Target = Schema.Struct({
  name: Schema.String.check(
    Schema.isPattern(/^[^\s\u0000-\u001F\u007F](.*[^\s\u0000-\u001F\u007F])?$/u, {
      expected: "a name without spaces at its start or end"
    })
  ).annotate({
    description:
      "Name of the target. It is the label target of poller's own metrics, and its page is /targets/NAME. Must be unique.",
    examples: ["shop"]
  }),
  url: targetUrl({
    description: "URL to poll: http, https, http+unix:///SOCKET:/PATH or file:///PATH.",
    examples: ["https://shop.example.com/health"]
  }),
  ...settings,
  ...mappingFields,
  mapping: sharedMapping
})
  .check(infosHaveLabels())
  .annotate({ identifier: "Target", description: "A JSON API to poll, and the mapping of its responses to series." })

export const File = Schema.Struct({
  $schema: Schema.optionalKey(
    Text.annotate({ description: "URL or path of the JSON Schema, for editors. poller ignores it." })
  ),
  defaults: Schema.optionalKey(Defaults),
  mappings: Schema.optionalKey(
    Schema.Record(Text, Mapping).annotate({
      description: "Mappings by name, for targets with similar responses."
    })
  ),
  logins: Schema.optionalKey(
    Schema.Record(Text, LoginSettings).annotate({ description: "Sessions by name, for targets with login." })
  ),
  // may be empty, as in the file of a package that was just installed
  targets: Schema.optionalKey(Schema.Array(Target).annotate({ description: "The targets to poll." })),
  targets_from: Schema.optionalKey(
    Schema.Union([TargetSource, Schema.Array(TargetSource)]).annotate({
      description: "Sources of more targets: one source, or a list of sources."
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
