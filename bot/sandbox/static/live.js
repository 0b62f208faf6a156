/** The line to the sandbox server: state arrives over a WebSocket, actions go out by POST. */

const FIRST_RETRY_MS = 300;
const LAST_RETRY_MS = 5000;
const UNREACHABLE = "The sandbox does not answer. Check that it still runs, then try again.";

/** Keeps a WebSocket open for one person, opening it again whenever it breaks. */
export class Live {
  #socket = null;
  #timer = null;
  #retryMs = FIRST_RETRY_MS;
  #user = null;

  constructor({ onState, onOnline }) {
    this.onState = onState;
    this.onOnline = onOnline;
  }

  /** Shows the workspace as this person sees it; null leaves the choice to the server. */
  open(user) {
    this.#user = user;
    clearTimeout(this.#timer);
    const previous = this.#socket;
    this.#socket = new WebSocket(liveUrl(user));
    previous?.close();
    this.#listen(this.#socket);
  }

  #listen(socket) {
    socket.addEventListener("open", () => this.#opened(socket));
    socket.addEventListener("message", (event) => this.#received(socket, event.data));
    socket.addEventListener("close", () => this.#closed(socket));
  }

  #opened(socket) {
    if (socket !== this.#socket) return;
    this.#retryMs = FIRST_RETRY_MS;
    this.onOnline(true);
  }

  #received(socket, data) {
    if (socket !== this.#socket) return;
    const message = JSON.parse(data);
    if (message.type === "state") this.onState(message.state);
  }

  #closed(socket) {
    if (socket !== this.#socket) return;
    this.onOnline(false);
    this.#timer = setTimeout(() => this.open(this.#user), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }
}

function liveUrl(user) {
  const url = new URL("/sandbox/live", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (user) url.searchParams.set("user", user);
  return url;
}

/** Does one thing as a person; the answer is `{ok, error}` and never throws. */
export async function postAct(body) {
  try {
    const response = await fetch("/sandbox/act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    return { ok: false, error: UNREACHABLE };
  }
}
