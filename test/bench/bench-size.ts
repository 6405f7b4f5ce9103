import type { Peer } from "./bench-daemon.ts"
import type { Upstream } from "./bench-upstream.ts"

/** Sizes of a run: to test the bench, for a quick look, and for the documentation. */
export interface Size {
  readonly rows: ReadonlyArray<number>
  /** Rounds. Each measures every daemon once. */
  readonly rounds: number
  /** Duration of one measurement of one daemon in milliseconds. */
  readonly window: number
  /**
   * Milliseconds of warm-up, until V8 has compiled the hot code of polls; scrapes need a tenth. Before that, a poll
   * costs three times as much and a scrape twice, while a daemon lives for months.
   */
  readonly warmUp: number
  /** Number of starts of each daemon. */
  readonly starts: number
  /** Number of polls in the scenario `memory`, one a second. */
  readonly polls: number
  /** Rows of the large response, a kilobyte each. */
  readonly giant: number
  readonly targets: ReadonlyArray<number>
  /** Milliseconds between two polls of each of many targets, and how many intervals are measured. */
  readonly fleetInterval: number
  readonly fleetIntervals: number
  /** Numbers of targets of the scenario `common`, and daemons of each kind. The tables show their median. */
  readonly common: ReadonlyArray<number>
  readonly copies: number
  /** Milliseconds between two polls and between two scrapes, of warm-up, and of the whole scenario `common`. */
  readonly commonInterval: number
  readonly commonScrapes: number
  readonly commonWarmUp: number
  readonly commonDuration: number
}

export const sizes = {
  smallest: {
    rows: [10],
    rounds: 1,
    window: 20,
    warmUp: 40,
    starts: 1,
    polls: 1,
    giant: 100,
    targets: [3],
    fleetInterval: 200,
    fleetIntervals: 3,
    common: [3],
    copies: 1,
    commonInterval: 1000,
    commonScrapes: 500,
    commonWarmUp: 1500,
    commonDuration: 3000
  },
  short: {
    rows: [1, 1000, 10_000],
    rounds: 3,
    window: 300,
    warmUp: 15_000,
    starts: 7,
    polls: 10,
    giant: 100_000,
    targets: [100, 1000],
    fleetInterval: 5000,
    fleetIntervals: 2,
    common: [100, 5],
    copies: 1,
    commonInterval: 30_000,
    commonScrapes: 15_000,
    commonWarmUp: 60_000,
    commonDuration: 180_000
  },
  full: {
    rows: [1, 1000, 10_000, 100_000],
    rounds: 3,
    window: 400,
    warmUp: 15_000,
    starts: 11,
    polls: 20,
    giant: 100_000,
    targets: [100, 1000, 10_000],
    fleetInterval: 30_000,
    fleetIntervals: 1,
    common: [100, 5],
    copies: 3,
    commonInterval: 30_000,
    commonScrapes: 15_000,
    commonWarmUp: 120_000,
    commonDuration: 1_200_000
  }
} as const satisfies Record<string, Size>

/** The input of a scenario. */
export interface Bench {
  readonly size: Size
  readonly upstream: Upstream
  readonly peers: ReadonlyArray<Peer>
}
