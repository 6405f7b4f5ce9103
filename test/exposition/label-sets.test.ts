import * as fc from "fast-check"
import { expect, test } from "vitest"
import { appendAscii } from "../../src/exposition/buffer.ts"
import {
  clear,
  endOf,
  hash,
  type LabelSets,
  labelSetId,
  makeLabelSets,
  startOf
} from "../../src/exposition/label-sets.ts"
import type { Labels } from "../../src/mapping/sample.ts"
import { escapeLabelValue } from "./parse.ts"

const one = (value: string): Labels => [["l", value]]

const rendered = ([label]: Labels) => (label === undefined ? " " : `{${label[0]}="${escapeLabelValue(label[1])}"} `)

test("each set of labels has an id, counted from 0, and its text, also after the table is cleared", () => {
  const sets = makeLabelSets()
  const value = fc.oneof(fc.string({ maxLength: 3 }), fc.string({ unit: "binary", maxLength: 40 }))
  const labels = fc.oneof(value.map(one), fc.constant<Labels>([]))
  fc.assert(
    fc.property(fc.array(labels, { maxLength: 200, size: "max" }), (all) => {
      clear(sets)
      const different = [...new Set(all.map(rendered))]
      expect(all.map((labels) => labelSetId(sets, labels))).toEqual(
        all.map((labels) => different.indexOf(rendered(labels)))
      )
      expect(sets.count).toBe(different.length)
      const texts = different.map((_, id) => sets.bytes.subarray(startOf(sets, id), endOf(sets, id)))
      expect(texts.map((text) => Buffer.from(text).toString())).toEqual(different)
    })
  )
})

/** Values whose labels all hash to the same slot of a table of up to 1024 slots, with the current seed. */
const collidingValues = ({ seed }: LabelSets, size: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  const text = { ...makeLabelSets(), seed }
  for (let index = 0; found.length < size; index++) {
    text.size = 0
    appendAscii(text, `{l="${index}"} `)
    if ((hash(text, 0, text.size) & 1023) === 7) found.push(String(index))
  }
  return found
}

test("labels that share one slot get different ids, from a map instead of a long search", () => {
  const sets = makeLabelSets()
  for (let round = 0; round < 2; round++) {
    const values = collidingValues(sets, 400)
    expect(values.map((value) => labelSetId(sets, one(value)))).toEqual([...values.keys()])
    expect(values.map((value) => labelSetId(sets, one(value)))).toEqual([...values.keys()])
    expect(sets.ids?.size).toBe(400)
    clear(sets)
    expect(sets.table.every((number) => number === 0)).toBe(true)
  }
})

test("labels that share a slot in one response do not in the next, since the seed changes", () => {
  const sets = makeLabelSets()
  const values = collidingValues(sets, 400)
  clear(sets)
  for (const value of values) labelSetId(sets, one(value))
  expect(sets.ids).toBeUndefined()
})
