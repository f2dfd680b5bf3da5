// What has to happen in the browser itself: keys, the theme, tooltips, notices, the question box, dropped files.
// The server hears of it through NiceGUI's emitEvent; it never sends HTML here, only text.
"use strict";

const Answerable = (() => {
  const find = (selector) => document.querySelector(selector);
  const root = document.documentElement;

  function emit(name, payload) {
    // A key may come before the page's script is mounted.
    if (typeof mounted_app === "undefined" || !mounted_app) setTimeout(() => emit(name, payload), 40);
    else emitEvent(name, payload);
  }

  // ---- theme ----
  const themes = ["auto", "light", "dark"];
  function showTheme() {
    const label = find("[data-theme-name]");
    const name = root.dataset.theme || "auto";
    if (label) label.textContent = { auto: "System theme", light: "Light theme", dark: "Dark theme" }[name];
  }
  function nextTheme() {
    const next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % themes.length];
    if (next === "auto") {
      delete root.dataset.theme;
      localStorage.removeItem("answerable-theme");
    } else {
      root.dataset.theme = next;
      localStorage.setItem("answerable-theme", next);
    }
    showTheme();
  }

  // ---- notices ----
  function notify({ text, hint, kind }) {
    const notice = document.createElement("div");
    notice.className = `notice is-${kind}`;
    notice.append(Object.assign(document.createElement("p"), { textContent: text }));
    if (hint) notice.append(Object.assign(document.createElement("p"), { className: "notice-hint", textContent: hint }));
    find(".notices").append(notice);
    setTimeout(() => notice.remove(), kind === "problem" ? 9000 : 4000);
  }

  // ---- tooltips: for the pointer and for the keyboard ----
  function showTip(event) {
    const owner = event.target.closest?.("[data-tip]");
    const tip = find("#tooltip");
    if (!tip || !owner) return hideTip();
    tip.textContent = owner.dataset.tip;
    tip.hidden = false;
    const place = owner.getClientRects()[0] || owner.getBoundingClientRect();
    const width = tip.offsetWidth;
    const left = Math.min(Math.max(8, place.left + Math.min(place.width, 240) / 2 - width / 2), innerWidth - width - 8);
    const above = place.top - tip.offsetHeight - 8;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 8 ? above : place.bottom + 8}px`;
    owner.setAttribute("aria-describedby", "tooltip");
  }
  function hideTip() {
    const tip = find("#tooltip");
    if (!tip || tip.hidden) return;
    tip.hidden = true;
    find('[aria-describedby="tooltip"]')?.removeAttribute("aria-describedby");
  }

  // ---- the question box ----
  function sendQuestion() {
    const box = find("#question");
    const limit = Number(box.dataset.limit);
    if (!box.value.trim() || box.value.length > limit || find("#composer").dataset.running) return;
    const chosen = (label) => find(`#composer select[aria-label="${label}"]`)?.value ?? null;
    emit("ask", { text: box.value, collection: chosen("Collection"), app: chosen("App") });
    box.value = "";
    fitQuestion(box);
  }
  function chooseCollectionOf(app) {
    const collection = JSON.parse(app.dataset.collections)[app.value];
    const select = find('#composer select[aria-label="Collection"]');
    if (![...select.options].some((option) => option.value === collection)) return;
    select.value = collection;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function fitQuestion(box) {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
    const count = find("#question-count");
    const limit = Number(box.dataset.limit);
    count.textContent = box.value.length > limit * 0.9 ? `${box.value.length} of ${limit}` : "";
    count.classList.toggle("is-over", box.value.length > limit);
  }

  // ---- the passage ----
  let opener = null;
  function setOpener(element) {
    opener = element;
  }
  function openSource(element) {
    opener = element;
    const sentence = element.dataset.sentence ?? previousSentence(element);
    const turn = element.closest("[data-turn]")?.dataset.turn ?? null;
    emit("open-source", { turn, source: Number(element.dataset.source), sentence });
  }
  function previousSentence(element) {
    // A marker stands inside of its sentence or right behind it.
    for (let node = element.previousSibling; node; node = node.previousSibling) {
      const place = /\bs-(\d+)\b/.exec(node.className || "");
      if (place) return Number(place[1]);
    }
    return null;
  }
  function openNumber(number) {
    const turns = document.querySelectorAll("[data-turn]");
    const scope = turns.length ? turns[turns.length - 1] : document;
    const element = scope.querySelector(`[data-source="${number}"]`);
    if (element) openSource(element);
  }
  function showPanel() {
    const panel = find("#panel");
    panel.focus({ preventScroll: true });
    const target = panel.querySelector("[data-span]") || find("#passage");
    const body = panel.querySelector(".panel-body");
    if (target && body) {
      const offset = target.getBoundingClientRect().top - body.getBoundingClientRect().top;
      body.scrollTop += offset - body.clientHeight / 3;
    }
  }
  function closePanel() {
    const panel = find("#panel");
    if (!panel?.classList.contains("is-open")) return false;
    panel.classList.remove("is-open");
    emit("close-panel", null);
    opener?.isConnected ? opener.focus({ preventScroll: true }) : find("#question")?.focus();
    return true;
  }
  function toggleBorders(event) {
    const shown = find("#panel").classList.toggle("has-borders");
    event.target.setAttribute("aria-pressed", String(shown));
    event.target.textContent = shown ? "Hide passage borders" : "Show passage borders";
  }
  function showWeight(range) {
    const automatic = Number(range.value) < 0;
    const shown = automatic ? "auto" : Number(range.value).toFixed(2);
    find("#weight-shown").textContent = shown;
    find("#weight-value").value = shown;
    range.setAttribute("aria-valuetext", automatic ? "automatic" : shown);
  }
  const smooth = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
  function showLastTurn() {
    requestAnimationFrame(() => {
      const turns = document.querySelectorAll(".turn");
      turns[turns.length - 1]?.scrollIntoView({ block: "start", behavior: smooth() });
    });
  }

  function showElement(id) {
    requestAnimationFrame(() => document.getElementById(id)?.scrollIntoView({ block: "start", behavior: smooth() }));
  }

  // ---- dropped and chosen files ----
  async function upload(files, collection) {
    const words = find(".drop-text");
    const before = words.textContent;
    for (const file of files) {
      words.textContent = `Sending ${file.name} …`;
      const form = new FormData();
      form.append("file", file, file.name);
      const address = `/console/upload?collection=${encodeURIComponent(collection)}`;
      try {
        const response = await fetch(address, { method: "POST", body: form, headers: { "X-Answerable": "console" } });
        const result = await response.json();
        if (response.ok) emit("upload", { name: file.name, run: result.run });
        else notify({ text: `${file.name}: ${result.detail}`, hint: result.hint, kind: "problem" });
      } catch {
        notify({ text: `${file.name} could not be sent.`, hint: "Check the connection and try again.", kind: "problem" });
      }
    }
    words.textContent = before;
  }
  const dropZone = (event) => event.target.closest?.("[data-drop]");

  // ---- the input of a trial ----
  async function sendInput(event, emitInput) {
    event.preventDefault();
    const input = {};
    try {
      for (const [name, value] of new FormData(event.target)) {
        if (typeof value === "string") input[name] = value;
        else if (value.size) input[name] = { file: await stageFile(value), name: value.name };
      }
    } catch (problem) {
      return notify({ text: problem.message, kind: "problem" });
    }
    emitInput(input);
  }
  async function stageFile(file) {
    const form = new FormData();
    form.append("file", file, file.name);
    const headers = { "X-Answerable": "console" };
    const response = await fetch("/console/trial-file", { method: "POST", body: form, headers });
    const result = await response.json();
    if (!response.ok) throw new Error(`${file.name}: ${result.detail}`);
    return result.file;
  }
  function chooseAll(event) {
    const boxes = [...event.target.closest("form").querySelectorAll("input[type=checkbox]:enabled")];
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  }

  // ---- keys ----
  let leader = false;
  const pageLink = (key) => (/^[a-z]$/.test(key) ? find(`.rail-link[data-key="${key}"]`) : null);
  const typing = (target) => target.closest("input:not([type=range]), textarea, select, [contenteditable]");

  function onKey(event) {
    if (event.key === "Escape") return onEscape(event);
    if (event.target.id === "question" && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      return sendQuestion();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || find("dialog[open]")) return;
    if (leader && pageLink(event.key)) return pageLink(event.key).click();
    leader = event.key === "g";
    if (leader) setTimeout(() => (leader = false), 1200);
    if (event.key === "/") focusMain(event);
    else if (event.key === "?") find("#shortcuts").showModal();
    else if (/^[1-9]$/.test(event.key)) openNumber(Number(event.key));
    else if (event.key === "Enter" && event.target.matches(".sentence[tabindex]")) showTip(event);
  }
  function focusMain(event) {
    const box = find("#question") || find("#search");
    if (!box) return;
    event.preventDefault();
    box.focus();
  }
  function onEscape(event) {
    hideTip();
    if (find("dialog[open]")) return;
    if (closePanel()) return event.preventDefault();
    if (find("#composer")?.dataset.running) emit("stop", null);
    else if (typing(event.target)) event.target.blur();
    else find("[data-back]")?.click();
  }

  function onClick(event) {
    const button = event.target.closest("[data-action], [data-copy], [data-source]");
    if (!button) return;
    if (button.dataset.source) return openSource(button);
    if (button.dataset.copy) return copy(button.dataset.copy);
    const action = {
      theme: nextTheme,
      shortcuts: () => find("#shortcuts").showModal(),
      send: sendQuestion,
      stop: () => emit("stop", null),
      "choose-files": () => find("#files").click(),
      "close-panel": closePanel,
    }[button.dataset.action];
    action?.();
  }
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      notify({ text: "Copied.", kind: "info" });
    } catch {
      notify({ text: text, hint: "The browser does not allow copying here.", kind: "info" });
    }
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.id === "question") fitQuestion(field);
    else if (field.id === "weight") showWeight(field);
    else if (field.dataset.equal !== undefined)
      field.setCustomValidity(field.value === field.dataset.equal ? "" : `Type ${field.dataset.equal}`);
  });
  document.addEventListener("pointerover", showTip);
  document.addEventListener("focusin", showTip);
  document.addEventListener("scroll", hideTip, { capture: true, passive: true });
  document.addEventListener("dragover", (event) => {
    const zone = dropZone(event);
    if (!zone) return;
    event.preventDefault();
    zone.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => dropZone(event)?.classList.remove("is-over"));
  document.addEventListener("drop", (event) => {
    const zone = dropZone(event);
    if (!zone) return;
    event.preventDefault();
    zone.classList.remove("is-over");
    upload([...event.dataTransfer.files], zone.dataset.drop);
  });
  document.addEventListener("change", (event) => {
    if (event.target.dataset.collections) chooseCollectionOf(event.target);
    if (event.target.id !== "files") return;
    upload([...event.target.files], event.target.closest("[data-drop]").dataset.drop);
    event.target.value = "";
  });
  new MutationObserver((_, observer) => {
    const box = find("#question");
    if (!box) return;
    observer.disconnect();
    if (matchMedia("(hover: hover)").matches || !document.querySelector(".turn")) box.focus({ preventScroll: true });
    const last = document.querySelectorAll(".turn");
    last[last.length - 1]?.scrollIntoView({ block: "start" });
  }).observe(document.documentElement, { childList: true, subtree: true });
  showTheme();
  find(".rail-link[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  return { emit, notify, copy, setOpener, showPanel, showLastTurn, toggleBorders, showElement, sendInput, chooseAll };
})();
