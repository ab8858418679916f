/** A world's history once more: its trace's hash, and its story. */
import { createHash } from 'node:crypto'
import { type Failure, judge, type World } from './judge.ts'
import { concerning } from './screen.ts'
import { type StoryEvent, StoryTeller } from './story.ts'

export interface Retelling {
  readonly failure: Failure | undefined
  readonly traceHash: string
  /** What concerns what was broken. */
  readonly events: readonly StoryEvent[]
}

/** `trace` gets its lines too. */
export function retold(world: World, trace?: (line: string) => void): Retelling {
  const hash = createHash('sha256')
  const teller = new StoryTeller()
  const { failure } = judge(world, {
    trace: (line) => {
      hash.update(line).update('\n')
      teller.hear(line)
      trace?.(line)
    },
  })
  return { failure, traceHash: hash.digest('hex'), events: concerning(teller.all(), failure?.about ?? []) }
}
