// The live socket, `zhixing.live.v1`. Knows positions, gaps, silence and reconnecting; knows nothing of the page.
// Events: "entries" {stream, entries}, "state" {state}, "reset" {stream, reason}, "beat" {serverTime}.
export const STALE_AFTER_MS = 40_000;
const TERMINAL = new Set([4001, 4003]); // sign in again; right withdrawn
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

export class Feed extends EventTarget {
  constructor(url, streams, { open = (address) => new WebSocket(address, "zhixing.live.v1"), now = () => Date.now(), staleAfterMs = () => STALE_AFTER_MS } = {}) {
    super();
    this.url = url;
    this.places = new Map(streams.map((place) => [place.stream, { ...place }]));
    this.open = open;
    this.now = now;
    this.staleAfterMs = staleAfterMs;
    this.lastHeard = this.openedAt = now();
    this.failures = 0;
    this.state = "reconnect";
    this.asked = new Map();
  }

  start() {
    this.#connect();
    this.watchdog = setInterval(() => this.#watch(), 1000);
  }

  stop() {
    this.stopped = true;
    clearInterval(this.watchdog);
    clearTimeout(this.retry);
    this.socket?.close();
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
    this.socket = this.open(this.url);
    this.socket.onopen = () => this.#subscribe();
    this.socket.onmessage = (message) => this.#hear(JSON.parse(message.data));
    this.socket.onclose = (close) => this.#closed(close.code);
  }

  #subscribe() {
    this.openedAt = this.now();
    this.#become("catchup");
    this.asked.clear();
    this.#send({ subscribe: [...this.places.values()] });
  }

  #send(request) {
    if (this.socket.readyState === 1) this.socket.send(JSON.stringify(request));
  }

  #closed(code) {
    if (this.stopped) return;
    if (TERMINAL.has(code)) {
      this.#become("revoked");
      return;
    }
    if (this.state !== "stale") this.#become("reconnect");
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures);
    this.failures += 1;
    this.retry = setTimeout(() => this.#connect(), Math.random() * most);
  }

  #watch() {
    const silence = this.now() - Math.max(this.lastHeard, this.openedAt); // a socket just opened may still answer
    if (this.state !== "revoked" && silence > this.staleAfterMs()) {
      this.#become("stale");
      if (this.socket?.readyState === 1) this.socket.close(); // open, but dead
    }
  }

  #hear(frame) {
    this.lastHeard = this.now();
    const hear = { ok: this.#ok, entries: this.#entries, heartbeat: this.#heartbeat, reset: this.#reset }[frame.type];
    hear?.call(this, frame);
  }

  #ok(frame) {
    this.failures = 0;
    const place = this.places.get(frame.stream);
    if (!place) return;
    place.ledger_epoch = frame.ledger_epoch;
    place.position = place.position ?? frame.to;
    this.#become("live");
  }

  #entries(frame) {
    this.#send({ ack: frame.to });
    const place = this.places.get(frame.stream);
    if (!place) return;
    const fresh = frame.entries.filter((entry) => entry.position > place.position);
    if (!fresh.length) return;
    if (fresh[0].position !== place.position + 1) {
      this.#need(frame.stream, place.position);
      return;
    }
    place.position = fresh.at(-1).position;
    this.#become("live");
    this.#tell("entries", { stream: frame.stream, entries: fresh });
  }

  #need(stream, after) {
    if (this.asked.get(stream) === after) return; // asked already
    this.asked.set(stream, after);
    this.#become("catchup");
    this.#send({ need: { stream, after } });
  }

  #heartbeat(frame) {
    for (const [stream, head] of Object.entries(frame.heads)) {
      const place = this.places.get(stream);
      if (place && head > place.position) {
        this.asked.delete(stream);
        this.#need(stream, place.position); // the last message was lost, and nothing after it told us
      }
    }
    this.#become("live");
    this.#tell("beat", { serverTime: frame.server_time });
  }

  #reset(frame) {
    this.places.delete(frame.stream);
    this.#tell("reset", { stream: frame.stream, reason: frame.reason });
    if (frame.reason === "rights" && !this.places.size) this.#become("revoked");
  }
}
