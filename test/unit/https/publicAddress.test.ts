import { describe, expect, test } from 'vitest'
import { isPublic, publicLookup, wrongWithUrl } from '../../../src/https/publicAddress.ts'

describe('an address', () => {
  test.each(['8.8.8.8', '100.63.255.255', '172.32.0.1', '192.169.0.1', '2606:4700:4700::1111', '2a00:1450::1'])('%s → public', (address) => {
    expect(isPublic(address)).toBe(true)
  })

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fd00::1',
    'fe80::1',
    'ff02::1',
    'localhost',
    '',
  ])('%s → not', (address) => {
    expect(isPublic(address)).toBe(false)
  })
})

describe('a url that others give', () => {
  test.each(['https://hub.example/accounts/a/ilp?x=1', 'https://8.8.8.8:8443/', 'https://[2606:4700::1]/'])('%s → may be asked', (url) => {
    expect(wrongWithUrl(url, { allowPrivate: false })).toBeUndefined()
  })

  test.each([
    'http://hub.example/',
    'ftp://hub.example/',
    'hub.example',
    '',
    'https://user@hub.example/',
    'https://:secret@hub.example/',
    'https://127.0.0.1/',
    // All of them are 127.0.0.1 to a URL.
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://localhost/',
    'https://localhost./',
    'https://a.localhost:80/',
    'https://169.254.169.254/latest/',
    `https://hub.example/${'x'.repeat(2_048)}`,
  ])('%s → may not', (url) => {
    expect(wrongWithUrl(url, { allowPrivate: false })).toMatch(/./)
  })

  test.each(['http://127.0.0.1:9000/x', 'https://localhost/', 'https://[::1]/'])('%s, where private ones are allowed → may be asked', (url) => {
    expect(wrongWithUrl(url, { allowPrivate: true })).toBeUndefined()
  })

  test('another scheme, where private ones are allowed → may not', () => {
    expect(wrongWithUrl('ws://127.0.0.1/', { allowPrivate: true })).toMatch(/https/)
  })
})

test.each([false, true])('a name whose address is private, all asked for: %s → not found', async (all) => {
  const error = await new Promise((resolve) => publicLookup('localhost', { all }, resolve))
  expect(error).toMatchObject({ code: 'ENOTPUBLIC' })
})
