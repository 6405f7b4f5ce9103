import type { Poll } from "./outcome.ts"

/**
 * How the last polls went, oldest first: of each when it began (epoch milliseconds) and then how long it took (seconds, NaN if it failed). All in one
 * array of numbers: as objects they would be a third of the heap of ten thousand targets.
 */
export type Course = ReadonlyArray<number>

const most = 60

/** The course after one more poll. */
export const continued = (course: Course, { at, seconds, outcome }: Poll): Course =>
  course.slice(-2 * (most - 1)).concat(at, outcome._tag === "Good" ? seconds : Number.NaN)

/** The polls of a course, oldest first. */
export const pollsOf = (course: Course): ReadonlyArray<{ readonly at: number; readonly seconds: number }> =>
  Array.from({ length: course.length / 2 }, (_, index) => ({
    at: course[2 * index] ?? Number.NaN,
    seconds: course[2 * index + 1] ?? Number.NaN
  }))
