-- Takes over a book, or opens it, and returns all of it: whoever wrote it under another epoch is fenced from now on (B3), and
-- so is whatever this epoch calls a commit and another has made (claimedAt).
-- KEYS   1 book  2 hotBalance  3 taken  4 given  5 underWay  6 payments  7 position  8 entered  9 tallies
-- ARGV   1 epoch  2 'open': it may be opened, where nobody ever had it; anything else: it may not
-- Reply  {'new' or 'old', seq, hotBalance, taken, given, underWay, payments, position, entered, tallies, term}: the eight before
--        the last each a list of field, value, …; term: how often the book was closed before
--        'missing': no such book, and it may not be opened; nothing was done
local isNew = redis.call('HEXISTS', KEYS[1], 'seq') == 0
if isNew and ARGV[2] ~= 'open' then return 'missing' end
redis.call('HSETNX', KEYS[1], 'seq', '0')
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'claimedAt', redis.call('HGET', KEYS[1], 'seq'))
end
local contents = { isNew and 'new' or 'old', redis.call('HGET', KEYS[1], 'seq') }
for i = 2, 9 do contents[i + 1] = redis.call('HGETALL', KEYS[i]) end
contents[11] = redis.call('HGET', KEYS[1], 'term') or '0'
return contents
