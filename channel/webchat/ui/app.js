// @ts-check
// The page: a view, a line to the server, and the composer between them.
import { Connection } from "./line.js";
import { View } from "./view.js";

/** @param {string} id @returns {any} */
const find = (id) => document.getElementById(id);
const settings = JSON.parse(document.body.dataset.settings ?? "{}");
const { words } = settings;
const text = find("text");
const about = {
  language: settings.asked ? settings.language : navigator.language,
  region: new Intl.Locale(navigator.language).region,
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};
const showLeft = 200; // characters left at which the count appears
let live = false; // what arrives now is new
let busy = ""; // the trouble that is shown

const view = new View(settings, say);
const line = new Connection(settings.id, {
  line(l) {
    if (view.add(l) && live && l.kind !== "contact") frame.unread();
  },
  ready() {
    listen();
    for (const m of line.waiting()) show(m);
    view.greet();
  },
  flying: (id, on) => view.flying(id, on),
  sent(id) {
    view.confirm(id);
    view.typing(true);
  },
  failed: (id) => view.fail(id),
  trouble(kind) {
    busy = kind;
    banner(kind && words[kind]);
  },
});

function listen() {
  live = true;
  view.listen();
}

/** @param {string} words "" hides it */
function banner(words) {
  find("banner").hidden = !words;
  find("banner").textContent = words;
}

/** @param {import("./line.js").Outgoing} m */
function show(m) {
  view.add({ id: m.id, kind: "contact", text: m.text ?? m.title ?? "", at: m.at }, true);
}

/** Says something: shows it at once, and sends it when it can. @param {{text?: string, payload?: string, title?: string}} what */
function say(what) {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const message = { id, ...what, ...about, at: Date.now() };
  view.typing(false);
  if (!line.send(message)) {
    banner(words.full);
    return false;
  }
  show(message);
  return true;
}

function submit() {
  const said = text.value.trim();
  if (!said || !say({ text: said })) return;
  text.value = "";
  typed();
}

/** Fits the composer to what is in it. */
function typed() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
  find("send").disabled = !text.value.trim();
  const left = settings.maxText - text.value.length;
  find("left").hidden = left > showLeft;
  find("left").textContent = left > showLeft ? "" : words.left.replace("{n}", String(left));
  if (!busy) banner("");
}

text.addEventListener("input", typed);
text.addEventListener("keydown", (/** @type {KeyboardEvent} */ e) => {
  if (e.key !== "Enter" || e.shiftKey || e.isComposing) return;
  e.preventDefault();
  submit();
});
find("composer").addEventListener("submit", (/** @type {Event} */ e) => {
  e.preventDefault();
  submit();
  text.focus();
});

/** The page of somebody else that holds this one in a frame, when widget.js put it there. */
const frame = {
  origin: new URLSearchParams(location.search).get("origin") ?? "",
  shown: true,
  count: 0,
  /** @param {object} message */
  tell(message) {
    if (parent !== window && this.origin) parent.postMessage({ relevo: message }, this.origin);
  },
  unread() {
    if (!this.shown) this.tell({ unread: ++this.count });
  },
};

addEventListener("message", (e) => {
  if (e.source !== parent || e.origin !== frame.origin || typeof e.data?.relevo?.shown !== "boolean") return;
  frame.shown = e.data.relevo.shown;
  frame.count = 0;
  if (frame.shown && !matchMedia("(pointer: coarse)").matches) text.focus();
});
if (parent !== window && frame.origin) {
  find("close").hidden = false;
  find("close").addEventListener("click", () => frame.tell({ close: true }));
  addEventListener("keydown", (e) => e.key === "Escape" && !e.isComposing && frame.tell({ close: true }));
}

if (line.known) {
  for (const m of line.waiting()) show(m);
  line.start();
} else {
  listen();
  view.greet();
}
