import type { Peer } from "./bench-daemon.ts"
import type { Upstream } from "./bench-upstream.ts"

/** How much is measured: enough to see that the bench works, enough for a look, enough for the documentation. */
export interface Size {
  readonly rows: ReadonlyArray<number>
  /** Interleaved rounds, in each of which every daemon has its turn. */
  readonly rounds: number
  /** Milliseconds of one measurement of one daemon. */
  readonly window: number
  /**
   * Milliseconds until V8 has compiled what is hot in a poll a few milliseconds after the other; scrapes follow each
   * other faster and need a tenth. Before that a poll costs three times as much and a scrape twice, and a daemon lives
   * for months.
   */
  readonly warmUp: number
  /** Starts of each daemon. */
  readonly starts: number
  /** Polls of a second each, in the scenario `memory`. */
  readonly polls: number
  /** Rows of a kilobyte that make the one large answer. */
  readonly giant: number
  readonly targets: ReadonlyArray<number>
  /** Milliseconds between two polls of each of many targets, and how many of them are watched. */
  readonly fleetInterval: number
  readonly fleetIntervals: number
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
    fleetIntervals: 3
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
    fleetIntervals: 2
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
    fleetIntervals: 1
  }
} as const satisfies Record<string, Size>

/** What a scenario is given. */
export interface Bench {
  readonly size: Size
  readonly upstream: Upstream
  readonly peers: ReadonlyArray<Peer>
}
