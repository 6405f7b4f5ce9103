import * as fc from "fast-check"
import { expect, test } from "vitest"
import { put } from "../../src/exposition/bytes.ts"
import { beginOf, clear, endOf, hash, type LabelTexts, labelTexts, numberOf } from "../../src/exposition/label-texts.ts"
import type { Labels } from "../../src/mapping/sample.ts"

const one = (value: string): Labels => [["l", value]]

test("each set of labels has one number, from 0 on, and its text; also after all were forgotten", () => {
  const texts = labelTexts()
  const value = fc.oneof(fc.string({ maxLength: 3 }), fc.string({ unit: "binary", maxLength: 40 }))
  const labels = fc.oneof(value.map(one), fc.constant<Labels>([]))
  fc.assert(
    fc.property(fc.array(labels, { maxLength: 200, size: "max" }), (all) => {
      clear(texts)
      const known = new Map<string, number>()
      for (const labels of all) {
        const key = JSON.stringify(labels)
        const number = known.get(key) ?? known.size
        known.set(key, number)
        expect(numberOf(texts, labels)).toBe(number)
        const text = Buffer.from(texts.bytes.subarray(beginOf(texts, number), endOf(texts, number))).toString()
        const [name, value] = labels[0] ?? []
        const escaped = value?.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"')
        expect(text).toBe(name === undefined ? " " : `{${name}="${escaped}"} `)
      }
      expect(texts.count).toBe(known.size)
    })
  )
})

/** Values whose labels all lead to one place of any table of up to 1024, as its hashes stand now. */
const crowd = ({ seed }: LabelTexts, size: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let index = 0; found.length < size; index++) {
    const text = { ...labelTexts(), seed }
    put(text, `{l="${index}"} `)
    if ((hash(text, 0, text.size) & 1023) === 7) found.push(String(index))
  }
  return found
}

test("labels that were chosen to meet in one place are told apart too, and without looking at all of them", () => {
  const texts = labelTexts()
  for (let round = 0; round < 2; round++) {
    const values = crowd(texts, 400)
    expect(values.map((value) => numberOf(texts, one(value)))).toEqual([...values.keys()])
    expect(values.map((value) => numberOf(texts, one(value)))).toEqual([...values.keys()])
    expect(texts.numbers?.size).toBe(400)
    clear(texts)
    expect(texts.table.every((number) => number === 0)).toBe(true)
  }
})

test("who knows which labels met in one place does not know it of the next answer", () => {
  const texts = labelTexts()
  const values = crowd(texts, 400)
  clear(texts)
  for (const value of values) numberOf(texts, one(value))
  expect(texts.numbers).toBeUndefined()
})
