/** Where a campaign takes place: two nodes that are each other's peer, and one receiver for all their accounts. */
import { connect, createServer, type Socket } from 'node:net'
import { type LiveNode, type NodeBody, startNode, type WhenDone } from '../../fixtures/liveNode.ts'
import { fulfillOf, type Heard, type Receiver, rejectOf, type Script, startReceiver } from '../../fixtures/receiver.ts'
import { BEHAVIOURS, type Behaviour, type NodeName } from './plan.ts'

export interface Field {
  readonly nodes: Readonly<Record<NodeName, LiveNode>>
  readonly receiver: Receiver
  /** By node and account. */
  readonly openings: Readonly<Record<NodeName, Readonly<Record<string, bigint>>>>
}

/** Of the accounts that the peers have with each other: it never runs dry. */
const LINE = 1_000_000_000n
const OPENINGS: Field['openings'] = {
  // What the e accounts pay to the other node does not come back; the l accounts have so little that some prepares find too little.
  a: { e1: 20_000n, e2: 300_000n, e4: 300_000n, l1: 20_000n, l2: 20_000n, l4: 40_000n, z: 0n, b: LINE },
  b: { sb: 1_000_000n, rb: 20_000n, a: LINE },
}
const PARALLELISM: Readonly<Record<string, number>> = { e2: 2, l2: 2, sb: 2, a: 2, b: 2, e4: 4, l4: 4 }

export function parallelismOf(account: string): number {
  return PARALLELISM[account] ?? 1
}

export function tokenOf(account: string): string {
  return `${account}-secret`
}

export async function startField(durability: string, whenDone: WhenDone): Promise<Field> {
  const receiver = await startReceiver(whenDone)
  receiver.follow(behave)
  // b is told where a is before a is there.
  const relay = await startRelay(whenDone)
  const nodeB = await startNode(bodyOf('b', { threads: 2, farms: [1, 2], line: `${relay.url}/accounts/b/ilp`, receiver, durability }), whenDone)
  const nodeA = await startNode(bodyOf('a', { threads: 4, farms: [1, 2, 4], line: nodeB.url('a', 2), receiver, durability }), whenDone)
  relay.leadTo(nodeA.farms[2] ?? '')
  return { nodes: { a: nodeA, b: nodeB }, receiver, openings: OPENINGS }
}

interface About {
  readonly threads: number
  readonly farms: readonly number[]
  /** Where the other node takes this one's prepares. */
  readonly line: string
  readonly receiver: Receiver
  readonly durability: string
}

function bodyOf(name: NodeName, { threads, farms, line, receiver, durability }: About): NodeBody {
  const other = name === 'a' ? 'b' : 'a'
  return {
    address: `test.${name}`,
    threads,
    farms: Object.fromEntries(farms.map((parallelism) => [parallelism, 0])),
    durability,
    accounts: Object.entries(OPENINGS[name]).map(([account, opening]) => ({
      name: account,
      ledger: 'usd',
      parallelism: parallelismOf(account),
      token: tokenOf(account),
      openingBalance: String(opening),
      ...(account === other
        ? { relation: 'peer', routes: [`test.${other}`], peer: { url: line, token: tokenOf(name) } }
        : { peer: { url: receiver.url, token: 'hub-secret' } }),
    })),
  }
}

/** After the expiry in the packet a fulfillment still counts for 500 ms. */
const GRACE_MS = 500

function behave(heard: Heard): ReturnType<Script> {
  const { data, expiresAt } = heard.prepare
  const chance = data[1] ?? 0
  const fulfill = () => heard.answer(fulfillOf(heard))
  switch (BEHAVIOURS[data[0] ?? 0] as Behaviour) {
    case 'fulfill':
      return fulfillOf(heard)
    case 'slow':
      setTimeout(fulfill, 20 + chance)
      return undefined
    case 'late':
      setTimeout(fulfill, expiresAt + GRACE_MS + 50 + chance - Date.now())
      return undefined
    case 'edge':
      setTimeout(fulfill, expiresAt - 100 + 3 * chance - Date.now())
      return undefined
    case 'hold':
      return undefined
    case 'rejectFinal':
      return rejectOf('F99')
    case 'rejectForNow':
      return rejectOf('T99')
    case 'wrong':
      return { ...fulfillOf(heard), fulfillment: fulfillOf({ prepare: { ...heard.prepare, data: Buffer.from('another') } }).fulfillment }
    case 'unavailable':
      return { type: 'status', status: 503 }
    case 'broken':
      return { type: 'status', status: 500 }
    case 'reset':
      return { type: 'reset' }
  }
}

interface Relay {
  readonly url: string
  readonly leadTo: (url: string) => void
}

/** A port that is known before the one that it leads to. */
async function startRelay(whenDone: WhenDone): Promise<Relay> {
  let target: URL | undefined
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    if (target === undefined) return void socket.destroy()
    const onward = connect(Number(target.port), target.hostname)
    for (const [here, there] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      open.add(here)
      here.on('error', () => {})
      here.once('close', () => {
        open.delete(here)
        there.destroy()
      })
    }
    socket.pipe(onward).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  whenDone(async () => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the relay has no port')
  return {
    url: `http://127.0.0.1:${bound.port}`,
    leadTo: (url) => {
      target = new URL(url)
    },
  }
}
