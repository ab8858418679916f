/** The effects that ask something of the store, and the inputs that its replies become. */
import type { CommitReply, Input } from '../../src/core/input.ts'
import type { ThreadId } from '../../src/core/values/account.ts'
import type { Draw } from '../../src/core/values/draw.ts'
import type { Performers } from '../../src/pump.ts'
import type { SimStore } from './store.ts'
import type { StoreCommand, StoreReply } from './trace.ts'

interface Asking {
  readonly id: ThreadId
  readonly home: { readonly store: SimStore; readonly witness: { readonly acknowledged: (thread: ThreadId, seq: number) => void } }
  /** Lets the store apply a command when it gets there; its reply, if there is one, comes to `hear`. */
  readonly ask: <R extends StoreReply>(command: StoreCommand, apply: () => R, hear: (reply: R) => void) => void
  readonly input: (input: Input) => void
  readonly now: () => number
  /** By the clock of the store. */
  readonly storeNow: () => number
  readonly draw: () => Draw
}

export function storePerformers({ id, home, ask, input, now, storeNow, draw }: Asking): Pick<Performers, StoreCommand['type'] & keyof Performers> {
  const { store, witness } = home
  const heardCommit = (seq: number, reply: CommitReply): void => {
    if (reply === 'ok' || reply === 'already' || (typeof reply === 'object' && 'converted' in reply)) witness.acknowledged(id, seq)
    input({ type: 'committed', at: now(), draw: draw(), seq, reply })
  }
  return {
    claim: (effect) =>
      ask(
        effect,
        () => store.claim(id, effect),
        (book) => {
          witness.acknowledged(id, book.seq)
          input({ type: 'claimed', at: now(), draw: draw(), book })
        },
      ),
    commit: (effect) =>
      ask(
        effect,
        () => store.commit(id, effect),
        (reply) => heardCommit(effect.seq, reply),
      ),
    warm: (effect) =>
      ask(
        effect,
        () => store.warm(id, effect),
        (reply) => input({ type: 'warmed', at: now(), draw: draw(), account: effect.account, reply }),
      ),
    cool: (effect) =>
      ask(
        effect,
        () => store.cool(id, effect),
        (reply) => input({ type: 'cooled', at: now(), account: effect.account, reply }),
      ),
    own: (effect) =>
      ask(
        effect,
        () => store.own(id, effect, storeNow()),
        (reply) => input({ type: 'owned', at: now(), draw: draw(), account: effect.account, requestId: effect.requestId, reply }),
      ),
    leave: (effect) =>
      ask(
        effect,
        () => store.leave(effect),
        (reply) => input({ type: 'left', at: now(), to: effect.to, message: effect.message.message, reply }),
      ),
    close: (effect) =>
      ask(
        effect,
        () => store.close(id, effect),
        (reply) => input({ type: 'closed', at: now(), reply }),
      ),
    readLeft: (effect) =>
      ask(
        effect,
        () => store.readLeft(id, effect.epoch),
        (messages) => {
          if (messages.length > 0) input({ type: 'leftRead', at: now(), draw: draw(), messages })
        },
      ),
  }
}
