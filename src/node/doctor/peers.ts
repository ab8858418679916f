/** Each peer: whether its address is one that it may have, it is reached, takes our token, and has a clock like ours. */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'undici'
import type { Relation } from '../../core/values/account.ts'
import { type Address, address, globalPrefix, isBelow } from '../../core/values/address.ts'
import { ZERO } from '../../core/values/amount.ts'
import { conditionOf, fulfillmentOf } from '../../core/values/condition.ts'
import { NO_DATA } from '../../core/values/packet.ts'
import { decodeOwnConfig } from '../../wire/ildcp.ts'
import { decodeReply, encodePrepare } from '../../wire/packet.ts'
import type { AccountConfig, NodeConfig } from '../config/config.ts'
import { checkClock } from './clock.ts'
import { type Finding, fault, note } from './finding.ts'

const CHECK = 'peers'
const TIMEOUT_MS = 5_000
const AT_ONCE = 16
/** Of the Date header. */
const DATE_STEP_MS = 1_000
const MAX_BODY = 65_536

export async function checkPeers(config: NodeConfig): Promise<Finding[]> {
  const findings = config.accounts.flatMap((account) => checkAddresses(config, account))
  const peers = config.accounts.filter(({ peer }) => peer !== undefined)
  for (let i = 0; i < peers.length; i += AT_ONCE)
    findings.push(...(await Promise.all(peers.slice(i, i + AT_ONCE).map((each) => checkPeer(each, config.address)))).flat())
  return findings
}

/** What is reached through an account without being announced (A3). */
function checkAddresses({ address: own }: NodeConfig, { account }: AccountConfig): Finding[] {
  const { name, relation, routes, mayAnnounce = [] } = account
  return [...new Set<string>([...routes, ...mayAnnounce])].flatMap((prefix) => {
    const where = `${name}: its address ${prefix} is outside`
    if (globalPrefix(prefix) !== globalPrefix(own)) {
      return [
        fault(
          'addresses',
          `${where} our own global prefix, ${globalPrefix(own)}`,
          `give it an address that begins with ${globalPrefix(own)}., or take the route away`,
        ),
      ]
    }
    if ((relation === 'child' || relation === 'user') && !isBelow(own, prefix)) {
      return [fault('addresses', `${where} our prefix ${own}, and it is a ${relation}`, `give it an address below ${own}, or make it a peer (relation: peer)`)]
    }
    if (relation === 'peer' && isBelow(own, prefix)) {
      return [
        fault(
          'addresses',
          `${name}: its address ${prefix} is below our own, ${own}, and it is a peer`,
          'make it a child (relation: child), or give it an address elsewhere',
        ),
      ]
    }
    return []
  })
}

/** With a prepare of nothing to peer.config (ILDCP): whatever it answers moves no money. */
async function checkPeer({ account: { name, relation }, peer }: AccountConfig, own: Address): Promise<Finding[]> {
  if (peer === undefined) return []
  const { url, token, caFile } = peer
  const agent = new Agent({ connect: { timeout: TIMEOUT_MS, ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }) } })
  const before = Date.now()
  try {
    const response = await request(url, {
      method: 'POST',
      dispatcher: agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
      body: probe(before),
    })
    const after = Date.now()
    const body = Buffer.from(await response.body.arrayBuffer()).subarray(0, MAX_BODY)
    return [
      ...checkAnswer(body, { name, relation, url, status: response.statusCode, own, isRpc: peer.protocol === 'json-rpc' }),
      ...checkDate(name, response.headers['date'], before, after),
    ]
  } catch (error) {
    return [unreachable(name, url, error)]
  } finally {
    await agent.destroy().catch(() => {})
  }
}

interface About {
  readonly name: string
  readonly relation: Relation
  readonly url: string
  readonly status: number
  readonly own: Address
  readonly isRpc: boolean
}

function checkAnswer(body: Buffer, { name, relation, url, status, own, isRpc }: About): Finding[] {
  if (status === 401 || status === 403) {
    return [fault(CHECK, `${name} refuses our token (status ${status} at ${url})`, 'ask its operator which token they know us by, and set peer.token')]
  }
  if (status === 404 || status === 421) {
    return [fault(CHECK, `${name} has no account of ours at ${url} (status ${status})`, 'ask its operator for the url of our account, and set peer.url')]
  }
  // It has methods of its own, and says of a prepare that it knows none.
  if (isRpc) return [note(CHECK, `${name} answers at ${url}`)]
  const reply = status === 200 ? decodeReply(body) : undefined
  if (reply === undefined || 'invalid' in reply) {
    return [
      fault(
        CHECK,
        `${name} answers at ${url}, but not as a connector does (status ${status})`,
        'see that peer.url is where it takes ILP-over-HTTP, and that it is well',
      ),
    ]
  }
  const told = reply.type === 'fulfill' && relation === 'parent' ? decodeOwnConfig(reply.data) : undefined
  if (told === undefined || 'invalid' in told || isBelow(told.address, own)) return [note(CHECK, `${name} answers at ${url}`)]
  return [
    fault(
      'addresses',
      `our address ${own} is outside what our parent ${name} gives us, ${told.address}`,
      `set address to ${told.address}, or ask its operator for another`,
    ),
  ]
}

function checkDate(name: string, date: string | string[] | undefined, before: number, after: number): Finding[] {
  const at = typeof date === 'string' ? Date.parse(date) : Number.NaN
  return Number.isNaN(at) ? [] : checkClock(name, { at, stepMs: DATE_STEP_MS, before, after })
}

function unreachable(name: string, url: string, error: unknown): Finding {
  const code = error instanceof Error ? ('code' in error && typeof error.code === 'string' ? error.code : error.name) : String(error)
  const isOfTls = /CERT|SELF_SIGNED|ALTNAME|SSL|TLS/.test(code)
  const todo = isOfTls
    ? 'give its certificate as peer.ca where it signs itself; otherwise its operator has to renew it, or peer.url names another host'
    : `see that it runs, that peer.url is right, and that no firewall is between: curl -v ${url}`
  return fault(CHECK, `${name} cannot be reached at ${url} (${code})`, todo)
}

function probe(at: number): Buffer {
  return encodePrepare({
    amount: ZERO,
    expiresAt: at + TIMEOUT_MS,
    condition: conditionOf(fulfillmentOf(Buffer.alloc(32))),
    destination: address('peer.config'),
    data: NO_DATA,
  })
}
