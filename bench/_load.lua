-- Sends the bodies of a file in turns, each with an id of its own; prints rate, p50, p99 and errors for live_http.py.
local bodies, sent, salt = {}, 0, 0
local path = os.getenv("LOAD_PATH")
local headers = { ["Content-Type"] = "application/json", ["Authorization"] = os.getenv("LOAD_AUTHORIZATION") }

init = function()
  math.randomseed(os.time() + tonumber(tostring({}):sub(8), 16) % 1000003)
  salt = math.random(0, 0xffffff)
  for line in io.lines(os.getenv("LOAD_BODIES")) do bodies[#bodies + 1] = line end
end

request = function()
  sent = sent + 1
  local id = string.format("%06x%06x", salt, sent % 0x1000000)
  return wrk.format("POST", path, headers, (bodies[sent % #bodies + 1]:gsub("@@@@@@@@@@@@", id)))
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %f %f %f %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status + errors.read + errors.write + errors.connect + errors.timeout))
end
