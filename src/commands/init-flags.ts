import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { duration } from "../config/go-duration.ts"
import { described } from "./flags.ts"

export const src = Argument.String("src").pipe(
  Argument.withDescription(
    "A URL, or files with saved responses of one API, or - for standard input; with --only a target is asked instead"
  ),
  Argument.withMetavar("SRC"),
  Argument.variadic()
)

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(described(name, description)), Flag.withMetavar(metavar))

export const name = text("name", "NAME", "Name of the target, with which the metrics begin as well").pipe(Flag.optional)

export const url = text("url", "URL", "Where saved responses are from").pipe(Flag.optional)

export const samples = Flag.Int("samples").pipe(
  Flag.withDescription(described("samples", "Ask so many times, to see what changes", "1")),
  Flag.withMetavar("N"),
  Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
  Flag.withDefault(1)
)

export const every = Flag.String("every").pipe(
  Flag.withDescription(described("every", "Time between two samples", "10s")),
  Flag.withMetavar("DURATION"),
  Flag.withSchema(duration({ description: "Time between two samples" })),
  Flag.withDefault(Duration.seconds(10))
)

export const test = text("test", "DIR", "Save the responses there, with a first test of the draft").pipe(Flag.optional)

export const bearerTokenFile = text("bearer-token-file", "FILE", "Bearer token: the file that holds it").pipe(
  Flag.optional
)

export const basic = text("basic", "USER:FILE", "User, and the file that holds the password").pipe(Flag.optional)

export const headerFrom = text("header-from", "NAME=FILE", "Header whose value is in a file; repeatable").pipe(
  Flag.atLeast(0)
)

export const header = text("header", "NAME:VALUE", "Header, not a secret one; repeatable").pipe(Flag.atLeast(0))
