/** The quantile `p` (0 to 1) of the samples; NaN without samples. */
export const percentile = (samples: ReadonlyArray<number>, p: number): number => {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN
}

export const median = (samples: ReadonlyArray<number>): number => percentile(samples, 0.5)

export const worst = (samples: ReadonlyArray<number>): number => percentile(samples, 1)
