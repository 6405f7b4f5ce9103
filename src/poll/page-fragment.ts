import type { Block } from "../exposition/block.ts"

/** A part of the page, whose lines are put together once for all scrapes until something in it changes. */
export interface PageFragment {
  readonly blocks: () => ReadonlyArray<Block>
  /** Nothing has changed since its blocks were asked for. */
  readonly isCached: () => boolean
  /** Grows with every change. */
  readonly version: () => number
}

/** A section, and how to say that it has changed. */
export const makeFragment = (render: () => ReadonlyArray<Block>) => {
  let blocks: ReadonlyArray<Block> | undefined
  let version = 0
  const fragment: PageFragment = {
    blocks: () => (blocks ??= render()),
    isCached: () => blocks !== undefined,
    version: () => version
  }
  const invalidate = () => {
    blocks = undefined
    version++
  }
  return { fragment, invalidate }
}
