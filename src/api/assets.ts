/**
 * Files of the pages, part of the program, under names that change with them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import icon from "../../web/static/icon.svg" with { type: "text" };
import script from "../../web/static/site.js" with { type: "text" };
import style from "../../web/static/site.css" with { type: "text" };
import type { Assets } from "../../web/pages/layout.tsx";

interface StaticFile {
  readonly text: string;
  readonly type: string;
}

function named(stem: string, extension: string, text: string): string {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  return `/static/${stem}.${hash}.${extension}`;
}

export const ASSETS: Assets = {
  style: named("site", "css", style),
  script: named("site", "js", script),
  icon: named("icon", "svg", icon),
};

/** By path. */
export const STATIC_FILES: Readonly<Record<string, StaticFile>> = {
  [ASSETS.style]: { text: style, type: "text/css; charset=utf-8" },
  [ASSETS.icon]: { text: icon, type: "image/svg+xml" },
  [ASSETS.script]: { text: script, type: "text/javascript; charset=utf-8" },
};

export function staticFile(path: string): Response {
  const file = STATIC_FILES[path];
  if (!file) throw new RangeError(`No static file is named ${path}`);
  return new Response(file.text, {
    headers: {
      "content-type": file.type,
      "cache-control": "public, max-age=31536000, immutable",
    },
  });
}
