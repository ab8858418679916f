-- The first writer of an id owns it, until its retention is over by the clock of this Redis; then it may be owned anew (B4).
-- KEYS   1 coldBalance (whether there is such an account)  2 … hotSet entries of ids of this account
-- ARGV   1 thread and term, then for each id: hash of the prepare's content, keepUntil in Unix ms, and the owner whose closed book
--        lacks the id, and whose place is taken if the entry still names it; or nothing
-- Reply  {'ok', then for each id: owner, the hash it first came with}; 'missing': no such account
local COLD, asker = KEYS[1], ARGV[1]

local function own(entry, hash, keepUntil, instead)
  local there = redis.call('GET', entry)
  if not there then
    redis.call('SET', entry, asker .. ' ' .. hash, 'PXAT', keepUntil)
    return asker, hash
  end
  local owner, first = string.match(there, '^(%S+) (.*)$')
  if owner ~= instead then return owner, first end
  redis.call('SET', entry, asker .. ' ' .. first, 'KEEPTTL')
  return asker, first
end

if redis.call('EXISTS', COLD) == 0 then return 'missing' end
local reply = { 'ok' }
for i = 2, #KEYS do
  local n = 2 * (i - 1)
  local arg = 3 * i - 4
  reply[n], reply[n + 1] = own(KEYS[i], ARGV[arg], ARGV[arg + 1], ARGV[arg + 2])
end
return reply
