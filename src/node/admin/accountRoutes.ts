/** `/accounts`: looked at, made and removed; and the configuration's own read again. */
import type { FastifyInstance } from 'fastify'
import { type Amount, ZERO } from '../../core/values/amount.ts'
import { accountNamed, givenAccount } from '../accounts/given.ts'
import { reload } from '../accounts/reload.ts'
import { removeAccount } from '../accounts/remove.ts'
import { type AccountView, accountViews } from './accountView.ts'
import { mustFind } from './find.ts'
import { moveMoney } from './money.ts'
import type { Node } from './node.ts'
import { AdminProblem } from './problem.ts'

interface Named {
  readonly Params: { readonly account: string }
}

export function serveAccounts(app: FastifyInstance, node: Node): void {
  app.get('/accounts', () =>
    accountViews(
      node.store,
      node.config.accounts.map(({ account }) => account),
    ),
  )
  app.get<Named>('/accounts/:account', async ({ params }) => {
    const [view] = await accountViews(node.store, [mustFind(node.config, params.account).account])
    return view
  })
  app.post('/accounts', async ({ body }, reply) => {
    reply.code(201)
    return addAccount(node, body)
  })
  app.delete<Named>('/accounts/:account', async ({ params }) => {
    await removeAccount(node, mustFind(node.config, params.account))
    return { account: params.account, removed: true }
  })
  app.post('/reload', () => reload(node))
}

interface Added extends AccountView {
  /** Where its prepares are POSTed to. */
  readonly url: string
  readonly token: string
}

async function addAccount(node: Node, body: unknown): Promise<Added> {
  const { name } = (typeof body === 'object' && body !== null ? body : {}) as { readonly name?: unknown }
  if (typeof name === 'string' && accountNamed(node.config, name) !== undefined) throw new AdminProblem(409, `the name ${name} is taken`)
  const { config: account, body: kept } = givenAccount(body, node.config)
  await node.store.register(account.account, ZERO)
  const added = { ...account, openingBalance: ZERO }
  const why = await node.decide({ type: 'added', change: { set: [added], remove: [] }, body: kept })
  if (why !== undefined) throw new AdminProblem(503, `the account cannot be kept: ${why}`)
  await credit(node, name as string, account.openingBalance)
  const [view] = await accountViews(node.store, [account.account])
  if (view === undefined) throw new Error(`${kept.name} was made and cannot be read`)
  return { ...view, url: `${node.farmUrls.get(account.account.parallelism)}/accounts/${kept.name}/ilp`, token: account.token }
}

/** Money enters by a thread's book, as all that enters while the node runs (R6). */
async function credit(node: Node, name: string, openingBalance: Amount): Promise<void> {
  if (openingBalance === 0n) return
  const { account } = mustFind(node.config, name)
  const reply = await moveMoney(node, account, { direction: 'deposit', amount: openingBalance }, undefined)
  if (reply?.type !== 'moved') throw new AdminProblem(503, `the account ${name} is there, but its opening balance could not be credited: deposit it`)
}
