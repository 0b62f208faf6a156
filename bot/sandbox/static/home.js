/** The app's home as it was published for the person. */

import { updateBlocks } from "./blocks.js";
import { el } from "./dom.js";
import { viewSurface } from "./surface.js";

const NOT_PUBLISHED = "The app has not published a home for you yet.";

export class HomeView {
  #visit = null;

  constructor(session) {
    this.session = session;
    this.blocks = el("div", { class: "blocks" });
    this.empty = el("p", { class: "home-empty" }, NOT_PUBLISHED);
    this.card = el("div", { class: "home-view" }, this.blocks);
    this.node = el("div", { class: "home", role: "region", "aria-label": "Home" }, this.card, this.empty);
  }

  /** Shows the home, and tells the app so whenever one comes to it, or the app comes back. */
  update(isShown) {
    this.node.hidden = !isShown;
    const { home: view, me, app } = this.session.state;
    const visit = isShown ? `${me.id} ${app.connected}` : null;
    if (visit && visit !== this.#visit) this.#tellOpened();
    this.#visit = visit;
    this.empty.hidden = Boolean(view);
    this.card.hidden = !view;
    if (view && isShown) this.#show(view);
    else this.blocks.replaceChildren();
  }

  async #tellOpened() {
    const answer = await this.session.act({ do: "open_home" });
    this.empty.textContent = answer.ok ? NOT_PUBLISHED : answer.error;
  }

  #show(view) {
    this.card.dataset.surface = view.id;
    this.card.dataset.viewId = view.id;
    const surface = viewSurface(this.session, view);
    this.session.values.keepOnly(view.id, view.blocks);
    updateBlocks(this.blocks, surface, [view.id, this.session.state.users]);
  }
}
