-- Applies commits of one thread to its own book, in order, each only where its number is the next one (B2).
-- KEYS   1 book  2 hotBalance  3 taken  4 given  5 underWay (these by account)  6 payments  7 position and
--        8 entered (by unit)  9 tallies  10 left
-- ARGV   1 epoch  2 one text, of words each closed by a unit separator; for each commit: seq, number of words that follow, its
--        changes as src/store/changes.ts writes them (amounts in base units). Below, ARGV are these words: as arguments each
--        would cost the sender and Redis more than all the rest of it.
-- Reply  for each commit 'ok', 'already', 'fenced', or 'gap ' and the last number that the book has; 'converted' instead of the
--        first two where refunds and reroutes met a left fulfillment and credited, then a line for each: payment, space, what
--        is told; or, as the last one, 'refused: ' and why: nothing was done of this commit and those after it
--        'missing': no such book
-- Each commit is planned before its first write. Redis then makes the sums in place; should one not fit, those made are
-- taken back and nothing else is written. What is only replaced (payments, the last number) or counted (tallies) is written
-- once for all commits of the call, at the end: half of what Redis would otherwise have to do.
local EPOCH = ARGV[1]

local function wordsOf(text)
  local words, n = {}, 0
  for word in string.gmatch(text, '([^\31]*)\31') do
    n = n + 1
    words[n] = word
  end
  return words
end

local ARGV = wordsOf(ARGV[2])
local BOOK, HOT, TAKEN, GIVEN, UNDER_WAY, PAYMENTS, POSITION, ENTERED, TALLIES, LEFT = unpack(KEYS)

-- The plan of the commit at hand. sums: key, field, amount, …; stored: payment → text, or false for none;
-- counted: account and route, outcome, amount, …; consumed: ids of messages; converted: payment, space, what is told.
local sums, stored, counted, consumed, converted
-- Of the commits that are applied, what is still to be written: payment → text, or false for none; field of TALLIES → how
-- often, how much, and the field of that.
local kept, tallied = {}, {}

local function add(key, field, amount)
  local n = #sums
  sums[n + 1], sums[n + 2], sums[n + 3] = key, field, amount
end

local function count(way, outcome, amount)
  if way == '' then return end
  local n = #counted
  counted[n + 1], counted[n + 2], counted[n + 3] = way, outcome, amount
end

-- A stored payment: ten lines, see src/store/payments.ts.
local LINES = '^' .. string.rep('([^\n]*)\n', 9) .. '([^\n]*)$'

-- As it is by now; false or nothing where it is not there.
local function textOf(payment)
  local text = stored[payment]
  if text == nil then text = kept[payment] end
  if text == nil then text = redis.call('HGET', PAYMENTS, payment) end
  return text
end

-- Its lines, while it is under way; nothing otherwise.
local function underWay(payment)
  local text = textOf(payment)
  if not text then return nil end
  local lines = { string.match(text, LINES) }
  if lines[7] == '' or lines[10] ~= '' then return nil end
  return lines
end

local function notUnderWay(payment)
  return 'payment ' .. payment .. ' is not under way'
end

local function noteUnresolved(lines, unresolved)
  if unresolved == '' then return end
  if lines[9] == '' then lines[9] = unresolved else lines[9] = lines[9] .. ',' .. unresolved end
end

local function settle(payment, lines, tombstone)
  add(UNDER_WAY, lines[4], negated(lines[5]))
  -- Nobody can ask for it again: it is struck out.
  if tombstone == '' then
    stored[payment] = false
    return
  end
  lines[10] = tombstone
  stored[payment] = table.concat(lines, '\n')
end

local function pocketOf(word)
  if word == 'hot' then return HOT end
  return GIVEN
end

local function credit(lines, pocket, refunds)
  add(pocketOf(pocket), lines[4], lines[5])
  -- Settled after its own expiry: the sender has its money back, and position pays (B8).
  if refunds ~= '' then
    add(pocketOf(refunds), lines[1], lines[2])
    add(POSITION, lines[6], negated(lines[5]))
  -- The same amount in the same unit in and out moves nothing.
  elseif lines[3] ~= lines[6] or lines[2] ~= lines[5] then
    add(POSITION, lines[3], lines[2])
    add(POSITION, lines[6], negated(lines[5]))
  end
end

-- B8: where a fulfillment of the attempt that a refund or a reroute ends was left, its receiver is credited instead, as the
-- six arguments at i say. Of a refund, tombstone and pocket are its own: they stand where it is late.
local function convert(payment, lines, i, tombstone, pocket)
  if ARGV[i] == '' then return false end
  local id = 'fulfilled.' .. payment .. '.' .. string.format('%.0f', cjson.decode(lines[7])[3])
  local left = redis.call('HGET', LEFT, id)
  if not left then return false end
  consumed[#consumed + 1] = id
  local refunds = ''
  if ARGV[i + 4] == 'late' and tombstone then
    refunds = pocket
  else
    tombstone = '[' .. ARGV[i + 5] .. ',' .. string.match(left, '(%["fulfill",.*%])%]$') .. ']'
  end
  settle(payment, lines, string.sub(tombstone, 1, -2) .. ',"converted"]')
  credit(lines, ARGV[i], refunds)
  count(ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
  converted[#converted + 1] = payment .. ' ' .. string.match(tombstone, '^%[[^,]*,(.*)%]$')
  return true
end

-- How many arguments follow each word.
local SIZE = { take = 2, give = 2, charge = 2, reroute = 15, credit = 7, refund = 13, reject = 2, unconditional = 6, consumed = 1, dropped = 1 }

-- Each plans one change, whose arguments begin at i; or returns why not.
local plan = {}

plan.take = function(i)
  add(HOT, ARGV[i], ARGV[i + 1])
  add(TAKEN, ARGV[i], ARGV[i + 1])
end

plan.give = function(i)
  add(HOT, ARGV[i], negated(ARGV[i + 1]))
  add(GIVEN, ARGV[i], ARGV[i + 1])
end

plan.charge = function(i)
  local text = ARGV[i + 1]
  local sender, incomingAmount, _, receiver, outgoingAmount = string.match(text, LINES)
  add(HOT, sender, negated(incomingAmount))
  add(UNDER_WAY, receiver, outgoingAmount)
  stored[ARGV[i]] = text
end

plan.reroute = function(i)
  local payment = ARGV[i]
  local lines = underWay(payment)
  if not lines then return notUnderWay(payment) end
  if convert(payment, lines, i + 9) then return end
  add(UNDER_WAY, lines[4], negated(lines[5]))
  for line = 4, 7 do lines[line] = ARGV[i + line - 3] end
  add(UNDER_WAY, lines[4], lines[5])
  count(ARGV[i + 5], ARGV[i + 6], ARGV[i + 7])
  noteUnresolved(lines, ARGV[i + 8])
  stored[payment] = table.concat(lines, '\n')
end

plan.credit = function(i)
  local payment = ARGV[i]
  local lines = underWay(payment)
  if not lines then return notUnderWay(payment) end
  settle(payment, lines, ARGV[i + 2])
  credit(lines, ARGV[i + 1], ARGV[i + 6])
  count(ARGV[i + 3], ARGV[i + 4], ARGV[i + 5])
end

plan.refund = function(i)
  local payment = ARGV[i]
  local lines = underWay(payment)
  if not lines then return notUnderWay(payment) end
  if convert(payment, lines, i + 7, ARGV[i + 2], ARGV[i + 1]) then return end
  noteUnresolved(lines, ARGV[i + 6])
  settle(payment, lines, ARGV[i + 2])
  add(pocketOf(ARGV[i + 1]), lines[1], lines[2])
  count(ARGV[i + 3], ARGV[i + 4], ARGV[i + 5])
end

plan.reject = function(i)
  stored[ARGV[i]] = ARGV[i + 1]
end

plan.unconditional = function(i)
  if ARGV[i + 2] ~= '' then
    add(pocketOf(ARGV[i + 2]), ARGV[i + 1], ARGV[i + 3])
    add(ENTERED, ARGV[i + 4], ARGV[i + 3])
  end
  stored[ARGV[i]] = ARGV[i + 5]
end

plan.consumed = function(i)
  consumed[#consumed + 1] = ARGV[i]
end

plan.dropped = function(i)
  stored[ARGV[i]] = false
end

local function begin()
  sums, stored, counted, consumed, converted = {}, {}, {}, {}, {}
end

local function planned(first, last)
  begin()
  local i = first
  while i <= last do
    local change = plan[ARGV[i]]
    if not change then return 'no change is called ' .. ARGV[i] end
    local why = change(i + 1)
    if why then return why end
    i = i + 1 + SIZE[ARGV[i]]
  end
end

-- Of a commit that was applied before: which of its refunds and reroutes were converted then.
local function findConverted(first, last)
  begin()
  local i = first
  while i <= last do
    local word = ARGV[i]
    local text = (word == 'refund' or word == 'reroute') and textOf(ARGV[i + 1])
    local told = text and string.match(text, '\n%[[^,\n]*,([^\n]*),"converted"%]$')
    if told then converted[#converted + 1] = ARGV[i + 1] .. ' ' .. told end
    i = i + 1 + SIZE[word]
  end
end

local function replyWith(word)
  if #converted == 0 then return word end
  return 'converted\n' .. table.concat(converted, '\n')
end

-- Nothing, or why a sum could not be made.
local function makeSums()
  for i = 1, #sums, 3 do
    local made = redis.pcall('HINCRBY', sums[i], sums[i + 1], sums[i + 2])
    if type(made) == 'table' then
      for j = i - 3, 1, -3 do redis.call('HINCRBY', sums[j], sums[j + 1], negated(sums[j + 2])) end
      return made.err
    end
  end
end

local function keep()
  for payment, text in pairs(stored) do kept[payment] = text end
  for i = 1, #counted, 3 do
    local field = counted[i + 1] .. ' ' .. counted[i]
    local tally = tallied[field] or { 0, 0, counted[i + 1] .. 'Amount ' .. counted[i] }
    -- Statistics, floating point in the core too: not money.
    tally[1], tally[2] = tally[1] + 1, tally[2] + counted[i + 2]
    tallied[field] = tally
  end
  for i = 1, #consumed do redis.call('HDEL', LEFT, consumed[i]) end
end

local function writeKept()
  local set, gone = {}, {}
  for payment, text in pairs(kept) do
    if text then
      local n = #set
      set[n + 1], set[n + 2] = payment, text
    else
      gone[#gone + 1] = payment
    end
  end
  -- In parts: unpack takes some thousands at most, and one commit may change ten thousand payments.
  for i = 1, #set, 1000 do redis.call('HSET', PAYMENTS, unpack(set, i, math.min(i + 999, #set))) end
  for i = 1, #gone, 1000 do redis.call('HDEL', PAYMENTS, unpack(gone, i, math.min(i + 999, #gone))) end
  for field, tally in pairs(tallied) do
    redis.call('HINCRBY', TALLIES, field, tally[1])
    redis.call('HINCRBYFLOAT', TALLIES, tally[3], string.format('%.17g', tally[2]))
  end
end

local book = redis.call('HMGET', BOOK, 'epoch', 'seq', 'claimedAt')
if not book[1] then return 'missing' end
local last, written = book[2], book[2]

-- Without pcall: where Redis takes no writes now (OOM, MISCONF) it is the first of these that says so.
local function writeSeq(seq)
  redis.call('HSET', BOOK, 'seq', seq)
  written = seq
end

local function isRefused(reply)
  return string.sub(reply, 1, 7) == 'refused'
end

local function apply(seq, first, final)
  -- A claim that comes in twice must not make another life's commits this one's.
  if book[1] ~= EPOCH or tonumber(seq) <= tonumber(book[3] or '0') then return 'fenced' end
  if tonumber(seq) <= tonumber(last) then
    findConverted(first, final)
    return replyWith('already')
  end
  if tonumber(seq) > tonumber(last) + 1 then return 'gap ' .. last end
  local why = planned(first, final)
  if why then return 'refused: ' .. why end
  if written == book[2] then writeSeq(seq) end
  why = makeSums()
  if why then return 'refused: ' .. why end
  keep()
  last = seq
  return replyWith('ok')
end

local replies = {}
local i = 1
while i <= #ARGV do
  local final = i + 1 + tonumber(ARGV[i + 1])
  local reply = apply(ARGV[i], i + 2, final)
  replies[#replies + 1] = reply
  if isRefused(reply) then break end
  i = final + 1
end
writeKept()
if written ~= last then writeSeq(last) end
return replies
