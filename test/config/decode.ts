import * as Schema from "effect/Schema"

/** Decodes a part of a configuration, written as in a file. */
export const decode = <A, I>(schema: Schema.Codec<A, I>) => Schema.decodeSync(schema)
