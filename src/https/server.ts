/**
 * One farm's https side in one worker. It accepts nothing itself: connections are dealt to it (A1). It knows tokens,
 * packets and its limits, and nothing of balances.
 */
import { createServer, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { type Porch, refuse } from './door.ts'
import { type Counters, OCTETS, serveIlpOverHttp } from './ilpOverHttp.ts'
import { serveRpc } from './rpc.ts'

export interface FarmServerOptions extends Porch, Counters {
  /** PEM; left out: plain http. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  readonly limits?: Partial<ServerLimits> | undefined
}

export interface ServerLimits {
  readonly maxConnections: number
  /** Requests that are being read or wait for their answer; beyond it: 503. */
  readonly maxInFlight: number
  readonly maxBody: number
  readonly maxHeaders: number
  /** For the headers, and for the TLS handshake. */
  readonly headersTimeoutMs: number
  /** For headers and body; the answer may take longer. */
  readonly requestTimeoutMs: number
  readonly keepAliveMs: number
  /** How often requests are looked for that are overdue. */
  readonly checkMs: number
}

export interface FarmServer {
  /** Takes over a connection that was accepted elsewhere, and of which nothing has been read. */
  readonly accept: (socket: Socket) => void
  /** Refuses what comes from now on; resolves when everything under way has been answered and all connections are closed. */
  readonly drain: () => Promise<void>
  /** Cuts all connections without an answer (B3). */
  readonly abandon: () => void
}

const LIMITS: ServerLimits = {
  maxConnections: 4_096,
  maxInFlight: 4_096,
  maxBody: 65_536,
  maxHeaders: 8_192,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  keepAliveMs: 65_000,
  checkMs: 1_000,
}

/** Of a connection that a request may be on its way on, when the server drains. */
const SILENCE_MS = 500

/** The longest account name that is looked up. */
const MAX_NAME = 256

export async function makeFarmServer(options: FarmServerOptions): Promise<FarmServer> {
  const limits = { ...LIMITS, ...options.limits }
  const app = fastify({
    serverFactory: (handler) => makeServer(options, limits, handler),
    bodyLimit: limits.maxBody,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_NAME },
  })
  const gate = new Gate(app, limits)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(OCTETS, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.decorateRequest('account', undefined)
  app.addHook('onRequest', (request, reply, done) => gate.pass(request, reply, done))
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (gate.isDraining) reply.header('connection', 'close')
    done()
  })
  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request, reply) => refuse(reply, 404, `there is no ${request.method} ${request.url}`))
  const counter = { ...options, isClosing: () => gate.isDraining }
  serveIlpOverHttp(app, counter)
  serveRpc(app, counter)
  await app.ready()
  // Node keeps its list of connections, and looks for overdue ones, from this event on.
  app.server.emit('listening')
  return gate
}

function makeServer({ tls }: FarmServerOptions, limits: ServerLimits, handler: (...args: Parameters<FastifyInstance['routing']>) => void): Server {
  const { headersTimeoutMs, requestTimeoutMs } = limits
  const options: ServerOptions = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.maxHeaders,
    connectionsCheckingInterval: limits.checkMs,
  }
  return tls === undefined ? createServer(options, handler) : createTlsServer({ ...options, ...tls, handshakeTimeout: headersTimeoutMs }, handler)
}

/** Fastify's own errors are the sender's doing; any other is a bug, and ends the process. */
function answerError(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode ?? 500
  if (status >= 500) {
    queueMicrotask(() => {
      throw error
    })
  } else if (status === 415) refuse(reply, 415, `the content type must be ${OCTETS.join(' or ')}`)
  else refuse(reply, status, error.message)
}

/** A request over TLS has a socket of its own, around the one that was accepted. */
function farEndOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}

/** The connections and requests of one server, within their bounds. */
class Gate implements FarmServer {
  readonly #app: FastifyInstance
  readonly #limits: ServerLimits
  readonly #connections = new Set<Socket>()
  #inFlight = 0
  #draining = false
  /** No connection is taken any more. */
  #full = false
  /** Requests of each connection that has ever had any. */
  readonly #underWay = new Map<Socket, number>()
  #checkDrained = (): void => {}

  constructor(app: FastifyInstance, limits: ServerLimits) {
    this.#app = app
    this.#limits = limits
  }

  accept(socket: Socket): void {
    if (socket.destroyed) return
    if (this.#full || this.#connections.size >= this.#limits.maxConnections) {
      socket.destroy()
      return
    }
    this.#connections.add(socket)
    socket.once('close', () => {
      this.#connections.delete(socket)
      this.#checkDrained()
    })
    socket.setNoDelay(true)
    this.#app.server.emit('connection', socket)
    // Whoever deals connections has them paused, so that nothing is lost on the way.
    socket.resume()
  }

  /** Each answer then closes its connection. */
  get isDraining(): boolean {
    return this.#draining
  }

  /** At the beginning of each request. */
  pass(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    if (this.#draining) return refuse(reply, 503, 'the node is stopping')
    if (this.#inFlight >= this.#limits.maxInFlight) return refuse(reply, 503, 'too many requests are under way')
    const { socket } = request.raw
    this.#inFlight++
    const underWay = this.#underWay.get(socket)
    if (underWay === undefined) socket.once('close', () => this.#underWay.delete(socket))
    this.#underWay.set(socket, (underWay ?? 0) + 1)
    reply.raw.on('close', () => this.#leave(socket))
    done()
  }

  #leave(socket: Socket): void {
    this.#inFlight--
    const underWay = this.#underWay.get(socket)
    if (underWay !== undefined) this.#underWay.set(socket, underWay - 1)
  }

  /** Each answer closes its connection, so that nobody sends on one that is about to go; who is silent for a while is cut off. */
  async drain(): Promise<void> {
    this.#draining = true
    const allClosed = new Promise<void>((resolve) => {
      this.#checkDrained = () => {
        if (this.#connections.size === 0) resolve()
      }
    })
    const silent = setTimeout(() => this.#closeSilent(), SILENCE_MS)
    this.#checkDrained()
    await allClosed
    clearTimeout(silent)
    this.#app.server.close()
  }

  #closeSilent(): void {
    this.#full = true
    const busy = new Set([...this.#underWay].filter(([, requests]) => requests > 0).map(([socket]) => farEndOf(socket)))
    for (const socket of this.#connections) if (!busy.has(farEndOf(socket))) socket.destroySoon()
  }

  abandon(): void {
    this.#draining = true
    this.#full = true
    for (const socket of this.#connections) socket.destroy()
    this.#app.server.close()
  }
}
