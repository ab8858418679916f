/** `GET /metrics`: what the threads counted, and what the books say. A thread that does not answer in time is left out. */
import type { ThreadId } from '../../core/values/account.ts'
import { accountViews } from '../admin/accountView.ts'
import { type LedgerView, ledgerViews } from '../admin/ledgerView.ts'
import type { Node } from '../admin/node.ts'
import { exposition, type Family } from './exposition.ts'
import { type Counted, stateFamilies, threadFamilies } from './threadFamilies.ts'
import type { ThreadFigures } from './threadMeter.ts'

const PATIENCE_MS = 1_000
/** Of peers, children and parents: there are few. Users are in their ledger's sums. */
const MAX_ACCOUNTS = 1_000

export async function metricsText(node: Node): Promise<string> {
  const [threads, books] = await Promise.all([countedOf(node), bookFamilies(node)])
  const readable: Family = {
    name: 'ilp_books_readable',
    help: 'Whether Redis answered.',
    type: 'gauge',
    samples: [{ labels: {}, value: books === undefined ? 0 : 1 }],
  }
  return exposition([...threadFamilies(threads), ...stateFamilies(node.threads()), readable, ...(books ?? [])])
}

async function countedOf({ threads, ask }: Node): Promise<Counted> {
  const asked = threads().map(async ({ thread }): Promise<readonly [ThreadId, ThreadFigures | undefined]> => {
    return [thread, await within(PATIENCE_MS, ask(thread, { type: 'figures' }))]
  })
  return (await Promise.all(asked)).flatMap(([thread, figures]) => (figures === undefined ? [] : [[thread, figures] as const]))
}

/** Undefined where Redis does not answer. */
async function bookFamilies(node: Node): Promise<readonly Family[] | undefined> {
  try {
    const near = node.config.accounts.map(({ account }) => account).filter(({ relation }) => relation !== 'user')
    const [ledgers, accounts] = await Promise.all([ledgerViews(node), accountViews(node.store, near.slice(0, MAX_ACCOUNTS))])
    const balances = accounts.map(({ name, ledger, balance }) => ({ labels: { account: name, ledger }, value: BigInt(balance) }))
    return [...ledgerFamilies(ledgers), { name: 'ilp_account_balance', help: 'Of a peer, child or parent, in base units.', type: 'gauge', samples: balances }]
  } catch {
    return undefined
  }
}

function ledgerFamilies(ledgers: readonly LedgerView[]): Family[] {
  const of = (name: string, help: string, value: (view: LedgerView) => string | number): Family => {
    return { name, help, type: 'gauge', samples: ledgers.map((view) => ({ labels: { ledger: view.ledger }, value: BigInt(value(view)) })) }
  }
  return [
    of('ilp_accounts', 'Accounts kept in this ledger.', ({ accounts }) => accounts),
    of('ilp_cold', 'What any thread may draw on, in base units; transit is not in it.', ({ cold, transit }) => String(BigInt(cold) - BigInt(transit))),
    of('ilp_hot', 'What single threads hold.', ({ hot }) => hot),
    of('ilp_transit', 'On its way between cold and hot.', ({ transit }) => transit),
    of('ilp_under_way', 'Charged for payments that have not ended.', ({ prepared }) => prepared),
    of('ilp_position', "The connector's own: taken in less paid out.", ({ position }) => position),
    of('ilp_entered', 'Deposits less withdrawals; without opening balances.', ({ entered }) => entered),
    of('ilp_lost_by_failover', 'What may be spent twice since Redis lost writes.', ({ lostByFailover }) => lostByFailover ?? '0'),
  ]
}

async function within<T>(ms: number, answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
