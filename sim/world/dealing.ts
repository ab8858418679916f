/** A1: how a farm deals what comes in to its threads. */
import type { AccountId } from '../../src/core/values/account.ts'
import type { ConnectorPlan } from '../workload/plan.ts'
import type { Door } from './link.ts'
import type { ThreadHost } from './threadHost.ts'

export interface Farm {
  readonly account: AccountId
  readonly hosts: readonly ThreadHost[]
  /** Which of the farm's connections this is: they are dealt round-robin. */
  readonly accepted: number
  readonly nowUs: () => number
  /** One local hop later. */
  readonly locally: (run: () => void) => void
}

/** The connection's own thread, or with dealing `request` the next in turn that is up, one local hop away. */
export function dealer(dealing: ConnectorPlan['dealing'], { account, hosts, accepted, nowUs, locally }: Farm): Door['take'] {
  const own = hosts[accepted % hosts.length] as ThreadHost
  if (dealing === 'connection') return (prepare, requestId, respond, leftUs) => own.receive(account, prepare, requestId, respond, leftUs)
  let turn = accepted
  return (prepare, requestId, respond, leftUs) => {
    const host = nextUp(hosts, turn) ?? own
    turn = hosts.indexOf(host) + 1
    if (host === own) return host.receive(account, prepare, requestId, respond, leftUs)
    own.receiveFor(
      (answer) => {
        const handedUs = nowUs()
        locally(() => host.receive(account, prepare, requestId, (reply) => locally(() => answer(reply)), handedUs))
      },
      respond,
      leftUs,
    )
  }
}

/** The first that is up, from the one whose turn it is. */
function nextUp(hosts: readonly ThreadHost[], turn: number): ThreadHost | undefined {
  for (let i = 0; i < hosts.length; i++) {
    const host = hosts[(turn + i) % hosts.length]
    if (host?.isUp) return host
  }
  return undefined
}
