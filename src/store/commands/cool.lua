-- Moves into cold what a thread gave back beyond what the shard has seen of it (B7). Sent twice, it counts once.
-- KEYS   1 coldBalance  2 returned (by thread)  3 scratch
-- ARGV   1 thread  2 given: all that its book gave so far, base units
-- Reply  {'ok', returned in all, cold after} in base units
--        'full': returned is near 2^62 (R6); 'missing': no such account
--        Redis's own error where cold goes beyond int64: nothing was done
local COLD, RETURNED, SCRATCH = unpack(KEYS)
local thread, given = unpack(ARGV)
local MAX_RUNNING_TOTAL = '4611686018427387904'

local cold = redis.call('GET', COLD)
if not cold then return 'missing' end
local before = redis.call('HGET', RETURNED, thread) or '0'
if isAbove(before, MAX_RUNNING_TOTAL) then return 'full' end
if not isAbove(given, before) then return { 'ok', before, cold } end

local back = excess(SCRATCH, given, before)
-- The first write, and the only one that can fail.
redis.call('INCRBY', COLD, back)
redis.call('HSET', RETURNED, thread, given)
return { 'ok', given, redis.call('GET', COLD) }
