// Lua for proxies that run it: takes the session cookie out of what a service is told.

/** Defines `without_session(cookies)`: the same list without every cookie of that name. */
export function cookieLua(sessionCookie: string): string {
  return `-- By hand: a pattern that trims both ends tries every blank of a long run .
local function trimmed(text)
  local first = text:find('%S')
  if first == nil then
    return ''
  end
  local last = #text
  while text:find('^%s', last) do
    last = last - 1
  end
  return text:sub(first, last)
end

-- A service that leaks the session cookie would leak the person's whole access.
local function without_session(cookies)
  local kept = {}
  for pair in cookies:gmatch('[^;]+') do
    if trimmed(pair:match('^[^=]*')) ~= '${sessionCookie}' then
      kept[#kept + 1] = trimmed(pair)
    end
  end
  return table.concat(kept, '; ')
end`
}
