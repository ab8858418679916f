/** Which property tests fail in a copy of the sources: some copies in one vitest, because that starts slowly. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { node } from '../../processes.ts'
import { failuresIn } from '../report.ts'
import type { Tested } from './results.ts'

/** Those that a mutant of the core or of the simulated store can break; the campaign's own is the first column. */
export const PROPERTIES = ['addressMapper', 'admission', 'downhill', 'faultyWorlds', 'rates', 'recovery', 'warmAndCool', 'worlds'].map(
  (name) => `test/property/${name}.test.ts`,
)
/** Of each property; those of whole worlds would take an hour otherwise. */
const MOST_RUNS = '100'
const TIMEOUT_MS = 600_000
/** As test/arbitraries/repeatable.ts says it, with what was broken; a count that fewer runs do not reach is none. */
const PROPERTY_FAILED = /Property failed after/

/** `root`: holds a folder for each name. Whoever takes too long is not among the answers. */
export async function propertiesOf(root: string, names: readonly string[]): Promise<readonly Tested[]> {
  const report = join(root, 'report.json')
  rmSync(report, { force: true })
  const pool = ['--pool', 'threads', '--poolOptions.threads.singleThread', '--no-isolate', '--no-file-parallelism', '--testTimeout', `${TIMEOUT_MS}`]
  const paths = names.flatMap((name) => PROPERTIES.map((file) => join(root, name, file)))
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...paths, '--root', root, ...pool, '--reporter', 'json', '--outputFile', report]
  await node(args, { timeoutMs: TIMEOUT_MS, env: { MOST_RUNS } })
  if (!existsSync(report)) return []
  const files = failuresIn(report)
  return names.map((name) => {
    const mine = files.filter(({ file }) => file.startsWith(join(root, name, '/')))
    const failed = mine.filter(({ failures }) => failures.some((failure) => PROPERTY_FAILED.test(failure)))
    return { name, failed: failed.map(({ file }) => file.slice(join(root, name).length + 1)) }
  })
}
