// Comfort only: every page works without it.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  });
}

// A link to an app that is not installed does nothing: say so.
for (const link of document.querySelectorAll("[data-opens-app]")) {
  link.addEventListener("click", () => {
    let left = false;
    const leave = () => left = true;
    addEventListener("blur", leave, { once: true });
    addEventListener("pagehide", leave, { once: true });
    setTimeout(() => {
      const hint = document.querySelector("[data-no-app]");
      if (!left && !document.hidden && hint) hint.hidden = false;
    }, 2500);
  });
}
