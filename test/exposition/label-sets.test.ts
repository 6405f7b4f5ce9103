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

const one = (value: string): Labels => [["l", value]]

test("each set of labels has one number, from 0 on, and its text; also after all were forgotten", () => {
  const sets = makeLabelSets()
  const value = fc.oneof(fc.string({ maxLength: 3 }), fc.string({ unit: "binary", maxLength: 40 }))
  const labels = fc.oneof(value.map(one), fc.constant<Labels>([]))
  fc.assert(
    fc.property(fc.array(labels, { maxLength: 200, size: "max" }), (all) => {
      clear(sets)
      const known = new Map<string, number>()
      for (const labels of all) {
        const key = JSON.stringify(labels)
        const number = known.get(key) ?? known.size
        known.set(key, number)
        expect(labelSetId(sets, labels)).toBe(number)
        const text = Buffer.from(sets.bytes.subarray(startOf(sets, number), endOf(sets, number))).toString()
        const [name, value] = labels[0] ?? []
        const escaped = value?.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"')
        expect(text).toBe(name === undefined ? " " : `{${name}="${escaped}"} `)
      }
      expect(sets.count).toBe(known.size)
    })
  )
})

/** Values whose labels all lead to one place of any table of up to 1024, as its hashes stand now. */
const crowd = ({ seed }: LabelSets, size: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let index = 0; found.length < size; index++) {
    const text = { ...makeLabelSets(), seed }
    appendAscii(text, `{l="${index}"} `)
    if ((hash(text, 0, text.size) & 1023) === 7) found.push(String(index))
  }
  return found
}

test("labels that were chosen to meet in one place are told apart too, and without looking at all of them", () => {
  const sets = makeLabelSets()
  for (let round = 0; round < 2; round++) {
    const values = crowd(sets, 400)
    expect(values.map((value) => labelSetId(sets, one(value)))).toEqual([...values.keys()])
    expect(values.map((value) => labelSetId(sets, one(value)))).toEqual([...values.keys()])
    expect(sets.ids?.size).toBe(400)
    clear(sets)
    expect(sets.table.every((number) => number === 0)).toBe(true)
  }
})

test("who knows which labels met in one place does not know it of the next answer", () => {
  const sets = makeLabelSets()
  const values = crowd(sets, 400)
  clear(sets)
  for (const value of values) labelSetId(sets, one(value))
  expect(sets.ids).toBeUndefined()
})
