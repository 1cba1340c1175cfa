/** The frame of every page. @module */
import type { ComponentChildren, JSX } from "preact";

export interface Assets {
  readonly style: string;
  readonly script: string;
  readonly icon: string;
}

interface LayoutProps {
  readonly title: string;
  readonly assets: Assets;
  readonly children: ComponentChildren;
}

export function Layout({ title, assets, children }: LayoutProps): JSX.Element {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="icon" href={assets.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={assets.style} />
        <script type="module" src={assets.script} />
      </head>
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}

/** Where Delta Chat is had, for those whose phone knows no app for the link. */
export function InstallHint(): JSX.Element {
  return (
    <p class="soft" data-no-app hidden>
      Nothing happened? Install Delta Chat from{" "}
      <a href="https://delta.chat/download" rel="noreferrer">
        delta.chat/download
      </a>, then come back.
    </p>
  );
}

/** What a browser or app says about a certificate that no authority has signed. */
export function CertificateHint(): JSX.Element {
  return (
    <p class="soft">
      This server made its certificate itself: browsers and mail apps warn of
      it, and let you go on.
    </p>
  );
}

/** @param svg An image made by our own code. */
export function QrCode({ svg, label }: { svg: string; label: string }) {
  return (
    <div
      class="qr"
      role="img"
      aria-label={label}
      // deno-lint-ignore react-no-danger
      dangerouslySetInnerHTML={{ __html: svg }}
    />
  );
}
