// What one sees first: the totals, and a card for each link.

import { find, make, write, badge } from "./dom.js";
import { say, rate, number, percent, milliseconds, share, since, age, stateWord } from "./format.js";
import { colourOf } from "./charts.js";
import { ask } from "./acts.js";

const cards = new Map();

export function showState(state) {
  const links = state.links, down = links.filter(link => link.state === "down").length;
  write(find("total-in"), rate(sum(links, link => link.received.octetsPerSecond)));
  write(find("total-out"), rate(sum(links, link => link.sent.octetsPerSecond)));
  write(find("total-flows"), number(state.flows.used));
  write(find("total-busy"), state.busy === null ? "–" : percent(state.busy));
  write(find("total-drops"), `${number(state.dropsPerSecond)}/s`);
  write(find("summary"), down === 0 ? say("all_well", links.length) : say("some_down", down, links.length));
  find("summary").className = down === 0 ? "well" : "ill";
  write(find("running"), say("running", state.version, age(state.uptimeSeconds)));
  showDrill(state.drill);
  showWarnings(state.warnings);
  for (const link of links) showLink(link);
  for (const [name, card] of cards) {
    if (links.some(link => link.name === name)) continue;
    card.root.remove();
    cards.delete(name);
  }
}

function sum(list, value) {
  return list.reduce((total, item) => total + value(item), 0);
}

function showDrill(drill) {
  const note = find("drill");
  const isOn = drill !== null && drill.phase !== "over";
  note.hidden = !isOn;
  if (isOn) write(find("drill-text"), say("drill_on", drill.link, drill.what));
}

function showWarnings(warnings) {
  const list = find("warnings");
  find("warnings-box").hidden = warnings.length === 0;
  if (list.dataset.mark === warnings.join("\n")) return;
  list.dataset.mark = warnings.join("\n");
  list.replaceChildren(...warnings.map(text => make("li", {}, text)));
}

function showLink(link) {
  let card = cards.get(link.name);
  if (!card) {
    card = begin(link.name);
    cards.set(link.name, card);
    find("cards").append(card.root);
  }
  if (card.state !== link.state) {
    card.badge.replaceChildren(badge(stateWord(link.state), link.state));
    card.root.dataset.state = link.state;
    card.state = link.state;
  }
  write(card.detail, [link.cause, since(link.since)].filter(text => text).join(" · "));
  write(card.in, rate(link.received.octetsPerSecond));
  write(card.out, rate(link.sent.octetsPerSecond));
  write(card.latency, milliseconds(link.latencyMilliseconds));
  write(card.loss, share(link.lossShare));
  write(card.flows, number(link.flows));
  write(card.pins, number(link.pins));
  write(card.where, [link.interface, ...link.addresses.slice(0, 1)].join(" · "));
}

function begin(name) {
  const value = () => make("dd");
  const card = { badge: make("span"), detail: make("p", { class: "detail" }), in: value(), out: value(), latency: value(), loss: value(), flows: value(), pins: value(), where: make("span", { class: "where" }) };
  const pair = (word, place, kind) => make("div", { class: kind ?? null }, make("dt", {}, say(word)), place);
  const chip = make("span", { class: "chip", "aria-hidden": "true" });
  chip.style.background = colourOf(name);
  card.root = make("article", { class: "card link", "data-link": name, "aria-label": name },
    make("header", {}, make("h3", {}, chip, name), card.badge), card.detail,
    make("dl", {}, pair("received", card.in, "big"), pair("sent", card.out, "big"), pair("latency", card.latency), pair("loss", card.loss), pair("flows", card.flows), pair("hosts", card.pins)),
    make("footer", {}, card.where, make("button", { type: "button", class: "quiet", onclick: () => ask("drill", { link: name }) }, say("drill"))));
  return card;
}
