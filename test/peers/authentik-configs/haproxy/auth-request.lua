-- Stands in for haproxy-auth-request, which Debian does not have: the same action with the same arguments
-- and variables, written from its description and made with HAProxy's own HTTP client. The request that
-- reaches the outpost is the one that the documented configuration causes.

local timeout_ms = 5000

-- "x-authentik-*,cookie" to a function that says whether a header is named.
local function matcher(list)
    local patterns = {}
    for glob in list:gmatch('[^,]+') do
        local pattern = glob:lower():gsub('[%-%.%+%[%]%(%)%$%^%%%?]', '%%%0'):gsub('%*', '.*')
        patterns[#patterns + 1] = '^' .. pattern .. '$'
    end
    return function(name)
        for _, pattern in ipairs(patterns) do
            if list ~= '-' and name:lower():match(pattern) then return true end
        end
        return false
    end
end

-- The first server of a backend that is not known to be down.
local function address(backend)
    for _, server in pairs(core.backends[backend].servers) do
        local status = server:get_stats()['status']
        if status == 'no check' or status:find('^UP') then return server:get_addr() end
    end
    return nil
end

-- Values of a header are counted from 0.
local function wanted(txn, is_wanted)
    local headers = {}
    for name, values in pairs(txn.http:req_get_headers()) do
        if is_wanted(name) then
            headers[name] = {}
            for index = 0, #values do headers[name][index + 1] = values[index] end
        end
    end
    return headers
end

local function intercept(txn, backend, path, method, to_send, on_success)
    txn:set_var('txn.auth_response_successful', false)
    local server = address(backend)
    if server == nil then
        txn:set_var('txn.auth_response_code', 500)
        return
    end
    local client = core.httpclient()
    local answer = client[method:lower()](client, {
        url = 'http://' .. server .. path,
        headers = wanted(txn, matcher(to_send)),
        timeout = timeout_ms,
    })
    local code = answer ~= nil and answer.status or 500
    if code == 0 then code = 500 end
    txn:set_var('txn.auth_response_code', code)
    if code < 200 or code > 299 then return end
    txn:set_var('txn.auth_response_successful', true)
    local is_copied = matcher(on_success)
    for name, values in pairs(answer.headers) do
        local value = table.concat(values, ', ', 0)
        txn:set_var('req.auth_response_header.' .. name:lower():gsub('%W', '_'), value)
        if is_copied(name) then txn.http:req_set_header(name, value) end
    end
end

core.register_action('auth-intercept', { 'http-req' }, intercept, 6)
