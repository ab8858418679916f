/** How figures are written for people; the same on the page, in the words and on the terminal. */
import type { Ratio } from '../experiment/results.ts'

export const NOTHING = '–'

/** 0.9314 → 93.1% */
export function percent(share: number | null): string {
  return share === null ? NOTHING : `${digits(share)}%`
}

/** 92.4–93.8, without the sign: it stands beside the mean. */
export function range({ low, high }: Ratio): string {
  return low === null || high === null ? NOTHING : `${digits(low)}–${digits(high)}`
}

/** A difference of shares: 0.003 → 0.3 points. Small ones keep a digit that is not zero. */
export function points(difference: number): string {
  const value = Math.abs(difference) * 100
  const text =
    value >= 9.95
      ? value.toFixed(value % 1 < 0.05 ? 0 : 1)
      : value >= 0.05 || value === 0
        ? value.toFixed(1)
        : value >= 0.005
          ? value.toFixed(2)
          : 'less than 0.01'
  return `${text} ${text === '1.0' ? 'point' : 'points'}`
}

export function pValue(p: number): string {
  if (p < 0.001) return 'p < 0.001'
  if (p > 0.995) return 'p = 1'
  return `p = ${p < 0.1 ? p.toFixed(3).replace(/0$/, '') : p.toFixed(2)}`
}

export function duration(ms: number | null): string {
  if (ms === null) return NOTHING
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`
  return ms < 100_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`
}

export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

export function decimal(value: number | null): string {
  return value === null ? NOTHING : value.toFixed(2)
}

export function plural(value: number, word: string, words = `${word}s`): string {
  return `${count(value)} ${value === 1 ? word : words}`
}

/** a, b and c */
export function listing(items: readonly string[], last = 'and'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`
}

/** What is not quite all is not shown as all, nor a little as nothing. */
function digits(share: number): string {
  const text = (share * 100).toFixed(1)
  if (text === '100.0' && share < 1) return '>99.9'
  return text === '0.0' && share > 0 ? '<0.1' : text
}
