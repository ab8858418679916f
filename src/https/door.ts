/** Who may enter at an account's path: unknown accounts, wrong tokens and the accounts of another farm are sent away before a body is read. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '../core/values/account.ts'
import type { TokenCheck } from './token.ts'

export interface Door {
  readonly account: Account
  readonly verifyToken: TokenCheck
  /** Where the account's own farm is reached, without a closing slash: for who asks another (421). */
  readonly farmUrl: string
}

/** What the doors of one farm need to know. */
export interface Porch {
  readonly parallelism: number
  /** By name or accountId. */
  readonly findDoor: (nameOrId: string) => Door | undefined
  /** Unix ms. */
  readonly now: () => number
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `enter`. */
    account: Account | undefined
  }
}

/** Sent where the server will take no more for a moment. */
const RETRY_AFTER_S = 1

/** For routes below `/accounts/:account/`. */
export function enter(porch: Porch, request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { account: name } = request.params as { account: string }
  const door = porch.findDoor(name)
  if (door === undefined) return refuse(reply, 404, 'there is no such account')
  if (!door.verifyToken(request.headers.authorization, porch.now())) {
    reply.header('www-authenticate', 'Bearer')
    return refuse(reply, 401, "the Authorization header must bear the account's token, or a JWT made with it")
  }
  if (door.account.parallelism !== porch.parallelism) return sendElsewhere(reply, `${door.farmUrl}${request.url}`, door.account.parallelism)
  request.account = door.account
  done()
}

function sendElsewhere(reply: FastifyReply, location: string, parallelism: number): void {
  void reply
    .code(421)
    .header('location', location)
    .send({ message: `the account's parallelism is ${parallelism}: it is served at another port`, location })
}

export function refuse(reply: FastifyReply, status: number, message: string): void {
  if (status === 429 || status === 503) reply.header('retry-after', RETRY_AFTER_S)
  void reply.code(status).send({ message })
}
