-- Puts a message into another thread's book. Left twice, it is there once, in its first place. A reply (B8) is taken only
-- while its attempt is under way, from its receiver, and a fulfillment only of its condition and in time; the first stays.
-- KEYS   1 book  2 left (by message id)  3 payments
-- ARGV   1 message id  2 the message  3 of a reply: its payment, otherwise nothing  4 attempt  5 who replied  6 of a fulfillment:
--        the condition that it fulfills, otherwise nothing  7 the earliest expiry for which it is in time, Unix ms
-- Reply  'ok'; 'late': it is no reply that may still count; how often the book was closed, where it is closed now; 'missing': no
--        such book. But for ok nothing was done.
local BOOK, LEFT, PAYMENTS = unpack(KEYS)
local id, message, payment, attempt, from, condition, earliestExpiry = unpack(ARGV)

-- The lines of a stored payment: see src/store/payments.ts.
local function mayCount()
  local text = redis.call('HGET', PAYMENTS, payment)
  if not text then return false end
  local lines = { string.match(text, '^' .. string.rep('([^\n]*)\n', 9) .. '([^\n]*)$') }
  if lines[7] == '' or lines[10] ~= '' or lines[4] ~= from then return false end
  local present = cjson.decode(lines[7])
  if present[3] ~= tonumber(attempt) then return false end
  return condition == '' or cjson.decode(lines[8])[2] == condition and present[2] >= tonumber(earliestExpiry)
end

local epoch = redis.call('HGET', BOOK, 'epoch')
if not epoch then return 'missing' end
if epoch == '' then return redis.call('HGET', BOOK, 'term') end
-- A hash forgets the order in which it was filled: each message carries its place.
local before = redis.call('HGET', LEFT, id)
if payment ~= '' then
  if not mayCount() then return 'late' end
  if before then return 'ok' end
end
local place = before and string.match(before, '^%d+') or redis.call('HINCRBY', BOOK, 'lastLeft', 1)
redis.call('HSET', LEFT, id, place .. ' ' .. message)
return 'ok'
