-- Closes the book of a thread that has left: it takes no commit any more, until it is claimed again (B11).
-- KEYS   1 book  2 left
-- ARGV   1 epoch
-- Reply  'ok': also where this epoch closed it before; 'left': there are messages to be read first; 'fenced': another has claimed
--        or closed it; 'missing': no such book
local BOOK, LEFT = unpack(KEYS)
local epoch = ARGV[1]

local book = redis.call('HMGET', BOOK, 'epoch', 'closedBy')
if not book[1] then return 'missing' end
if book[1] == '' and book[2] == epoch then return 'ok' end
if book[1] ~= epoch then return 'fenced' end
if redis.call('EXISTS', LEFT) == 1 then return 'left' end
-- No thread has an empty epoch.
redis.call('HSET', BOOK, 'epoch', '', 'closedBy', epoch)
redis.call('HINCRBY', BOOK, 'term', 1)
return 'ok'
