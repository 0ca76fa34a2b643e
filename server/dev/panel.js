// The panel that relevo serve --watch puts into the web chat, the demo page and the console: what is wrong with what was saved, and what was
// reloaded. It has a shadow tree, so that neither page nor panel changes the look of the other.
import { el, filesOf, fill, findingView, follow, forgetVisitor, more, summary, uses, words } from "./report.js";

const shownFor = 12_000; // milliseconds that a reload is told of, while nobody points at it
const isCustomers = location.pathname === "/webchat" || location.pathname.startsWith("/demo"); // else the console

/** A frame inside a page that has the panel itself, or shows the findings. */
function inside() {
  try {
    return parent !== window && (parent.location.pathname.startsWith("/dev/") || parent.document.documentElement.dataset.relevoPanel === "");
  } catch {
    return false; // somebody else's page
  }
}

function start() {
  document.documentElement.dataset.relevoPanel = "";
  const host = el("div", { id: "relevo-panel", hidden: true, class: location.pathname.startsWith("/demo") ? "left" : "" }); // beside the chat
  const root = host.attachShadow({ mode: "open" });
  const status = el("p", { class: "unseen", role: "status" });
  const findings = el("div", { class: "card findings", role: "group", "aria-label": words.findings, hidden: true });
  const toast = el("div", { class: "card toast", hidden: true });
  const style = el("link", { rel: "stylesheet", href: "/dev/panel.css", onload: () => (host.hidden = false) });
  root.append(style, el("aside", { "aria-label": words.title }, status, toast, findings));
  document.body.append(host);

  let dismissed = ""; // the findings that somebody has closed
  let timer = 0;

  const closeButton = (close) => el("button", { type: "button", class: "close", "aria-label": words.close, title: `${words.close} (Esc)`, onclick: close }, "✕");

  function hideToast() {
    clearTimeout(timer);
    toast.hidden = true;
  }

  function tell(report) {
    const names = report.reloaded.join(", ");
    const startOver = () => {
      forgetVisitor();
      location.reload();
    };
    toast.replaceChildren(
      el("p", {}, el("b", {}, fill(words.reloaded, { names, ms: report.tookMs })), " ", words.keep),
      isCustomers ? el("button", { type: "button", class: "do", onclick: startOver }, words.over) : el("a", { class: "do", href: "/dev/", target: "_blank", rel: "noopener" }, words.try),
      closeButton(hideToast),
    );
    toast.hidden = false;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(() => (toast.matches(":hover, :focus-within") ? later() : hideToast()), shownFor);
    };
    later();
  }

  function showFindings(report) {
    const key = JSON.stringify([report.findings, report.problem]);
    const lines = uses(report);
    const bad = report.errors > 0 || report.problem;
    if (key === dismissed || (report.findings.length === 0 && !report.problem)) {
      findings.hidden = true;
      return;
    }
    dismissed = "";
    const list = el("div", { id: "list", hidden: !bad },
      ...lines.map((line) => el("p", { class: "use" }, line)), el("ul", {}, ...report.findings.map(findingView)), more(report));
    const toggle = el("button", {
      type: "button", class: "summary", "aria-expanded": String(!list.hidden), "aria-controls": "list",
      onclick: () => {
        list.hidden = !list.hidden;
        toggle.setAttribute("aria-expanded", String(!list.hidden));
      },
    }, el("b", {}, summary(report) || words.problem), report.findings.length > 0 ? ` · ${filesOf(report)}` : "");
    findings.replaceChildren(el("header", {}, toggle, closeButton(() => {
      dismissed = key;
      findings.hidden = true;
    })), list);
    findings.className = `card findings ${bad ? "bad" : ""}`;
    findings.hidden = false;
  }

  addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || e.isComposing || (findings.hidden && toast.hidden)) return;
    e.stopImmediatePropagation();
    if (!toast.hidden) hideToast();
    else findings.querySelector(".close").click();
  }, true);

  follow((report, fresh) => {
    showFindings(report);
    if (fresh && report.reloaded.length > 0) {
      tell(report);
      dispatchEvent(new CustomEvent("relevo:reloaded"));
    } else if (fresh) {
      hideToast();
    }
    if (fresh) {
      const said = [report.reloaded.length > 0 ? fill(words.reloaded, { names: report.reloaded.join(", "), ms: report.tookMs }) : "", summary(report) || (report.problem ? words.problem : words.noFindings)];
      status.textContent = said.filter(Boolean).join(". ");
    }
  });
}

if (!inside()) start();
