// Hosts, people and the licence, rules and drops: what comes every few seconds.

import { find, make, write, badge, fill } from "./dom.js";
import { say, rate, number, bytes, age, since } from "./format.js";
import { ask } from "./acts.js";

const button = (word, act, what) => make("button", { type: "button", class: "quiet", onclick: () => ask(act, what) }, say(word));

const hosts = [
  { text: host => host.host, head: say("host") },
  { text: host => host.user ?? "–", head: say("user") },
  { text: host => host.zone ?? "–", head: say("zone") },
  { text: host => host.link ?? say("not_pinned"), head: say("link") },
  { text: host => age(host.pinAgeSeconds), class: "number", head: say("pinned_for") },
  { text: host => number(host.flows), class: "number", head: say("flows") },
  { text: host => rate(host.inPerSecond), class: "number", head: say("received") },
  { text: host => rate(host.outPerSecond), class: "number", head: say("sent") },
  { mark: host => host.link ?? "", node: host => host.link ? button("move", "move", { subject: host.host, from: host.link }) : null, class: "act" },
];

const logins = [
  { text: login => login.user, head: say("user") },
  { text: login => login.addresses.join(", "), head: say("device") },
  { text: login => login.zone, head: say("zone") },
  { text: login => say(`method_${login.method}`), head: say("method") },
  { text: login => since(login.since), class: "number", head: say("since") },
  { text: login => number(login.flows), class: "number", head: say("flows") },
  { mark: login => login.user, node: login => button("end_login", "logout", { subject: login.addresses[0], user: login.user }), class: "act" },
];

const places = [
  { text: place => place.addresses[0] ?? place.mac ?? place.name ?? "–", head: say("device") },
  { text: place => place.name ?? place.mac ?? "–", head: say("known_as") },
  { text: place => place.user ?? "–", head: say("user") },
  { text: place => since(place.since), class: "number", head: say("since") },
  { text: place => number(place.flows), class: "number", head: say("flows") },
  { mark: place => place.addresses[0] ?? "", node: place => place.addresses.length > 0 ? button("free", "free", { subject: place.addresses[0] }) : null, class: "act" },
];

const refused = [
  { text: one => one.host, head: say("host") },
  { text: one => one.user ?? "–", head: say("user") },
  { text: one => one.why, head: say("why") },
  { text: one => number(one.times), class: "number", head: say("times") },
  { text: one => since(one.last), class: "number", head: say("last") },
];

const rules = [
  { text: rule => rule.name, head: say("rule") },
  { mark: rule => rule.action + rule.active, node: rule => badge(rule.active ? say(`action_${rule.action}`) : say("inactive"), rule.active ? rule.action : "disabled"), head: say("action") },
  { text: rule => number(rule.flows), class: "number", head: say("hits") },
  { text: rule => number(rule.packets), class: "number", head: say("packets") },
  { text: rule => bytes(rule.octets), class: "number", head: say("volume") },
  { text: rule => rule.lastMatch ? since(rule.lastMatch) : say("never"), class: "number", head: say("last") },
  { text: rule => rule.shadowedBy ? say("shadowed", rule.shadowedBy) : "", class: "soft" },
];

const drops = [
  { text: drop => drop.reason, head: say("reason") },
  { text: drop => number(drop.packets), class: "number", head: say("packets") },
];

export function showLists(lists) {
  fill(find("hosts-body"), lists.hosts, host => host.host, hosts, say("nobody"));
  write(find("hosts-count"), lists.hosts.length < lists.hostCount ? say("first_of", lists.hosts.length, number(lists.hostCount)) : number(lists.hostCount));
  fill(find("logins-body"), lists.logins, login => `${login.user} ${login.addresses[0]}`, logins, say("no_logins"));
  fill(find("places-body"), lists.licence.places, place => place.mac ?? place.addresses[0] ?? place.name, places, say("no_places"));
  fill(find("refused-body"), lists.licence.refused, one => `${one.host} ${one.user} ${one.why}`, refused, say("no_refused"));
  fill(find("rules-body"), lists.rules, rule => rule.index, rules, "");
  write(find("rules-count"), lists.rules.length < lists.ruleCount ? say("first_of", lists.rules.length, number(lists.ruleCount)) : number(lists.ruleCount));
  fill(find("drops-body"), lists.drops, drop => drop.reason, drops, say("no_drops"));
  bar("devices", lists.licence.devices);
  bar("seats", lists.licence.seats);
  write(find("total-devices"), `${number(lists.licence.devices.used)} / ${number(lists.licence.devices.limit)}`);
  const facts = lists.licence.licence;
  write(find("licence"), [facts.holder ?? say("base_licence"), facts.expires ? say("expires", facts.expires) : null, facts.problem].filter(text => text).join(" · "));
}

function bar(name, counter) {
  find(`${name}-box`).hidden = counter === null;
  if (counter === null) return;
  const meter = find(`${name}-meter`), share = counter.limit === 0 ? 1 : counter.used / counter.limit;
  meter.max = Math.max(1, counter.limit);
  meter.value = counter.used;
  meter.className = share >= 1 ? "full" : share >= 0.8 ? "near" : "";
  write(find(`${name}-text`), say("used_of", number(counter.used), number(counter.limit)) + (share >= 1 ? ` · ${say("full")}` : ""));
}
