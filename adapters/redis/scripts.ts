/** Lua adds nothing up: its numbers are doubles. It compares text and writes what it is given. */

/**
 * Writes a whole advance where the token that stands is the expected one.
 * KEYS: checkpoint, one key a span of ids, one key a bucket. ARGV: expected token, number of checkpoint fields and their
 * names and values, ms to keep ids, one blob a span, then field, value and ms to keep (empty: for ever) a bucket.
 */
export const ADVANCE = {
  lua: `
local held = redis.call('HMGET', KEYS[1], 'token', 'replaced_by')
if held[2] or (held[1] or '') ~= ARGV[1] then return 0 end
local at = 2 + 2 * tonumber(ARGV[2])
for i = 3, at, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
local spans, keep = tonumber(ARGV[at + 1]), ARGV[at + 2]
at = at + 2
for i = 1, spans do
  redis.call('APPEND', KEYS[1 + i], ARGV[at + i])
  redis.call('PEXPIRE', KEYS[1 + i], keep)
end
at = at + spans
for i = 2 + spans, #KEYS do
  redis.call('HSET', KEYS[i], ARGV[at + 1], ARGV[at + 2])
  if ARGV[at + 3] ~= '' then redis.call('PEXPIRE', KEYS[i], ARGV[at + 3]) end
  at = at + 3
end
return 1`,
}

/**
 * Closes a generation for its successor, where the successor has counted at least as far.
 * KEYS: checkpoint of the old one. ARGV: the new generation, its next offset. Offsets are compared as text: longer is larger.
 */
export const CLOSE = {
  numberOfKeys: 1,
  lua: `
local held = redis.call('HMGET', KEYS[1], 'next', 'replaced_by')
if held[2] then return held[2] == ARGV[1] and 1 or 0 end
local next = held[1] or '0'
if #next > #ARGV[2] or (#next == #ARGV[2] and next > ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'replaced_by', ARGV[1])
return 1`,
}

/** Makes a generation current in place of another. KEYS: generations. ARGV: the old one (empty: none), the new one. */
export const REPLACE = {
  numberOfKeys: 1,
  lua: `
local current = redis.call('HGET', KEYS[1], 'current') or ''
if current == ARGV[2] then return 1 end
if current ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'current', ARGV[2])
if current ~= '' then redis.call('HSET', KEYS[1], 'retired:' .. current, '1') end
if redis.call('HGET', KEYS[1], 'building') == ARGV[2] then redis.call('HDEL', KEYS[1], 'building') end
return 1`,
}

/** Gives up a generation under construction. KEYS: generations. ARGV: the generation. */
export const ABANDON = {
  numberOfKeys: 1,
  lua: `
if redis.call('HGET', KEYS[1], 'building') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'building')
redis.call('HSET', KEYS[1], 'retired:' .. ARGV[1], '1')
return 1`,
}
