// Follows streams into a store: a fresh snapshot of each, then its frames; after a reset anew. Knows nothing of a page.
// Events: "state" {state}, "moved" {entries} (none after a snapshot), "beat" {serverTime}.
import { Feed, STALE_AFTER_MS } from "./feed.js";
import { Store } from "./store.js";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export class Following extends EventTarget {
  store = new Store();
  state = "reconnect";

  constructor(url, streams, { snapshot, timers = globalThis, now = () => Date.now(), ...others }) {
    super();
    Object.assign(this, { url, streams, snapshot, timers, now });
    this.options = { timers, now, ...others };
    this.lastHeard = now();
    this.failures = 0;
  }

  start() {
    this.watchdog = this.timers.setInterval(() => this.#watch(), 1000);
    return this.#begin();
  }

  stop() {
    this.isStopped = true;
    this.timers.clearInterval(this.watchdog);
    this.timers.clearTimeout(this.retry);
    this.feed?.stop();
  }

  get age() {
    return this.now() - Math.max(this.lastHeard, this.feed?.lastHeard ?? 0);
  }

  // How often it was tried in vain since the last word.
  get attempts() {
    return this.failures + (this.feed?.failures ?? 0);
  }

  #tell(type, detail) {
    this.dispatchEvent(Object.assign(new Event(type), detail));
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.#tell("state", { state });
  }

  async #begin() {
    let answers;
    try {
      answers = await Promise.all(this.streams.map((stream) => this.snapshot(stream)));
    } catch (fault) {
      this.#again(fault);
      return;
    }
    if (this.isStopped) return;
    for (const answer of answers) this.store.take(answer);
    this.failures = 0;
    this.lastHeard = this.now();
    this.#tell("moved", { entries: [] });
    this.#listen(answers.map(({ stream, ledger_epoch, position }) => ({ stream, ledger_epoch, position })));
  }

  #again(fault) {
    if (this.isStopped) return;
    if (fault.isRefused) { this.#become("revoked"); return; }
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures);
    this.failures += 1;
    this.retry = this.timers.setTimeout(() => this.#begin(), Math.random() * most);
  }

  #listen(places) {
    const feed = new Feed(this.url, places, this.options);
    this.feed = feed;
    feed.addEventListener("state", ({ state }) => this.#become(state));
    feed.addEventListener("beat", ({ serverTime }) => this.#tell("beat", { serverTime }));
    feed.addEventListener("entries", ({ stream, entries }) => {
      this.store.apply(stream, entries);
      this.#tell("moved", { entries });
    });
    feed.addEventListener("reset", ({ stream, reason }) => this.#reset(feed, stream, reason));
    feed.start();
  }

  #reset(feed, stream, reason) {
    if (reason === "rights") {
      this.store.forget(stream);
      this.streams = this.streams.filter((one) => one !== stream);
      this.#tell("moved", { entries: [] });
      return;
    }
    feed.stop();
    this.lastHeard = feed.lastHeard;
    this.feed = undefined;
    this.#become("reconnect");
    this.#begin();
  }

  // Only while there is no feed, which watches for itself.
  #watch() {
    const patience = this.options.staleAfterMs?.() ?? STALE_AFTER_MS;
    if (!this.feed && this.state !== "revoked" && this.age > patience) this.#become("stale");
  }
}
