/** A stretch of seeds in a worker thread. */
import { type Judged, judgeStretch, type Stretch } from './stretch.ts'

export function run(stretch: Stretch): Judged {
  return judgeStretch(stretch)
}
