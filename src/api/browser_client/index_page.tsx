/** The one page of the browser client: it names what browsers load. @module */
import { renderToString } from "preact-render-to-string";
import { directionOf, LANGUAGES } from "../../../web/i18n/languages.ts";
import { Words } from "../../../web/i18n/words.ts";
import type { ClientFiles } from "../assets.ts";

export const CLIENT_PATH = "/app";

function at(file: string): string {
  return `${CLIENT_PATH}/assets/${file}`;
}

export function clientPage(files: ClientFiles, title: string): string {
  return "<!DOCTYPE html>\n" + renderToString(
    <html lang="en" data-theme="auto">
      <head>
        <meta charset="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, interactive-widget=resizes-content"
        />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" href={at(files.icon)} type="image/svg+xml" />
        <link rel="apple-touch-icon" href={at(files.pngIcons.apple)} />
        <link rel="manifest" href={`${CLIENT_PATH}/manifest.webmanifest`} />
        {files.styles.map((style) => (
          <link key={style} rel="stylesheet" href={at(style)} />
        ))}
        {Object.entries(files.words).map(([language, file]) => (
          <link
            key={language}
            rel="alternate"
            type="application/json"
            hreflang={language}
            href={at(file)}
          />
        ))}
        <link rel="help" data-qr-reader href={at(files.qrReader)} />
        <script type="module" src={at(files.script)} />
      </head>
      <body>
        <div id="app" data-openpgp={at(files.openpgp)} />
        <noscript>
          {LANGUAGES.map((language) => (
            <p key={language} lang={language} dir={directionOf(language)}>
              {new Words(language).t("app_needs_scripts")}
            </p>
          ))}
        </noscript>
      </body>
    </html>,
  );
}

/** What a browser shows that installs it (W3C Web Application Manifest). */
export function clientManifest(
  { icon, pngIcons }: ClientFiles,
  name: string,
): Record<string, unknown> {
  return {
    name,
    short_name: name,
    start_url: CLIENT_PATH,
    scope: CLIENT_PATH,
    display: "standalone",
    background_color: "#f3f5f9",
    theme_color: "#1259b5",
    icons: [
      { src: at(icon), sizes: "any", type: "image/svg+xml" },
      { src: at(pngIcons.small), sizes: "192x192", type: "image/png" },
      { src: at(pngIcons.large), sizes: "512x512", type: "image/png" },
      {
        src: at(pngIcons.maskable),
        sizes: "512x512",
        type: "image/png",
        purpose: "maskable",
      },
    ],
  };
}
