// Sound, once somebody armed it: a warning or a call for help is heard until it is acknowledged, one tone in five seconds,
// and what waits behind it is a number beside the bell. Nothing is ever only heard: the same stands in the bar of alarms.
const TONES = { // pairs of hertz and seconds
  info: [[660, 0.12]],
  warning: [[587, 0.16], [440, 0.22]],
  critical: [[880, 0.14], [660, 0.14], [880, 0.14], [660, 0.14]],
};
const RANK = ["info", "warning", "critical"];
const APART_MS = 5_000;
const WARNING_AGAIN_MS = 30_000;
const KEY = "zhixing.sound";

export class Sound extends EventTarget {
  constructor({ context = () => new AudioContext(), now = () => Date.now(), memory = sessionStorage } = {}) {
    super();
    Object.assign(this, { makeContext: context, now, memory });
    this.asking = new Map(); // alarm id → {tone, at: when it was heard last}
    this.lastAt = -Infinity;
    this.waiting = 0;
    this.heard = [];
  }

  // "off" until armed; "blocked" where the browser wants a click first; else "on".
  get state() {
    if (this.memory.getItem(KEY) !== "on") return "off";
    return this.audio?.state === "running" ? "on" : "blocked";
  }

  async toggle() {
    if (this.state === "on") { this.memory.setItem(KEY, "off"); this.#tell(); return; }
    this.memory.setItem(KEY, "on");
    this.audio ??= this.makeContext();
    await this.audio.resume();
    this.#play("info");
    this.#tell();
  }

  // What asks for an answer now: [{id, tone}]. What is gone, or was acknowledged, is not heard again.
  ask(alarms) {
    const known = this.asking;
    this.asking = new Map(alarms.map(({ id, tone }) => [id, { tone, at: known.get(id)?.at ?? -Infinity }]));
    this.tick();
  }

  // To be called every second or so.
  tick() {
    const at = this.now();
    const due = [...this.asking.values()].filter((one) => at - one.at >= this.#apart(one.tone));
    const fresh = due.filter((one) => one.at === -Infinity);
    if (at - this.lastAt < APART_MS) { this.#wait(fresh.length); return; }
    const [first, ...others] = due.sort((one, other) => RANK.indexOf(other.tone) - RANK.indexOf(one.tone));
    this.#wait(first ? others.filter((one) => one.at === -Infinity).length : 0);
    if (!first || this.state !== "on") return;
    for (const one of due) one.at = at; // heard together, as one tone and a number
    this.lastAt = at;
    this.#play(first.tone);
  }

  #apart(tone) { return tone === "critical" ? APART_MS : WARNING_AGAIN_MS; }

  #wait(asked) {
    const number = this.state === "on" ? asked : 0; // what is not heard keeps nobody waiting
    if (number === this.waiting) return;
    this.waiting = number;
    this.#tell();
  }

  #tell() { this.dispatchEvent(new Event("state")); }

  #play(tone) {
    this.heard.push(tone);
    if (this.heard.length > 100) this.heard.shift();
    let at = this.audio.currentTime;
    for (const [hertz, seconds] of TONES[tone]) {
      const [voice, loud] = [this.audio.createOscillator(), this.audio.createGain()];
      voice.frequency.value = hertz;
      loud.gain.setValueAtTime(0.0001, at);
      loud.gain.exponentialRampToValueAtTime(0.25, at + 0.01);
      loud.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
      voice.connect(loud).connect(this.audio.destination);
      voice.start(at);
      voice.stop(at + seconds);
      at += seconds + 0.03;
    }
  }
}
