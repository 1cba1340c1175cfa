/** The one page of the browser client: it names what browsers load. @module */
import { renderToString } from "preact-render-to-string";
import type { ClientFiles } from "../assets.ts";

export const CLIENT_PATH = "/app";

export function clientPage(files: ClientFiles, title: string): string {
  const at = (file: string) => `${CLIENT_PATH}/assets/${file}`;
  return "<!DOCTYPE html>\n" + renderToString(
    <html lang="en" data-theme="auto">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" href={at(files.icon)} type="image/svg+xml" />
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
          <p>
            Messages are encrypted and read in the browser, which needs
            JavaScript.
          </p>
        </noscript>
      </body>
    </html>,
  );
}

/** What a browser shows that installs it (W3C Web Application Manifest). */
export function clientManifest(
  { icon }: ClientFiles,
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
    icons: [{
      src: `${CLIENT_PATH}/assets/${icon}`,
      sizes: "any",
      type: "image/svg+xml",
    }],
  };
}
