/** B4: each id of an account has one owner (until that one's book is closed), one charge and one answer, unless the store forgot it (B12). A key is `account id`. */
import type { ThreadId } from '../../src/core/values/account.ts'
import type { Broken, Checked } from './violation.ts'

/** `term`: of its book. */
interface Owner {
  readonly thread: ThreadId
  readonly term: number
}

type WasClosed = (thread: ThreadId, term: number) => boolean | 'forgotten'

export class Ids {
  readonly #checked: Checked
  readonly #broken: Broken
  readonly #excused: Set<string>
  readonly #wasClosed: WasClosed
  readonly #owners = new Map<string, Owner>()
  readonly #charged = new Set<string>()
  readonly #answers = new Map<string, string>()
  /** Their owner was forgotten: they may be charged twice. */
  readonly #disowned = new Set<string>()
  /** How they ended was forgotten: an answer may lie with a colleague, and be told yet. */
  readonly #loosened = new Set<string>()

  constructor(checked: Checked, broken: Broken, excused: Set<string>, wasClosed: WasClosed) {
    this.#wasClosed = wasClosed
    this.#checked = checked
    this.#broken = broken
    this.#excused = excused
  }

  owned(key: string, owner: Owner): void {
    this.#checked.B4++
    const before = this.#owners.get(key)
    if (before !== undefined && (before.thread !== owner.thread || before.term !== owner.term)) {
      const mayBe = this.#wasClosed(before.thread, before.term)
      if (mayBe === false) throw this.#broken('B4', `id ${idOf(key)} has two owners, ${before.thread} and ${owner.thread}`, idOf(key))
      if (mayBe === 'forgotten') this.#disowned.add(key)
    }
    this.#owners.set(key, owner)
  }

  disown(key: string): void {
    this.#owners.delete(key)
    this.#disowned.add(key)
  }

  isDisowned(key: string): boolean {
    return this.#disowned.has(key)
  }

  charged(key: string, condition: string): void {
    this.#checked.B4++
    if (this.#charged.has(key)) this.#excuse(key, `id ${idOf(key)} was charged twice`, condition)
    this.#charged.add(key)
  }

  neverCharged(key: string): void {
    this.#charged.delete(key)
  }

  answered(key: string, words: string, condition: string): void {
    this.#checked.B4++
    const before = this.#answers.get(key)
    if (before !== undefined && before !== words) this.#excuse(key, `id ${idOf(key)} was answered in two ways`, condition)
    this.#answers.set(key, words)
  }

  neverAnswered(key: string): void {
    this.#answers.delete(key)
    this.#loosened.add(key)
  }

  isLoosened(key: string): boolean {
    return this.#loosened.has(key)
  }

  #excuse(key: string, what: string, condition: string): void {
    if (!this.#disowned.has(key)) throw this.#broken('B4', what, condition)
    this.#excused.add(condition)
  }

  /** Its time is over. Returns how to take that back. */
  forget(key: string): () => void {
    const [owner, answer, charged] = [this.#owners.get(key), this.#answers.get(key), this.#charged.has(key)]
    this.#owners.delete(key)
    this.#charged.delete(key)
    this.#answers.delete(key)
    return () => {
      if (owner !== undefined && !this.#owners.has(key)) this.#owners.set(key, owner)
      if (answer !== undefined) this.#answers.set(key, answer)
      if (charged) this.#charged.add(key)
    }
  }
}

function idOf(key: string): string {
  return key.slice(key.indexOf(' ') + 1)
}
