-- Put before every command that looks at amounts. Amounts are decimal strings of signed 64-bit integers, as Redis writes
-- them: no plus, no leading zero, no '-0'. None ever becomes a Lua number, which is wrong above 2^53 (R6): Redis adds,
-- and here only signs, lengths and order are looked at.

local MAX_INT64 = '9223372036854775807'

local function isNegative(a)
  return string.byte(a) == 45
end

local function negated(a)
  if a == '0' then return a end
  if isNegative(a) then return string.sub(a, 2) end
  return '-' .. a
end

-- Of two that are not negative, as everything below.
local function isAbove(a, b)
  if #a ~= #b then return #a > #b end
  return a > b
end

local function least(a, b)
  if isAbove(a, b) then return b end
  return a
end

-- a + b of any sign, made by Redis on a scratch key; false where it does not fit.
local function sum(scratch, a, b)
  if a == '0' then return b end
  if b == '0' then return a end
  redis.call('SET', scratch, a)
  local made = redis.pcall('INCRBY', scratch, b)
  local result = redis.call('GETDEL', scratch)
  return type(made) == 'number' and result
end

-- The part of a above b, or zero.
local function excess(scratch, a, b)
  if not isAbove(a, b) then return '0' end
  return sum(scratch, a, negated(b))
end
