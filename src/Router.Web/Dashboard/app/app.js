// The dashboard: one stream tells how the router is, every second, and the page follows it. See docs/dashboard.md.

import { find, write } from "./dom.js";
import { say } from "./format.js";
import { showState } from "./links.js";
import { startCharts, follow } from "./charts.js";
import { showLists } from "./tables.js";
import { startLists, look, offerLinks } from "./lists.js";
import { ask, renew, knowLinks } from "./acts.js";

const sections = [...document.querySelectorAll("main > section")].map(section => section.id.slice("section-".length));

function choose() {
  const wanted = location.hash.slice(1), shown = sections.includes(wanted) ? wanted : sections[0];
  for (const name of sections) {
    find(`section-${name}`).hidden = name !== shown;
    const link = document.querySelector(`nav a[href="#${name}"]`);
    if (name === shown) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  look(shown);
  dispatchEvent(new Event("resize"));
}

// How fresh the page is, by colour and word.
function connection(state) {
  const place = find("connection");
  place.className = state;
  write(place, say(`connection_${state}`));
}

let heard = 0;

function listen() {
  const stream = new EventSource("/dashboard/live");
  stream.addEventListener("token", event => renew(event.data));
  stream.addEventListener("state", event => {
    const state = JSON.parse(event.data), names = state.links.map(link => link.name);
    heard = Date.now();
    connection("live");
    knowLinks(names);
    offerLinks(names);
    showState(state);
    follow(state);
  });
  stream.addEventListener("lists", event => showLists(JSON.parse(event.data)));
  stream.addEventListener("silent", () => connection("silent"));
  stream.addEventListener("gone", () => {
    stream.close();
    connection("gone");
    find("gone").hidden = false;
  });
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  };
}

setInterval(() => {
  if (heard > 0 && Date.now() - heard > 5000 && find("connection").className === "live") connection("late");
}, 1000);

find("end-drill").addEventListener("click", () => ask("end-drill", {}));
addEventListener("hashchange", choose);
startCharts();
startLists();
choose();
listen();
