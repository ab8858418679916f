-- Moves cold into what a thread was granted: what it wants beyond the grants that it has not seen yet, as far as cold and
-- credit limit reach (B6). Sent twice, it grants once. What was taken beyond what is granted here was granted before this
-- shard lost it (a failover): cold pays the difference, and may fall below its limit.
-- KEYS   1 coldBalance  2 creditLimit  3 granted (by thread)  4 scratch
-- ARGV   1 thread  2 taken: all that its book took so far, base units  3 wanted beyond that, base units
-- Reply  {'ok', granted in all, granted by this call, cold before that} in base units
--        'full': granted is near 2^62 (R6); 'missing': no such account
--        an error where cold or granted goes beyond int64: nothing was done
local COLD, LIMIT, GRANTED, SCRATCH = unpack(KEYS)
local thread, taken, wanted = unpack(ARGV)
local MAX_RUNNING_TOTAL = '4611686018427387904'
local BEYOND = 'ERR a balance goes beyond int64'

local cold = redis.call('GET', COLD)
if not cold then return 'missing' end
local limit = redis.call('GET', LIMIT)
local known = redis.call('HGET', GRANTED, thread) or '0'
local before = isAbove(taken, known) and taken or known
if isAbove(before, MAX_RUNNING_TOTAL) then return 'full' end

local lost = excess(SCRATCH, taken, known)
cold = sum(SCRATCH, cold, negated(lost))
if not cold then return redis.error_reply(BEYOND) end
local unseen = excess(SCRATCH, before, taken)
local there = sum(SCRATCH, cold, limit) or MAX_INT64
if isNegative(there) then there = '0' end
local grant = least(excess(SCRATCH, wanted, unseen), there)
local granted = sum(SCRATCH, before, grant)
if not granted then return redis.error_reply(BEYOND) end
if granted == known then return { 'ok', known, '0', cold } end

-- The first write; all sums were made, and fit: cold does not fall below -limit but for what was lost.
redis.call('HSET', GRANTED, thread, granted)
if lost ~= '0' then redis.call('INCRBY', COLD, negated(lost)) end
if grant ~= '0' then redis.call('INCRBY', COLD, negated(grant)) end
return { 'ok', granted, grant, cold }
