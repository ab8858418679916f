/** What a command to the store can end in besides its reply: a fault of the world, or a bug. */

/**
 * Whether it was applied is not known (time-out, broken connection), or it was not and may be later (Redis is loading, busy,
 * out of memory): send it again, a commit under the same sequence number.
 */
export class StoreUnknown extends Error {
  readonly tag = 'storeUnknown'
  constructor(cause: Error) {
    super(`the store's answer is not known: ${cause.message}`, { cause })
  }
}

/** The store will never take this command, and nothing of it was done: a bug, an account or a book that is gone, or a wrong configuration. */
export class StoreRefused extends Error {
  readonly tag = 'storeRefused'
  constructor(message: string) {
    super(`the store refused: ${message}`)
  }
}

/** How Redis begins an error that passes. */
const PASSING = ['LOADING', 'BUSY', 'OOM', 'MISCONF', 'READONLY', 'MASTERDOWN', 'NOREPLICAS', 'CLUSTERDOWN', 'TRYAGAIN', 'UNBLOCKED']

export function failureOf(error: unknown): StoreUnknown | StoreRefused {
  if (error instanceof StoreUnknown || error instanceof StoreRefused) return error
  if (!(error instanceof Error)) return new StoreRefused(String(error))
  if (error.name !== 'ReplyError') return new StoreUnknown(error)
  return PASSING.some((word) => error.message.startsWith(word)) ? new StoreUnknown(error) : new StoreRefused(error.message)
}
