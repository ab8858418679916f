/** Lists with a stretch left out: long stretches first, from the last to the first, since what comes late is more often in vain. */
import type { Plan } from '../workload/plan.ts'

/** Where in a list the search is: how many are left out together, and before which place. */
export interface Cursor {
  readonly size: number
  readonly end: number
}

/** Plans that are a step smaller, and where to continue if one of them serves. */
export type Steps = Generator<readonly [Plan, Cursor | undefined]>

export interface Sizes {
  /** The first stretch; left out: half of the list. */
  readonly most?: number
  readonly least?: number
}

/**
 * With each list goes where to continue if it serves: what was tried in vain behind it is not tried again before shorter
 * stretches are, so that the tries are as many as the list is long, and not its square.
 */
export function* fewer<T>(items: readonly T[], from: Cursor | undefined, { most = Math.ceil(items.length / 2), least = 1 }: Sizes = {}) {
  let end = Math.min(from?.end ?? items.length, items.length)
  for (let size = Math.min(from?.size ?? most, items.length); size >= least && size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (; end > 0; end -= size) {
      const start = Math.max(0, end - size)
      const next: Cursor = { size, end: start }
      yield [[...items.slice(0, start), ...items.slice(end)], next] as const
    }
    end = items.length
  }
}

/** Each item in turn, the last first. */
export function* without<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = items.length - 1; i >= 0; i--) yield items.filter((_, j) => j !== i)
}
