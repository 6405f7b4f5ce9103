import * as Command from "effect/cli/Command"
import { jsonSchema } from "../config/json-schema.ts"
import { print } from "./output.ts"

export const schema = Command.make("schema", {}, () =>
  print(process.stdout, `${JSON.stringify(jsonSchema(), null, 2)}\n`)
).pipe(Command.withDescription("Print the JSON Schema of the configuration file, for editors"))
