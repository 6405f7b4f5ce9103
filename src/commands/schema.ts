import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { jsonSchema } from "../config/schema.ts"

export const schema = Command.make("schema", {}, () =>
  Effect.sync(() => {
    process.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`)
  })
).pipe(Command.withDescription("Print the JSON Schema of the configuration file, for editors"))
