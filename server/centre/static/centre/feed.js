// The live socket, `zhixing.live.v1`. Knows positions, gaps, silence and reconnecting; knows nothing of the page.
// Events: "entries" {stream, entries}, "state" {state}, "reset" {stream, reason, position}, "beat" {serverTime}.
export const STALE_AFTER_MS = 40_000;
const TERMINAL = new Set([4001, 4003]); // sign in again; right withdrawn
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const SEEN = "zhixing.seen.";

export class Feed extends EventTarget {
  constructor(url, streams, {
    open = (address) => new WebSocket(address, "zhixing.live.v1"),
    now = () => Date.now(),
    timers = globalThis,
    staleAfterMs = () => STALE_AFTER_MS,
    memory = null, // outlives the page: what a restore took from the ledger is counted by what was seen of it
  } = {}) {
    super();
    this.url = url;
    this.places = new Map(streams.map((place) => [place.stream, { ...place }]));
    this.heads = new Map(); // the newest position told of each stream; Infinity until it was told
    this.open = open;
    this.now = now;
    this.timers = timers;
    this.staleAfterMs = staleAfterMs;
    this.memory = memory;
    this.lastHeard = this.triedAt = now();
    this.failures = 0;
    this.state = "reconnect";
    this.asked = new Map();
    this.unnamed = new Set(); // streams that the last heartbeat did not name
  }

  start() {
    this.#connect();
    this.watchdog = this.timers.setInterval(() => this.#watch(), 1000);
  }

  stop() {
    this.stopped = true;
    this.timers.clearInterval(this.watchdog);
    this.timers.clearTimeout(this.retry);
    this.socket?.close();
  }

  // From a fresh snapshot, after a reset.
  follow(place) {
    this.places.set(place.stream, { ...place });
    this.hurry();
  }

  // Somebody will not wait for the next try.
  hurry() {
    if (this.stopped || this.state === "revoked") return;
    this.timers.clearTimeout(this.retry);
    Object.assign(this.socket, { onopen: null, onmessage: null, onclose: null });
    this.socket.close();
    this.#connect();
  }

  get age() {
    return this.now() - this.lastHeard;
  }

  #tell(type, detail = {}) {
    this.dispatchEvent(Object.assign(new Event(type), detail));
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.#tell("state", { state });
  }

  #connect() {
    this.triedAt = this.now();
    this.socket = this.open(this.url);
    this.socket.onopen = () => this.#subscribe();
    this.socket.onmessage = (message) => this.#hear(JSON.parse(message.data));
    this.socket.onclose = (close) => this.#closed(close.code);
  }

  #subscribe() {
    if (this.state !== "stale") this.#become("catchup"); // an open socket has said nothing yet
    this.asked.clear();
    this.unnamed.clear();
    this.heads = new Map([...this.places.keys()].map((stream) => [stream, Infinity]));
    this.#send({ subscribe: [...this.places.values()].map((place) => this.#withSeen(place)) });
  }

  #withSeen(place) {
    const seen = JSON.parse(this.memory?.getItem(SEEN + place.stream) ?? "null");
    return seen && seen.ledger_epoch !== place.ledger_epoch ? { ...place, seen } : place;
  }

  #remember({ stream, ledger_epoch, position }) {
    this.memory?.setItem(SEEN + stream, JSON.stringify({ ledger_epoch, position }));
  }

  #send(request) {
    if (this.socket.readyState === 1) this.socket.send(JSON.stringify(request));
  }

  #closed(code) {
    if (this.stopped || this.state === "revoked") return;
    if (TERMINAL.has(code)) {
      this.#become("revoked");
      return;
    }
    if (!this.places.size) return; // whoever owns us begins anew from a fresh snapshot
    if (this.state !== "stale") this.#become("reconnect");
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures);
    this.failures += 1;
    this.retry = this.timers.setTimeout(() => this.#connect(), Math.random() * most);
  }

  #watch() {
    if (this.state === "revoked") return;
    if (this.age > this.staleAfterMs()) this.#become("stale");
    const patience = this.now() - Math.max(this.lastHeard, this.triedAt); // one just tried may still answer
    if (patience > this.staleAfterMs() && this.socket.readyState <= 1) this.#abandon();
  }

  // Open, but dead: its own farewell may take as long as the network likes.
  #abandon() {
    Object.assign(this.socket, { onopen: null, onmessage: null, onclose: null });
    this.socket.close();
    this.#closed(1006);
  }

  #hear(frame) {
    this.lastHeard = this.now();
    const hear = { ok: this.#ok, entries: this.#entries, heartbeat: this.#heartbeat, reset: this.#reset }[frame.type];
    hear?.call(this, frame);
  }

  #settle() {
    if (!this.places.size) return;
    const isBehind = [...this.places.values()].some(({ stream, position }) => this.heads.get(stream) > position);
    this.#become(isBehind ? "catchup" : "live");
  }

  #ok(frame) {
    this.failures = 0;
    const place = this.places.get(frame.stream);
    if (!place) return;
    place.ledger_epoch = frame.ledger_epoch;
    place.position = place.position ?? frame.to;
    this.#remember(place);
    this.heads.set(frame.stream, frame.to);
    this.#settle();
  }

  #entries(frame) {
    this.#send({ ack: frame.to });
    const place = this.places.get(frame.stream);
    if (!place || (place.ledger_epoch && place.ledger_epoch !== frame.ledger_epoch)) return;
    const fresh = frame.entries.filter((entry) => entry.position > place.position);
    if (!fresh.length) return;
    if (fresh[0].position !== place.position + 1) {
      this.#need(frame.stream, place.position, frame.to);
      return;
    }
    place.position = fresh.at(-1).position;
    this.#remember(place);
    this.#tell("entries", { stream: frame.stream, entries: fresh });
    this.#settle();
  }

  #need(stream, after, head) {
    this.heads.set(stream, head);
    this.#settle();
    if (this.asked.get(stream) === after) return; // asked already
    this.asked.set(stream, after);
    this.#send({ need: { stream, after } });
  }

  // Not named twice: we are not among its watchers, and the word that said so was lost. Ask to be let in again.
  #askWhereUnnamed(heads) {
    const absent = [...this.places.values()].filter(({ stream }) => !(stream in heads));
    const still = absent.filter(({ stream }) => this.unnamed.has(stream));
    this.unnamed = new Set(absent.filter((place) => !still.includes(place)).map(({ stream }) => stream));
    if (still.length) this.#send({ subscribe: still.map((place) => this.#withSeen(place)) });
  }

  #heartbeat(frame) {
    this.#askWhereUnnamed(frame.heads);
    for (const [stream, head] of Object.entries(frame.heads)) {
      const place = this.places.get(stream);
      if (place) this.heads.set(stream, head);
      if (place && head > place.position) {
        this.asked.delete(stream);
        this.#need(stream, place.position, head); // the last message was lost, and nothing after it told us
      }
    }
    this.#settle();
    this.#tell("beat", { serverTime: frame.server_time });
  }

  #reset(frame) {
    const position = this.places.get(frame.stream)?.position;
    this.places.delete(frame.stream);
    this.#tell("reset", { stream: frame.stream, reason: frame.reason, position });
    if (this.places.size) return;
    this.#become(frame.reason === "rights" ? "revoked" : "catchup");
    this.socket.close();
  }
}
