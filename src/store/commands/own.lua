-- The first writer of an id owns it, until its retention is over by the clock of this Redis; then it may be owned anew (B4).
-- KEYS   1 coldBalance (whether there is such an account)  2 hotSet entry of the id
-- ARGV   1 thread  2 hash of the prepare's content  3 keepUntil, Unix ms
-- Reply  {'ok', owner, the hash it first came with}; 'missing': no such account
local COLD, ENTRY = unpack(KEYS)
local thread, hash, keepUntil = unpack(ARGV)

if redis.call('EXISTS', COLD) == 0 then return 'missing' end
local entry = redis.call('GET', ENTRY)
if entry then
  local owner, first = string.match(entry, '^(%S+) (.*)$')
  return { 'ok', owner, first }
end
redis.call('SET', ENTRY, thread .. ' ' .. hash, 'PXAT', keepUntil)
return { 'ok', thread, hash }
