// @ts-check
// The line to the server: the session, the messages that wait to go out, and the stream of what comes in.

/**
 * @typedef {{payload: string, title: string}} Choice
 * @typedef {{id: string, kind: string, author?: string, text: string, choices?: Choice[], as?: string, show?: string, url?: string, title?: string, at: number}} Line one bubble
 * @typedef {{id: string, text?: string, payload?: string, title?: string, language: string, region?: string, timezone: string, at: number}} Outgoing
 * @typedef {{
 *   line: (l: Line) => void,
 *   ready: () => void,
 *   flying: (id: string, on: boolean) => void,
 *   sent: (id: string) => void,
 *   failed: (id: string) => void,
 *   trouble: (kind: "" | "offline" | "reconnecting" | "busy") => void,
 * }} Listener
 */

const root = "/webchat";
const maxWaiting = 50; // messages kept for a better connection
const maxWait = 15_000; // ms between two tries
const silence = 40_000; // ms without a sign after which a stream counts as dead; the server gives one every 15 s
const patience = 1_500; // ms of trouble before it is shown

/** A store that also works where the browser allows none, for as long as the page is open. */
class Memory {
  /** @param {string} prefix */
  constructor(prefix) {
    this.prefix = prefix;
    /** @type {Map<string, string>} */
    this.spare = new Map();
  }

  /** @param {string} key */
  get(key) {
    try {
      return localStorage.getItem(this.prefix + key) ?? this.spare.get(key) ?? null;
    } catch {
      return this.spare.get(key) ?? null;
    }
  }

  /** @param {string} key @param {string | null} value */
  set(key, value) {
    if (value === null) this.spare.delete(key);
    else this.spare.set(key, value);
    try {
      if (value === null) localStorage.removeItem(this.prefix + key);
      else localStorage.setItem(this.prefix + key, value);
      this.spare.delete(key);
    } catch {
      // full or forbidden: the spare has it
    }
  }
}

export class Connection {
  /** @param {string} channel @param {Listener} listener */
  constructor(channel, listener) {
    this.memory = new Memory(`relevo.webchat.${channel}.`);
    this.listener = listener;
    this.after = "0";
    this.open = false; // the stream is open and the past is shown
    this.flushing = false;
    this.tries = 0;
    /** @type {AbortController | undefined} */
    this.stream = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.alarm = undefined;
    this.kind = "";
    addEventListener("storage", (e) => e.key === `${this.memory.prefix}waiting` && this.#shared(e.oldValue));
    addEventListener("online", () => this.start());
    addEventListener("offline", () => this.stream?.abort());
    document.addEventListener("visibilitychange", () => document.hidden || this.start());
  }

  /** True when this browser has written before. */
  get known() {
    return this.memory.get("token") !== null || this.waiting().length > 0;
  }

  /** @returns {Outgoing[]} what is not sent yet */
  waiting() {
    try {
      const list = JSON.parse(this.memory.get("waiting") ?? "[]");
      return Array.isArray(list) ? list : [];
    } catch {
      return [];
    }
  }

  /** Connects now, if it is not connected. */
  start() {
    if (this.open || !this.known) return;
    this.tries = 0;
    this.stream?.abort();
    this.#connect();
  }

  /**
   * Keeps a message and sends it as soon as possible. False when too many are waiting already.
   * @param {Outgoing} message
   */
  send(message) {
    const list = this.waiting();
    if (list.length >= maxWaiting) return false;
    this.memory.set("waiting", JSON.stringify([...list, message]));
    if (this.open) this.#flush();
    else if (!this.stream) this.start();
    return true;
  }

  /** @param {string} id a message that the server has */
  done(id) {
    const list = this.waiting();
    const rest = list.filter((m) => m.id !== id);
    if (rest.length < list.length) this.memory.set("waiting", JSON.stringify(rest));
  }

  /** Another tab of this browser has sent what waited in both. @param {string | null} before */
  #shared(before) {
    const left = new Set(this.waiting().map((m) => m.id));
    for (const m of JSON.parse(before ?? "[]")) if (!left.has(m.id)) this.listener.sent(m.id);
  }

  /** Reads the stream until it ends, then tries again, ever less often. */
  async #connect() {
    const control = new AbortController();
    this.stream = control;
    let wait = 0;
    try {
      const token = await this.#token(control.signal);
      const answer = await fetch(`${root}/stream?after=${this.after}`, {
        headers: { Authorization: `Bearer ${token}` }, cache: "no-store", signal: control.signal,
      });
      if (answer.status === 401) this.#forget();
      if (!answer.ok || !answer.body) throw new Refused(answer);
      await this.#read(answer.body, control);
    } catch (e) {
      wait = e instanceof Refused ? e.wait : 0;
    }
    if (this.stream !== control) return; // a newer one took over
    this.open = false;
    this.#trouble(navigator.onLine ? "reconnecting" : "offline");
    const backoff = Math.min(maxWait, 500 * 2 ** this.tries++) * (0.5 + Math.random() / 2);
    setTimeout(() => this.stream === control && this.#connect(), Math.max(wait, backoff));
  }

  /** Drops a token that the server does not take, so that the next try starts a new session. */
  #forget() {
    this.memory.set("token", null);
    this.after = "0";
  }

  /** @param {AbortSignal} signal @returns {Promise<string>} */
  async #token(signal) {
    const token = this.memory.get("token");
    if (token) return token;
    const answer = await fetch(`${root}/session`, { method: "POST", signal });
    if (!answer.ok) throw new Refused(answer);
    const fresh = (await answer.json()).token;
    this.memory.set("token", fresh);
    return fresh;
  }

  /** @param {ReadableStream<Uint8Array>} body @param {AbortController} control */
  async #read(body, control) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const watch = setTimeout(() => control.abort(), silence);
      const { value, done } = await reader.read().finally(() => clearTimeout(watch));
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) this.#event(block);
    }
  }

  /** @param {string} block one server-sent event: id, event and data, each on a line */
  #event(block) {
    /** @type {Record<string, string>} */
    const field = {};
    for (const l of block.split("\n")) {
      const colon = l.indexOf(": ");
      if (colon > 0) field[l.slice(0, colon)] = l.slice(colon + 2);
    }
    if (field.event === "line") {
      const line = JSON.parse(field.data);
      if (line.kind === "contact") this.done(line.id);
      this.listener.line(line);
    }
    if (field.id) this.after = field.id;
    if (field.event === "ready") {
      this.open = true;
      this.tries = 0;
      this.#trouble("");
      this.listener.ready();
      this.#flush();
    }
  }

  /** Sends what waits, one after the other. */
  async #flush() {
    if (this.flushing) return;
    this.flushing = true;
    for (let tries = 0; this.open; ) {
      const [message] = this.waiting();
      if (!message) break;
      const { at, ...body } = message;
      let wait = Math.min(maxWait, 1000 * 2 ** tries++);
      this.listener.flying(message.id, true);
      try {
        const answer = await fetch(`${root}/messages`, {
          method: "POST", body: JSON.stringify(body),
          headers: { Authorization: `Bearer ${this.memory.get("token")}`, "Content-Type": "application/json" },
        });
        if (answer.ok) {
          this.done(message.id);
          this.listener.sent(message.id);
          tries = 0;
          this.#trouble("");
          continue;
        }
        if (answer.status === 413 || answer.status === 422) {
          this.done(message.id); // it will never be taken
          this.listener.failed(message.id);
          continue;
        }
        if (answer.status === 401) {
          this.#forget();
          this.stream?.abort();
          break;
        }
        if (answer.status === 429) this.#trouble("busy");
        wait = Math.max(wait, new Refused(answer).wait);
      } catch {
        this.#trouble(navigator.onLine ? "reconnecting" : "offline");
      }
      this.listener.flying(message.id, false);
      await new Promise((go) => setTimeout(go, wait));
    }
    this.flushing = false;
  }

  /** Tells of trouble once it lasts; small hiccups pass unseen. @param {"" | "offline" | "reconnecting" | "busy"} kind */
  #trouble(kind) {
    if (kind && kind === this.kind) return;
    this.kind = kind;
    clearTimeout(this.alarm);
    this.alarm = setTimeout(() => this.listener.trouble(kind), kind ? patience : 0);
  }
}

class Refused extends Error {
  /** @param {Response} answer */
  constructor(answer) {
    super(`status ${answer.status}`);
    this.wait = Math.min(60, Number(answer.headers.get("Retry-After")) || 0) * 1000;
  }
}
