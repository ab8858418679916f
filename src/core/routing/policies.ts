/** Every policy, in the order of lists and tables: the routing group's three first. A new one is its file and a line here. */
import type { Policy } from './candidate.ts'
import { highestBalance } from './policies/highestBalance.ts'
import { incumbent } from './policies/incumbent.ts'
import { lowestAccountId } from './policies/lowestAccountId.ts'
import { lowestBalance } from './policies/lowestBalance.ts'
import { mostRoom } from './policies/mostRoom.ts'
import { random } from './policies/random.ts'
import { successRate } from './policies/successRate.ts'
import { trustedRoom } from './policies/trustedRoom.ts'

export const policies: readonly Policy[] = [highestBalance, lowestBalance, successRate, random, lowestAccountId, incumbent, mostRoom, trustedRoom]

export function policyNamed(name: string): Policy | undefined {
  return policies.find((policy) => policy.name === name)
}
