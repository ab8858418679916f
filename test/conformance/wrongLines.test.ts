/** A wrong line in any of the Lua files → the conformance property fails. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadScripts, readCommand, type Scripts } from '../../src/store/scripts.ts'
import { edgeExamples } from '../arbitraries/storeStep.ts'
import { conformance } from './conformance.ts'
import { startRedis, type TestRedis } from './redis.ts'

const MOST_SEQUENCES = 250

/** What stands once in the file, and what stands there instead. */
const WRONG: Readonly<Record<string, readonly (readonly [line: string, wrong: string])[]>> = {
  'decimal.lua': [
    ["if a == '0' then return a end", ''],
    ['if #a ~= #b then return #a > #b end', ''],
    ['return a > b', 'return tonumber(a) > tonumber(b)'],
    ["local result = redis.call('GETDEL', scratch)", "local result = string.format('%.0f', made); redis.call('DEL', scratch)"],
  ],
  'claim.lua': [
    ["redis.call('HSET', KEYS[1], 'epoch', ARGV[1], ", "redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1]); redis.call('HSET', KEYS[1], "],
    ["'claimedAt', redis.call('HGET', KEYS[1], 'seq')", "'claimedAt', '0'"],
    ["redis.call('HSETNX', KEYS[1], 'seq', '0')", "redis.call('HSET', KEYS[1], 'seq', '0')"],
    ["if isNew and ARGV[2] ~= 'open' then return 'missing' end", ''],
    ["if isNew and ARGV[2] ~= 'open' then", "if ARGV[2] ~= 'open' then"],
    ["local isNew = redis.call('HEXISTS', KEYS[1], 'seq') == 0", "local isNew = redis.call('HEXISTS', KEYS[1], 'lastLeft') == 0"],
    ["{ isNew and 'new' or 'old',", "{ 'old',"],
  ],
  'close.lua': [
    ["if book[1] ~= epoch then return 'fenced' end", ''],
    ["redis.call('HINCRBY', BOOK, 'term', 1)", ''],
    ["'epoch', '', 'closedBy', epoch", "'epoch', epoch, 'closedBy', epoch"],
  ],
  'commit.lua': [
    ["return 'fenced'", "return 'ok'"],
    ['tonumber(seq) <= tonumber(last)', 'tonumber(seq) < tonumber(last)'],
    ['tonumber(seq) > tonumber(last) + 1', 'tonumber(seq) > tonumber(last) + 2'],
    ['  last = seq\n', ''],
    ["if lines[7] == '' or lines[10] ~= '' then return nil end", ''],
    ["redis.call('HINCRBY', sums[j], sums[j + 1], negated(sums[j + 2]))", ''],
    ['if written ~= last then writeSeq(last) end', ''],
    ['elseif lines[3] ~= lines[6] or lines[2] ~= lines[5] then', 'elseif lines[3] ~= lines[6] and lines[2] ~= lines[5] then'],
    ['  for line = 4, 7 do', '  for line = 4, 6 do'],
    ['add(POSITION, lines[3], lines[2])', 'add(POSITION, lines[6], lines[2])'],
    ["if tombstone == '' then", 'if false then'],
    ['if text == nil then text = redis', 'if not text then text = redis'],
    ['if text == nil then text = kept[payment] end', ''],
    ['for payment, text in pairs(stored) do kept[payment] = text end', 'kept = stored'],
    ["if ARGV[i + 2] ~= '' then", "if ARGV[i + 2] == 'hot' then"],
    ['add(ENTERED, ARGV[i + 4], ARGV[i + 3])', 'add(POSITION, ARGV[i + 4], ARGV[i + 3])'],
    ['if isRefused(reply) then break end', ''],
  ],
  'cool.lua': [
    ["if isAbove(before, MAX_RUNNING_TOTAL) then return 'full' end", "if isAbove(before, '4611686018427387905') then return 'full' end"],
    ["redis.call('INCRBY', COLD, back)", "redis.call('INCRBY', COLD, given)"],
    ["if not isAbove(given, before) then return { 'ok', before, cold } end", "if not isAbove(given, before) then return { 'ok', given, cold } end"],
  ],
  'leave.lua': [
    ["before and string.match(before, '^%d+') or redis.call('HINCRBY', BOOK, 'lastLeft', 1)", "redis.call('HINCRBY', BOOK, 'lastLeft', 1)"],
    ["redis.call('HSET', LEFT, id, place", "redis.call('HSETNX', LEFT, id, place"],
  ],
  'own.lua': [
    ["string.match(there, '^(%S+) (.*)$')", "string.match(there, '^%S+'), hash"],
    ["'PXAT', keepUntil", "'PX', keepUntil"],
    ['if owner ~= instead then return owner, first end', 'return owner, first'],
    ['if not there then', 'if not there or string.sub(there, 1, #asker) ~= asker then'],
  ],
  'warm.lua': [
    ['local unseen = excess(SCRATCH, before, taken)', "local unseen = '0'"],
    ['local there = sum(SCRATCH, cold, limit) or MAX_INT64', 'local there = cold'],
    ["if isNegative(there) then there = '0' end", "if isNegative(there) then there = '1' end"],
    ["if lost ~= '0' then redis.call('INCRBY', COLD, negated(lost)) end", ''],
    ['or MAX_INT64', 'or cold'],
    ["if isAbove(before, MAX_RUNNING_TOTAL) then return 'full' end", "if isAbove(before, '4611686018427387903') then return 'full' end"],
  ],
}

let server: TestRedis
let redis: Redis

beforeAll(async () => {
  server = await startRedis()
  redis = await server.connect()
})

afterAll(() => server.stop())

function withWrong(file: string, line: string, wrong: string): Scripts {
  return loadScripts((name) => {
    const text = readCommand(name)
    if (name !== file) return text
    expect(text.split(line), `${file} has this once: ${line}`).toHaveLength(2)
    return text.replace(line, () => wrong)
  })
}

describe('a wrong line', () => {
  test('every Lua file has some', () => {
    const folder = fileURLToPath(new URL('../../src/store/commands/', import.meta.url))
    expect(Object.keys(WRONG).sort()).toEqual(readdirSync(folder).sort())
  })

  const all = Object.entries(WRONG).flatMap(([file, lines]) => lines.map(([line, wrong]) => ({ file, line, wrong })))
  test.for(all)('$file: $line → $wrong', async ({ file, line, wrong }) => {
    const property = conformance(redis, withWrong(file, line, wrong))
    const { errorInstance } = await fc.check(property, { seed: 1, numRuns: MOST_SEQUENCES, endOnFailure: true, examples: edgeExamples })
    // Or Redis holds what is no amount any more.
    expect(String(errorInstance)).toMatch(/Redis says .*, the simulated store|negative amount/s)
  })
})
