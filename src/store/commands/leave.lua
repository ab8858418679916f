-- Puts a message into another thread's book. Left twice, it is there once, in its first place.
-- KEYS   1 book  2 left (by message id)
-- ARGV   1 message id  2 the message
-- Reply  'ok'; 'missing': no such book; how often it was closed where it is closed now: nothing was left
local BOOK, LEFT = unpack(KEYS)
local id, message = unpack(ARGV)

local epoch = redis.call('HGET', BOOK, 'epoch')
if not epoch then return 'missing' end
if epoch == '' then return redis.call('HGET', BOOK, 'term') end
-- A hash forgets the order in which it was filled: each message carries its place.
local before = redis.call('HGET', LEFT, id)
local place = before and string.match(before, '^%d+') or redis.call('HINCRBY', BOOK, 'lastLeft', 1)
redis.call('HSET', LEFT, id, place .. ' ' .. message)
return 'ok'
