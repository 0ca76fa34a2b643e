// What pages of the workbench share: its words, the stream of reports, and how a finding looks. Everything that a flow's author wrote is set as
// text, never as markup.

const texts = {
  en: {
    errors: ["1 error", "{n} errors"], warnings: ["1 warning", "{n} warnings"], noFindings: "Nothing is wrong", findings: "Findings",
    reloaded: "{names} reloaded in {ms} ms", keep: "Conversations under way keep their version.", over: "Start over", try: "Try it",
    close: "Close", more: "and {n} more in the terminal", hint: "Hint", kept: "{flow}: the version of {time} stays in use",
    wait: "{flow} waits, because it does not fit {other} as that is in use now", none: "{flow} is not in use yet",
    gone: "{flow} has no file any more; it stays published", problem: "The files can not be used. Everything stays in use as it was.",
    lost: "The server does not answer. Is it running?", flow: "Flow", chat: "Web chat", noChat: "This server has no web chat.",
    drawing: "Drawing of {flow}", full: "Full size", here: "This chat is in {state} of {flow}", nowhere: "This chat is in no flow",
    people: "This chat is with people", older: "in the version from before the last reload", title: "Workbench", transcript: "A conversation that gets there",
  },
  es: {
    errors: ["1 error", "{n} errores"], warnings: ["1 advertencia", "{n} advertencias"], noFindings: "Todo está bien", findings: "Hallazgos",
    reloaded: "{names}: recargado en {ms} ms", keep: "Las conversaciones en curso siguen con su versión.", over: "Empezar de nuevo", try: "Probar",
    close: "Cerrar", more: "y {n} más en el terminal", hint: "Pista", kept: "{flow}: sigue en uso la versión de las {time}",
    wait: "{flow} espera, porque no encaja con {other} tal como está en uso ahora", none: "{flow} todavía no está en uso",
    gone: "{flow} ya no tiene archivo; sigue publicado", problem: "No se pueden usar los archivos. Todo sigue en uso como estaba.",
    lost: "El servidor no responde. ¿Está en marcha?", flow: "Flujo", chat: "Chat web", noChat: "Este servidor no tiene chat web.",
    drawing: "Dibujo de {flow}", full: "Tamaño real", here: "Este chat está en {state} de {flow}", nowhere: "Este chat no está en ningún flujo",
    people: "Este chat está con personas", older: "en la versión anterior a la última recarga", title: "Banco de trabajo", transcript: "Una conversación que llega hasta ahí",
  },
  pt: {
    errors: ["1 erro", "{n} erros"], warnings: ["1 aviso", "{n} avisos"], noFindings: "Está tudo certo", findings: "Achados",
    reloaded: "{names}: recarregado em {ms} ms", keep: "As conversas em andamento continuam com a versão delas.", over: "Começar de novo", try: "Testar",
    close: "Fechar", more: "e mais {n} no terminal", hint: "Dica", kept: "{flow}: a versão das {time} continua em uso",
    wait: "{flow} espera, porque não combina com {other} como está em uso agora", none: "{flow} ainda não está em uso",
    gone: "{flow} não tem mais arquivo; continua publicado", problem: "Não é possível usar os arquivos. Tudo continua em uso como estava.",
    lost: "O servidor não responde. Ele está rodando?", flow: "Fluxo", chat: "Chat web", noChat: "Este servidor não tem chat web.",
    drawing: "Desenho de {flow}", full: "Tamanho real", here: "Este chat está em {state} de {flow}", nowhere: "Este chat não está em nenhum fluxo",
    people: "Este chat está com pessoas", older: "na versão anterior à última recarga", title: "Bancada", transcript: "Uma conversa que chega até lá",
  },
};

/** The first of the browser's languages that there are words for. */
export const language = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((l) => l in texts) ?? "en";
export const words = texts[language];
const region = navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language; // en-GB writes times otherwise than en-US

/** Fills "{name}" in a text. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
export const count = ([one, many], n) => (n === 1 ? one : fill(many, { n }));

/** Makes an element with text or elements in it. */
export function el(name, attributes = {}, ...content) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...content.filter((one) => one !== "" && one !== null && one !== undefined));
  return node;
}

/**
 * Calls show with the newest report and with each one after it. fresh: it came while the page was open, so somebody has just saved. lost is
 * called with true while the server does not answer.
 */
export function follow(show, lost = () => {}) {
  let last = 0; // the number of the report before; 0 after the connection was lost, as another process counts anew
  const source = new EventSource("/dev/stream");
  source.addEventListener("report", (event) => {
    const report = JSON.parse(event.data);
    const fresh = last > 0 && report.number > last;
    last = report.number;
    lost(false);
    show(report, fresh);
  });
  source.addEventListener("error", () => {
    last = 0;
    lost(true);
  });
  addEventListener("pagehide", () => source.close());
}

/** "order_tracking.yaml:8:15" as people say it. */
const place = ({ file, start }) => (start.line > 0 ? `${file}:${start.line}:${start.column}` : file);

/** One finding: where, what, the line with its caret, and how to mend it. */
export function findingView(finding) {
  const said = { ...finding, ...finding.in?.[language] }; // in English where there is no translation
  return el("li", { class: `finding ${finding.severity}` },
    el("p", { class: "place" }, el("span", { class: "sign", "aria-hidden": "true" }, finding.severity === "error" ? "✕" : "!"),
      count(finding.severity === "error" ? words.errors : words.warnings, 1).replace(/^1 /, ""), " · ", place(finding.range), " · ", el("code", {}, finding.code)),
    el("p", { class: "message" }, said.message),
    finding.excerpt ? el("pre", { tabindex: "0" }, finding.excerpt) : "",
    said.hint ? el("p", { class: "hint" }, el("b", {}, `${words.hint}: `), said.hint) : "",
    ...(said.related ?? []).map((r) => el("p", { class: "related" }, `${place(r.range)}: ${r.message}`)),
    finding.transcript ? el("details", {}, el("summary", {}, words.transcript), el("pre", { tabindex: "0" }, finding.transcript)) : "",
  );
}

/** "2 errors, 1 warning", or "". */
export function summary(report) {
  const parts = [];
  if (report.errors > 0) parts.push(count(words.errors, report.errors));
  if (report.warnings > 0) parts.push(count(words.warnings, report.warnings));
  return parts.join(", ");
}

/** The files that have findings, without their folder. */
export const filesOf = (report) => [...new Set(report.findings.map((f) => f.range.file.split("/").pop()))].join(", ");

/** Which flows are not what their files say, a sentence each. */
export function uses(report) {
  const time = (since) => {
    const at = new Date(since);
    const today = at.toDateString() === new Date().toDateString();
    return new Intl.DateTimeFormat(region, today ? { timeStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" }).format(at);
  };
  const said = report.flows.filter((f) => f.use !== "file")
    .map((f) => fill(words[f.use], { flow: f.flow, other: f.waitsFor, time: f.since ? time(f.since) : "" }));
  return [...(report.problem ? [words.problem, report.problem] : []), ...new Set(said), ...report.gone.map((flow) => fill(words.gone, { flow }))];
}

/** How many findings are not in the report. */
export function more(report) {
  const n = report.errors + report.warnings - report.findings.length;
  return n > 0 ? el("p", { class: "more" }, fill(words.more, { n })) : "";
}

/** Forgets who the visitor of the web chat is: the next message begins a new conversation. */
export function forgetVisitor() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("relevo.webchat.")) localStorage.removeItem(key);
  }
}
