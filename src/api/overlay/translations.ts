/**
 * `/translations.js`, for pages of operators that are no templates: what they
 * mark with `data-i18n`, `data-i18n-html` or `data-i18n-placeholder` and a key
 * of ours is put there in the language of the visitor. The rest stays as it is.
 *
 * @module
 */
import { directionOf } from "../../../web/i18n/languages.ts";
import { etagOf } from "../pages/render.ts";
import type { Visit } from "../pages/visit.ts";

export const TRANSLATIONS_PATH = "/translations.js";

/** Our texts have no markup: none of them is read as any. */
const FILL_IN = `function fillIn() {
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  document.body.classList.add("is-" + direction);
  for (
    const [attribute, member] of [
      ["data-i18n", "textContent"],
      ["data-i18n-html", "textContent"],
      ["data-i18n-placeholder", "placeholder"],
    ]
  ) {
    for (const element of document.querySelectorAll("[" + attribute + "]")) {
      const key = element.getAttribute(attribute);
      if (Object.hasOwn(texts, key)) element[member] = texts[key];
    }
  }
}
if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", fillIn);
} else {
  fillIn();
}
`;

export function translations({ words }: Visit): Response {
  const known = {
    language: words.language,
    direction: directionOf(words.language),
    texts: words.plain,
  };
  const text = `(({ language, direction, texts }) => {\n${FILL_IN}})(${
    JSON.stringify(known)
  });\n`;
  return new Response(text, {
    headers: {
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "no-cache",
      "etag": etagOf(text),
      "vary": "accept-language, cookie",
    },
  });
}
