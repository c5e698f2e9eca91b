// Flows and events: asked for while somebody looks at them, and not otherwise.

import { find, badge, fill, make } from "./dom.js";
import { say, number, bytes, age, end, moment } from "./format.js";

const flows = [
  { text: flow => end(flow.inside), head: say("from") },
  { text: flow => end(flow.remote), head: say("to") },
  { text: flow => flow.protocol, head: say("protocol") },
  { text: flow => flow.link ?? "–", head: say("link") },
  { text: flow => flow.rule, head: say("rule") },
  { text: flow => flow.user ?? "–", head: say("user") },
  { text: flow => flow.state, head: say("state") },
  { text: flow => age(flow.ageSeconds), class: "number", head: say("age") },
  { text: flow => bytes(flow.octetsIn), class: "number", head: say("received") },
  { text: flow => bytes(flow.octetsOut), class: "number", head: say("sent") },
];

const events = [
  { text: event => moment(event.time), class: "when" },
  { mark: event => event.priority, node: event => badge(say(`priority_${event.priority}`), event.priority === "notice" ? "plain" : event.priority === "warning" ? "degraded" : "down") },
  { text: event => event.kind, class: "soft" },
  { text: event => event.link ?? "", class: "soft" },
  { text: event => event.text, class: "text" },
];

let shown = "", timer = 0;

export function startLists() {
  const form = find("flow-filter");
  form.addEventListener("input", () => refresh(300));
  form.addEventListener("reset", () => refresh(50));
  form.addEventListener("submit", event => event.preventDefault());
  find("event-link").addEventListener("input", () => refresh(50));
  document.addEventListener("visibilitychange", () => refresh(50));
}

export function look(section) {
  shown = section;
  refresh(0);
}

export function offerLinks(names) {
  for (const select of [find("flow-link"), find("event-link")]) {
    const known = [...select.options].slice(1).map(option => option.value);
    if (known.join() === names.join()) continue;
    const chosen = select.value;
    select.replaceChildren(select.options[0], ...names.map(name => make("option", { value: name }, name)));
    if (names.includes(chosen)) select.value = chosen;
  }
}

function refresh(wait) {
  clearTimeout(timer);
  if ((shown === "flows" || shown === "events") && !document.hidden) timer = setTimeout(shown === "flows" ? showFlows : showEvents, wait);
}

async function get(url, note) {
  try {
    const answer = await fetch(url);
    const body = await answer.json();
    if (answer.ok) return body;
    note.textContent = body.error ?? "";
  } catch {
    note.textContent = say("silent");
  }
  return null;
}

async function showFlows() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(find("flow-filter"))) {
    if (value.trim()) query.set(name, value.trim());
  }
  const note = find("flow-note"), found = await get(`/dashboard/flows?${query}`, note);
  if (found) {
    fill(find("flows-body"), found, flow => flow.id, flows, say("no_flows"));
    note.textContent = found.length >= 200 ? say("first_flows", number(found.length)) : say("flow_count", number(found.length));
  }
  refresh(3000);
}

async function showEvents() {
  const link = find("event-link").value, note = find("event-note");
  const found = await get(`/dashboard/events${link ? `?link=${encodeURIComponent(link)}` : ""}`, note);
  if (found) {
    fill(find("events-body"), found.reverse(), event => `${event.time} ${event.text}`, events, say("no_events"));
    note.textContent = "";
  }
  refresh(5000);
}
