/** A node's configuration, read and checked whole: whatever is made of it cannot fail for a wrong key or value. */
import { resolve } from 'node:path'
import type { Account, Unit } from '../../core/values/account.ts'
import type { Address } from '../../core/values/address.ts'
import type { Amount } from '../../core/values/amount.ts'
import type { Rates } from '../../core/values/rate.ts'
import { problemsIn } from '../../files/forms.ts'
import { located, refusalOf } from '../../files/located.ts'
import { readYamlFile } from '../../files/yamlFile.ts'
import type { RpcNames } from '../../https/rpcKeys.ts'
import type { LogFormat } from '../logs/logLine.ts'
import { problemsBetween } from './checks.ts'
import { nodeConfig } from './nodeConfig.ts'
import { CONFIG } from './schema.ts'

/** Plain data, crosses to other processes. */
export interface NodeConfig {
  /** As it was given. */
  readonly file: string
  readonly address: Address
  /** Absolute. */
  readonly dataDir: string
  /** `redis://…` or `rediss://…`. */
  readonly redis: 'embedded' | string
  readonly durability: 'everysec' | 'always'
  readonly threads: number
  /** parallelism → port; 0: any free one. At least one. */
  readonly farms: ReadonlyMap<number, number>
  /** Where the farm ports listen. */
  readonly host: string
  /** Without a closing slash. */
  readonly publicUrl: string | undefined
  /** 0: any free one. */
  readonly adminPort: number
  readonly adminToken: string | undefined
  readonly tls: Tls
  /** Whether urls that accounts give may lead into a private network, and be plain http. */
  readonly allowPrivateAddresses: boolean
  readonly maxPacketAmount: Amount
  readonly answerRetentionMs: number
  /** For each account. */
  readonly maxOpen: number
  readonly maxKeptIds: number
  readonly routing: RoutingConfig
  readonly logs: { readonly format: LogFormat; readonly payments: boolean }
  readonly ledgers: ReadonlyMap<Unit, LedgerConfig>
  readonly rates: Rates
  readonly accounts: readonly AccountConfig[]
}

/** The files are PEM, their paths absolute. */
export type Tls = { readonly kind: 'off' } | { readonly kind: 'selfSigned' } | { readonly kind: 'files'; readonly cert: string; readonly key: string }

export interface RoutingConfig {
  readonly policy: string
  readonly warming: string
  readonly failover: number
  readonly attemptTimeoutMs: number | undefined
  readonly slack: 0 | 1
  readonly announceIntervalMs: number
  readonly snapshotIntervalMs: number
  readonly coolAfterMs: number
}

export interface LedgerConfig {
  /** For people and for ILDCP: USD. */
  readonly code: string
  readonly scale: number
}

export interface AccountConfig {
  readonly account: Account
  /** Credited once, ever. */
  readonly openingBalance: Amount
  readonly token: string
  readonly peer: PeerConfig | undefined
  /** For RPC in JSON; `token` and the peer's token are derived with them. */
  readonly rpc: RpcNames | undefined
}

export type Protocol = 'ilp-over-http' | 'ilp-over-http-async' | 'json-rpc'

export interface PeerConfig {
  readonly protocol: Protocol
  readonly url: string
  readonly token: string
  /** PEM of whom to trust instead of the system's authorities; absolute. */
  readonly caFile: string | undefined
}

/** Throws UsageError with everything that is wrong: line, key, reason and what to do. */
export function readConfig(file: string): NodeConfig {
  const yaml = readYamlFile(file, 'the configuration of a node (see README.md)')
  const refuse = (problems: Parameters<typeof located>[1][]): Error =>
    refusalOf(
      yaml,
      problems.map((problem) => located(yaml, problem)),
    )
  const parsed = CONFIG.safeParse(yaml.value)
  if (!parsed.success) throw refuse(problemsIn(parsed.error))
  const pathOf = (path: string): string => resolve(file, '..', path)
  const problems = problemsBetween(parsed.data, pathOf)
  if (problems.length > 0) throw refuse(problems)
  return nodeConfig(parsed.data, { file, pathOf })
}
