/** Runs before the panel is painted, so that nobody is dazzled first. @module */

try {
  document.documentElement.dataset.theme =
    localStorage.getItem("panel.theme") ?? "auto";
} catch {
  document.documentElement.dataset.theme = "auto";
}
