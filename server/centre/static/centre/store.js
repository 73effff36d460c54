// What a page holds of the streams it follows: cases, nodes, acts and matters by id, as docs/reference/live.md has it.
// Everything a frame says is absolute, so applying it is replacing. Knows no socket and no page.
const ENDED = new Set(["CONFIRMED", "RETURNED", "WITHDRAWN"]);
const byId = (rows) => new Map(rows.map((row) => [row.id, row]));

export class Store {
  #held = new Map();

  get streams() {
    return [...this.#held.values()];
  }

  take({ stream, cases, nodes, actions, matters = [] }) {
    this.#held.set(stream, { cases: byId(cases), nodes: byId(nodes), actions: byId(actions), matters: byId(matters) });
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

const dropActs = (held) => {
  for (const [id, action] of held.actions) if (!isOfOpen(held, action)) held.actions.delete(id);
};

// An act of no case and no matter they know stays; one of closed and ended ones alone has left with them.
const isOfOpen = (held, { cases, matters = [] }) => !(cases.length + matters.length)
  || cases.some((id) => held.cases.has(id)) || matters.some((id) => held.matters.has(id));
