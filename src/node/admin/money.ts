/** Deposits and withdrawals: each is an operation that some thread books once under its id (R1, B4), whichever thread is asked. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MoneyReply, Operation } from '../../core/money/operation.ts'
import type { Account, ThreadId } from '../../core/values/account.ts'
import type { Refusal } from '../../core/values/packet.ts'
import type { UnixMs } from '../../core/values/time.ts'
import type { Node } from './node.ts'

type Wanted = Pick<Operation, 'direction' | 'amount'>

/** A thread that died is there again in a moment; a withdrawal gathers for 5 s. */
const PATIENCE_MS = 20_000
const PAUSE_MS = 100
/** Nobody will ask again for what has no id. */
const WITHOUT_ID_MS = 60_000

/**
 * An operation's expiry is part of its content, so that it has to be the same whenever the same id is asked for. An id is
 * kept for three days at least, six at most; whoever asks later than that asks for something new.
 */
const WINDOW_MS = 3 * 86_400_000

/** When it expires if it is new, and if it was first asked for in the window before this one. */
export function expiriesAt(at: UnixMs): readonly [UnixMs, UnixMs] {
  const window = Math.floor(at / WINDOW_MS)
  return [(window + 2) * WINDOW_MS, (window + 1) * WINDOW_MS]
}

/** Undefined: no thread could be asked in time; it may be booked yet, and the same id tells. */
export async function moveMoney(node: Node, account: Account, wanted: Wanted, id: string | undefined): Promise<MoneyReply | Refusal | undefined> {
  const at = node.now()
  const operation = { ...wanted, account: account.id, id: id ?? randomUUID() }
  if (id === undefined) return askUntilTold(node, account, { ...operation, expiresAt: at + WITHOUT_ID_MS })
  const [now, before] = expiriesAt(at)
  const told = await askUntilTold(node, account, { ...operation, expiresAt: now })
  if (told?.type !== 'refusal' || told.status !== 409) return told
  return askUntilTold(node, account, { ...operation, expiresAt: before })
}

/** Asked again under the same id where a thread died: whoever owns the id answers. */
async function askUntilTold(node: Node, account: Account, operation: Operation): Promise<MoneyReply | Refusal | undefined> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(PAUSE_MS)) {
    for (const thread of threadsFor(node, account)) {
      const reply = await node.ask(thread, { type: 'money', operation })
      // A thread that is leaving or only beginning refuses; another may not.
      if (reply !== undefined && !(reply.type === 'refusal' && reply.status === 503)) return reply
    }
  }
  return undefined
}

/** Those first that serve it: what comes in is hot at once. */
function threadsFor({ threads }: Node, { parallelism }: Account): ThreadId[] {
  const serving = threads().filter(({ state }) => state === 'serving')
  const own = serving.filter(({ farms }) => farms.includes(parallelism))
  return [...own, ...serving.filter((each) => !own.includes(each))].map(({ thread }) => thread)
}
