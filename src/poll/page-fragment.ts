import type { Block } from "../exposition/block.ts"

/** A part of the page, whose lines are put together once for all scrapes until something in it changes. */
export interface Section {
  readonly blocks: () => ReadonlyArray<Block>
  /** Nothing has changed since its blocks were asked for. */
  readonly isReady: () => boolean
  /** Grows with every change. */
  readonly version: () => number
}

/** A section, and how to say that it has changed. */
export const makeSection = (put: () => ReadonlyArray<Block>) => {
  let blocks: ReadonlyArray<Block> | undefined
  let version = 0
  const section: Section = {
    blocks: () => (blocks ??= put()),
    isReady: () => blocks !== undefined,
    version: () => version
  }
  const change = () => {
    blocks = undefined
    version++
  }
  return { section, change }
}
