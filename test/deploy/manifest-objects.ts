import { expect } from "vitest"
import { parseAllDocuments } from "yaml"

/** The objects of a manifest, read as Kubernetes reads it: as YAML 1.1, in which 0444 is octal. */
export const manifestObjects = (text: string) =>
  parseAllDocuments(text, { version: "1.1" }).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS()
  })
