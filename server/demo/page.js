// The demo's buttons. The web chat in the frame and this page share the visitor's token, which the browser keeps: who has it is the visitor.

const { channel, language, words } = JSON.parse(document.body.dataset.settings);
const key = `relevo.webchat.${channel}.token`;
const buttons = [...document.querySelectorAll("[data-button]")];
const maxLines = 20; // of the log

/** The visitor's token: the chat's own, or a new one that the chat finds. */
async function token() {
  const known = localStorage.getItem(key);
  if (known) return known;
  const answer = await fetch("/webchat/session", { method: "POST" });
  if (!answer.ok) throw new Error(`session: ${answer.status}`);
  localStorage.setItem(key, (await answer.json()).token);
  return localStorage.getItem(key);
}

/** Writes a line at the top of the log. */
function say(text, name) {
  const line = document.createElement("p");
  if (name) {
    const code = document.createElement("code");
    code.textContent = `${name} `;
    line.append(code);
  }
  line.append(text);
  const log = document.getElementById("log");
  log.prepend(line);
  while (log.children.length > maxLines) log.lastChild.remove();
}

async function press(button) {
  button.disabled = true;
  try {
    const answer = await fetch("/demo/events", {
      method: "POST", body: JSON.stringify({
        button: button.dataset.button, language, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      }),
      headers: { Authorization: `Bearer ${await token()}`, "Content-Type": "application/json" },
    });
    if (answer.status === 409) return say(words.book);
    if (!answer.ok) return say(words.failed);
    const { name, key, result } = await answer.json();
    say(words[result] ?? result, `${name} ${key}`);
    document.getElementById("chat").scrollIntoView({ block: "nearest" }); // on a phone it is below the buttons
  } catch {
    say(words.failed);
  } finally {
    button.disabled = false;
    button.focus({ preventScroll: true });
  }
}

async function begin() {
  try {
    localStorage.setItem(`${key}.try`, "1");
    localStorage.removeItem(`${key}.try`);
  } catch {
    return say(words.blocked);
  }
  await token();
  document.getElementById("chat").src = `/webchat?lang=${language}`;
  for (const b of buttons) {
    b.disabled = false;
    b.addEventListener("click", () => press(b));
  }
}

if (channel) begin().catch(() => say(words.failed));
