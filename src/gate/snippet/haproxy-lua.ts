// The Lua file for HAProxy: asks the gate with HAProxy's own HTTP client, no module to install.
import { cookieLua } from './cookie-lua.ts'
import { askedHeaders, gateTimeoutSeconds, identityNames, originParts } from './parts.ts'
import type { SnippetInput } from './snippet.ts'

function luaList(names: readonly string[]): string {
  return `{ ${names.map((name) => `'${name}'`).join(', ')} }`
}

/** Text of gatehouse.lua. */
export function renderLua(input: SnippetInput): string {
  return [renderQuestion(input), cookieLua(input.sessionCookie), answers].join('\n\n')
}

/** What is asked of the gate, and with which headers. */
function renderQuestion(input: SnippetInput): string {
  const { secure } = originParts(input.origin)
  return `-- Asks Gatehouse about a request and does what it says. Loaded by gatehouse.cfg.
-- Only HAProxy's own HTTP client is used (core.httpclient, HAProxy 2.5 and newer).

local gate = 'http://${input.gateAddress}/_gatehouse/auth/haproxy'
-- HAProxy asks up to four times: one attempt may take a quarter of the ${gateTimeoutSeconds} s that a request may wait.
local timeout_ms = ${gateTimeoutSeconds * 250}
local scheme = '${secure ? 'https' : 'http'}'
-- The gate sets every one in every answer, empty when nobody is there.
local identity_headers = ${luaList(identityNames(input))}
-- Only headers that the gate reads travel to it: nothing else can confuse it. Never the body.
local asked_headers = ${luaList(askedHeaders.map((name) => name.toLowerCase()))}

-- Headers of the gate's answer that belong to its connection, not to the client's.
local not_copied = {
  ['connection'] = true,
  ['content-length'] = true,
  ['date'] = true,
  ['keep-alive'] = true,
  ['transfer-encoding'] = true,
}
for _, name in ipairs(identity_headers) do
  not_copied[name:lower()] = true
end

-- All values of a header in a list from 1; HAProxy counts from 0.
local function values(headers, name)
  local list = {}
  local found = headers[name]
  if found ~= nil then
    for i = 0, #found do
      list[#list + 1] = found[i]
    end
  end
  return list
end

-- The gate refuses a header that comes twice, so all values are passed on as they came; but cookies
-- are one list, in whatever number of lines they came (RFC 9113 section 8.2.3).
local function question(txn, headers)
  local asked = {
    ['x-forwarded-method'] = { txn.sf:method() },
    ['x-forwarded-proto'] = { scheme },
    ['x-forwarded-host'] = values(headers, 'host'),
    ['x-forwarded-uri'] = { txn.sf:pathq() },
    ['x-forwarded-for'] = { txn.sf:src() },
  }
  for _, name in ipairs(asked_headers) do
    local list = values(headers, name)
    if name == 'cookie' and #list > 0 then
      list = { table.concat(list, '; ') }
    end
    if #list > 0 then
      asked[name] = list
    end
  end
  -- Says that this is no page that a person opens.
  if headers['upgrade'] ~= nil then
    asked['x-requested-with'] = { 'upgrade' }
  end
  return asked
end`
}

/** What the gate's answer comes to. */
const answers = `local function admit(txn, headers, answer)
  for _, name in ipairs(identity_headers) do
    local said = values(answer.headers, name:lower())
    txn.http:req_set_header(name, said[1] or '')
  end
  local cookies = values(headers, 'cookie')
  if #cookies > 0 then
    local rest = without_session(table.concat(cookies, ';'))
    txn.http:req_del_header('Cookie')
    if rest ~= '' then
      txn.http:req_add_header('Cookie', rest)
    end
  end
  txn:set_var('txn.gatehouse', 'allow')
end

local function refuse(txn, answer)
  local reply = txn:reply({ status = answer.status, reason = answer.reason })
  for name, list in pairs(answer.headers) do
    if not not_copied[name] then
      for i = 0, #list do
        reply:add_header(name, list[i])
      end
    end
  end
  reply:set_body(answer.body or '')
  txn:done(reply)
end

local function unavailable(txn)
  local reply = txn:reply({ status = 503 })
  reply:add_header('content-type', 'application/json')
  reply:add_header('cache-control', 'no-store')
  reply:add_header('retry-after', '5')
  reply:set_body('{"error":"unavailable","message":"The gate does not answer"}')
  txn:done(reply)
end

core.register_action('gatehouse', { 'http-req' }, function(txn)
  local headers = txn.http:req_get_headers()
  local client = core.httpclient()
  local answer = client:get({ url = gate, headers = question(txn, headers), timeout = timeout_ms })
  -- What is not a plain answer of the gate is no answer: nothing passes without its 200.
  if answer == nil or answer.headers == nil or answer.headers['x-gatehouse-decision'] == nil then
    return unavailable(txn)
  end
  if answer.status == 200 then
    return admit(txn, headers, answer)
  end
  return refuse(txn, answer)
end, 0)
`
