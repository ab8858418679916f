/** What the parts of a witness share. */
import type { Commits } from './commits.ts'
import type { Entries } from './entries.ts'
import type { Ids } from './ids.ts'
import type { Sums } from './sums.ts'
import type { Terms } from './terms.ts'
import type { Undoing } from './undoing.ts'
import type { Broken, Checked } from './violation.ts'

export interface Ground {
  readonly checked: Checked
  readonly terms: Terms
  readonly entries: Entries
  readonly commits: Commits
  readonly sums: Sums
  readonly ids: Ids
  readonly undoing: Undoing | undefined
  /** Conditions of payments that may end another way than was told: the store lost how they ended. */
  readonly excused: Set<string>
  readonly broken: Broken
}
