-- Moves cold into what a thread was granted: what it wants beyond the grants that it has not seen yet, as far as cold and
-- credit limit reach (B6). Sent twice, it grants once.
-- KEYS   1 coldBalance  2 creditLimit  3 granted (by thread)  4 scratch
-- ARGV   1 thread  2 taken: all that its book took so far, base units  3 wanted beyond that, base units
-- Reply  {'ok', granted in all, granted by this call, cold before} in base units
--        'full': granted is near 2^62 (R6); 'missing': no such account
--        Redis's own error where granted goes beyond int64: nothing was done
local COLD, LIMIT, GRANTED, SCRATCH = unpack(KEYS)
local thread, taken, wanted = unpack(ARGV)
local MAX_RUNNING_TOTAL = '4611686018427387904'

local cold = redis.call('GET', COLD)
if not cold then return 'missing' end
local limit = redis.call('GET', LIMIT)
local before = redis.call('HGET', GRANTED, thread) or '0'
if isAbove(before, MAX_RUNNING_TOTAL) then return 'full' end

local unseen = excess(SCRATCH, before, taken)
local there = sum(SCRATCH, cold, limit) or MAX_INT64
if isNegative(there) then there = '0' end
local grant = least(excess(SCRATCH, wanted, unseen), there)
if grant == '0' then return { 'ok', before, '0', cold } end

-- The first write, and the only one that can fail: cold cannot fall below -limit.
redis.call('HINCRBY', GRANTED, thread, grant)
redis.call('INCRBY', COLD, negated(grant))
return { 'ok', redis.call('HGET', GRANTED, thread), grant, cold }
