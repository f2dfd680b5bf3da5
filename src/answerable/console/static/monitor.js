// The page Monitor: a choice of app or variant takes effect at once; [ and ] go to a shorter or a longer range.
(() => {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submits]");
    if (form) form.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const step = { "[": -1, "]": 1 }[event.key];
    if (!step) return;
    const periods = [...document.querySelectorAll(".period")];
    const here = periods.findIndex((period) => period.hasAttribute("aria-current"));
    const next = periods[(here < 0 ? periods.length - 1 : here) + step];
    if (next) next.click();
  });
})();
