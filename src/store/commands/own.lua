-- The first writer of an id owns it, until its retention is over by the clock of this Redis; then it may be owned anew (B4).
-- KEYS   1 coldBalance (whether there is such an account)  2 … hotSet entries of ids of this account
-- ARGV   1 thread, then for each id: hash of the prepare's content, keepUntil in Unix ms
-- Reply  {'ok', then for each id: owner, the hash it first came with}; 'missing': no such account
local COLD, thread = KEYS[1], ARGV[1]

local function own(entry, hash, keepUntil)
  local there = redis.call('GET', entry)
  if there then return string.match(there, '^(%S+) (.*)$') end
  redis.call('SET', entry, thread .. ' ' .. hash, 'PXAT', keepUntil)
  return thread, hash
end

if redis.call('EXISTS', COLD) == 0 then return 'missing' end
local reply = { 'ok' }
for i = 2, #KEYS do
  local n = 2 * (i - 1)
  reply[n], reply[n + 1] = own(KEYS[i], ARGV[n], ARGV[n + 1])
end
return reply
