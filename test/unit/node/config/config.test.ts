import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { accountIdOf } from '../../../../src/core/values/account.ts'
import { amount } from '../../../../src/core/values/amount.ts'
import { convert, findRatio } from '../../../../src/core/values/rate.ts'
import { certificateNames } from '../../../../src/node/certificate.ts'
import { type NodeConfig, readConfig } from '../../../../src/node/config/config.ts'
import { ELSEWHERE, LOCALHOST } from '../../../fixtures/certificates.ts'
import { fileOf, refusal } from '../../../fixtures/files.ts'

const SMALL = `address: test.hub
dataDir: data/hub
threads: 2
farms: {2: 8442, 1: 0}
ledgers: {usd: {scale: 2}, eth: {scale: 9, code: Ether}}
accounts:
  - name: alice
    ledger: usd
    token: alice-secret
`

const read = (text: string): NodeConfig => readConfig(fileOf('hub.yaml', text))
const error = (text: string): string => refusal(() => read(text))

/** SMALL with a line more. */
const withLine = (line: string): string => error(`${SMALL}${line}\n`)
/** SMALL with a key more for alice. */
const withKey = (key: string): string => error(`${SMALL}    ${key}\n`)

describe('a good configuration', () => {
  test('as little as it takes → all defaults', () => {
    const file = fileOf('hub.yaml', SMALL)
    const alice = {
      id: accountIdOf('alice', 1),
      name: 'alice',
      address: 'test.hub.alice',
      unit: 'usd',
      scale: 2,
      relation: 'user',
      parallelism: 1,
      creditLimit: 0n,
      peerLimit: undefined,
      deduplicates: false,
      routes: [],
    }
    expect(readConfig(file)).toEqual({
      file,
      address: 'test.hub',
      dataDir: `${dirname(file)}/data/hub`,
      redis: 'embedded',
      durability: 'everysec',
      threads: 2,
      farms: new Map([
        [1, 0],
        [2, 8442],
      ]),
      host: '127.0.0.1',
      publicUrl: undefined,
      adminPort: 8400,
      adminToken: undefined,
      tls: { kind: 'selfSigned' },
      allowPrivateAddresses: true,
      logs: { format: 'text', payments: false },
      maxPacketAmount: 1_000_000_000_000n,
      answerRetentionMs: 60_000,
      maxOpen: 10_000,
      maxKeptIds: 100_000,
      routing: {
        policy: 'trusted-room',
        warming: 'adaptive',
        failover: 1,
        attemptTimeoutMs: undefined,
        slack: 0,
        announceIntervalMs: 60_000,
        snapshotIntervalMs: 1_000,
        coolAfterMs: 100,
      },
      ledgers: new Map([
        ['usd', { code: 'USD', scale: 2 }],
        ['eth', { code: 'Ether', scale: 9 }],
      ]),
      rates: new Map(),
      accounts: [{ account: alice, openingBalance: 0n, token: 'alice-secret', peer: undefined }],
    })
  })

  test('every key of this version → what it says', () => {
    const ca = fileOf('peer.pem', LOCALHOST.cert)
    fileOf('cert.pem', LOCALHOST.cert)
    fileOf('key.pem', LOCALHOST.key)
    const config = read(`address: g.hub
publicUrl: https://hub.example:8443/
dataDir: /var/lib/hub
redis: rediss://user:secret@store.example:6380/3
durability: always
threads: 4
farms: {1: 8441, 4: 8444}
host: 0.0.0.0
behindProxy: true
dealing: connection
adminPort: 0
tls: {cert: cert.pem, key: ./key.pem}
registration: closed
allowPrivateAddresses: true
maxPacketAmount: "9223372036854775807"
answerRetention: 90s
maxOpen: 5
maxKeptIds: 6
routing: {policy: most-room, warming: exact, failover: 0, attemptTimeout: 2s, slack: 1, announceInterval: 5s, snapshotInterval: 250ms, coolAfter: 1s}
ledgers: {usd: {scale: 2}}
accounts:
  - name: bob
    ledger: usd
    relation: peer
    parallelism: 4
    openingBalance: 9007199254740991
    creditLimit: "5000"
    token: bob-secret
    routes: [g.bob, g.others]
    mayAnnounce: [g.bob]
    peer: {url: "https://bob.example/accounts/hub/ilp", token: hub-secret, protocol: ilp-over-http, limit: "5000", ca: peer.pem}
`)
    expect(config).toMatchObject({
      publicUrl: 'https://hub.example:8443',
      dataDir: '/var/lib/hub',
      redis: 'rediss://user:secret@store.example:6380/3',
      durability: 'always',
      host: '0.0.0.0',
      adminPort: 0,
      tls: { kind: 'files', cert: fileOf('cert.pem'), key: fileOf('key.pem') },
      maxPacketAmount: 9_223_372_036_854_775_807n,
      answerRetentionMs: 90_000,
      maxOpen: 5,
      maxKeptIds: 6,
      routing: {
        policy: 'most-room',
        warming: 'exact',
        failover: 0,
        attemptTimeoutMs: 2_000,
        slack: 1,
        announceIntervalMs: 5_000,
        snapshotIntervalMs: 250,
        coolAfterMs: 1_000,
      },
      accounts: [
        {
          account: {
            id: accountIdOf('bob', 4),
            relation: 'peer',
            parallelism: 4,
            creditLimit: 5_000n,
            peerLimit: 5_000n,
            routes: ['g.bob', 'g.others'],
            mayAnnounce: ['g.bob'],
          },
          openingBalance: 9_007_199_254_740_991n,
          peer: { url: 'https://bob.example/accounts/hub/ilp', token: 'hub-secret', caFile: ca },
        },
      ],
    })
    expect(certificateNames(config)).toEqual(['localhost', '127.0.0.1', '::1', '0.0.0.0', 'hub.example', hostname().toLowerCase()])
  })

  test('it crosses to other processes → the same', () => {
    const config = read(SMALL)
    expect(structuredClone(config)).toEqual(config)
  })

  test.each(['localhost', '127.0.0.1', '127.1.2.3', '"::1"'])('tls off on %s → taken', (host) => {
    expect(read(`${SMALL}tls: off\nhost: ${host}\n`).tls).toEqual({ kind: 'off' })
  })

  test('tls off behind a proxy → taken', () => {
    expect(read(`${SMALL}tls: 'off'\nhost: 0.0.0.0\nbehindProxy: true\n`).tls).toEqual({ kind: 'off' })
  })
})

describe('rates', () => {
  const rateOf = (line: string, pair: readonly [string, string], incoming: bigint): bigint | undefined => {
    const ratio = findRatio(read(`${SMALL}${line}\n`).rates, ...pair)
    return ratio === undefined ? undefined : convert(amount(incoming), ratio)
  }

  test('in whole units → in base units by the scales, both ways', () => {
    // 1 usd = 0.0004 eth: 100 cents are 400,000 gwei.
    expect(rateOf('rates: {usd/eth: 0.0004}', ['usd', 'eth'], 100n)).toBe(400_000n)
    expect(rateOf('rates: {usd/eth: 0.0004}', ['eth', 'usd'], 400_000n)).toBe(100n)
  })

  test.each([
    ['0.1', 100_000_000n],
    ['"0.100000000000000001"', 100_000_000n],
    ['1e-7', 100n],
    ['0.00000015', 150n],
    ['3', 3_000_000_000n],
    ['"123456789012.5"', 123_456_789_012_500_000_000n],
  ])('%s → exactly that', (rate, outgoing) => {
    expect(rateOf(`rates: {usd/eth: ${rate}}`, ['usd', 'eth'], 100n)).toBe(outgoing)
  })

  test('a fee → taken off where units differ, both ways', () => {
    const lines = 'rates: {usd/eth: 1}\nfeePpm: 10000'
    expect(rateOf(lines, ['usd', 'eth'], 100n)).toBe(990_000_000n)
    expect(rateOf(lines, ['eth', 'usd'], 1_000_000_000n)).toBe(99n)
    expect(rateOf(lines, ['usd', 'usd'], 100n)).toBe(100n)
  })

  test('a unit with itself → where it is given, with the fee', () => {
    expect(rateOf('rates: {usd/usd: 1}\nfeePpm: 10000', ['usd', 'usd'], 100n)).toBe(99n)
  })

  test('none → none', () => {
    expect(rateOf('', ['usd', 'eth'], 100n)).toBeUndefined()
  })
})

describe('urls of private networks', () => {
  const peered = (lines: string, url: string) => (): NodeConfig => read(`${SMALL}    peer: {url: "${url}", token: t}\n${lines}\n`)

  test('on loopback only → may be peers’; otherwise not, unless it is said', () => {
    expect(peered('host: 127.0.0.1', 'http://10.0.0.1/')().allowPrivateAddresses).toBe(true)
    expect(peered('host: 0.0.0.0\nallowPrivateAddresses: true', 'http://10.0.0.1/')().allowPrivateAddresses).toBe(true)
    expect(peered('host: 0.0.0.0', 'http://8.8.8.8/')().allowPrivateAddresses).toBe(false)
    expect(peered('host: 0.0.0.0', 'http://10.0.0.1/')).toThrow(/peer.url: 'http:..10.0.0.1.' is of a private network; write allowPrivateAddresses: true/)
  })

  test('keys for RPC → in place of both tokens', () => {
    const keys = 'rpc: {secret: c2VjcmV0, peerPublicKey: sv7Cg-Ji1tZmIQzz8ZXS4zOpjmDMk7KmVLMlkG-bCDY, currency: USD}'
    const { accounts } = read(`${SMALL.replace('token: alice-secret', 'peer: {url: "http://h/", protocol: json-rpc}')}    ${keys}\n`)
    const [alice] = accounts
    expect(alice).toMatchObject({ account: { deduplicates: true, callsBack: true }, rpc: { prefix: expect.stringMatching(/^peer\..{5}\.usd\.2\.$/) } })
    expect(alice?.token).toMatch(/^.{43}$/)
    expect(alice?.peer?.token).toBe(alice?.token)
    expect(error(`${SMALL.replace('    token: alice-secret\n', '')}`)).toContain('accounts.0.token: is missing')
  })

  test('a peer that calls back → deduplicates, and its replies may come to any thread', () => {
    const { accounts } = read(`${SMALL}    peer: {url: "http://h/", token: t, protocol: ilp-over-http-async}\n`)
    expect(accounts[0]).toMatchObject({ account: { deduplicates: true, callsBack: true }, peer: { protocol: 'ilp-over-http-async' } })
  })
})

describe('a wrong value → says so, and where', () => {
  test.each([
    ['addres: test', /^hub.yaml:10: addres: unknown key; did you mean 'address'\? allowed: address, publicUrl, dataDir, .*…/],
    ['redis: localhost:6379', "hub.yaml:10: redis: 'localhost:6379' is neither embedded nor the url of a Redis; write embedded, or redis://host:port"],
    ['redis: http://u:p@h', "hub.yaml:10: redis: 'http://…@h' is neither embedded nor the url of a Redis; write embedded, or redis://host:port"],
    ['redis: [a, b]', 'hub.yaml:10: redis: a list of cluster nodes is not served yet; write embedded, or the url of one Redis'],
    ['durability: wait', "hub.yaml:10: durability: 'wait' is not served yet; write everysec or always"],
    ['durability: alway', "hub.yaml:10: durability: 'alway' is not known; did you mean 'always'? allowed: everysec, always"],
    ['dealing: request', "hub.yaml:10: dealing: 'request' is not served yet; write connection"],
    ['registration: open', "hub.yaml:10: registration: 'open' is not served yet; write closed"],
    ['allowPrivateAddresses: perhaps', "hub.yaml:10: allowPrivateAddresses: 'perhaps' is neither true nor false"],
    ['pluginPort: 8450', 'hub.yaml:10: pluginPort: is not served yet; remove it: accounts are reached at the farm ports'],
    ['adminToken: two words', /adminToken: has a character that no header can carry/],
    ['history: ./hub.ndjson', 'hub.yaml:10: history: is not served yet; remove it: no record is written'],
    ['host: http://x', "hub.yaml:10: host: 'http://x' is not a host; write a name or an address without a port, such as 127.0.0.1 or 0.0.0.0"],
    ['host: 127.0.0.1:80', "hub.yaml:10: host: '127.0.0.1:80' is not a host; write a name or an address without a port, such as 127.0.0.1 or 0.0.0.0"],
    ['publicUrl: hub.example', "hub.yaml:10: publicUrl: 'hub.example' is not a url; write https://… or http://…"],
    ['publicUrl: ftp://hub.example', "hub.yaml:10: publicUrl: 'ftp://hub.example' is not a url; write https://… or http://…"],
    ['publicUrl: https://h/?a=1', "hub.yaml:10: publicUrl: 'https://h/?a=1' has a ? or # part; leave it out"],
    ['adminPort: 65536', 'hub.yaml:10: adminPort: 65536 is not a port; write a number from 1 to 65535, or 0 for any free one'],
    ['adminPort: 8442', "hub.yaml:4: farms.2: port 8442 is adminPort's too; each has its own, 0 is any free one"],
    ['tls: self', "hub.yaml:10: tls: 'self' is not known; allowed: selfSigned, off, {cert: FILE, key: FILE}"],
    ['tls: {cert: a.pem}', 'hub.yaml:10: tls.key: is missing'],
    ['tls: {cert: a.pem, kee: b.pem}', /tls.kee: unknown key; did you mean 'key'\? allowed: cert, key/],
    [
      'tls: off\nhost: 0.0.0.0',
      'hub.yaml:10: tls: off is for loopback only, and host is 0.0.0.0; write selfSigned, or behindProxy: true where a proxy does TLS',
    ],
    ['tls: {cert: none.pem, key: none.key}', 'hub.yaml:10: tls.cert: none.pem: there is no such file; give the path of a certificate in PEM'],
    ['maxPacketAmount: -1', 'hub.yaml:10: maxPacketAmount: -1 is negative; an amount is 0 or more'],
    ['maxPacketAmount: 9007199254740993', 'hub.yaml:10: maxPacketAmount: 9007199254740992 is above 2^53; write an amount this large in quotes'],
    ['maxPacketAmount: "9223372036854775808"', "hub.yaml:10: maxPacketAmount: '9223372036854775808' is above the largest amount, 2^63 - 1"],
    ['answerRetention: 60', 'hub.yaml:10: answerRetention: 60 is not a duration; write 250ms, 10s, 5m or 1h'],
    ['maxOpen: 0', 'hub.yaml:10: maxOpen: 0 is not a whole number from 1 to 1000000'],
    ['routing: {policy: trusted-rom}', /^hub.yaml:10: routing.policy: 'trusted-rom' is not a policy; did you mean 'trusted-room'\?/],
    ['routing: {failover: 11}', 'hub.yaml:10: routing.failover: 11 is not a whole number from 0 to 10'],
    ['routing: {warming: adaptve}', "hub.yaml:10: routing.warming: 'adaptve' is not known; did you mean 'adaptive'? allowed: exact, share, adaptive"],
    ['routing: {snapshotIntervall: 1s}', /^hub.yaml:10: routing.snapshotIntervall: unknown key; did you mean 'snapshotInterval'\?/],
    ['rates: {usd: 1}', 'hub.yaml:10: rates.usd: is not a pair of ledgers; write it as usd/eth'],
    ['rates: {usd/eht: 1}', "hub.yaml:10: rates.usd/eht: 'eht' is not a ledger; did you mean 'eth'? allowed: usd, eth"],
    ['rates: {usd/eth: 1, eth/usd: 1}', "hub.yaml:10: rates.eth/usd: 'usd/eth' is the same pair; one rate serves both ways"],
    ['rates: {usd/eth: 0}', 'hub.yaml:10: rates.usd/eth: is not above 0'],
    ['rates: {usd/eth: -1}', 'hub.yaml:10: rates.usd/eth: -1 is not a decimal number above 0; write one like 0.0004, or "0.0004"'],
    ['rates: {usd/eth: .inf}', 'hub.yaml:10: rates.usd/eth: Infinity is not a decimal number above 0; write one like 0.0004, or "0.0004"'],
    ['rates: {usd/eth: 0.12345678901234567}', 'hub.yaml:10: rates.usd/eth: 0.12345678901234566 has more digits than a plain number keeps; write it in quotes'],
    ['rates: {usd/usd: 1.01}', 'hub.yaml:10: rates.usd/usd: is above 1: every payment would make money'],
    ['rates: 5', 'hub.yaml:10: rates: is not a map; write unit/unit: rate, such as {usd/eth: 0.0004}'],
    ['feePpm: 1000000', 'hub.yaml:10: feePpm: 1000000 is not a whole number from 0 to 999999'],
  ])('%s', (line, message) => {
    if (typeof message === 'string') expect(withLine(line)).toBe(message)
    else expect(withLine(line)).toMatch(message)
  })

  test.each([
    ['parallelism: 3', 'hub.yaml:10: accounts.0.parallelism: there is no farm of 3; write one of 1, 2, or add that farm'],
    ['relation: freind', "hub.yaml:10: accounts.0.relation: 'freind' is not known; allowed: user, peer, child, parent"],
    ['openingBalance: 1.5', 'hub.yaml:10: accounts.0.openingBalance: 1.5 is not a whole number of base units'],
    ['routes: test.bob', 'hub.yaml:10: accounts.0.routes: is not a list; write [ , ] or a line with - for each'],
    ['routes: [test..bob]', /^hub.yaml:10: accounts.0.routes.0: 'test..bob' is not an ILP address .*; write one like test.hub$/],
    ['mayAnnounce: [""]', /^hub.yaml:10: accounts.0.mayAnnounce.0: '' is not an ILP address/],
    ['rpc: {secret: x, peerPublicKey: y, currency: USD}', 'hub.yaml:10: accounts.0.rpc.peerPublicKey: is not a public key; write 43 characters of base64url'],
    ['peer: {url: "http://h/"}', 'hub.yaml:10: accounts.0.peer.token: is missing'],
    ['peer: {url: "ws://h/", token: t}', "hub.yaml:10: accounts.0.peer.url: 'ws://h/' is not a url; write https://… or http://…"],
    ['peer: {url: "http://a:b@h/", token: t}', 'hub.yaml:10: accounts.0.peer.url: has a user or password in it; the token stands in a key of its own'],
    ['peer: {url: "http://h/", token: t, protocol: json-rpc}', 'hub.yaml:10: accounts.0.peer.protocol: json-rpc needs rpc: {secret, peerPublicKey, currency}'],
    [
      'peer: {url: "http://h/", token: t, protocol: btp}',
      "hub.yaml:10: accounts.0.peer.protocol: 'btp' is not known; allowed: ilp-over-http, ilp-over-http-async, json-rpc",
    ],
    [
      'peer: {url: "http://h/", token: t, ca: hub.yaml}',
      /^hub.yaml:10: accounts.0.peer.ca: hub.yaml: is not a certificate in PEM; it begins with -----BEGIN CERTIFICATE-----$/,
    ],
    ['peer: {url: "http://h/", token: t, limt: 5}', /^hub.yaml:10: accounts.0.peer.limt: unknown key; did you mean 'limit'\?/],
    [
      'creditLimit: "2305843009213693952"',
      /^hub.yaml:6: accounts: opening balances and credit limits in usd come to 2305843009213693952; all of a unit stays below 2\^61/,
    ],
  ])('alice: %s', (key, message) => {
    if (typeof message === 'string') expect(withKey(key)).toBe(message)
    else expect(withKey(key)).toMatch(message)
  })

  test.each([
    ['address: test.hub\n', '', 'hub.yaml:1: address: is missing'],
    ['test.hub', 'test hub', /^hub.yaml:1: address: 'test hub' is not an ILP address/],
    ['test.hub', `test.${'a'.repeat(1015)}`, /^hub.yaml:7: accounts.0.name: an ILP address has at most 1023 characters; give a shorter name$/],
    ['dataDir: data/hub\n', '', 'hub.yaml:1: dataDir: is missing'],
    ['threads: 2', 'threads: 1', 'hub.yaml:4: farms.2: a farm of 2 needs as many threads, there are 1; raise threads, or remove the farm'],
    ['threads: 2', 'threads: 0', 'hub.yaml:3: threads: 0 is not a whole number from 1 to 64'],
    ['{2: 8442, 1: 0}', '{2: 8442, 1: 8442}', "hub.yaml:4: farms.2: port 8442 is farm 1's too; each has its own, 0 is any free one"],
    ['{2: 8442, 1: 0}', '{0: 8442}', 'hub.yaml:4: farms.0: is not a parallelism; write a whole number from 1 to 255'],
    ['{2: 8442, 1: 0}', '{256: 8442}', 'hub.yaml:4: farms.256: is not a parallelism; write a whole number from 1 to 255'],
    ['{2: 8442, 1: 0}', '{1: http}', "hub.yaml:4: farms.1: 'http' is not a port; write a number from 1 to 65535, or 0 for any free one"],
    ['{2: 8442, 1: 0}', '{}', 'hub.yaml:4: farms: there is none; write parallelism: port, such as {1: 8441}'],
    ['{2: 8442, 1: 0}', '8441', 'hub.yaml:4: farms: is not a map; write parallelism: port, such as {1: 8441}'],
    ['farms: {2: 8442, 1: 0}\n', '', 'hub.yaml:1: farms: is missing; write parallelism: port, such as {1: 8441}'],
    ['usd: {scale: 2}', 'usd: {scale: 19}', 'hub.yaml:5: ledgers.usd.scale: 19 is not a whole number from 0 to 18'],
    ['usd: {scale: 2}', 'u/sd: {scale: 2}', 'hub.yaml:5: ledgers.u/sd: is not a name; names are ILP address segments: letters, digits, _ ~ -'],
    ['ledger: usd', 'ledger: usdt', "hub.yaml:8: accounts.0.ledger: 'usdt' is not a ledger; did you mean 'usd'? allowed: usd, eth"],
    ['name: alice', 'name: al.ice', "hub.yaml:7: accounts.0.name: 'al.ice' is not a name; names are ILP address segments: letters, digits, _ ~ -"],
    ['    token: alice-secret\n', '', 'hub.yaml:7: accounts.0.token: is missing'],
    ['alice-secret', '12345', 'hub.yaml:9: accounts.0.token: is not a text; write the token in quotes'],
    ['alice-secret', '""', 'hub.yaml:9: accounts.0.token: is empty; without a token nobody could be told from anybody'],
    ['alice-secret', '"a b"', /^hub.yaml:9: accounts.0.token: has a character that no header can carry, or more than 1024; /],
    [
      '  - name: alice',
      '  - {name: alice, ledger: usd, token: x}\n  - name: alice',
      "hub.yaml:8: accounts.1.name: 'alice' is the name of accounts.0 too; each has its own",
    ],
    ['address: test.hub\n', 'address: test.hub\n  bad', /^hub.yaml:\d: .*is not YAML|^hub.yaml:1: /],
  ])('%s → %s', (from, to, message) => {
    const told = error(SMALL.replace(from, to))
    if (typeof message === 'string') expect(told).toBe(message)
    else expect(told).toMatch(message)
  })

  test('several → all of them, in order of lines', () => {
    const text = SMALL.replace('threads: 2', 'threads: many').replace('token: alice-secret', 'tocken: alice-secret')
    expect(error(`${text}history: x\n`)).toBe(
      [
        "hub.yaml:3: threads: 'many' is not a whole number from 1 to 64",
        "hub.yaml:9: accounts.0.tocken: unknown key; did you mean 'token'? allowed: name, ledger, relation, parallelism, token, openingBalance, creditLimit, routes, mayAnnounce, peer, rpc",
        'hub.yaml:10: history: is not served yet; remove it: no record is written',
      ].join('\n'),
    )
  })

  test('several that only show together → all of them', () => {
    const text = SMALL.replace('threads: 2', 'threads: 1').replace('ledger: usd', 'ledger: eur')
    expect(error(`${text}rates: {usd/eur: 2}\n`).split('\n')).toEqual([
      expect.stringMatching(/^hub.yaml:4: farms.2: /),
      expect.stringMatching(/^hub.yaml:8: accounts.0.ledger: /),
      expect.stringMatching(/^hub.yaml:10: rates.usd\/eur: /),
    ])
  })

  test('a token that is wrong → is not shown', () => {
    expect(error(SMALL.replace('alice-secret', '"sec ret"'))).not.toContain('sec ret')
  })
})

describe('certificates that are named', () => {
  test.each([
    ['an empty one', '', LOCALHOST.key, 'tls.cert: cert.pem: is empty; it should be a certificate in PEM'],
    ['no PEM', 'hello', LOCALHOST.key, 'tls.cert: cert.pem: is not a certificate in PEM; it begins with -----BEGIN CERTIFICATE-----'],
    [
      'the key for the certificate',
      LOCALHOST.key,
      LOCALHOST.key,
      'tls.cert: cert.pem: is not a certificate in PEM; it begins with -----BEGIN CERTIFICATE-----',
    ],
    [
      'the certificate for the key',
      LOCALHOST.cert,
      LOCALHOST.cert,
      'tls.key: key.pem: is not a private key in PEM; it begins with -----BEGIN PRIVATE KEY-----',
    ],
    [
      "another's key",
      LOCALHOST.cert,
      ELSEWHERE.key,
      /^hub.yaml:10: tls.key: key.pem: is not the key of the certificate in cert.pem; give the two that were made together$/,
    ],
    ['a locked key', LOCALHOST.cert, 'LOCKED', /^hub.yaml:10: tls.key: key.pem: is locked with a passphrase; write it without one: /],
  ])('%s → says which, and what is wrong', async (_, cert, key, message) => {
    const { generateKeyPairSync } = await import('node:crypto')
    const locked = () =>
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString()
    if (cert === '') fileOf('cert.pem', '\n')
    else fileOf('cert.pem', cert)
    fileOf('key.pem', key === 'LOCKED' ? locked() : key)
    const told = withLine('tls: {cert: cert.pem, key: key.pem}')
    if (typeof message === 'string') expect(told).toBe(`hub.yaml:10: ${message}`)
    else expect(told).toMatch(message)
  })
})
