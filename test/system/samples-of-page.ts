import { parsePage } from "../exposition/parse.ts"

/** A scrape's samples, `name{label="value",...}` to value. Throws at a page that is none. */
export const samplesOf = (text: string): ReadonlyMap<string, number> =>
  new Map(
    parsePage(text, "text").flatMap(({ lines }) =>
      lines.map(({ name, labels, value }) => {
        const pairs = labels.map(([label, text]) => `${label}=${JSON.stringify(text)}`)
        return [pairs.length === 0 ? name : `${name}{${pairs.join()}}`, value] as const
      })
    )
  )

export const scrape = async (url: string) => samplesOf(await (await fetch(`${url}/metrics`)).text())
