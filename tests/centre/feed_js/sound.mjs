// The page's sound.js with a voice that writes down what it would say: node sound.mjs SOUND_JS, orders as lines of JSON.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { Sound } = await import(pathToFileURL(process.argv[2]));
const kept = new Map();
let clock = 0;
const silent = { value: 0, setValueAtTime() {}, exponentialRampToValueAtTime() {} };
const part = { connect: () => part, start() {}, stop() {}, frequency: silent, gain: silent };
class Voice {
  state = "suspended";
  currentTime = 0;
  destination = part;
  resume() { this.state = "running"; return Promise.resolve(); }
  createOscillator() { return part; }
  createGain() { return part; }
}
const sound = new Sound({
  context: () => new Voice(),
  now: () => clock,
  memory: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) },
});
const orders = {
  toggle: () => sound.toggle(),
  ask: (alarms) => sound.ask(alarms),
  pass: (seconds) => { for (let left = seconds; left > 0; left -= 1) { clock += 1000; sound.tick(); } },
};
for await (const line of createInterface({ input: process.stdin })) {
  for (const [name, argument] of Object.entries(JSON.parse(line))) await orders[name](argument);
  process.stdout.write(`${JSON.stringify({ heard: sound.heard, waiting: sound.waiting, state: sound.state })}\n`);
}
