/** Where the admin port is: on loopback, or where the farms are once a token guards it. */
import { isIPv6 } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { NodeConfig } from '../config/config.ts'

const LOOPBACK = '127.0.0.1'

type Place = Pick<NodeConfig, 'host' | 'adminToken' | 'tls'>

export function adminHost({ host, adminToken }: Place): string {
  return adminToken === undefined ? LOOPBACK : host
}

/** With the farms' certificate, where others than this machine may come. */
export function isAdminOverTls(place: Place): boolean {
  return place.tls.kind !== 'off' && !isLoopback(adminHost(place))
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host)
}

/** Its url, for who is on this machine. Rejects where the port cannot be had. */
export async function listen(admin: FastifyInstance, config: Place & Pick<NodeConfig, 'adminPort'>): Promise<string> {
  const host = adminHost(config)
  await admin.listen({ host, port: config.adminPort })
  const bound = admin.server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the admin port has no number')
  return adminUrl(config, bound.port)
}

export function adminUrl(place: Place, port: number): string {
  const host = adminHost(place)
  const reached = host === '0.0.0.0' || host === '::' ? LOOPBACK : host
  return `${isAdminOverTls(place) ? 'https' : 'http'}://${isIPv6(reached) ? `[${reached}]` : reached}:${port}`
}
