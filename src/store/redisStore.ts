/**
 * The store of a live connector: the six commands as scripts, each atomic and on one shard, and the plain ones beside them.
 * Replies are the simulated store's. A command whose outcome is not known rejects with StoreUnknown, one that is not taken
 * with StoreRefused; nothing is sent again from here.
 */
import type { Redis } from 'ioredis'
import type { PaymentId, Written } from '../core/book/change.ts'
import type { BookContents } from '../core/book/contents.ts'
import { type AskedId, askedIn, type LeftMessage } from '../core/book/message.ts'
import type { Effect } from '../core/effect.ts'
import type { Closed, CloseReply, CommitReply, Cooled, LeaveReply, Owned, Warmed } from '../core/input.ts'
import { accountReading, type Reading, type ShardReading } from '../core/routing/reading.ts'
import type { Account, AccountId, ThreadId } from '../core/values/account.ts'
import { type Amount, amount, type Balance, balance, minus, plus } from '../core/values/amount.ts'
import { seqOf } from './changes.ts'
import { accountsOf, type BookText, contentsOf, talliesOf } from './contents.ts'
import { decimal } from './decimal.ts'
import { failureOf, StoreRefused } from './failure.ts'
import { type BookKeys, type Keys, keysUnder } from './keys.ts'
import { messagesOf, messageText, replyArguments } from './messages.ts'
import { type OwnAsked, OwnCalls } from './ownCalls.ts'
import { ownerOf, ownerText } from './owner.ts'
import { type ReplyText, replyOf } from './packets.ts'
import { storedPaymentOf, type UnderWay, underWayOf } from './payments.ts'
import { type CommandName, loadScripts, type Scripts } from './scripts.ts'

export interface RedisStoreOptions {
  /** Before every key: connectors that share a Redis have different ones. */
  readonly prefix: string
  readonly scripts?: Scripts
}

type Asked<T extends Effect['type'], Fields extends string> = Pick<Extract<Effect, { type: T }>, Fields & keyof Extract<Effect, { type: T }>>
type BookReadingOf = Reading['books'][number]

export class RedisStore {
  readonly #redis: Redis
  readonly #keys: Keys
  readonly #scripts: Scripts
  readonly #owns = new OwnCalls((...asked) => this.#sendOwns(...asked))

  constructor(redis: Redis, { prefix, scripts = loadScripts() }: RedisStoreOptions) {
    this.#redis = redis
    this.#keys = keysUnder(prefix)
    this.#scripts = scripts
  }

  /** What is under way ends unknown, and nothing of it comes after what is sent next. Resolves with the new connection. */
  async reconnect(): Promise<void> {
    if (this.#redis.status === 'ready') {
      const closed = new Promise<void>((resolve) => this.#redis.once('close', resolve))
      this.#redis.disconnect(true)
      await closed
    }
    await this.ready()
  }

  /** Each time that the connection is lost, be it while nothing is asked. */
  onClose(hear: () => void): void {
    this.#redis.on('close', hear)
  }

  /** Resolves as soon as there is a connection. */
  ready(): Promise<void> {
    if (this.#redis.status === 'ready') return Promise.resolve()
    return new Promise((resolve) => this.#redis.once('ready', resolve))
  }

  /** An opening balance is credited once ever; the credit limit is set each time. */
  async register(account: Pick<Account, 'id' | 'creditLimit'>, openingBalance: Amount): Promise<'ok' | 'already'> {
    const { coldBalance, creditLimit } = this.#keys.shard(account.id)
    const [credited] = await this.#together<['OK' | null, 'OK']>([
      ['set', coldBalance, decimal(openingBalance), 'NX'],
      ['set', creditLimit, decimal(account.creditLimit)],
    ])
    return credited === null ? 'already' : 'ok'
  }

  /** `mayOpen`: false for a thread that had a book before; that it is missing then means that Redis lost its data. */
  async claim(thread: ThreadId, epoch: string, mayOpen = true): Promise<BookContents> {
    // The list of threads is for readers, and in another slot: it may only ever name too many.
    await this.#plain(this.#redis.sadd(this.#keys.threads, thread))
    const keys = this.#keys.book(thread)
    const { book, hotBalance, taken, given, underWay, payments, position, entered, tallies } = keys
    const asked = [epoch, mayOpen ? 'open' : '']
    const reply = await this.#run<'missing' | BookText>('claim', [book, hotBalance, taken, given, underWay, payments, position, entered, tallies], asked)
    if (reply === 'missing') throw noBook(thread)
    return contentsOf(reply)
  }

  /** A reply for each, in their order. Where one is refused, those before it were applied, and those after it were not. */
  async commit(thread: ThreadId, epoch: string, commits: readonly Written[]): Promise<readonly CommitReply[]> {
    const { book, hotBalance, taken, given, underWay, payments, position, entered, tallies, left } = this.#keys.book(thread)
    const keys = [book, hotBalance, taken, given, underWay, payments, position, entered, tallies, left]
    const replies = await this.#run<'missing' | string[]>('commit', keys, [epoch, commits.join('')])
    if (replies === 'missing') throw noBook(thread)
    const refused = replies.findIndex((reply) => reply.startsWith('refused: '))
    if (refused >= 0) throw new StoreRefused(`commit ${seqOf(commits[refused])} of ${thread}, ${replies[refused]?.slice(9)}`)
    return replies.map(commitReplyOf)
  }

  async warm(thread: ThreadId, { account, taken, wanted }: Asked<'warm', 'account' | 'taken' | 'wanted'>): Promise<Warmed | 'full'> {
    const { coldBalance, creditLimit, granted, scratch } = this.#keys.shard(account)
    const reply = await this.#ofShard('warm', account, [coldBalance, creditLimit, granted, scratch], [thread, decimal(taken), decimal(wanted)])
    if (reply === 'full') return 'full'
    const [total, grant, cold] = reply.map(BigInt)
    return { granted: amount(total ?? 0n), grant: amount(grant ?? 0n), coldBefore: balance(cold ?? 0n) }
  }

  async cool(thread: ThreadId, { account, given }: Asked<'cool', 'account' | 'given'>): Promise<Cooled | 'full'> {
    const { coldBalance, returned, scratch } = this.#keys.shard(account)
    const reply = await this.#ofShard('cool', account, [coldBalance, returned, scratch], [thread, decimal(given)])
    if (reply === 'full') return 'full'
    const [total, cold] = reply.map(BigInt)
    return { returned: amount(total ?? 0n), cold: balance(cold ?? 0n) }
  }

  own(thread: ThreadId, asked: Asked<'own', 'account' | 'requestId' | 'hash' | 'keepUntil' | 'term' | 'instead'>): Promise<Owned> {
    const { account, requestId, hash, keepUntil, term, instead } = asked
    const called = { requestId, hash, keepUntil, instead: instead === undefined ? '' : ownerText(instead) }
    return this.#owns.own(ownerText({ owner: thread, term }), account, called)
  }

  async #sendOwns(owner: string, account: AccountId, asked: readonly OwnAsked[]): Promise<readonly Owned[]> {
    const keys = [this.#keys.shard(account).coldBalance, ...asked.map(({ requestId }) => this.#keys.hotSet(account, requestId))]
    const args = [owner, ...asked.flatMap(({ hash, keepUntil, instead }) => [hash, String(keepUntil), instead])]
    const reply = await this.#ofShard('own', account, keys, args)
    return asked.map((_, i) => ({ ...ownerOf(reply[2 * i] ?? ''), hash: reply[2 * i + 1] ?? '' }))
  }

  /** Where there is no book there is nothing to recall. */
  async leave({ to, message }: Asked<'leave', 'to' | 'message'>): Promise<LeaveReply> {
    const { book, left, payments } = this.#keys.book(to)
    const asks = [message.message, messageText(message), ...replyArguments(message)]
    const reply = await this.#run<string>('leave', [book, left, payments], asks)
    if (reply === 'ok' || reply === 'late') return reply
    if (message.type === 'recall') return 'closed'
    if (reply === 'missing') throw noBook(to)
    const asked = askedIn(message)
    return asked === undefined ? 'closed' : { closed: Number(reply) - 1, kept: await this.#keptAnswer(to, asked) }
  }

  /** Of a closed book: read whole, since seldom. Should it be claimed meanwhile, an answer that is found is as good. */
  async #keptAnswer(thread: ThreadId, { account, requestId }: AskedId): Promise<Closed['kept']> {
    const payments = await this.#plain(this.#redis.hgetall(this.#keys.book(thread).payments))
    for (const [payment, text] of Object.entries(payments)) {
      const { tombstone } = storedPaymentOf(payment as PaymentId, text)
      if (tombstone?.sender === account && tombstone.request?.id === requestId) return tombstone.reply
    }
    return undefined
  }

  /** B11. Whoever claims the book opens it again. */
  async close(thread: ThreadId, epoch: string): Promise<CloseReply> {
    const { book, left } = this.#keys.book(thread)
    const reply = await this.#run<CloseReply | 'missing'>('close', [book, left], [epoch])
    if (reply === 'missing') throw noBook(thread)
    return reply
  }

  /** Oldest first. `fenced`: another has claimed the book (B3). */
  async readLeft(thread: ThreadId, epoch: string): Promise<readonly LeftMessage[] | 'fenced'> {
    const { book, left } = this.#keys.book(thread)
    const [present, texts] = await this.#together<[string | null, string[]]>([
      ['hget', book, 'epoch'],
      ['hvals', left],
    ])
    if (present === null) throw noBook(thread)
    return present === epoch ? messagesOf(texts) : 'fenced'
  }

  /** Each shard and each book read once, whole; shards first, so that no book has given less than its shard saw of it. */
  async read(accounts: readonly AccountId[]): Promise<Reading> {
    const threads = (await this.#plain(this.#redis.smembers(this.#keys.threads))) as ThreadId[]
    const shards = await Promise.all(accounts.map((account) => this.#readShard(account)))
    const read = await Promise.all(threads.map((thread) => this.#readBook(thread, accounts)))
    const books = read.filter((book) => book !== undefined)
    return { accounts: shards.map((shard) => accountReading(shard, books)), books }
  }

  /** All payments under way. Read from each book whole, kept answers too: for people, not for each payment. */
  async readUnderWay(): Promise<readonly UnderWay[]> {
    const threads = (await this.#plain(this.#redis.smembers(this.#keys.threads))) as ThreadId[]
    const books = await Promise.all(threads.map((thread) => this.#plain(this.#redis.hvals(this.#keys.book(thread).payments))))
    return books.flatMap((texts, i) => texts.flatMap((text) => underWayOf(threads[i] as ThreadId, text)))
  }

  /** Whose books these are; null where nobody has said. */
  async readOwner(): Promise<string | null> {
    return this.#plain(this.#redis.get(this.#keys.owner))
  }

  /** Says it, where nobody has; returns who did. */
  async takeOwnership(owner: string): Promise<string | null> {
    await this.#plain(this.#redis.setnx(this.#keys.owner, owner))
    return this.readOwner()
  }

  /** The formula of DESIGN.md, section 3. */
  async balanceOf(account: AccountId): Promise<Balance> {
    const { accounts, books } = await this.read([account])
    let result = balance(0n)
    for (const { cold, outside } of accounts) result = plus(result, plus(cold, outside))
    for (const book of books) for (const { hot, given, taken } of book.accounts) result = plus(result, minus(plus(hot, given), taken))
    return result
  }

  async #readShard(account: AccountId): Promise<ShardReading> {
    const { coldBalance, creditLimit, granted, returned } = this.#keys.shard(account)
    const [cold, limit, out, back] = await this.#together<[string | null, string | null, string[], Record<string, string>]>([
      ['get', coldBalance],
      ['get', creditLimit],
      ['hvals', granted],
      ['hgetall', returned],
    ])
    if (cold === null) throw noAccount(account)
    const totals = new Map(Object.entries(back).map(([thread, total]) => [thread as ThreadId, amount(BigInt(total))]))
    const outside = minus(sum(out), sum(Object.values(back)))
    return { account, cold: balance(BigInt(cold)), outside, creditLimit: amount(BigInt(limit ?? 0)), returned: totals }
  }

  /** Undefined for one that was never claimed. */
  async #readBook(thread: ThreadId, accounts: readonly AccountId[]): Promise<BookReadingOf | undefined> {
    const { book, hotBalance, taken, given, underWay, tallies }: BookKeys = this.#keys.book(thread)
    const hashes = [hotBalance, taken, given, underWay]
    const [seq, tallyFields, ...totals] = await this.#together<[string | null, Record<string, string>, ...(string | null)[][]]>([
      ['hget', book, 'seq'],
      ['hgetall', tallies],
      ...(accounts.length === 0 ? [] : hashes.map((hash) => ['hmget', hash, ...accounts])),
    ])
    if (seq === null) return undefined
    const byAccount = totals.map((values) => {
      const found = new Map<string, string>()
      accounts.forEach((account, i) => {
        const value = values[i]
        if (typeof value === 'string') found.set(account, value)
      })
      return found
    })
    return { thread, seq: Number(seq), accounts: accountsOf(byAccount), tallies: talliesOf(Object.entries(tallyFields)) }
  }

  async #ofShard(name: 'warm' | 'cool', account: AccountId, keys: readonly string[], args: readonly string[]): Promise<'full' | string[]>
  async #ofShard(name: 'own', account: AccountId, keys: readonly string[], args: readonly string[]): Promise<string[]>
  async #ofShard(name: CommandName, account: AccountId, keys: readonly string[], args: readonly string[]): Promise<'full' | string[]> {
    const reply = await this.#run<'missing' | 'full' | ['ok', ...string[]]>(name, keys, args)
    if (reply === 'missing') throw noAccount(account)
    return reply === 'full' ? reply : reply.slice(1)
  }

  async #run<Reply>(name: CommandName, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    const { sha, text } = this.#scripts[name]
    try {
      return (await this.#redis.evalsha(sha, keys.length, ...keys, ...args)) as Reply
    } catch (error) {
      // Redis lost its scripts (a restart) and so has done nothing: EVAL brings the text, and is remembered.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw failureOf(error)
    }
    return (await this.#plain(this.#redis.eval(text, keys.length, ...keys, ...args))) as Reply
  }

  /** Commands on one shard that nothing comes between. */
  async #together<Replies extends readonly unknown[]>(commands: readonly (readonly string[])[]): Promise<Replies> {
    const replies = await this.#plain(this.#redis.multi(commands.map((command) => [...command])).exec())
    if (replies === null) throw new StoreRefused('a transaction was discarded')
    return replies.map(([error, reply]) => {
      if (error !== null) throw failureOf(error)
      return reply
    }) as unknown as Replies
  }

  async #plain<Reply>(reply: Promise<Reply>): Promise<Reply> {
    try {
      return await reply
    } catch (error) {
      throw failureOf(error)
    }
  }
}

function noBook(thread: ThreadId): StoreRefused {
  return new StoreRefused(`there is no book of ${thread}; has this Redis lost its data?`)
}

function noAccount(account: AccountId): StoreRefused {
  return new StoreRefused(`there is no account ${account}; has this Redis lost its data?`)
}

function sum(totals: readonly string[]): Balance {
  return totals.reduce((result, total) => plus(result, balance(BigInt(total))), balance(0n))
}

/** A word; `gap` and a number; or `converted` and for each payment a line: its id, a space, what its sender is told. */
function commitReplyOf(text: string): CommitReply {
  if (text.startsWith('gap ')) return { gap: Number(text.slice(4)) }
  if (!text.startsWith('converted\n')) return text as Exclude<CommitReply, object>
  const [, ...lines] = text.split('\n')
  return {
    converted: lines.map((line) => {
      const end = line.indexOf(' ')
      return { payment: line.slice(0, end) as PaymentId, reply: replyOf(JSON.parse(line.slice(end + 1)) as ReplyText) }
    }),
  }
}
