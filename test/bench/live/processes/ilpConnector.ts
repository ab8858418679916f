/** ilp-connector with two children over ILP-over-HTTP, from a folder where npm has put it. */

import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { CONNECTOR } from '../packet.ts'
import { given, tell, urlOf } from './process.ts'

interface Given {
  readonly folder: string
  readonly receiver: string
  readonly token: string
}

/** What is used of its modules, which bring no types along with them here. */
interface Connector {
  readonly listen: () => Promise<void>
}
type CreateApp = (options: unknown) => Connector
interface Plugin {
  readonly isConnected: () => boolean
  readonly _httpServer: Server
}
type PluginHttp = new (options: unknown) => Plugin

/** A packet uses one token of them: more than anyone can send. */
const NO_RATE_LIMIT = { refillPeriod: 1000, refillCount: 1_000_000, capacity: 1_000_000 }

const { folder, receiver, token } = given<Given>()
const load = createRequire(join(folder, 'package.json'))
const { createApp } = load('ilp-connector') as { readonly createApp: CreateApp }
const Plugin = load('ilp-plugin-http') as PluginHttp

/** Plain bearer tokens on both sides, as we take them too; its JWTs cost a twentieth more. The port is any that is free. */
function pluginTo(url: string): Plugin {
  return new Plugin({ incoming: { port: 0, staticToken: token }, outgoing: { url, staticToken: token } })
}

function child(plugin: Plugin): unknown {
  return {
    relation: 'child',
    plugin,
    assetCode: 'USD',
    assetScale: 2,
    balance: { minimum: '-1000000000000000', maximum: '1000000000000000' },
    rateLimit: NO_RATE_LIMIT,
  }
}

const incoming = pluginTo(receiver)
const connector = createApp({
  ilpAddress: CONNECTOR,
  accounts: { sender: child(incoming), receiver: child(pluginTo(receiver)) },
  backend: 'one-to-one',
  spread: 0,
  store: 'memory',
})
await connector.listen()
if (!incoming.isConnected()) throw new Error('ilp-connector did not start')
tell({ url: urlOf(incoming._httpServer) })
