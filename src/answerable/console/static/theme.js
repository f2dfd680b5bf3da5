// Before the first paint: the theme that was chosen here, else the one of the system.
const chosen = localStorage.getItem("answerable-theme");
if (chosen) document.documentElement.dataset.theme = chosen;
