-- Takes over a book, or opens it, and returns all of it: whoever wrote it under another epoch is fenced from now on (B3).
-- KEYS   1 book  2 hotBalance  3 taken  4 given  5 underWay  6 payments  7 position  8 tallies
-- ARGV   1 epoch
-- Reply  {seq, hotBalance, taken, given, underWay, payments, position, tallies}: each a list of field, value, …
redis.call('HSETNX', KEYS[1], 'seq', '0')
redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
local contents = { redis.call('HGET', KEYS[1], 'seq') }
for i = 2, 8 do contents[i] = redis.call('HGETALL', KEYS[i]) end
return contents
