// A fresh snapshot of a court's stream. One that is refused stays refused; any other fault is tried again.
export const snapshotOf = async (stream) => {
  const answer = await fetch(`/api/v1/live/${stream.replace("court:", "")}/snapshot`, { cache: "no-store" });
  if (answer.ok) return answer.json();
  throw Object.assign(new Error(String(answer.status)), { isRefused: [401, 403, 404].includes(answer.status) });
};
