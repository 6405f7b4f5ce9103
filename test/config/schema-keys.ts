/** The parts of a JSON Schema that tests read. */
export interface SchemaNode {
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly [key: string]: unknown
}

/** Every key that a schema has for an object, wherever, with its path and schema. */
export const schemaKeys = (
  node: unknown,
  path = ""
): ReadonlyArray<{ readonly path: string; readonly key: string; readonly node: SchemaNode }> => {
  if (node === null || typeof node !== "object") return []
  const { properties = {} } = node as SchemaNode
  return [
    ...Object.entries(properties).map(([key, value]) => ({ path: `${path}.${key}`, key, node: value })),
    ...Object.entries(node).flatMap(([key, value]) => schemaKeys(value, `${path}/${key}`))
  ]
}
