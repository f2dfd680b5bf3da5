// The pages about traces, in the browser: moments in its own time zone, filters that apply by themselves, moving through
// lists by keys, and the waterfall, which draws only the rows that are in sight.
"use strict";

{
  const find = (selector, scope = document) => scope.querySelector(selector);
  const create = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // ---- moments ----
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
  const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });

  class LocalTime extends HTMLElement {
    connectedCallback() {
      const at = new Date(this.getAttribute("datetime"));
      if (Number.isNaN(at.getTime())) return;
      const today = at.toDateString() === new Date().toDateString();
      const time = clock.format(at);
      this.textContent = this.dataset.style === "long" ? `${day.format(at)}, ${time}` : today ? time : `${day.format(at)}, ${time.slice(0, 5)}`;
      this.dataset.tip = full.format(at);
    }
  }

  // A moment as a field: shown and typed in the browser's time zone, sent as UTC.
  class MomentField extends HTMLElement {
    connectedCallback() {
      if (this.firstChild) return;
      const shown = create("input", "input");
      const sent = create("input");
      shown.type = "datetime-local";
      shown.setAttribute("aria-label", this.getAttribute("label"));
      sent.type = "hidden";
      sent.name = this.getAttribute("name");
      const at = new Date(this.getAttribute("value"));
      if (!Number.isNaN(at.getTime())) {
        shown.value = new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
        sent.value = this.getAttribute("value");
      }
      shown.addEventListener("change", () => (sent.value = shown.value ? new Date(shown.value).toISOString() : ""));
      this.append(shown, sent);
    }
  }

  // ---- the waterfall ----
  const OVER = 8; // rows drawn beyond the edges
  const shorten = (ms) =>
    ms === 0 ? "0" : ms < 1 ? `${Math.max(1, Math.round(ms * 1000))} µs` : ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;

  // data-rows is a JSON list of {id, depth, name, kind, from, start, ms, status, note, inner}: in the order of the tree,
  // times in milliseconds; `inner` counts the rows below it. `from` names another service.
  class Waterfall extends HTMLElement {
    connectedCallback() {
      if (this.body) return;
      this.rows = JSON.parse(this.dataset.rows);
      this.total = Number(this.dataset.total) || 1;
      this.folded = new Set();
      this.current = 0;
      const axis = create("div", "wf-axis");
      axis.setAttribute("aria-hidden", "true");
      const scale = create("div", "wf-scale");
      for (const tick of this.ticks()) {
        const label = create("span", "wf-tick", shorten(tick));
        label.style.left = `${(tick / this.total) * 100}%`;
        scale.append(label);
      }
      axis.append(create("span", "wf-count", `${this.rows.length.toLocaleString("en")} ${this.rows.length === 1 ? "step" : "steps"}`), scale);
      this.body = create("div", "wf-body");
      this.body.tabIndex = 0;
      this.body.setAttribute("role", "tree");
      this.body.setAttribute("aria-label", "Steps of the run");
      this.space = create("div", "wf-space");
      this.body.append(this.space);
      this.append(axis, this.body);
      this.body.addEventListener("scroll", () => this.draw(), { passive: true });
      this.body.addEventListener("click", (event) => this.onClick(event));
      this.watcher = new ResizeObserver(() => this.measure());
      this.watcher.observe(this.body);
      this.layOut();
    }

    disconnectedCallback() {
      this.watcher?.disconnect();
    }

    ticks() {
      const rough = this.total / 4;
      const size = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 5, 10].map((factor) => factor * size).find((one) => one >= rough);
      const ticks = [];
      for (let at = 0; at <= this.total * 0.94; at += step) ticks.push(at);
      return ticks;
    }

    layOut() {
      const kept = this.shown?.[this.current]?.id;
      this.shown = [];
      for (let place = 0; place < this.rows.length; place++) {
        const row = this.rows[place];
        this.shown.push(row);
        if (this.folded.has(row.id)) place += row.inner;
      }
      this.current = Math.max(0, this.shown.findIndex((row) => row.id === kept));
      this.measure();
    }

    measure() {
      this.height = parseFloat(getComputedStyle(this).getPropertyValue("--row")) || 32;
      this.space.style.height = `${this.shown.length * this.height}px`;
      this.drawn = null;
      this.draw();
      // The panel narrows the page, which moves what stands below.
      if (find("#panel.is-open")) find(".is-current", this.space)?.scrollIntoView({ block: "nearest" });
    }

    draw() {
      const first = Math.max(0, Math.floor(this.body.scrollTop / this.height) - OVER);
      const last = Math.min(this.shown.length, Math.ceil((this.body.scrollTop + this.body.clientHeight) / this.height) + OVER);
      if (this.drawn === `${first}-${last}`) return;
      this.drawn = `${first}-${last}`;
      this.space.replaceChildren(...this.shown.slice(first, last).map((row, offset) => this.build(row, first + offset)));
      this.mark();
    }

    build(row, place) {
      const element = create("div", `wf-row is-${row.status}${row.from ? " is-foreign" : ""}`);
      element.id = `wf-${row.id}`;
      element.dataset.place = place;
      element.style.top = `${place * this.height}px`;
      element.style.setProperty("--depth", Math.min(row.depth, 12));
      element.setAttribute("role", "treeitem");
      element.setAttribute("aria-level", row.depth + 1);
      const name = create("span", "wf-name");
      const toggle = create("span", "wf-toggle");
      if (row.inner) {
        const open = !this.folded.has(row.id);
        toggle.classList.add("has-inner");
        element.setAttribute("aria-expanded", String(open));
      }
      name.append(toggle, create("span", `wf-kind is-${row.kind}`), create("span", "wf-title", row.name));
      if (row.from) name.append(create("span", "tag", row.from));
      if (this.folded.has(row.id)) name.append(create("span", "wf-inner", `+${row.inner.toLocaleString("en")}`));
      if (row.note) name.append(create("span", "wf-note", row.note));
      const track = create("span", "wf-track");
      const bar = create("span", `wf-bar is-${row.kind}`);
      const left = Math.min(100, Math.max(0, (row.start / this.total) * 100));
      const width = Math.min(100 - left, (row.ms / this.total) * 100);
      bar.style.left = `${left}%`;
      bar.style.width = `${width}%`;
      const label = create("span", "wf-ms", shorten(row.ms));
      // Behind the bar where there is room, else before it, else on it.
      if (left + width < 84) label.style.left = `${left + width}%`;
      else if (left > 16) label.style.right = `${100 - left}%`;
      else label.classList.add("is-on-bar");
      track.append(bar, label);
      element.append(name, track);
      element.dataset.tip = [row.name, row.from && `from ${row.from}`, `${shorten(row.ms)}, from ${shorten(row.start)} on`, row.note].filter(Boolean).join(" · ");
      return element;
    }

    mark() {
      for (const element of this.space.children) {
        const here = Number(element.dataset.place) === this.current;
        element.classList.toggle("is-current", here);
        element.setAttribute("aria-selected", String(here));
        if (here) this.body.setAttribute("aria-activedescendant", element.id);
      }
    }

    go(place) {
      this.current = Math.max(0, Math.min(this.shown.length - 1, place));
      const top = this.current * this.height;
      const { scrollTop, clientHeight } = this.body;
      if (top < scrollTop) this.body.scrollTop = top;
      else if (top + this.height > scrollTop + clientHeight) this.body.scrollTop = top + this.height - clientHeight;
      this.draw();
      this.mark();
      if (find("#panel.is-open")) this.open();
    }

    fold(on) {
      const row = this.shown[this.current];
      if (!row) return;
      const folded = this.folded.has(row.id);
      if (on && (folded || !row.inner)) {
        let place = this.current;
        while (place > 0 && this.shown[place].depth >= row.depth) place--;
        return this.go(place);
      }
      if (on === folded) return on ? undefined : this.go(this.current + 1);
      this.folded[on ? "add" : "delete"](row.id);
      this.layOut();
    }

    open() {
      const row = this.shown[this.current];
      if (!row || this.dataset.closed !== undefined) return;
      Answerable.setOpener(this.body);
      Answerable.emit("open-span", row.id);
    }

    onClick(event) {
      const element = event.target.closest(".wf-row");
      if (!element) return;
      this.current = Number(element.dataset.place);
      this.mark();
      if (!event.target.closest(".has-inner")) return this.open();
      const row = this.shown[this.current];
      this.folded[this.folded.has(row.id) ? "delete" : "add"](row.id);
      this.layOut();
    }

    /** Return whether the key was for the waterfall. */
    onKey(key) {
      const act = {
        ArrowDown: () => this.go(this.current + 1),
        ArrowUp: () => this.go(this.current - 1),
        j: () => this.go(this.current + 1),
        k: () => this.go(this.current - 1),
        ArrowLeft: () => this.fold(true),
        ArrowRight: () => this.fold(false),
        h: () => this.fold(true),
        l: () => this.fold(false),
        Home: () => this.go(0),
        End: () => this.go(this.shown.length - 1),
        Enter: () => this.open(),
      }[key];
      act?.();
      return act !== undefined;
    }
  }

  customElements.define("answerable-time", LocalTime);
  customElements.define("answerable-moment", MomentField);
  customElements.define("answerable-waterfall", Waterfall);

  // ---- filters ----
  let typing = null;
  const submitFilters = (form) => {
    clearTimeout(typing);
    form.requestSubmit();
  };
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-filters]");
    if (form && event.target.id !== "search") submitFilters(form);
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-filters]");
    if (!form || event.target.id !== "search") return;
    clearTimeout(typing);
    typing = setTimeout(() => submitFilters(form), 350);
  });

  // ---- the list by keys ----
  const rows = () => [...document.querySelectorAll(".trace-row")];
  function moveRow(step) {
    const all = rows();
    if (!all.length) return;
    const here = all.indexOf(document.activeElement);
    const last = all.findIndex((row) => row.dataset.trace === sessionStorage.getItem("answerable-trace"));
    const next = here >= 0 ? here + step : last >= 0 ? last : step > 0 ? 0 : all.length - 1;
    if (next >= all.length) return find("[data-older]")?.click();
    all[Math.max(0, next)].focus();
    all[Math.max(0, next)].scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.(".trace-row");
    if (row) sessionStorage.setItem("answerable-trace", row.dataset.trace);
    if (row && find("form[data-filters]")) sessionStorage.setItem("answerable-traces", location.search);
    const menu = find("details.menu[open]");
    if (menu && (!menu.contains(event.target) || event.target.closest(".menu-item"))) menu.open = false;
    const back = event.target.closest?.("[data-back]");
    if (back?.pathname === "/traces") back.search = sessionStorage.getItem("answerable-traces") || ""; // to the list as it was left
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || find("dialog[open]")) return;
    const menu = event.key === "Escape" && find("details.menu[open]");
    if (menu) menu.open = false;
    if (event.target.id === "search" && event.key === "ArrowDown") {
      event.preventDefault();
      return moveRow(1);
    }
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const waterfall = find("answerable-waterfall");
    const inside = waterfall?.contains(document.activeElement);
    if (inside || (waterfall && /^[jkhl]$/.test(event.key))) {
      if (!waterfall.onKey(event.key)) return;
      event.preventDefault();
      if (!inside && !find("#panel.is-open")) waterfall.body.focus();
      return;
    }
    const step = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || (event.key.startsWith("Arrow") && !document.activeElement?.matches(".trace-row"))) return;
    if (!rows().length) return;
    event.preventDefault();
    moveRow(step);
  });
}

// The server knows the path of a shared run; the browser knows under which address it is reached.
function showSharedLink(path, dialog) {
  const address = new URL(path, location.href).href;
  const element = document.getElementById(dialog);
  const field = element.querySelector("input");
  field.value = address;
  element.querySelector("button").dataset.copy = address;
  element.showModal();
  Answerable.copy(address);
}
