/** Who may ask the admin port. Without a token: this machine, under its own name, and no web page of elsewhere. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { tokenCheck } from '../../https/token.ts'

/** A browser page of another origin could otherwise ask for it under a name of its own (DNS rebinding). */
const LOCAL_HOST = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/
/** They tell nothing but whether the node lives: for who restarts it or sends it traffic. */
const OPEN = new Set(['/health', '/ready'])

export type Guard = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void

export function makeGuard(adminToken: string | undefined, now: () => number): Guard {
  const isRight = adminToken === undefined ? undefined : tokenCheck(adminToken)
  return (request, reply, done) => {
    const { host = '', origin, authorization } = request.headers
    if (origin !== undefined && hostIn(origin) !== host) return refuse(reply, 403, 'the admin port answers no page of another origin')
    if (isRight === undefined) {
      if (LOCAL_HOST.test(host)) return done()
      return refuse(reply, 403, 'the admin port answers only under the name of this machine: localhost; set adminToken to ask it from elsewhere')
    }
    if (OPEN.has(request.url) || isRight(authorization, now())) return done()
    reply.header('www-authenticate', 'Bearer')
    refuse(reply, 401, 'the Authorization header must bear adminToken')
  }
}

function hostIn(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

function refuse(reply: FastifyReply, status: number, message: string): void {
  void reply.code(status).send({ message })
}
