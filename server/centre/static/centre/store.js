// What a page holds of the streams it follows: cases, nodes and acts by id, as docs/reference/live.md has it.
// Everything a frame says is absolute, so applying it is replacing. Knows no socket and no page.
const byId = (rows) => new Map(rows.map((row) => [row.id, row]));

export class Store {
  #held = new Map();

  get streams() {
    return [...this.#held.values()];
  }

  take({ stream, cases, nodes, actions }) {
    this.#held.set(stream, { cases: byId(cases), nodes: byId(nodes), actions: byId(actions) });
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
  if (entry.action) {
    if (isOfOpenCase(held, entry.action)) held.actions.set(entry.action.id, entry.action);
    else held.actions.delete(entry.action.id);
  }
};

const applyCase = (held, one) => {
  if (one.status !== "CLOSED") { held.cases.set(one.id, one); return; }
  if (!held.cases.delete(one.id)) return;
  for (const [id, node] of held.nodes) if (node.case === one.id) held.nodes.delete(id);
  for (const [id, action] of held.actions) if (!isOfOpenCase(held, action)) held.actions.delete(id);
};

// An act of no case they know stays; one of closed cases alone has left with them.
const isOfOpenCase = (held, action) => !action.cases.length || action.cases.some((id) => held.cases.has(id));
