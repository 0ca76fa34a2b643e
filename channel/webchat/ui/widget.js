// @ts-check
// The chat on other people's pages: a launcher button, and the chat in a frame of its own origin.
//
//   <script src="https://chat.example/webchat/widget.js" async
//     data-title="Chat with us" data-color="#0f766e" data-language="es" data-side="left"></script>
//
// data-title is the launcher's name, data-color the accent, data-language the page's language, data-side the corner ("right" when
// it is missing). All are optional. Nothing else is loaded, and the frame only once the launcher is pressed.
(() => {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  if (!script || document.querySelector("relevo-chat")) return;
  const page = new URL("../webchat", script.src);
  const set = script.dataset;
  const language = /^[a-z]{2,3}(-[a-z0-9]+)*$/i.test(set.language ?? "") ? set.language : document.documentElement.lang;
  const known = { en: ["Chat with us", "Close chat"], es: ["Chatea con nosotros", "Cerrar el chat"], pt: ["Fale conosco", "Fechar o chat"] };
  const [openWord, closeWord] = known[/** @type {"en"} */ ((language || navigator.language).slice(0, 2).toLowerCase())] ?? known.en;
  const title = (set.title || openWord).slice(0, 60);
  const colour = /^#[0-9a-f]{6}$/i.test(set.color ?? "") ? set.color ?? "" : "";
  const side = set.side === "left" ? "left" : "right";

  page.searchParams.set("origin", location.origin);
  if (set.language && language) page.searchParams.set("lang", language);
  if (colour) page.searchParams.set("accent", colour.slice(1));

  const host = document.createElement("relevo-chat");
  const root = host.attachShadow({ mode: "closed" });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial; color-scheme: light dark; }
    button, iframe { position: fixed; z-index: 2147483000; ${side}: max(16px, env(safe-area-inset-${side})); border: 0; }
    button { bottom: max(16px, env(safe-area-inset-bottom)); display: grid; place-items: center; width: 60px; height: 60px; padding: 0;
      border-radius: 50%; cursor: pointer; background: var(--accent); color: var(--on-accent);
      box-shadow: 0 0 0 1px #fff3, 0 4px 16px #0004; touch-action: manipulation; }
    button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    svg { width: 28px; height: 28px; fill: none; stroke: currentcolor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
    span { position: absolute; top: -4px; inset-inline-end: -4px; min-width: 22px; padding: 0 6px; box-sizing: border-box; border-radius: 11px;
      background: #b3261e; color: #fff; font: 600 13px/22px system-ui, sans-serif; }
    iframe { bottom: calc(max(16px, env(safe-area-inset-bottom)) + 76px); width: 400px; max-width: calc(100vw - 32px); height: 640px;
      max-height: calc(100dvh - 124px); border-radius: 16px; background: Canvas; box-shadow: 0 0 0 1px #0002, 0 12px 40px #0005; }
    [hidden] { display: none; }
    @media (max-width: 480px), (max-height: 420px) {
      iframe { inset: 0; width: 100%; max-width: none; height: 100%; max-height: none; border-radius: 0; }
      iframe:not([hidden]) + button { display: none; }
    }`);
  root.adoptedStyleSheets = [style];

  const button = document.createElement("button");
  const badge = document.createElement("span");
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  button.type = "button";
  badge.hidden = true;
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.append(shape);
  button.append(icon, badge);
  root.append(button);

  // The colour as theme.css computes it: text in black or white, whichever reads better.
  const accent = colour || "#0f766e";
  const [r, g, b] = [1, 3, 5].map((i) => {
    const s = parseInt(accent.slice(i, i + 2), 16) / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  const dark = 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.179;
  button.style.setProperty("--accent", accent);
  button.style.setProperty("--on-accent", dark ? "#fff" : "#000");

  /** @type {HTMLIFrameElement | undefined} */
  let frame;
  let loaded = false; // before that the frame is not of the chat's origin

  /** @param {boolean} open @param {number} [unread] */
  function show(open, unread = 0) {
    if (open && !frame) {
      frame = document.createElement("iframe");
      frame.src = page.href;
      frame.title = title;
      frame.addEventListener("load", () => {
        loaded = true;
        tell(!frame?.hidden);
      });
      button.before(frame);
    }
    if (frame) frame.hidden = !open;
    button.ariaExpanded = String(open);
    badge.hidden = unread === 0;
    badge.textContent = unread > 99 ? "99+" : String(unread);
    button.ariaLabel = open ? closeWord : unread ? `${title} (${unread})` : title;
    shape.setAttribute("d", open ? "m6 9 6 6 6-6" : "M21 11.5a8.4 8.4 0 0 1-12.3 7.5L3 21l2-5.7A8.5 8.5 0 1 1 21 11.5z");
  }

  /** @param {boolean} shown */
  function tell(shown) {
    if (loaded) frame?.contentWindow?.postMessage({ relevo: { shown } }, page.origin);
  }

  button.addEventListener("click", () => {
    const open = !frame || frame.hidden;
    show(open);
    tell(open);
  });
  addEventListener("message", (e) => {
    const said = e.data?.relevo;
    if (!frame || e.source !== frame.contentWindow || e.origin !== page.origin || !said) return;
    if (said.close === true) {
      show(false);
      tell(false);
      button.focus();
    } else if (Number.isSafeInteger(said.unread) && frame.hidden) {
      show(false, said.unread);
    }
  });

  show(false);
  if (document.body) document.body.append(host);
  else addEventListener("DOMContentLoaded", () => document.body.append(host));
})();
