/**
 * The one page of the panel: it names what browsers load, and says where panel
 * and API are. All else is asked for.
 *
 * @module
 */
import { directionOf, LANGUAGES } from "../../../web/i18n/languages.ts";
import { Words } from "../../../web/i18n/words.ts";
import type { PanelFiles } from "../assets.ts";
import type { PanelPlace } from "./place.ts";

export function panelIndex(place: PanelPlace, files: PanelFiles): string {
  const at = (file: string) => escape(`${place.path}/assets/${file}`);
  const island = JSON.stringify({ api: place.api, base: place.path });
  const words = Object.entries(files.words).map(([language, file]) =>
    `<link rel="alternate" type="application/json" hreflang="${language}" href="${
      at(file)
    }">`
  );
  return `<!DOCTYPE html>
<html lang="en" data-theme="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Postern</title>
<script type="application/json" id="island">${
    island.replaceAll("<", "\\u003c")
  }</script>
${words.join("\n")}
<script src="${at(files.start)}"></script>
<link rel="icon" href="${at(files.icon)}" type="image/svg+xml">
<link rel="stylesheet" href="${at(files.style)}">
<script type="module" src="${at(files.script)}"></script>
<link rel="help" data-qr-reader href="${at(files.qrReader)}">
<link rel="help" data-plot href="${at(files.plot)}">
</head>
<body>
<noscript>${NEEDS_SCRIPTS}</noscript>
<div id="panel">${WAITING}</div>
</body>
</html>
`;
}

/** Nobody knows yet who reads. */
const NEEDS_SCRIPTS = LANGUAGES.map((language) =>
  `<p lang="${language}" dir="${directionOf(language)}">${
    new Words(language).t("panel_needs_scripts")
  }</p>`
).join("");

/** Until the script is there: on a slow phone that takes a while. */
const WAITING = `<div class="login" aria-hidden="true"><div class="waiting">
<p class="nav-name">Postern</p>
<div class="skeleton"><div class="skeleton-line"></div><div class="skeleton-line"></div></div>
</div></div>`;

const NAMES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  '"': "&quot;",
  "<": "&lt;",
  ">": "&gt;",
};

function escape(text: string): string {
  return text.replace(/[&"<>]/g, (character) => NAMES[character] ?? character);
}
