/** Who owns an id, as text: the thread, and the term of its book where it was closed before (B11). */
import type { ThreadId } from '../core/values/account.ts'

export interface Owner {
  readonly owner: ThreadId
  readonly term?: number | undefined
}

export function ownerText({ owner, term = 0 }: Owner): string {
  return term === 0 ? owner : `${owner}/${term}`
}

export function ownerOf(text: string): { readonly owner: ThreadId; readonly term?: number } {
  const [owner, term] = text.split('/')
  return term === undefined ? { owner: owner as ThreadId } : { owner: owner as ThreadId, term: Number(term) }
}
