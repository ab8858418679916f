/** The admin port: what the node knows of itself, as JSON, and what an operator may do to it. */
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import type { ThreadId } from '../../core/values/account.ts'
import { UsageError } from '../../files/usageError.ts'
import { StoreRefused, StoreUnknown } from '../../store/failure.ts'
import { checkStore } from '../doctor/store.ts'
import { CONTENT_TYPE } from '../metrics/exposition.ts'
import { metricsText } from '../metrics/metrics.ts'
import type { Setup } from '../orders.ts'
import { serveAccounts } from './accountRoutes.ts'
import { makeGuard } from './guard.ts'
import { isAdminOverTls } from './listen.ts'
import { serveMoney } from './moneyRoutes.ts'
import type { Node } from './node.ts'
import { AdminProblem } from './problem.ts'
import { serveRouting } from './routingRoutes.ts'

export function makeAdmin(node: Node, tls: Setup['tls']): FastifyInstance {
  const options = { forceCloseConnections: true, exposeHeadRoutes: true } as const
  const app: FastifyInstance =
    tls !== undefined && isAdminOverTls(node.config) ? (fastify({ ...options, https: tls }) as unknown as FastifyInstance) : fastify(options)
  // A web page could send it unasked.
  app.removeContentTypeParser('text/plain')
  app.addHook('onRequest', makeGuard(node.config.adminToken, node.now))
  app.setNotFoundHandler((request, reply) => reply.code(404).send({ message: `there is no ${request.method} ${request.url}` }))
  app.setErrorHandler(answerError)
  serveState(app, node)
  serveAccounts(app, node)
  serveMoney(app, node)
  serveRouting(app, node)
  return app
}

function serveState(app: FastifyInstance, node: Node): void {
  const { config, store, threads } = node
  app.get('/health', () => ({ status: 'ok', address: config.address, pid: process.ppid }))
  app.get('/ready', (_, reply) => {
    const down = threads().filter(({ state }) => state !== 'serving')
    return down.length === 0 ? { ready: true } : reply.code(503).send({ ready: false, down: down.map(({ thread }) => thread) })
  })
  app.get('/doctor', () => checkStore(node.redis, node.config))
  app.get('/metrics', async (_, reply) => {
    void reply.type(CONTENT_TYPE)
    return metricsText(node)
  })
  app.get('/threads', async () => {
    const underWay = new Map<ThreadId, number>()
    for (const { thread } of await store.readUnderWay()) underWay.set(thread, (underWay.get(thread) ?? 0) + 1)
    return threads().map((status) => ({ ...status, underWay: underWay.get(status.thread) ?? 0 }))
  })
}

function answerError(error: Error & { statusCode?: number }, _: unknown, reply: FastifyReply): void {
  if (error instanceof AdminProblem) {
    const { message, problems } = error
    void reply.code(error.status).send(problems === undefined ? { message } : { message, problems })
  } else if (error instanceof UsageError) {
    void reply.code(400).send({ message: error.message, problems: error.problems })
  } else if (error instanceof StoreUnknown || error instanceof StoreRefused) {
    void reply.code(503).send({ message: `the books cannot be read now: ${error.message}` })
  } else {
    const status = error.statusCode ?? 500
    void reply.code(status).send({ message: error.message })
  }
}
