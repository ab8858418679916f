/** The accounts of a node that runs, for whoever starts its processes: as they are now, and as they will be at its next start. */

import type { NodeConfig } from '../config/config.ts'
import { type Identity, writeIdentity } from '../identity.ts'
import type { Decision } from '../orders.ts'
import { changeAccounts } from './change.ts'
import { forgetRemoved, type KeptAccounts, keepAdded, keepRemoved, readKeptAccounts, withKeptAccounts, writeKeptAccounts } from './keptAccounts.ts'

export class AccountKeeper {
  #fromFile: NodeConfig
  #kept: KeptAccounts
  #config: NodeConfig

  /** Throws UsageErrors. */
  constructor(fromFile: NodeConfig) {
    this.#fromFile = fromFile
    this.#kept = forgetRemoved(readKeptAccounts(fromFile.dataDir), fromFile)
    this.#config = withKeptAccounts(fromFile, this.#kept)
  }

  get config(): NodeConfig {
    return this.#config
  }

  /** Durable when it returns; the identity as it is then. Throws UsageErrors. */
  decide(decision: Decision, identity: Identity): Identity {
    const { dataDir } = this.#config
    const { change } = decision
    if (decision.type === 'added') this.#keep(keepAdded(this.#kept, decision.body))
    if (decision.type === 'removed') {
      for (const id of change.remove) {
        const account = this.#fromFile.accounts.find((each) => each.account.id === id)
        const name = account?.account.name ?? identity.accounts.find((each) => each.id === id)?.name
        if (name !== undefined) this.#keep(keepRemoved(this.#kept, { id, name }, this.#fromFile))
      }
    }
    if (decision.type === 'reloaded') {
      this.#fromFile = { ...this.#fromFile, accounts: decision.inFile }
      this.#keep(forgetRemoved(this.#kept, this.#fromFile))
    }
    this.#config = changeAccounts(this.#config, change)
    const known = change.set.map(({ account: { id, name, unit } }) => ({ id, name, unit }))
    if (known.length === 0) return identity
    const others = identity.accounts.filter(({ id }) => !known.some((each) => each.id === id))
    const now = { ...identity, accounts: [...others, ...known] }
    writeIdentity(dataDir, now)
    return now
  }

  #keep(kept: KeptAccounts): void {
    writeKeptAccounts(this.#config.dataDir, kept)
    this.#kept = kept
  }
}
