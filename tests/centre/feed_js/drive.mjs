// Runs the page's own feed.js on a real WebSocket: node drive.mjs FEED_JS. Takes orders and tells what it sees, each
// as a line of JSON. What it adds between the two are faults of a network, and a clock that can be put forward.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { Feed } = await import(pathToFileURL(process.argv[2]));
const say = (seen) => process.stdout.write(`${JSON.stringify(seen)}\n`);

const faults = { drop: 0, double: 0, deaf: false };
let headers = {};
let forward = 0;
let feed;

// One socket as the page's would be; the network loses, doubles or withholds what comes over it.
class Line {
  constructor(address) {
    this.socket = new WebSocket(address, { protocols: ["zhixing.live.v1"], headers });
    this.socket.onopen = (event) => { say({ saw: "open" }); this.onopen?.(event); };
    this.socket.onclose = (event) => { say({ saw: "close", code: event.code }); this.onclose?.(event); };
    this.socket.onmessage = ({ data }) => {
      for (let copies = this.copies(JSON.parse(data)); copies > 0; copies -= 1) this.onmessage?.({ data });
    };
  }

  copies(frame) {
    if (faults.deaf) return 0;
    if (frame.type !== "entries") return 1;
    if (faults.drop) { faults.drop -= 1; say({ saw: "dropped", to: frame.to }); return 0; }
    if (faults.double) { faults.double -= 1; say({ saw: "doubled", to: frame.to }); return 2; }
    return 1;
  }

  get readyState() { return this.socket.readyState; }
  send(text) { say({ saw: "sent", request: JSON.parse(text) }); this.socket.send(text); }
  close() { this.socket.close(); }
}

// The feed's own timers, told of and hurried. Node's, which its sockets live by, stay as they are.
const timersAt = (pace) => ({
  setTimeout: (work, wait) => { say({ saw: "wait", wait }); return setTimeout(work, wait * pace); },
  setInterval: (work, wait) => setInterval(() => { work(); say({ saw: "tick" }); }, wait * pace),
  clearTimeout,
  clearInterval,
});

const orders = {
  start: (task) => {
    headers = task.headers;
    Math.random = () => 1; // the longest wait each time
    feed = new Feed(task.url, task.streams, {
      open: (address) => new Line(address),
      now: () => Date.now() + forward,
      timers: timersAt(task.pace),
      memory: { getItem: (key) => task.memory?.[key] ?? null, setItem: (key, text) => say({ saw: "kept", key, text }) },
    });
    feed.addEventListener("state", ({ state }) => say({ saw: "state", state }));
    feed.addEventListener("entries", ({ stream, entries }) => say({ saw: "entries", stream, entries }));
    feed.addEventListener("reset", ({ stream, reason }) => say({ saw: "reset", stream, reason }));
    feed.addEventListener("beat", ({ serverTime }) => say({ saw: "beat", serverTime }));
    feed.start();
  },
  faults: (task) => Object.assign(faults, task),
  advance: (milliseconds) => { forward += milliseconds; },
  stop: () => feed.stop(),
};

for await (const line of createInterface({ input: process.stdin })) {
  for (const [name, argument] of Object.entries(JSON.parse(line))) orders[name](argument);
  say({ saw: "order" });
}
process.exit(0);
