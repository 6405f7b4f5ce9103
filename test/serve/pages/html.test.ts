import * as fc from "fast-check"
import { expect, test } from "vitest"
import { html } from "../../../src/serve/pages/html.ts"

test("text is escaped, markup is not, lists are joined, undefined and false are empty", () => {
  expect(html`<p title="${"\"<&>'"}">${["a", html`<b>${"<b>"}</b>`]}${undefined}${false}${1}</p>`.text).toBe(
    '<p title="&quot;&lt;&amp;&gt;&#39;">a<b>&lt;b&gt;</b>1</p>'
  )
})

test("no text becomes markup", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { text: markup } = html`${text}`
      expect(markup).not.toMatch(/[<>"']/)
      expect(markup.replace(/&(amp|lt|gt|quot|#39);/g, "")).not.toContain("&")
    })
  )
})
