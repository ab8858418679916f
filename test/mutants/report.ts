/** What vitest's JSON reporter says of each file. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

const REPORT = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ failureMessages: z.array(z.string()) })),
    }),
  ),
})

interface FileReport {
  /** With its path. */
  readonly file: string
  /** Why it could not be run; '' where it could. */
  readonly message: string
  readonly failures: readonly string[]
}

export function failuresIn(report: string): FileReport[] {
  return REPORT.parse(JSON.parse(readFileSync(report, 'utf8'))).testResults.map(({ name, message, assertionResults }) => ({
    file: name,
    message,
    failures: assertionResults.flatMap(({ failureMessages }) => failureMessages),
  }))
}
