// The workbench's page: a flow's drawing, what is wrong with it, and the web chat to try it.
import { el, fill, findingView, follow, forgetVisitor, language, more, summary, uses, words } from "./report.js";

const find = (id) => document.getElementById(id);
const channel = document.body.dataset.channel;
const around = 16; // pixels of free space around a drawing
const minHeight = 640; // pixels that a drawing gets, however little room there is: smaller ones can not be read
const hereAfter = 250; // milliseconds between the chat's last change and the question where it stands
let newest = { flows: [], findings: [] };
let here = {}; // flow and state of the chat
let full = false; // the drawing is as large as it is
let drawn = ""; // the flow and version that is shown

document.documentElement.lang = language;
document.title = `${words.title} · Relevo`;
document.querySelector("h1").textContent = words.title;
document.querySelector("#choice span").textContent = words.flow;
find("over").textContent = words.over;
find("size").textContent = words.full;

/** The flow that a save was about, as far as that can be told: one that was reloaded, else one that is not what its file says. */
function about(report, fresh) {
  const reloaded = fresh && report.flows.find((f) => report.reloaded.includes(f.flow));
  return (reloaded || report.flows.find((f) => f.use !== "file"))?.flow ?? "";
}

function offer(wanted) {
  const flows = newest.flows.map((f) => f.flow);
  const select = find("flow");
  const chosen = flows.includes(wanted) ? wanted : flows.includes(select.value) ? select.value : (flows[0] ?? "");
  select.replaceChildren(...flows.map((flow) => el("option", { value: flow }, flow)));
  select.value = chosen;
}

function draw() {
  const flow = newest.flows.find((f) => f.flow === find("flow").value);
  const key = flow ? `${flow.flow} ${flow.use === "file" ? flow.version : newest.number}` : "";
  if (key === drawn) return mark();
  drawn = key;
  if (!flow) return find("drawing").replaceChildren();
  const title = fill(words.drawing, { flow: flow.flow });
  find("drawing").setAttribute("aria-label", title);
  // The key is there so that no older picture is shown again.
  const next = el("iframe", { title, tabindex: "-1", scrolling: "no", src: `/dev/drawing.svg?${new URLSearchParams({ flow: flow.flow, language, key })}` });
  next.addEventListener("load", () => {
    if (!next.contentDocument?.querySelector("svg")) next.hidden = true; // a file that can not be read as a flow
    for (const old of find("drawing").querySelectorAll("iframe")) if (old !== next) old.remove();
    size();
    mark();
  });
  find("drawing").append(next);
}

/** The drawing itself, once it is there. */
const picture = () => find("drawing").querySelector("iframe:last-child")?.contentDocument?.querySelector("svg");

/** Makes the drawing as large as it is, or so small that its width, and where that can be read its height, has room. */
function size() {
  const svg = picture();
  if (!svg) return;
  const { width, height } = svg.viewBox.baseVal;
  const box = find("drawing");
  const scale = full ? 1 : Math.min(1, (box.clientWidth - 2 * around) / width, Math.max(minHeight, box.clientHeight - 2 * around) / height);
  svg.setAttribute("width", "100%");
  svg.setAttribute("height", "100%");
  const { style } = svg.ownerDocument.defaultView.frameElement;
  style.width = `${Math.round(width * scale)}px`;
  style.height = `${Math.round(height * scale)}px`;
}

/** Marks the state in which the chat is, and brings it into sight. */
function mark() {
  const svg = picture();
  if (!svg) return;
  let found = null;
  for (const box of svg.querySelectorAll("[data-state]")) {
    const is = here.flow === find("flow").value && box.dataset.state === here.state;
    box.style.filter = is ? "drop-shadow(0 0 3px #0f9d90) drop-shadow(0 0 10px #0f9d90)" : "";
    if (is) found = box;
  }
  if (!found || !full) return;
  const box = find("drawing");
  const at = found.getBoundingClientRect(); // in the frame, which is as large as the drawing
  box.scrollTo({ left: at.left + at.width / 2 - box.clientWidth / 2, top: at.top + at.height / 2 - box.clientHeight / 2 });
}

function showFindings(report) {
  const section = find("findings");
  const lines = uses(report);
  const bad = report.errors > 0 || Boolean(report.problem);
  section.hidden = report.findings.length === 0 && lines.length === 0;
  section.className = bad ? "bad" : "";
  section.replaceChildren(
    el("h2", {}, summary(report) || words.findings), ...lines.map((line) => el("p", { class: "use" }, line)),
    el("ul", {}, ...report.findings.map(findingView)), more(report),
  );
}

function showState(report, fresh) {
  const state = find("state");
  const said = [];
  if (fresh && report.reloaded.length > 0) said.push(fill(words.reloaded, { names: report.reloaded.join(", "), ms: report.tookMs }), words.keep);
  else said.push(report.problem ? words.problem : summary(report) || words.noFindings);
  state.className = report.errors > 0 || report.problem ? "bad" : "";
  state.textContent = said.join(". ").replace("..", ".");
}

follow((report, fresh) => {
  newest = report;
  offer(fresh || !drawn ? about(report, fresh) : "");
  draw();
  showFindings(report);
  showState(report, fresh);
  whereAmI();
}, (lost) => {
  if (!lost) return;
  find("state").className = "bad";
  find("state").textContent = words.lost;
});

find("flow").addEventListener("change", draw);
addEventListener("resize", () => {
  size();
  mark();
});
find("size").addEventListener("click", () => {
  full = !full;
  find("size").setAttribute("aria-pressed", String(full));
  size();
  mark();
});

/** Says in which state the chat is. */
async function whereAmI() {
  const token = localStorage.getItem(`relevo.webchat.${channel}.token`);
  let place = { runs: [] };
  if (token) {
    const answer = await fetch("/dev/here", { headers: { Authorization: `Bearer ${token}` } }).catch(() => null);
    if (answer?.ok) place = await answer.json();
  }
  const [run] = place.runs;
  here = run ?? {};
  mark();
  if (!run) return (find("here").textContent = place.owner === "bot" || !place.owner ? words.nowhere : words.people);
  const current = newest.flows.find((f) => f.flow === run.flow)?.version;
  const [before, between, after] = words.here.split(/\{\w+\}/);
  find("here").replaceChildren(before, el("b", {}, run.state), between, el("b", {}, run.flow), after, current && current !== run.version ? ` (${words.older})` : "");
}

const frame = find("chat");
let asked = 0;
function openChat() {
  frame.src = `/webchat?lang=${language}`;
}
frame.addEventListener("load", () => {
  const log = frame.contentDocument?.getElementById("log");
  if (!log) return;
  new MutationObserver(() => {
    clearTimeout(asked);
    asked = setTimeout(whereAmI, hereAfter);
  }).observe(log, { childList: true, subtree: true });
});
find("over").addEventListener("click", () => {
  forgetVisitor();
  openChat();
  find("here").textContent = words.nowhere;
  here = {};
  mark();
});

frame.title = words.chat;
if (channel) openChat();
else find("right").replaceChildren(el("p", { class: "use" }, words.noChat));
whereAmI();
