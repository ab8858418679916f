/** Time and chance of a live process, as the core wants them. */
import type { Draw } from '../core/values/draw.ts'
import type { UnixMs } from '../core/values/time.ts'

/** Whole Unix ms, never less than before: a clock that is set back stands still until it has caught up. */
export function steadyClock(read: () => number = Date.now): () => UnixMs {
  let last = 0
  return () => {
    last = Math.max(last, Math.floor(read()))
    return last
  }
}

const DRAWS = Number.MAX_SAFE_INTEGER + 1

/** 53 random bits. They choose among routes and guard nothing. */
export function draw(): Draw {
  return Math.floor(Math.random() * DRAWS) as Draw
}
