// What a page holds of the streams it follows, by id: cases, nodes, acts, matters, alarms, who is on site, orders, as
// docs/reference/live.md has it.
// Everything a frame says is absolute, so applying it is replacing. Knows no socket and no page.
const ENDED = new Set(["CONFIRMED", "RETURNED", "WITHDRAWN"]);
const OVER = new Set(["DONE", "WITHDRAWN"]);
const OF_SAFETY = [["alarm", "alarms"], ["presence", "presences"], ["order", "orders"]];
const byId = (rows) => new Map(rows.map((row) => [row.id, row]));

export class Store {
  #held = new Map();

  get streams() {
    return [...this.#held.values()];
  }

  take({ stream, cases, nodes, actions, matters = [], ...safety }) {
    const held = { cases: byId(cases), nodes: byId(nodes), actions: byId(actions), matters: byId(matters) };
    for (const [, kind] of OF_SAFETY) held[kind] = byId(safety[kind] ?? []); // of a server that does not tell: none
    this.#held.set(stream, held);
  }

  forget(stream) {
    this.#held.delete(stream);
  }

  apply(stream, entries) {
    const held = this.#held.get(stream);
    if (held) for (const entry of entries) applyEntry(held, entry);
  }

  // One number over all streams, such as of acts whose files are not here.
  sum(kind, weigh) {
    let total = 0;
    for (const held of this.#held.values()) for (const row of held[kind].values()) total += Number(weigh(row));
    return total;
  }
}

const applyEntry = (held, entry) => {
  if (entry.case) applyCase(held, entry.case);
  for (const node of entry.nodes ?? []) {
    const isShown = held.cases.has(node.case) && node.state !== "NOT_STARTED";
    if (isShown) held.nodes.set(node.id, node); else held.nodes.delete(node.id);
  }
  if (entry.matter) applyMatter(held, entry.matter);
  for (const [name, kind] of OF_SAFETY) if (entry[name]) keepStanding(held[kind], entry[name]);
  if (entry.action) {
    if (isOfOpen(held, entry.action)) held.actions.set(entry.action.id, entry.action);
    else held.actions.delete(entry.action.id);
  }
};

const applyCase = (held, one) => {
  if (one.status !== "CLOSED") { held.cases.set(one.id, one); return; }
  if (!held.cases.delete(one.id)) return;
  for (const [id, node] of held.nodes) if (node.case === one.id) held.nodes.delete(id);
  dropActs(held);
};

const applyMatter = (held, one) => {
  if (!ENDED.has(one.state)) held.matters.set(one.id, one);
  else if (held.matters.delete(one.id)) dropActs(held);
};

const keepStanding = (rows, one) => {
  if (one.ended_at || OVER.has(one.state)) rows.delete(one.id); else rows.set(one.id, one);
};

const dropActs = (held) => {
  for (const [id, action] of held.actions) if (!isOfOpen(held, action)) held.actions.delete(id);
};

// An act of no case and no matter they know stays; one of closed and ended ones alone has left with them.
const isOfOpen = (held, { cases, matters = [] }) => !(cases.length + matters.length)
  || cases.some((id) => held.cases.has(id)) || matters.some((id) => held.matters.has(id));
