// The few things that one can do from here. Each is asked about first, and is sent as a form with this page's token.

import { find, make, write } from "./dom.js";
import { say } from "./format.js";

let token = document.querySelector("meta[name=form]").content, links = [];

export const renew = fresh => { token = fresh; };
export const knowLinks = names => { links = names; };

const questions = {
  logout: what => [say("ask_logout", what.user, what.subject), say("do_logout")],
  free: what => [say("ask_free", what.subject), say("do_free")],
  move: what => [say("ask_move", what.subject), say("do_move")],
  drill: what => [say("ask_drill", what.link), say("do_drill")],
  "end-drill": () => [say("ask_end_drill"), say("do_end_drill")],
};

export function ask(act, what) {
  const dialog = find("question"), [text, verb] = questions[act](what);
  write(find("question-text"), text);
  write(find("question-do"), verb);
  find("question-more").replaceChildren(...fields(act, what));
  dialog.onclose = () => {
    if (dialog.returnValue !== "do") return;
    send(act, { ...what, ...Object.fromEntries(new FormData(find("question-form"))) });
  };
  dialog.returnValue = "";
  dialog.showModal();
}

function fields(act, what) {
  if (act === "move") {
    return [
      make("label", {}, say("move_to"), make("select", { name: "link" }, ...links.filter(name => name !== what.from).map(name => make("option", { value: name }, name)))),
      make("label", { class: "check" }, make("input", { type: "checkbox", name: "flows", value: "yes" }), say("move_flows")),
    ];
  }
  if (act === "drill") {
    return [make("label", {}, say("drill_length"), make("select", { name: "seconds" }, ...[15, 30, 60, 120].map(length => make("option", { value: length }, `${length} s`))))];
  }
  return [];
}

async function send(act, what) {
  const body = new URLSearchParams({ form: token, act });
  for (const name of ["subject", "link", "flows", "seconds"]) {
    if (what[name]) body.set(name, what[name]);
  }
  try {
    const answer = await fetch("/dashboard/act", { method: "POST", body });
    const outcome = await answer.json();
    tell(outcome.done ? say("done", outcome.sentence) : say("not_done", outcome.sentence), outcome.done);
  } catch {
    tell(say("not_done", say("silent")), false);
  }
}

let hiding = 0;

function tell(text, isGood) {
  const place = find("news");
  write(place, text);
  place.className = isGood ? "good" : "bad";
  place.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { place.hidden = true; }, 8000);
}
