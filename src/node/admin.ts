/** The admin port: what the node knows of itself, as JSON. On loopback only. */
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import type { Account, ThreadId } from '../core/values/account.ts'
import type { RedisStore } from '../store/redisStore.ts'
import { accountViews } from './accountView.ts'
import type { ThreadStatus } from './orders.ts'

export interface AdminOptions {
  readonly accounts: readonly Account[]
  readonly store: RedisStore
  readonly threads: () => readonly ThreadStatus[]
}

/** A browser page of another origin could otherwise ask for it under a name of its own (DNS rebinding). */
const LOCAL_HOST = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/

export function makeAdmin({ accounts, store, threads }: AdminOptions): FastifyInstance {
  const app = fastify({ forceCloseConnections: true })
  app.addHook('onRequest', (request, reply, done) => {
    if (LOCAL_HOST.test(request.headers.host ?? '')) done()
    else void reply.code(403).send({ message: 'the admin port answers only under the name of this machine: localhost' })
  })
  app.setNotFoundHandler((request, reply) => reply.code(404).send({ message: `there is no ${request.method} ${request.url}` }))
  app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) => {
    const status = error.statusCode ?? 503
    void reply.code(status).send({ message: status === 503 ? `the books cannot be read now: ${error.message}` : error.message })
  })
  app.get('/health', () => ({ status: 'ok' }))
  app.get('/ready', (_, reply) => {
    const down = threads().filter(({ state }) => state !== 'serving')
    return down.length === 0 ? { ready: true } : reply.code(503).send({ ready: false, down: down.map(({ thread }) => thread) })
  })
  app.get('/threads', async () => {
    const underWay = new Map<ThreadId, number>()
    for (const { thread } of await store.readUnderWay()) underWay.set(thread, (underWay.get(thread) ?? 0) + 1)
    return threads().map(({ thread, pid, state, farms }) => ({ thread, pid, state, farms, underWay: underWay.get(thread) ?? 0 }))
  })
  app.get('/accounts', () => accountViews(store, accounts))
  app.get<{ Params: { account: string } }>('/accounts/:account', async ({ params }, reply) => {
    const account = accounts.find(({ name }) => name === params.account)
    if (account === undefined) return noAccount(reply, params.account, accounts)
    const [view] = await accountViews(store, [account])
    return view
  })
  return app
}

const MAX_LISTED = 20

function noAccount(reply: FastifyReply, name: string, accounts: readonly Account[]): FastifyReply {
  const names = accounts.slice(0, MAX_LISTED).map((account) => account.name)
  return reply.code(404).send({ message: `there is no account ${name}; there are: ${names.join(', ')}${accounts.length > MAX_LISTED ? ', …' : ''}` })
}
