/** How a property is run: from the same seed each time, so that a failure is there again, and says what replays it. */
import fc, { type RunDetails } from 'fast-check'
import { expect } from 'vitest'

const SEED = Number(process.env['FC_SEED'] ?? 1)
const PATH = process.env['FC_PATH']

export function repeatable<T>(numRuns: number): fc.Parameters<T> {
  return { seed: SEED, numRuns, ...(PATH === undefined ? {} : { path: PATH, endOnFailure: true }), reporter: report }
}

function report<T>(details: RunDetails<T>): void {
  if (!details.failed) return
  const { testPath, currentTestName } = expect.getState()
  const title = currentTestName?.replaceAll("'", '.') ?? ''
  const again = `FC_SEED=${details.seed} FC_PATH=${details.counterexamplePath} npx vitest run ${testPath} -t '${title}'`
  throw new Error(`${fc.defaultReportMessage(details)}\n\nTo run it again: ${again}`, { cause: details.errorInstance })
}
