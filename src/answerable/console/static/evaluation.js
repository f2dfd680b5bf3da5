// The pages Datasets and Evaluations, in the browser: lists by keys, filters that apply by themselves, files that are sent.
"use strict";

{
  const find = (selector, scope = document) => scope.querySelector(selector);
  const all = (selector, scope = document) => [...scope.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const rows = () => all("[data-row]");
  const panelIsOpen = () => find("#panel")?.classList.contains("is-open");

  // ---- lists ----
  function open(row) {
    for (const one of rows()) one.toggleAttribute("data-current", one === row);
    Answerable.setOpener(row);
    Answerable.emit("open-row", { row: row.dataset.row });
  }
  function move(step) {
    const list = rows();
    if (!list.length) return;
    const focused = list.indexOf(document.activeElement?.closest("[data-row]"));
    const here = focused >= 0 ? focused : list.findIndex((one) => one.hasAttribute("data-current"));
    const next = here < 0 ? (step > 0 ? 0 : list.length - 1) : here + step;
    if (next >= list.length) return find("[data-more]")?.click();
    const row = list[Math.max(0, next)];
    row.focus();
    row.scrollIntoView({ block: "nearest" });
    if (panelIsOpen() && row.matches("button[data-row]")) open(row); // one after the other, beside the list
  }
  function press(key) {
    // What belongs to the row that is marked, or to the panel, goes before what belongs to the page.
    const scopes = [document.activeElement?.closest("[data-row]"), find("#panel.is-open"), document];
    for (const scope of scopes) {
      const button = scope && all(`[data-key="${key}"]:not(.rail-link)`, scope)[0];
      if (button) return button;
    }
    return null;
  }

  // ---- files ----
  // The browser sends the form itself, since a file is too much for the page's socket.
  async function sendFile(event, emit) {
    event.preventDefault();
    const form = event.target;
    const problem = find(".dialog-problem", form);
    const submit = find("[type=submit]", form);
    problem.hidden = true;
    submit.disabled = true;
    try {
      const response = await fetch(form.getAttribute("data-to"), { method: "POST", body: new FormData(form), headers: { "X-Answerable": "console" } });
      const result = await response.json();
      if (response.ok) return emit(result);
      problem.textContent = `${result.detail} ${result.hint ?? ""}`;
    } catch {
      problem.textContent = "The file could not be sent. Check the connection and try again.";
    } finally {
      submit.disabled = false;
    }
    problem.hidden = false;
  }

  document.addEventListener("click", (event) => {
    const row = event.target.closest("button[data-row]");
    if (row) open(row);
    const menu = find("details.menu[open]");
    if (menu && (!menu.contains(event.target) || event.target.closest(".menu-item"))) menu.open = false;
  });
  // ---- runs chosen to be compared ----
  function showChosen(form) {
    const chosen = all("input[name=run]:checked", form).length;
    const bar = find(".compare-bar", form);
    bar.hidden = chosen === 0;
    find(".compare-count", bar).textContent = chosen === 1 ? "1 run; choose another" : `${chosen} runs`;
    find("[type=submit]", bar).disabled = chosen < 2;
  }

  // The list has the newest first; what it is held against is the oldest.
  function compare(form) {
    const runs = all("input[name=run]:checked", form).map((box) => ["run", box.value]);
    location.assign(`${form.getAttribute("action")}?${new URLSearchParams(runs.reverse())}`);
  }

  document.addEventListener("change", (event) => {
    event.target.closest("form[data-submits]")?.requestSubmit();
    const compared = event.target.closest("form[data-compare]");
    if (compared) showChosen(compared);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-compare]")) {
      event.preventDefault();
      return compare(event.target);
    }
    // What is not filled in does not belong into the address.
    if (!event.target.matches("form[data-submits]")) return;
    for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
  });
  let leader = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || find("dialog[open]")) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    if (leader) return void (leader = false); // the second key of a way to another page
    if (event.key === "g") {
      leader = true;
      setTimeout(() => (leader = false), 1200);
      return;
    }
    const step = { j: 1, k: -1 }[event.key];
    if (event.key === "x" && document.activeElement?.matches(".eval-name")) {
      return find("input[name=run]", document.activeElement.closest(".eval-row"))?.click();
    }
    const button = step ? null : /^[a-z]$/.test(event.key) ? press(event.key) : null;
    if (!step && !button) return;
    event.preventDefault();
    if (step) move(step);
    else button.click();
  });

  Answerable.evaluation = { sendFile };
}
