// The page's own following.js, feed.js and store.js on an invented network and clock: node network.mjs STATIC_FOLDER.
// Each line in is one story: a first picture and steps; each line out is where it ended. After every batch that the
// page applied, what it holds must be the picture the story gives for that position.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";

const { Following } = await import(pathToFileURL(`${process.argv[2]}/following.js`));
const STREAM = "court:of-this-story";
const LARGEST_GAP = 20;
const settle = () => new Promise(setImmediate);

class Clock {
  time = 0;
  due = new Map();
  serial = 0;

  setTimeout = (work, wait) => this.#put(work, wait, 0);
  setInterval = (work, wait) => this.#put(work, wait, wait);
  clearTimeout = (id) => { this.due.delete(id); };
  clearInterval = this.clearTimeout;

  #put(work, wait, every) {
    this.serial += 1;
    this.due.set(this.serial, { work, at: this.time + wait, every });
    return this.serial;
  }

  async advance(milliseconds) {
    const end = this.time + milliseconds;
    for (;;) {
      const [id, next] = [...this.due].sort((one, other) => one[1].at - other[1].at)[0] ?? [];
      if (!next || next.at > end) break;
      this.time = next.at;
      if (next.every) next.at += next.every; else this.due.delete(id);
      next.work();
      await settle();
    }
    this.time = end;
  }
}

class Server {
  epoch = 1;
  log = []; // {entry, picture}
  lines = new Set();
  failing = 0;

  constructor(first) { this.first = first; }

  picture(position = this.log.length) { return this.log[position - 1]?.picture ?? this.first; }

  commit(written) {
    this.log.push(...written);
    const entries = written.map(({ entry }) => entry);
    for (const line of this.lines) if (line.isJoined) line.say(this.#frame(entries));
  }

  restore(length) {
    this.log.length = length;
    this.epoch += 1;
    for (const line of this.lines) if (line.isJoined) this.#leave(line, "epoch");
  }

  hear(line, request) {
    if (request.subscribe) this.#join(line, request.subscribe[0]);
    if (request.need) this.#replay(line, request.need.after);
  }

  beat() {
    for (const line of this.lines) {
      const heads = line.isJoined ? { [STREAM]: this.log.length } : {};
      line.say({ type: "heartbeat", heads, server_time: new Date(0).toISOString() });
    }
  }

  snapshot() {
    if (this.failing > 0) { this.failing -= 1; return Promise.reject(new Error("away")); }
    const place = { stream: STREAM, ledger_epoch: this.epoch, position: this.log.length };
    return Promise.resolve(structuredClone({ ...place, ...this.picture() }));
  }

  #join(line, place) {
    line.isJoined = false;
    if (place.ledger_epoch !== this.epoch) { this.#leave(line, "epoch"); return; }
    if (place.position > this.log.length) { this.#leave(line, "position"); return; }
    if (this.log.length - place.position > LARGEST_GAP) { this.#leave(line, "gap"); return; }
    line.isJoined = true;
    line.say({ type: "ok", stream: STREAM, ledger_epoch: this.epoch, from: place.position, to: this.log.length });
    this.#replay(line, place.position);
  }

  #replay(line, after) {
    const missing = this.log.slice(after).map(({ entry }) => entry);
    if (missing.length > LARGEST_GAP) this.#leave(line, "gap");
    else if (missing.length) line.say(this.#frame(missing));
  }

  #leave(line, reason) {
    line.isJoined = false;
    line.say({ type: "reset", stream: STREAM, reason });
  }

  #frame(entries) {
    const [from, to] = [entries[0].position, entries.at(-1).position];
    return { type: "entries", stream: STREAM, ledger_epoch: this.epoch, from, to, entries };
  }
}

// One socket. What is said over it waits in `queue`, where the story drops, doubles and swaps it.
class Line {
  readyState = 0;
  isJoined = false;
  queue = [];

  constructor(server) { this.server = server; }

  open() { this.readyState = 1; this.server.lines.add(this); this.onopen?.(); }
  say(frame) { this.queue.push(JSON.stringify(frame)); }
  send(text) { this.server.hear(this, JSON.parse(text)); }
  deliver() { const data = this.queue.shift(); if (data && this.readyState === 1) this.onmessage?.({ data }); }

  cut(code) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.server.lines.delete(this);
    this.onclose?.({ code });
  }

  close() { this.cut(1000); }
}

class Story {
  constructor({ first }) {
    this.clock = new Clock();
    this.server = new Server(first);
    this.lines = [];
    this.applied = 0;
    this.page = new Following("ws://of.this.story", [STREAM], {
      snapshot: () => this.server.snapshot(),
      timers: this.clock,
      now: () => this.clock.time,
      open: () => this.#open(),
    });
    this.page.addEventListener("moved", () => this.#check());
  }

  get line() { return this.lines.at(-1); }
  get held() {
    const [one] = this.page.store.streams;
    return one && Object.fromEntries(Object.entries(one).map(([name, rows]) => [name, Object.fromEntries(rows)]));
  }
  get place() { return this.page.feed?.places.get(STREAM); }

  #open() {
    const line = new Line(this.server);
    this.lines.push(line);
    this.clock.setTimeout(() => { if (line.readyState === 0) line.open(); }, 50);
    return line;
  }

  #check() {
    this.applied += 1;
    const place = this.place;
    if (!place || place.ledger_epoch !== this.server.epoch) return; // told below of a life that is over
    const picture = this.server.picture(place.position);
    const wanted = Object.entries(picture).map(([name, rows]) => [name, Object.fromEntries(rows.map((row) => [row.id, row]))]);
    if (!isDeepStrictEqual(this.held, Object.fromEntries(wanted))) this.fault ??= `what it holds at ${place.position}`;
  }

  steps = {
    commit: (written) => this.server.commit(written),
    restore: (length) => this.server.restore(length),
    beat: () => this.server.beat(),
    fail: (times) => { this.server.failing = times; },
    deliver: (frames) => { for (let left = frames; left > 0; left -= 1) this.line?.deliver(); },
    drop: () => { this.line?.queue.shift(); },
    double: () => { const [next] = this.line?.queue ?? []; if (next) this.line.queue.unshift(next); },
    swap: () => { const queue = this.line?.queue ?? []; if (queue.length > 1) queue.splice(0, 2, queue[1], queue[0]); },
    cut: (code) => this.line?.cut(code),
    wait: (milliseconds) => this.clock.advance(milliseconds),
  };

  async play(steps) {
    await this.page.start();
    for (const step of steps) {
      for (const [name, argument] of Object.entries(step)) await this.steps[name](argument);
      await settle();
    }
    await this.#calm();
  }

  // The network is well again: beats every quarter minute, and everything arrives.
  async #calm() {
    for (let rounds = 0; rounds < 20; rounds += 1) {
      this.server.beat();
      for (const line of this.lines) while (line.queue.length && line.readyState === 1) line.deliver();
      await this.clock.advance(15_000);
    }
  }

  get end() {
    const { state } = this.page;
    const place = { position: this.place?.position, epoch: this.place?.ledger_epoch };
    return { state, ...place, held: this.held, fault: this.fault ?? "", sockets: this.lines.length, applied: this.applied };
  }
}

for await (const text of createInterface({ input: process.stdin })) {
  const task = JSON.parse(text);
  const story = new Story(task);
  await story.play(task.steps);
  story.page.stop();
  process.stdout.write(`${JSON.stringify(story.end)}\n`);
}
