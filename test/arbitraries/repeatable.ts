/** How a property is run: from the same seed each time, so that a failure is there again, and says what replays it. */
import fc, { type RunDetails } from 'fast-check'
import { expect } from 'vitest'

/** As a failure prints it: a seed and a path. */
const [seed = '1', path] = process.env['REPLAY']?.split(' ') ?? []

/** For whoever wants no more than to know whether it fails: so many runs at most, and the counterexample as it was found. */
const most = process.env['MOST_RUNS']

export function repeatable<T>(numRuns: number): fc.Parameters<T> {
  const glance = most === undefined ? {} : { numRuns: Math.min(numRuns, Number(most)), endOnFailure: true }
  return { seed: Number(seed), numRuns, ...glance, ...(path === undefined ? {} : { path, endOnFailure: true }), reporter: report }
}

function report<T>(details: RunDetails<T>): void {
  if (!details.failed) return
  const { testPath, currentTestName } = expect.getState()
  const title = currentTestName?.replaceAll("'", '.') ?? ''
  const again = `REPLAY='${details.seed} ${details.counterexamplePath}' npx vitest run ${testPath} -t '${title}'`
  throw new Error(`${fc.defaultReportMessage(details)}\n\nTo run it again: ${again}`, { cause: details.errorInstance })
}
