-- For wrk: sends the requests of a file in turn and prints one JSON line at the end.
-- Arguments: the file (requests separated by NUL), and for a paced run the pause in ms per connection.

local requests = {}
local count = 0
local turn = 0

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  for request in file:read('*a'):gmatch('[^%z]+') do
    count = count + 1
    requests[count] = request
  end
  file:close()
  local pause = tonumber(args[2])
  if pause ~= nil and pause > 0 then
    -- Spread out, so that the connections do not knock all at once.
    delay = function() return math.random(1, 2 * pause - 1) end
  end
end

function request()
  turn = turn % count + 1
  return requests[turn]
end

function done(summary, latency, _)
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"bytes":%d,"notOk":%d,"socketErrors":%d,"p50":%.1f,"p99":%.1f,"max":%.1f}\n',
    summary.requests, summary.duration, summary.bytes, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
