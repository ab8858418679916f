/** What no single value of a configuration shows: whether they go together, and whether the files are there that it names. */
import { isIPv4 } from 'node:net'
import { parseAddress } from '../../core/values/address.ts'
import { MAX_TOTAL } from '../../core/values/amount.ts'
import type { PathProblem } from '../../files/forms.ts'
import { suggestion, UsageError } from '../../files/usageError.ts'
import { wrongWithUrl } from '../../https/publicAddress.ts'
import { readAuthority, readCertificate } from '../pemFiles.ts'
import type { AccountBody, ConfigBody } from './schema.ts'

type Report = (path: PathProblem['path'], what: string) => void

/** `pathOf` makes the paths absolute that the file gives. */
export function problemsBetween(body: ConfigBody, pathOf: (path: string) => string): PathProblem[] {
  const problems: PathProblem[] = []
  const report: Report = (path, what) => void problems.push({ path, what })
  checkFarms(body, report)
  checkTls(body, { pathOf, report })
  checkRates(body, report)
  checkAccounts(body, { pathOf, report })
  checkTotals(body.accounts, report)
  checkPeerUrls(body, report)
  return problems
}

function checkFarms({ farms, threads, adminPort }: ConfigBody, report: Report): void {
  const taken = new Map<number, string>(adminPort === 0 ? [] : [[adminPort, 'adminPort']])
  for (const [parallelism, port] of Object.entries(farms)) {
    const path = ['farms', parallelism]
    if (Number(parallelism) > threads) report(path, `a farm of ${parallelism} needs as many threads, there are ${threads}; raise threads, or remove the farm`)
    const other = taken.get(port)
    if (other !== undefined) report(path, `port ${port} is ${other}'s too; each has its own, 0 is any free one`)
    if (port !== 0) taken.set(port, `farm ${parallelism}`)
  }
  if (Object.keys(farms).length === 0) report(['farms'], 'there is none; write parallelism: port, such as {1: 8441}')
}

type Around = Pick<ConfigBody, 'address' | 'farms' | 'ledgers'>
type Total = Pick<AccountBody, 'ledger' | 'openingBalance' | 'creditLimit'>

interface AccountChecks {
  readonly pathOf: (path: string) => string
  /** All that there will be of each unit. */
  readonly totals: readonly Total[]
}

/** Of accounts that come while the node runs; their paths begin with `accounts`, as in the file. */
export function problemsWithAccounts(around: Around, accounts: readonly AccountBody[], { pathOf, totals }: AccountChecks): PathProblem[] {
  const problems: PathProblem[] = []
  const report: Report = (path, what) => void problems.push({ path, what })
  checkAccounts({ ...around, accounts }, { pathOf, report })
  checkTotals(totals, report)
  return problems
}

interface Files {
  readonly pathOf: (path: string) => string
  readonly report: Report
}

function checkTls({ tls, host, behindProxy }: ConfigBody, { pathOf, report }: Files): void {
  if (tls.kind === 'off' && !isLoopback(host) && !behindProxy) {
    report(['tls'], `off is for loopback only, and host is ${host}; write selfSigned, or behindProxy: true where a proxy does TLS`)
  }
  if (tls.kind === 'files') {
    const files = { cert: pathOf(tls.cert), key: pathOf(tls.key) }
    tryOut(
      () => readCertificate(files),
      (file, what) => report(['tls', file === files.cert ? 'cert' : 'key'], what),
    )
  }
}

/** Tells `refused` each problem that it throws, as a sentence. */
function tryOut(read: () => unknown, refused: (file: string, what: string) => void): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    for (const { file = '', what, todo } of error.problems) refused(file, `${file}: ${what}${todo === undefined ? '' : `; ${todo}`}`)
  }
}

/** Where to listen: reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

function checkRates({ rates, ledgers }: ConfigBody, report: Report): void {
  const pairs = new Map<string, string>()
  for (const [pair, rate] of Object.entries(rates)) {
    const path = ['rates', pair]
    const [incoming = '', outgoing, ...more] = pair.split('/')
    if (outgoing === undefined || more.length > 0) {
      report(path, `is not a pair of ledgers; write it as usd/eth`)
      continue
    }
    for (const unit of new Set([incoming, outgoing])) {
      if (!Object.hasOwn(ledgers, unit)) report(path, `'${unit}' is not a ledger; ${suggestion(unit, Object.keys(ledgers))}`)
    }
    const other = pairs.get([incoming, outgoing].sort().join('/'))
    if (other !== undefined) report(path, `'${other}' is the same pair; one rate serves both ways`)
    pairs.set([incoming, outgoing].sort().join('/'), pair)
    if (incoming === outgoing && Number(rate) > 1) report(path, `is above 1: every payment would make money`)
  }
}

function checkAccounts({ accounts, farms, ledgers, address: own }: Around & { readonly accounts: readonly AccountBody[] }, { pathOf, report }: Files): void {
  const names = new Map<string, number>()
  for (const [i, { name, ledger, parallelism, peer, token, rpc }] of accounts.entries()) {
    const path = ['accounts', i]
    if (rpc === undefined && token === undefined) report([...path, 'token'], 'is missing')
    if (rpc === undefined && peer !== undefined && peer.token === undefined) report([...path, 'peer', 'token'], 'is missing')
    if (rpc === undefined && peer?.protocol === 'json-rpc') report([...path, 'peer', 'protocol'], 'json-rpc needs rpc: {secret, peerPublicKey, currency}')
    const first = names.get(name)
    if (first !== undefined) report([...path, 'name'], `'${name}' is the name of accounts.${first} too; each has its own`)
    names.set(name, first ?? i)
    const parsed = parseAddress(`${own}.${name}`)
    if (typeof parsed !== 'string') report([...path, 'name'], `${parsed.invalid}; give a shorter name`)
    if (!Object.hasOwn(ledgers, ledger)) report([...path, 'ledger'], `'${ledger}' is not a ledger; ${suggestion(ledger, Object.keys(ledgers))}`)
    if (parallelism !== undefined && !Object.hasOwn(farms, parallelism)) {
      report([...path, 'parallelism'], `there is no farm of ${parallelism}; write one of ${Object.keys(farms).join(', ')}, or add that farm`)
    }
    if (peer?.ca !== undefined) {
      const file = pathOf(peer.ca)
      tryOut(
        () => readAuthority(file),
        (_, what) => report([...path, 'peer', 'ca'], what),
      )
    }
  }
}

/** What a host's name leads to is judged when it is looked up. */
function checkPeerUrls({ accounts, host, allowPrivateAddresses = isLoopback(host) }: ConfigBody, report: Report): void {
  if (allowPrivateAddresses) return
  for (const [i, { peer }] of accounts.entries()) {
    if (peer === undefined) continue
    const wrong = wrongWithUrl(peer.url.replace(/^http:/, 'https:'), { allowPrivate: false })
    if (wrong !== undefined) report(['accounts', i, 'peer', 'url'], `'${peer.url}' ${wrong}; write allowPrivateAddresses: true where it is meant so`)
  }
}

/** R6 */
function checkTotals(accounts: readonly Total[], report: Report): void {
  const totals = new Map<string, bigint>()
  for (const { ledger, openingBalance, creditLimit } of accounts) totals.set(ledger, (totals.get(ledger) ?? 0n) + openingBalance + creditLimit)
  for (const [ledger, total] of totals) {
    if (total < MAX_TOTAL) continue
    report(['accounts'], `opening balances and credit limits in ${ledger} come to ${total}; all of a unit stays below 2^61 = ${MAX_TOTAL} (R6)`)
  }
}
