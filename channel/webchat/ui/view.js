// @ts-check
// What the visitor sees. Everything that people wrote is put on the page as text, never as markup.

/** @typedef {import("./line.js").Line} Line */
/** @typedef {import("./line.js").Choice} Choice */

const sameGroup = 5 * 60_000; // ms between two bubbles of one speaker that still belong together
const nearEnd = 80; // px from the end at which the view follows new messages
const typingTime = 8_000; // ms that the dots are shown at most

/**
 * @param {string} tag
 * @param {string} [name] of the class
 * @param {string} [text]
 */
function make(tag, name, text) {
  const e = document.createElement(tag);
  if (name) e.className = name;
  if (text) e.textContent = text;
  return e;
}

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** A link that opens elsewhere, or only its text where the address is none. @param {string} href @param {string} text @param {string} [name] */
function link(href, text, name) {
  const a = document.createElement("a");
  a.href = href;
  if (!/^https?:\/\//i.test(href) || !/^https?:$/.test(a.protocol)) return text;
  if (name) a.className = name;
  a.target = "_blank";
  a.rel = "noopener noreferrer nofollow";
  a.textContent = text;
  return a;
}

/** Puts text into a bubble, with web addresses as links. @param {HTMLElement} into @param {string} text */
function fill(into, text) {
  for (const part of text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'*_])/gi)) into.append(link(part, part));
}

export class View {
  /**
   * @param {{language: string, title: string, greeting: string, starters: string[] | null, maxChips: number, words: Record<string, string>}} settings
   * @param {(choice: {text?: string, payload?: string, title?: string}) => void} press
   */
  constructor(settings, press) {
    this.settings = settings;
    this.press = press;
    this.log = find("log");
    this.newest = find("newest");
    /** @type {Map<string, HTMLElement>} by the line's id */
    this.rows = new Map();
    /** @type {HTMLElement | undefined} */
    this.choices = undefined;
    /** @type {HTMLElement | undefined} */
    this.intro = undefined;
    /** @type {HTMLElement | undefined} */
    this.dots = undefined;
    this.quiet = false; // a person answers, or nobody did last time: promise no quick answer
    // The browser's own variant of the language: a visitor in London reads 14:05, not 2:05 PM.
    const l = navigator.languages.find((one) => one.startsWith(settings.language)) ?? settings.language;
    this.clock = new Intl.DateTimeFormat(l, { hour: "numeric", minute: "2-digit" });
    this.date = new Intl.DateTimeFormat(l, { weekday: "long", day: "numeric", month: "long" });
    this.near = new Intl.RelativeTimeFormat(l, { numeric: "auto" });
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.dotsEnd = undefined;
    this.following = true; // the newest message is in sight and stays there
    this.log.addEventListener("scroll", () => {
      this.following = this.atEnd();
      if (this.following) this.newest.hidden = true;
    }, { passive: true });
    this.newest.addEventListener("click", () => this.scroll());
    new ResizeObserver(() => this.following && this.scroll()).observe(this.log);
  }

  /** The empty state: who is here, a greeting, a few things to start with. */
  greet() {
    if (this.rows.size || this.intro) return;
    const { greeting, starters, words, title } = this.settings;
    this.intro = make("div", "intro");
    const sign = make("span", "sign", [...title][0]?.toUpperCase());
    sign.ariaHidden = "true";
    this.intro.append(sign, make("p", "", greeting));
    if (starters?.length) {
      this.intro.append(this.#buttons(words.suggestions, "chips", starters.map((s) => [s, { text: s }])));
    }
    this.log.append(this.intro);
  }

  /**
   * Shows a line, once. Pending ones are the visitor's own that the server has not confirmed.
   * @param {Line} line
   * @param {boolean} [pending]
   * @returns {boolean} whether it was new
   */
  add(line, pending) {
    const shown = this.rows.get(line.id);
    if (shown) {
      if (!pending) this.confirm(line.id);
      return false;
    }
    const follow = this.following || line.kind === "contact" && pending;
    this.intro?.remove();
    this.intro = undefined;
    if (line.kind !== "contact") {
      this.typing(false);
      this.quiet = line.kind !== "bot";
    }
    this.#dropChoices();
    const row = this.#row(line, pending);
    this.rows.set(line.id, row);
    // What waits for a connection stays at the end: it is said after what arrives now.
    const first = pending ? null : /** @type {HTMLElement | null} */ (this.log.querySelector(".row.pending:not(.flying)"));
    this.log.insertBefore(row, first ?? this.dots ?? null);
    this.#arrange(row);
    if (first) this.#arrange(first);
    else this.#offer(line, row);
    if (follow) this.scroll();
    else this.newest.hidden = false;
    return true;
  }

  /** @param {string} id of a message @param {boolean} on whether it is on its way, so that what arrives is said after it */
  flying(id, on) {
    this.rows.get(id)?.classList.toggle("flying", on);
  }

  /** @param {string} id of the visitor's own message, which the server has now */
  confirm(id) {
    this.rows.get(id)?.classList.remove("pending", "flying");
  }

  /** @param {string} id of a message that will never be taken */
  fail(id) {
    const row = this.rows.get(id);
    if (!row) return;
    this.confirm(id);
    row.classList.add("failed");
    row.querySelector(".meta")?.prepend(make("b", "", `${this.settings.words.notSent} · `));
  }

  /** Shows or hides the dots that stand for an answer on its way. @param {boolean} on */
  typing(on) {
    clearTimeout(this.dotsEnd);
    this.dots?.remove();
    this.dots = undefined;
    const answered = !this.log.querySelector(".row:last-child")?.classList.contains("me");
    if (!on || this.quiet || answered) return;
    this.dots = make("div", "row them dots");
    this.dots.setAttribute("role", "img");
    this.dots.ariaLabel = this.settings.words.typing;
    const bubble = make("div", "bubble");
    bubble.append(make("i"), make("i"), make("i"));
    this.dots.append(bubble);
    this.log.append(this.dots);
    if (this.following) this.scroll();
    this.dotsEnd = setTimeout(() => {
      this.typing(false);
      this.quiet = true;
    }, typingTime);
  }

  /** From now on what arrives is read out; the past was not. */
  listen() {
    this.log.ariaLive = "polite";
  }

  /** Moves to the newest message: to its end, or to its beginning when it is longer than the view. */
  scroll() {
    const last = /** @type {HTMLElement | undefined} */ ([...this.log.querySelectorAll(".row")].pop());
    this.log.scrollTop = Math.min(this.log.scrollHeight - this.log.clientHeight, last ? last.offsetTop - 16 : 0);
    this.newest.hidden = true;
    this.following = true;
  }

  atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < nearEnd;
  }

  /** @param {Line} line @param {boolean} [pending] */
  #row(line, pending) {
    const mine = line.kind === "contact";
    const row = make("div", mine ? "row me" : "row them");
    row.classList.toggle("pending", Boolean(pending));
    row.dataset.at = String(line.at);
    row.dataset.speaker = `${line.kind}:${line.author ?? ""}`;
    const who = mine ? this.settings.words.you : line.author || this.settings.title;
    const bubble = make("div", "bubble");
    const named = !mine && line.kind !== "bot";
    bubble.append(make("span", named ? "who" : "who unseen", named ? who : `${who}: `));
    const text = make("span", "text");
    text.dir = "auto";
    fill(text, line.text);
    const meta = make("span", "meta");
    const time = document.createElement("time");
    time.dateTime = new Date(line.at).toISOString();
    time.textContent = this.clock.format(line.at);
    time.title = `${this.date.format(line.at)}, ${time.textContent}`;
    meta.append(time);
    if (mine) {
      const tick = make("i", "icon tick");
      tick.ariaHidden = "true";
      meta.append(tick);
    }
    const beside = line.url ? this.#show(line.show, line.url, line.title ?? line.url) : "";
    if (line.show === "link") bubble.append(text, beside, meta);
    else bubble.append(beside, text, meta);
    row.append(bubble);
    return row;
  }

  /** A picture, a player, or a button that opens the address. @param {string | undefined} show @param {string} url @param {string} title */
  #show(show, url, title) {
    if (!/^(image|video|audio)$/.test(show ?? "") || !url.startsWith("https://")) return link(url, title, `open ${show}`);
    const e = /** @type {HTMLImageElement & HTMLMediaElement} */ (make(show === "image" ? "img" : show ?? ""));
    e.src = url;
    e.alt = e.title = title;
    e.controls = true;
    e.preload = "metadata";
    for (const sized of ["load", "loadedmetadata", "error"]) e.addEventListener(sized, () => this.following && this.scroll());
    return e;
  }

  /** Gives a row its place among its neighbours: the label of a new day, and one group for one speaker. @param {HTMLElement} row */
  #arrange(row) {
    let last = row.previousElementSibling;
    if (last?.classList.contains("day")) {
      last.remove();
      last = row.previousElementSibling;
    }
    const before = /** @type {HTMLElement | null} */ (last);
    const at = Number(row.dataset.at);
    const then = Number(before?.dataset.at ?? 0);
    const newDay = new Date(at).toDateString() !== new Date(then).toDateString();
    row.classList.toggle("next", !newDay && before?.dataset.speaker === row.dataset.speaker && at - then < sameGroup);
    if (newDay) row.before(make("div", "day", this.#day(at)));
  }

  /** @param {number} at */
  #day(at) {
    /** @param {number | Date} d */
    const midnight = (d) => new Date(d).setHours(12, 0, 0, 0);
    const days = Math.round((midnight(at) - midnight(new Date())) / 86_400_000);
    const label = days === 0 || days === -1 ? this.near.format(days, "day") : this.date.format(at);
    return label.charAt(0).toLocaleUpperCase(this.settings.language) + label.slice(1);
  }

  /** Only the newest message can be answered with a button. */
  #dropChoices() {
    const focused = this.choices?.contains(document.activeElement);
    this.choices?.remove();
    this.choices = undefined;
    // A phone's keyboard should not jump up where a button was pressed.
    if (focused) (matchMedia("(pointer: coarse)").matches ? this.log : find("text")).focus({ preventScroll: true });
  }

  /** @param {Line} line @param {HTMLElement} row */
  #offer({ choices, as }, row) {
    if (!choices?.length) return;
    const { words, maxChips } = this.settings;
    const items = choices.map((c) => /** @type {[string, Choice]} */ ([c.title, { payload: c.payload, title: c.title }]));
    this.choices = this.#buttons(words.answers, as === "list" || !as && choices.length > maxChips ? "chips list" : "chips", items);
    row.after(this.choices);
  }

  /**
   * @param {string} label
   * @param {string} name
   * @param {[string, {text?: string, payload?: string, title?: string}][]} items
   */
  #buttons(label, name, items) {
    const group = make("div", name);
    group.setAttribute("role", "group");
    group.ariaLabel = label;
    for (const [title, choice] of items) {
      const b = document.createElement("button");
      b.type = "button";
      b.textContent = title;
      b.dir = "auto";
      b.addEventListener("click", () => this.press(choice));
      group.append(b);
    }
    return group;
  }
}
