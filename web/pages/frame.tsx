/** The frame of every page, and small things that several have. @module */
import type { ComponentChildren, JSX } from "preact";
import type { TextKey } from "../i18n/words.ts";
import type { Pen } from "./pen.ts";
import type { Path } from "./variables.ts";

/** Files that pages load; their names change with what is in them. */
export interface Assets {
  readonly style: string;
  readonly script: string;
  readonly icon: string;
}

interface FrameProps {
  readonly pen: Pen;
  readonly title: string;
  /** The entry of the navigation that is this page. */
  readonly at?: string;
  readonly children: ComponentChildren;
}

export function Frame({ pen, title, at, children }: FrameProps): JSX.Element {
  return (
    <html lang={pen.value("Language")} dir={pen.value("Dir") as "ltr" | "rtl"}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title} – {pen.value("Domain")}</title>
        {pen.when("Hidden", () => (
          <style
            // deno-lint-ignore react-no-danger
            dangerouslySetInnerHTML={pen.markup("InlineStyle")}
          />
        ), () => (
          <>
            <link rel="icon" href={pen.value("Icon")} type="image/svg+xml" />
            <link rel="stylesheet" href={pen.value("Style")} />
            <script type="module" src={pen.value("Script")} />
          </>
        ))}
      </head>
      <body>
        <a class="skip" href="#content">{pen.t("skip")}</a>
        {pen.when(
          "Hidden",
          () =>
            null,
          () => <Navigation pen={pen} at={at} />,
        )}
        <main id="content">{children}</main>
        <Footer pen={pen} />
      </body>
    </html>
  );
}

function Navigation({ pen, at }: { pen: Pen; at: string | undefined }) {
  function entry(href: string, key: TextKey) {
    return (
      <li>
        {href === at
          ? <a href={href} aria-current="page">{pen.t(key)}</a>
          : <a href={href}>{pen.t(key)}</a>}
      </li>
    );
  }
  return (
    <div class="bar">
      <nav aria-label={pen.t("nav_label")}>
        <Brand pen={pen} isHere={at === "/"} />
        <ul>
          {pen.when("WebClientEnabled", () => entry("/app", "nav_app"))}
          {pen.when("SharingEnabled", () => entry("/share", "nav_share"))}
          {entry("/info", "nav_info")}
          {entry("/privacy", "nav_privacy")}
          {entry("/security", "nav_security")}
          {entry("/deploy", "nav_deploy")}
          {pen.when("DocsEnabled", () => entry("/docs/", "nav_docs"))}
        </ul>
      </nav>
    </div>
  );
}

function Brand({ pen, isHere }: { pen: Pen; isHere: boolean }) {
  const content = (
    <>
      <img
        src={pen.value("Icon")}
        alt={pen.t("nav_home")}
        width={28}
        height={28}
      />
      <Ltr>{pen.value("Domain")}</Ltr>
    </>
  );
  return isHere
    ? <a class="brand" href="/" aria-current="page">{content}</a>
    : <a class="brand" href="/">{content}</a>;
}

function Footer({ pen }: { pen: Pen }) {
  return (
    <footer>
      <ul class="languages" aria-label={pen.t("language_label")}>
        {pen.each("Languages", (one) => (
          <li>
            <a
              href={one.field("href")}
              lang={one.field("code")}
              hreflang={one.field("code")}
              aria-current={one.field("current") as "true" | "false"}
            >
              {one.field("name")}
            </a>
          </li>
        ))}
      </ul>
      {pen.when(
        "Hidden",
        () => null,
        () => (
          <p class="foot">
            <a href="/account">{pen.t("own_title")}</a>
          </p>
        ),
      )}
      {pen.when(
        "Version",
        () => <p class="soft">{pen.t("version", { version: "Version" })}</p>,
      )}
    </footer>
  );
}

/** Names, addresses and codes are read from the left in every language. */
export function Ltr({ children }: { children: ComponentChildren }) {
  return <bdi dir="ltr">{children}</bdi>;
}

/** Where Delta Chat is had, for those whose phone knows no app for the link. */
export function InstallHint({ pen }: { pen: Pen }): JSX.Element {
  return (
    <p class="soft" role="status" data-no-app hidden>
      {pen.t("not_installed")}{" "}
      <a href="https://delta.chat/download" rel="noreferrer">
        <Ltr>delta.chat/download</Ltr>
      </a>
    </p>
  );
}

export function CopyButton({ pen, of }: { pen: Pen; of: Path }) {
  return (
    <button
      type="button"
      class="button plain"
      data-copy={pen.value(of)}
      data-copied={pen.t("copied")}
      aria-live="polite"
      hidden
    >
      {pen.t("copy_link")}
    </button>
  );
}

/** @param of An image made by our own code. */
export function QrCode({ pen, of, label }: {
  readonly pen: Pen;
  readonly of: Path;
  readonly label: string;
}): JSX.Element {
  return (
    <div
      class="qr"
      role="img"
      aria-label={label}
      // deno-lint-ignore react-no-danger
      dangerouslySetInnerHTML={pen.markup(of)}
    />
  );
}

/** A way to reach somebody, as a link where it is one. */
export function Contact({ pen, text, link }: {
  readonly pen: Pen;
  readonly text: Path;
  readonly link: Path;
}): JSX.Element {
  return pen.when(
    link,
    () => (
      <a href={pen.value(link)} rel="noreferrer">
        <Ltr>{pen.value(text)}</Ltr>
      </a>
    ),
    () => pen.value(text),
  );
}
