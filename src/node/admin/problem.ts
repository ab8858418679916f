/** What goes back to whoever asked the admin port for something that cannot be. */
import type { Problem } from '../../files/usageError.ts'

export class AdminProblem extends Error {
  readonly status: number
  readonly problems: readonly Problem[] | undefined

  constructor(status: number, message: string, problems?: readonly Problem[]) {
    super(message)
    this.status = status
    this.problems = problems
  }
}
