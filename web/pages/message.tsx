/** Pages that only say something. @module */
import type { JSX } from "preact";
import { Frame } from "./frame.tsx";
import type { Pen } from "./pen.ts";

export function MessagePage({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <Said
      pen={pen}
      title={pen.value("Message.Title")}
      text={pen.value("Message.Text")}
    />
  );
}

export function NotFoundPage({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <Said
      pen={pen}
      title={pen.t("not_found_title")}
      text={pen.t("not_found_text")}
    />
  );
}

export function ErrorPage({ pen }: { readonly pen: Pen }): JSX.Element {
  return (
    <Said pen={pen} title={pen.t("error_title")} text={pen.t("error_text")} />
  );
}

function Said({ pen, title, text }: {
  readonly pen: Pen;
  readonly title: string;
  readonly text: string;
}) {
  return (
    <Frame pen={pen} title={title}>
      <header>
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <a href="/">{pen.t("to_start")}</a>
        </p>
      </header>
    </Frame>
  );
}
