/** From a configuration whose every key is in order to what the node is run with. */
import { type Account, accountIdOf } from '../../core/values/account.ts'
import { type Address, address } from '../../core/values/address.ts'
import { ratesOf } from '../../core/values/rate.ts'
import { type RpcKeys, rpcKeysOf } from '../../https/rpcKeys.ts'
import { isLoopback } from './checks.ts'
import type { AccountConfig, LedgerConfig, NodeConfig, PeerConfig, RoutingConfig } from './config.ts'
import type { AccountBody, ConfigBody } from './schema.ts'

interface Place {
  readonly file: string
  /** Makes the paths absolute that the file gives. */
  readonly pathOf: (path: string) => string
}

export function nodeConfig(body: ConfigBody, { file, pathOf }: Place): NodeConfig {
  const ledgers = new Map(Object.entries(body.ledgers).map(([name, { scale, code = name.toUpperCase() }]): [string, LedgerConfig] => [name, { code, scale }]))
  return {
    file,
    address: body.address,
    dataDir: pathOf(body.dataDir),
    redis: body.redis,
    durability: body.durability,
    threads: body.threads,
    farms: new Map(Object.entries(body.farms).map(([parallelism, port]) => [Number(parallelism), port])),
    host: body.host,
    publicUrl: body.publicUrl?.replace(/\/+$/, ''),
    adminPort: body.adminPort,
    adminToken: body.adminToken,
    tls: body.tls.kind === 'files' ? { kind: 'files', cert: pathOf(body.tls.cert), key: pathOf(body.tls.key) } : { kind: body.tls.kind },
    allowPrivateAddresses: body.allowPrivateAddresses ?? isLoopback(body.host),
    maxPacketAmount: body.maxPacketAmount,
    answerRetentionMs: body.answerRetention,
    maxOpen: body.maxOpen,
    maxKeptIds: body.maxKeptIds,
    routing: routingOf(body.routing),
    logs: body.logs,
    ledgers,
    rates: ratesIn(body, ledgers),
    accounts: body.accounts.map((each) => accountOf(each, { address: body.address, farms: Object.keys(body.farms).map(Number), ledgers, pathOf })),
  }
}

function routingOf({ attemptTimeout, slack, announceInterval, snapshotInterval, coolAfter, ...rest }: ConfigBody['routing']): RoutingConfig {
  return {
    ...rest,
    attemptTimeoutMs: attemptTimeout,
    slack: slack === 1 ? 1 : 0,
    announceIntervalMs: announceInterval,
    snapshotIntervalMs: snapshotInterval,
    coolAfterMs: coolAfter,
  }
}

function ratesIn({ rates, feePpm }: ConfigBody, ledgers: NodeConfig['ledgers']): NodeConfig['rates'] {
  const scales = new Map([...ledgers].map(([name, { scale }]) => [name, scale]))
  const given = Object.entries(rates).map(([pair, rate]) => {
    const [incoming = '', outgoing = ''] = pair.split('/')
    return { incoming, outgoing, rate }
  })
  return ratesOf(given, { scales, feePpm })
}

interface Around {
  readonly address: Address
  /** Parallelisms. */
  readonly farms: readonly number[]
  readonly ledgers: NodeConfig['ledgers']
  readonly pathOf: (path: string) => string
}

/** One of a configuration in which its keys are in order. */
export function accountOf(given: AccountBody, { address: own, farms, ledgers, pathOf }: Around): AccountConfig {
  const { name, ledger: unit, relation, creditLimit, routes, mayAnnounce, peer, rpc } = given
  const parallelism = given.parallelism ?? Math.min(...farms)
  const scale = ledgers.get(unit)?.scale
  if (scale === undefined) throw new Error(`account ${name}: ledger ${unit} is not there`)
  const answersLater = peer?.protocol === 'ilp-over-http-async' || peer?.protocol === 'json-rpc'
  const keys = rpc === undefined ? undefined : rpcKeysOf({ ...rpc, scale })
  const account: Account = {
    id: accountIdOf(name, parallelism),
    name,
    address: address(`${own}.${name}`),
    unit,
    scale,
    relation,
    parallelism,
    creditLimit,
    peerLimit: peer?.limit,
    // Otherwise it says so in its answers.
    deduplicates: answersLater,
    ...(answersLater ? { callsBack: true } : {}),
    routes,
    ...(mayAnnounce === undefined ? {} : { mayAnnounce }),
  }
  return {
    account,
    openingBalance: given.openingBalance,
    token: tokenOf(given.token, keys),
    peer: peer === undefined ? undefined : { ...peerOf(peer, pathOf), token: tokenOf(peer.token, keys) },
    rpc: keys === undefined ? undefined : { prefix: keys.prefix, ours: keys.ours, theirs: keys.theirs },
  }
}

function tokenOf(given: string | undefined, keys: RpcKeys | undefined): string {
  const token = given ?? keys?.token
  if (token === undefined) throw new Error('an account without a token')
  return token
}

function peerOf({ protocol, url, ca }: NonNullable<AccountBody['peer']>, pathOf: (path: string) => string): Omit<PeerConfig, 'token'> {
  return { protocol, url, caFile: ca === undefined ? undefined : pathOf(ca) }
}
