/** Accounts as the admin port is asked for them: by name. */
import { accountNamed } from '../accounts/given.ts'
import type { AccountConfig, NodeConfig } from '../config/config.ts'
import { AdminProblem } from './problem.ts'

const MAX_LISTED = 20

/** Throws 404 with the names that there are. */
export function mustFind(config: NodeConfig, name: string): AccountConfig {
  const found = accountNamed(config, name)
  if (found !== undefined) return found
  const { accounts } = config
  if (accounts.length === 0) throw new AdminProblem(404, `there is no account ${name}; there are none`)
  const names = accounts.slice(0, MAX_LISTED).map(({ account }) => account.name)
  throw new AdminProblem(404, `there is no account ${name}; there are: ${names.join(', ')}${accounts.length > MAX_LISTED ? ', …' : ''}`)
}
