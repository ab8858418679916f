import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { givenAccount } from '../../../../src/node/accounts/given.ts'
import { forgetRemoved, keepAdded, keepRemoved, readKeptAccounts, withKeptAccounts, writeKeptAccounts } from '../../../../src/node/accounts/keptAccounts.ts'
import { readConfig } from '../../../../src/node/config/config.ts'
import { fileOf } from '../../../fixtures/files.ts'

const folder = mkdtempSync(join(tmpdir(), 'ilp-kept-'))
afterAll(() => rmSync(folder, { recursive: true }))

const config = readConfig(
  fileOf(
    'kept.yaml',
    `address: test.hub
dataDir: ${folder}
farms: {1: 0}
ledgers: {usd: {scale: 2}}
accounts:
  - {name: alice, ledger: usd, token: a}
`,
  ),
)
const NONE = { added: [], removed: [] }
const [alice] = config.accounts
const namesOf = (kept: typeof NONE | ReturnType<typeof keepAdded>, given = config) => withKeptAccounts(given, kept).accounts.map(({ account }) => account.name)

test('added, written and read → the same account; its secrets are not in the file', () => {
  const peer = { url: 'http://127.0.0.1:9000/', token: 'hub-secret' }
  const zoe = givenAccount({ name: 'zoe', ledger: 'usd', token: 'zoe-secret', openingBalance: '5', creditLimit: '10', peer }, config)
  writeKeptAccounts(folder, keepAdded(NONE, zoe.body))
  const text = readFileSync(join(folder, 'accounts.json'), 'utf8')
  expect(text).not.toMatch(/zoe-secret|hub-secret/)
  const read = withKeptAccounts(config, readKeptAccounts(folder)).accounts[1]
  // It was credited when it was added.
  expect(read).toEqual({ ...zoe.config, openingBalance: 0n })
})

test('under another key → says what to restore', () => {
  writeFileSync(join(folder, 'seal.key'), `${Buffer.alloc(32, 7).toString('base64url')}\n`)
  expect(() => readKeptAccounts(folder)).toThrow(/accounts\.json: holds a token that was sealed under another key; restore seal\.key/)
  writeFileSync(join(folder, 'seal.key'), 'short')
  expect(() => readKeptAccounts(folder)).toThrow(/seal\.key: is not a key; restore it from a backup/)
})

test('damaged → says so', () => {
  writeFileSync(join(folder, 'accounts.json'), '{"added": 5}')
  chmodSync(join(folder, 'accounts.json'), 0o600)
  expect(() => readKeptAccounts(folder)).toThrow(/accounts\.json: is damaged/)
})

test('one of the file is removed → gone, until the file has not named it for once', () => {
  if (alice === undefined) throw new Error('there is no alice')
  const removed = keepRemoved(NONE, alice.account, config)
  expect(namesOf(removed)).toEqual([])
  expect(forgetRemoved(removed, config)).toEqual(removed)
  expect(forgetRemoved(removed, { ...config, accounts: [] })).toEqual(NONE)
})

test('one that was added is in the file later → the file counts; removed → forgotten', () => {
  const other = givenAccount({ name: 'alice', ledger: 'usd', token: 'other' }, { ...config, accounts: [] })
  const kept = keepAdded(NONE, other.body)
  expect(withKeptAccounts(config, kept).accounts).toEqual(config.accounts)
  expect(keepRemoved(kept, other.config.account, { ...config, accounts: [] })).toEqual(NONE)
})

test('one whose ledger is gone from the configuration → says so', () => {
  const zoe = givenAccount({ name: 'zoe', ledger: 'usd', token: 'x' }, config)
  const without = { ...config, accounts: [], ledgers: new Map() }
  expect(() => withKeptAccounts(without, keepAdded(NONE, zoe.body))).toThrow(/accounts\.json, zoe: ledger: 'usd' is not a ledger/)
})

test('credit limits that come to 2^61 with what is there → refused (R6)', () => {
  expect(() => givenAccount({ name: 'zoe', ledger: 'usd', creditLimit: String(2n ** 61n) }, config)).toThrow(/all of a unit stays below 2\^61/)
})
