// The workbench's page: a flow's drawing, what is wrong with it, and the web chat to try it.
import { el, fill, findingView, follow, forgetVisitor, language, more, summary, uses, words } from "./report.js";

const find = (id) => document.getElementById(id);
const channel = document.body.dataset.channel;
const hereAfter = 250; // milliseconds between the chat's last change and the question where it stands
let newest = { flows: [], findings: [] };
let drawn = ""; // the flow and version that is shown

document.documentElement.lang = language;
document.title = `${words.title} · Relevo`;
document.querySelector("h1").textContent = words.title;
document.querySelector("#choice span").textContent = words.flow;
find("over").textContent = words.over;
find("size").textContent = words.full;
find("drawing").className = "fit";

/** Flows that are in use and can be drawn. */
const usable = () => newest.flows.filter((f) => f.version);

function offer(wanted) {
  const flows = usable().map((f) => f.flow);
  const select = find("flow");
  const chosen = flows.includes(wanted) ? wanted : flows.includes(select.value) ? select.value : (flows[0] ?? "");
  select.replaceChildren(...flows.map((flow) => el("option", { value: flow }, flow)));
  select.value = chosen;
}

function draw() {
  const flow = usable().find((f) => f.flow === find("flow").value);
  const key = flow ? `${flow.flow} ${flow.version}` : "";
  if (key === drawn) return;
  drawn = key;
  const box = find("drawing");
  if (!flow) return box.replaceChildren();
  const title = fill(words.drawing, { flow: flow.flow });
  box.setAttribute("aria-label", title);
  // The version is there so that no older picture is shown again.
  const src = `/dev/drawing.svg?${new URLSearchParams({ flow: flow.flow, language, version: flow.version })}`;
  const image = el("img", { alt: title });
  image.addEventListener("load", () => drawn === key && box.replaceChildren(image));
  image.src = src;
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
  offer(fresh ? report.reloaded[0] : "");
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
find("size").addEventListener("click", () => {
  const full = find("drawing").classList.toggle("fit") === false;
  find("size").setAttribute("aria-pressed", String(full));
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
  const here = find("here");
  if (!run) return (here.textContent = place.owner === "bot" || !place.owner ? words.nowhere : words.people);
  const current = newest.flows.find((f) => f.flow === run.flow)?.version;
  const [before, between, after] = words.here.split(/\{\w+\}/);
  here.replaceChildren(before, el("b", {}, run.state), between, el("b", {}, run.flow), after, current && current !== run.version ? ` (${words.older})` : "");
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
});

frame.title = words.chat;
if (channel) openChat();
else find("right").replaceChildren(el("p", { class: "use" }, words.noChat));
whereAmI();
