/** `ilp-sim replay`: a history that was found, once more, byte for byte. */
import { resolve } from 'node:path'
import type { Terminal } from '../src/terminal/terminal.ts'
import { exitCodeOf } from './broken.ts'
import { traceFile } from './experiment/traceFile.ts'
import { isHistory, readHistory } from './explore/historyFile.ts'
import { replayHistory } from './exploreCommand.ts'
import { type Replay, readReplay } from './fuzz/replayFile.ts'
import { retold } from './fuzz/retelling.ts'
import { screenOf, wrapped } from './fuzz/screen.ts'
import { mutatedCommand } from './mutatedCommand.ts'

export interface ReplayOptions {
  readonly trace?: string
  readonly json?: true
  /** The mutant that these sources are. */
  readonly mutated?: string
}

/** Returns the exit code. */
export async function replayCommand(path: string, options: ReplayOptions, terminal: Terminal): Promise<number> {
  const history = isHistory(path) ? readHistory(path) : undefined
  const replay = history ?? readReplay(path)
  const { trace, json, mutated } = options
  if (replay.mutant !== undefined && replay.mutant !== mutated) {
    const rest = [...(trace === undefined ? [] : ['--trace', resolve(trace)]), ...(json === undefined ? [] : ['--json'])]
    return mutatedCommand(replay.mutant, ['replay', resolve(path), ...rest], terminal)
  }
  return 'choices' in replay ? replayHistory(replay, options, terminal) : replayHere(replay, options, terminal)
}

function replayHere(replay: Replay, options: ReplayOptions, { stdout }: Terminal): number {
  const file = options.trace === undefined ? undefined : traceFile(options.trace)
  const { failure, traceHash, events } = retold(replay, file?.write)
  file?.close()
  const story = screenOf(events)
  const same = traceHash === replay.traceHash
  const { seed, invariant } = replay
  if (options.json) {
    const violation = failure === undefined ? {} : { violation: { invariant: failure.invariant, at: failure.at, what: failure.what } }
    stdout.write(`${JSON.stringify({ seed, expected: invariant, traceHash, same, ...violation, events: events.length, story: story.join('\n') }, null, 2)}\n`)
  } else {
    const found = failure === undefined ? ['every invariant holds'] : [`broken invariant: ${failure.invariant}`, ...wrapped(failure.what, '  ')]
    const hash = `trace ${traceHash}${same ? ', the same as when it was found' : `; it was ${replay.traceHash}, for ${invariant}, when it was found`}`
    stdout.write(`${[...found, ...(failure === undefined ? [] : story), ...wrapped(hash, '')].join('\n')}\n`)
  }
  return failure === undefined ? 0 : exitCodeOf(failure.invariant)
}
