/**
 * Urls that others give must not lead into our own network: a host is judged by the addresses that it has at the moment of
 * connecting, so that a name cannot mean one thing when it is looked at and another when it is used.
 */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** The IANA special-purpose registries: what is not reached over the public internet, or stands for what is not. */
const IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
/** With all that hold an IPv4 address inside: mapped, translated, 6to4, Teredo. */
const IPV6: readonly (readonly [string, number])[] = [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
]

// Two lists: in one, the mapped ones would stand for all of IPv4.
const [special4, special6] = [new BlockList(), new BlockList()]
for (const [net, prefix] of IPV4) special4.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of IPV6) special6.addSubnet(net, prefix, 'ipv6')

/** Of a literal address, without brackets. */
export function isPublic(address: string): boolean {
  const family = isIP(address)
  return family === 4 ? !special4.check(address, 'ipv4') : family === 6 && !special6.check(address, 'ipv6')
}

const MAX_URL = 2_048

export interface UrlRule {
  /** Whether it may be of our own network, and plain http. */
  readonly allowPrivate: boolean
}

/** Why nothing may be sent to this url; undefined where it may. A host's name is judged when it is looked up. */
export function wrongWithUrl(text: string, { allowPrivate }: UrlRule): string | undefined {
  if (text.length > MAX_URL || !URL.canParse(text)) return `is no url, or has more than ${MAX_URL} characters`
  const { protocol, username, password, hostname } = new URL(text)
  if (protocol !== 'https:' && !(allowPrivate && protocol === 'http:')) return 'must be https'
  if (username !== '' || password !== '') return 'has a user or password in it'
  if (allowPrivate || !isPrivateHost(hostname)) return undefined
  return 'is of a private network'
}

function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  return isIP(host) === 0 ? host === 'localhost' || host.endsWith('.localhost') : !isPublic(host)
}

/** Node's own, but for a name with an address that is not public: none of its addresses is told. */
export const publicLookup: LookupFunction = (hostname: string, options: LookupOptions, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error !== null) return callback(error, [])
    const first = addresses[0]
    if (first === undefined || !addresses.every(({ address }) => isPublic(address))) return callback(notPublic(hostname), [])
    if (options.all === true) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

function notPublic(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has an address that is not public`), { code: 'ENOTPUBLIC' })
}
