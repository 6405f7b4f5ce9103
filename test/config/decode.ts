import * as Schema from "effect/Schema"

/** Decodes a part of a configuration as a file would have it. */
export const decode = <A, I>(schema: Schema.Codec<A, I>) => Schema.decodeSync(schema)
