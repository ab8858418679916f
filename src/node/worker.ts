/** A worker process: one thread, its farms' servers, its way to the store and to the peers. The supervisor starts it. */
import type { Socket } from 'node:net'
import type { Door } from '../https/door.ts'
import { OwedReplies } from '../https/owedReplies.ts'
import { publicLookup } from '../https/publicAddress.ts'
import { makeSender } from '../https/sender.ts'
import { type FarmServer, makeFarmServer } from '../https/server.ts'
import { tokenCheck } from '../https/token.ts'
import { answeringForOurselves } from '../https/toOurselves.ts'
import { redisConnection } from '../store/connection.ts'
import { OwedJournal } from '../store/owedJournal.ts'
import { RedisStore } from '../store/redisStore.ts'
import { draw, steadyClock } from './clock.ts'
import { LiveThread } from './liveThread.ts'
import type { ThreadSetup, WorkerOrder, WorkerReport } from './orders.ts'
import { credentialsIn, peersOf } from './peers.ts'
import { RoutingDesk } from './routingDesk.ts'
import { farmsOf, keyPrefixOf, threadConfigOf } from './threadConfig.ts'

interface Worker {
  readonly thread: LiveThread
  readonly farms: ReadonlyMap<number, FarmServer>
  readonly routing: RoutingDesk
  readonly drain: () => Promise<void>
}

/** Orders may come while it begins. */
let starting: Promise<Worker> | undefined

process.on('message', (order: WorkerOrder, connection?: Socket) => {
  void obey(order, connection)
})
// The supervisor is gone, and with it whoever would deal connections or stop this process.
process.on('disconnect', () => process.exit(1))
// Ctrl-C goes to the whole group; the supervisor drains it.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

async function obey(order: WorkerOrder, connection: Socket | undefined): Promise<void> {
  const worker = await starting
  switch (order.type) {
    case 'begin':
      starting = begin(order.setup)
      return (await starting).thread.start()
    case 'connection':
      report({ type: 'took', number: order.number })
      // It may have broken on the way.
      if (connection !== undefined) worker?.farms.get(order.farm)?.accept(connection)
      return
    case 'snapshot':
      return worker?.thread.hearSnapshot(order.snapshot)
    case 'wake':
      return worker?.thread.hearWake()
    case 'routed':
      return worker?.routing.heard(order.number, order.routed)
    case 'drain':
      await worker?.drain()
      process.exit(0)
  }
}

function report(what: WorkerReport): void {
  process.send?.(what)
}

async function begin(setup: ThreadSetup): Promise<Worker> {
  const { config, thread: id, epoch, mayOpen, redisUrl, tls, snapshot, farmUrls } = setup
  const now = steadyClock()
  const redis = redisConnection({ url: redisUrl, faulted: (error) => report({ type: 'fault', what: `Redis: ${error.message}` }) })
  // Where it cannot be reached yet, the first command's fault makes the thread look for it.
  await redis.connect().catch(() => {})
  const peers = peersOf(config.accounts, farmUrls)
  const lookup = config.allowPrivateAddresses ? undefined : publicLookup
  const sender = makeSender({
    findPeer: (account) => peers.get(account),
    now,
    lookup,
    heardDeduplicates: (account, deduplicates) => thread.hearDeduplication(account, deduplicates),
  })
  const threadConfig = threadConfigOf(config, id)
  const farms = new Map<number, FarmServer>()
  const store = new RedisStore(redis, { prefix: keyPrefixOf(config) })
  const thread = new LiveThread({
    config: threadConfig,
    epoch,
    store,
    mayOpen,
    sender,
    now,
    draw,
    wake: (to) => report({ type: 'wake', to }),
    serving: () => {
      report({ type: 'serving' })
      void owed.restore().catch((error: Error) => report({ type: 'fault', what: `what is to be called back cannot be read: ${error.message}` }))
    },
    faulted: (error) => report({ type: 'fault', what: error.message }),
    ended: (why) => {
      for (const farm of farms.values()) farm.abandon()
      void sender.destroy()
      void owed.destroy()
      // The supervisor starts another, or ends them all.
      report(why instanceof Error ? { type: 'refused', why: why.message } : { type: 'ended', why })
    },
  })
  if (snapshot !== undefined) thread.hearSnapshot(snapshot)
  const { hearCallback } = thread
  const routing = new RoutingDesk((number, from, message) => report({ type: 'routing', number, from, routing: message }))
  const receive = answeringForOurselves({
    own: config.address,
    assetCodeOf: ({ unit }) => config.ledgers.get(unit)?.code ?? unit,
    route: routing.route,
    now,
    receive: thread.receive,
  })
  const owed = new OwedReplies({
    receive,
    journal: new OwedJournal(redis, { prefix: keyPrefixOf(config), thread: id }),
    findAccount: (account) => threadConfig.directory.accounts.get(account),
    credentialsOf: credentialsIn(config.accounts, peers),
    now,
    urls: { allowPrivate: config.allowPrivateAddresses },
    lookup,
  })
  const doors = doorsOf(setup)
  for (const parallelism of farmsOf(threadConfig.directory, id)) {
    farms.set(
      parallelism,
      await makeFarmServer({
        parallelism,
        findDoor: (nameOrId) => doors.get(nameOrId),
        now,
        tls,
        receive,
        hearCallback,
        owed,
        readBalance: (account) => store.balanceOf(account),
      }),
    )
  }
  return {
    thread,
    farms,
    routing,
    drain: async () => {
      await Promise.all([...farms.values()].map((farm) => farm.drain()))
      await Promise.all([sender.destroy(), owed.destroy()])
      thread.stop()
      redis.disconnect()
    },
  }
}

/** By name and by id. */
function doorsOf({ config, farmUrls }: ThreadSetup): ReadonlyMap<string, Door> {
  const doors = new Map<string, Door>()
  for (const { account, token } of config.accounts) {
    const door: Door = { account, verifyToken: tokenCheck(token), farmUrl: farmUrls.get(account.parallelism) ?? '' }
    doors.set(account.name, door)
    doors.set(account.id, door)
  }
  return doors
}
