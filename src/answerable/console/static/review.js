// The page of a review queue, in the browser: labels by keys, parts of the answer marked, the lock's clock.
// What is chosen stands in the form alone; the server hears of it when it is saved.
"use strict";

{
  const find = (selector, scope = document) => scope.querySelector(selector);
  const all = (selector, scope = document) => [...scope.querySelectorAll(selector)];
  const form = () => find("#labels");
  const groups = () => all(".label-group", form() ?? document.createElement("div"));
  const active = () => find(".label-group.is-active");
  const answerText = () => find("#answer-text")?.textContent ?? "";

  let until = null;
  let held = [];
  let spans = [];
  let selection = null;
  let renewedAt = 0;
  let activeAt = 0;
  let next = null;

  // ---- the form ----
  function begin(end) {
    until = end ? new Date(end) : null;
    renewedAt = Date.now();
    spans = [];
    const list = find(".spans");
    if (list) spans = JSON.parse(list.dataset.spans);
    selection = null;
    showSpans();
    activate(firstOpen(), { scroll: false });
    ready();
    tick();
    scrollTo({ top: 0 });
    fit();
    const typing = document.activeElement?.closest?.("input, textarea, select");
    if (typing && !typing.isConnected) typing.blur();
  }
  function ready() {
    const work = find(".work");
    if (work) delete work.dataset.busy;
    const wanted = next;
    next = null;
    // What was asked for meanwhile was meant for the item that was there then, and for no other.
    if (wanted?.item === shownItem()) act(wanted.name);
  }
  const shownItem = () => Number(form()?.dataset.item ?? 0);
  const isAnswered = (group) => group.dataset.kind === "correction" || group.dataset.kind === "span" || !!find("input:checked", group);
  const firstOpen = () => groups().find((group) => !isAnswered(group)) ?? groups()[0];
  function activate(group, { scroll = true } = {}) {
    for (const one of groups()) one.classList.toggle("is-active", one === group);
    if (scroll) group?.scrollIntoView({ block: "nearest" });
  }
  // The labels end where the window does, so that what they are saved with is always in sight.
  function fit() {
    const place = find(".work-columns");
    if (place) find(".work-labels").style.setProperty("--above", `${place.getBoundingClientRect().top + scrollY}px`);
  }
  function move(step) {
    const list = groups();
    const place = list.indexOf(active());
    const next = list[Math.min(Math.max(place + step, 0), list.length - 1)];
    activate(next);
  }
  function choose(input) {
    const group = input.closest(".label-group");
    input.checked = input.type === "radio" ? true : !input.checked;
    group.classList.remove("is-missing");
    // Several can be chosen in a group of checkboxes; a radio is the end of its group.
    activate(input.type === "radio" ? (groups().slice(groups().indexOf(group)).find((one) => !isAnswered(one)) ?? group) : group);
  }
  function read() {
    const labels = {};
    for (const group of groups()) {
      const name = group.dataset.label;
      const checked = all("input:checked", group).map((input) => input.value);
      if (group.dataset.kind === "span") labels[name] = spans;
      else if (group.dataset.kind === "correction") {
        const text = find("textarea", group).value.trim();
        labels[name] = text === answerText().trim() ? "" : text;
      } else labels[name] = group.dataset.many === undefined ? (checked[0] ?? "") : checked;
    }
    return labels;
  }
  function findMissing(labels) {
    const missing = groups().filter((group) => {
      const value = labels[group.dataset.label];
      return group.dataset.required !== undefined && (value === "" || value.length === 0);
    });
    for (const group of groups()) group.classList.toggle("is-missing", missing.includes(group));
    if (missing.length) activate(missing[0]);
    return missing.length > 0;
  }

  // ---- what the page does ----
  function act(name) {
    const work = find(".work");
    if (name === "keys") return find("#review-keys").showModal();
    if (!work) return;
    if (work.dataset.busy !== undefined) {
      next = { name, item: shownItem() };
      return;
    }
    const payload = { item: shownItem(), labels: form() ? read() : {} };
    if (name !== "undo" && !form()) return;
    if ((name === "save" || name === "example") && findMissing(payload.labels)) return;
    work.dataset.busy = "";
    Answerable.emit(`review-${name}`, payload);
    // An answer that never comes must not lock the page for good.
    setTimeout(ready, 10000);
  }
  function correct() {
    const box = find('.label-group[data-kind="correction"] textarea');
    if (!box) return;
    if (!box.value) box.value = answerText();
    activate(box.closest(".label-group"));
    box.focus();
  }

  // ---- parts of the answer ----
  // Places count characters as the server does, where the browser counts two for some.
  const count = (text) => [...text].length;
  function readSelection() {
    const box = find("[data-mark]");
    const chosen = getSelection();
    if (!box || !chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    if (!box.contains(range.startContainer) || !box.contains(range.endContainer)) return null;
    const before = document.createRange();
    before.selectNodeContents(box);
    before.setEnd(range.startContainer, range.startOffset);
    const start = count(before.toString());
    return { start, end: start + count(range.toString()) };
  }
  function mark(button) {
    const chosen = readSelection() ?? selection;
    if (!chosen || chosen.start === chosen.end) {
      return Answerable.notify({ text: "Select a part of the answer first.", hint: "Then choose what it is.", kind: "info" });
    }
    const span = { ...chosen, label: button.dataset.span };
    if (!spans.some((one) => one.start === span.start && one.end === span.end && one.label === span.label)) spans.push(span);
    spans.sort((one, two) => one.start - two.start || one.end - two.end);
    selection = null;
    getSelection().removeAllRanges();
    showSpans();
  }
  function showSpans() {
    const list = find(".spans");
    const box = find("[data-mark]");
    if (!list || !box) return;
    const characters = [...answerText()];
    const places = Object.fromEntries(all("[data-span]").map((button) => [button.dataset.span, button.dataset.place]));
    list.replaceChildren(...spans.map((span, place) => {
      const item = document.createElement("li");
      const words = document.createElement("span");
      words.textContent = `${span.label}: ${characters.slice(span.start, span.end).join("")}`;
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "Remove";
      remove.dataset.unmark = String(place);
      item.append(words, remove);
      return item;
    }));
    // Where two parts lie over each other, the one that begins first is drawn.
    const nodes = [];
    let reached = 0;
    for (const span of spans) {
      const start = Math.max(span.start, reached);
      if (start >= span.end) continue;
      const drawn = document.createElement("mark");
      drawn.dataset.place = places[span.label] ?? "0";
      drawn.textContent = characters.slice(start, span.end).join("");
      nodes.push(characters.slice(reached, start).join(""), drawn);
      reached = span.end;
    }
    nodes.push(characters.slice(reached).join(""));
    box.replaceChildren(...nodes);
  }

  // ---- the lock ----
  function keep(end) {
    until = new Date(end);
    tick();
  }
  function hold(items) {
    held = items;
  }
  function tick() {
    const shown = find("#lock");
    if (!shown) return;
    const left = until ? Math.floor((until - Date.now()) / 1000) : null;
    shown.textContent = left === null ? "" : left <= 0 ? "No longer yours" : `Yours for ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    shown.classList.toggle("is-short", left !== null && left > 0 && left < 60);
    shown.classList.toggle("is-over", left !== null && left <= 0);
  }
  function noteActive() {
    activeAt = Date.now();
  }
  setInterval(() => {
    tick();
    // Whoever works keeps the item: it is renewed once a minute, a page left alone gives it up in the end.
    if (form() && activeAt > renewedAt && Date.now() - renewedAt > 60000) {
      renewedAt = Date.now();
      Answerable.emit("review-active", null);
    }
  }, 1000);
  addEventListener("pagehide", () => {
    const queue = find(".work")?.dataset.queue;
    if (!queue || !held.length) return;
    fetch("/console/review/release", {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-Answerable": "console" },
      body: JSON.stringify({ queue, items: held }),
    });
  });

  // ---- keys: before the console's own, where the page has another meaning for them ----
  const typing = (target) => target.closest?.("textarea, input:not([type=radio]):not([type=checkbox]), select");
  let leader = false;
  function onKey(event) {
    noteActive();
    if (event.altKey || event.metaKey || !find(".work")) return;
    if (typing(event.target)) {
      if (event.key === "Enter" && event.ctrlKey && form()) take(event, () => act("save"));
      return;
    }
    if (event.ctrlKey || find("dialog[open]")) return;
    if (leader) return void (leader = false); // the second key of a way to another page
    if (event.key === "g") {
      leader = true;
      setTimeout(() => (leader = false), 1200);
      return;
    }
    const digit = /^Digit([1-9])$/.exec(event.code);
    if (event.shiftKey && digit) return take(event, () => find(`.case [data-source="${digit[1]}"]`)?.click());
    if (/^[0-9]$/.test(event.key)) return take(event, () => press(`[data-digit="${event.key}"]`, active()));
    if (event.key === "Enter" && !event.target.closest("button, a, summary")) return take(event, () => act("save"));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") return moveByKey(event);
    const action = { s: "skip", u: "undo", e: "example", "?": "keys" }[event.key];
    if (action) return take(event, () => act(action));
    if (event.key === "c") return take(event, correct);
    if (/^[a-z]$/.test(event.key) && find(`[data-letter="${event.key}"]`)) take(event, () => press(`[data-letter="${event.key}"]`, form()));
  }
  function take(event, what) {
    event.preventDefault();
    event.stopImmediatePropagation();
    what();
  }
  function moveByKey(event) {
    if (!form() || event.target.closest(".panel, .mark-text")) return;
    take(event, () => move(event.key === "ArrowDown" ? 1 : -1));
  }
  function press(selector, scope) {
    const found = scope && find(selector, scope);
    if (!found) return;
    if (found.dataset.span !== undefined) mark(found);
    else choose(found);
  }

  addEventListener("keydown", onKey, { capture: true });
  document.addEventListener("pointerdown", noteActive);
  document.addEventListener("selectionchange", () => {
    const chosen = readSelection();
    if (chosen) selection = chosen;
  });
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-review], [data-span], [data-unmark], [data-correct], .label-group");
    if (!target) return;
    if (target.dataset.review) act(target.dataset.review);
    else if (target.dataset.span !== undefined) mark(target);
    else if (target.dataset.unmark !== undefined) {
      spans.splice(Number(target.dataset.unmark), 1);
      showSpans();
    } else if (target.dataset.correct !== undefined) correct();
    else activate(target);
  });
  document.addEventListener("change", (event) => {
    event.target.closest?.(".label-group")?.classList.remove("is-missing");
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "labels") event.preventDefault();
  });

  Answerable.review = { begin, ready, keep, hold, tick };
}
