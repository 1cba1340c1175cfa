/** The site as files that an operator can change: the templates of its pages, and what they load. @module */
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { type PageName, PAGES } from "../../../web/pages/pages.ts";
import { TemplatePen } from "../../../web/pages/template_pen.tsx";
import { laidOut } from "../../../web/pages/template_text.ts";
import { utf8 } from "../../base/octets.ts";
import { builtAsset } from "../assets.ts";

/** A fresh account is shown by the program alone. */
const OWN_PAGES: ReadonlySet<string> = new Set(["account"]);

/** Names that stay, of files whose names on the site change with them. */
export const STABLE_ASSETS = {
  "main.css": "site.css",
  "main.js": "site.js",
  "logo.svg": "icon.svg",
  "qrcode.js": "qrcode.js",
} as const;

export const TEMPLATE_NAMES: readonly PageName[] =
  (Object.keys(PAGES) as PageName[]).filter((name) => !OWN_PAGES.has(name));

const made = new Map<PageName, string>();

/** The template of a page; undefined: it has none. */
export function builtTemplate(file: string): string | undefined {
  const name = TEMPLATE_NAMES.find((one) => `${one}.html` === file);
  if (name === undefined) return undefined;
  let text = made.get(name);
  if (text === undefined) {
    const pen = new TemplatePen();
    text = "<!DOCTYPE html>\n" +
      laidOut(renderToString(h(PAGES[name], { pen })));
    made.set(name, text);
  }
  return text;
}

/** All of them, by name. */
export function builtInFiles(): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ...TEMPLATE_NAMES.map((name) =>
      [`${name}.html`, utf8(builtTemplate(`${name}.html`)!)] as const
    ),
    ...Object.entries(STABLE_ASSETS).map(([stable, name]) =>
      [stable, builtAsset(name).octets] as const
    ),
  ]);
}
