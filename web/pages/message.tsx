/** A page that only says something: not found, too many requests. @module */
import type { JSX } from "preact";
import { type Assets, Layout } from "./layout.tsx";

export interface MessageProps {
  readonly title: string;
  readonly text: string;
  readonly assets: Assets;
}

export function MessagePage(
  { title, text, assets }: MessageProps,
): JSX.Element {
  return (
    <Layout title={title} assets={assets}>
      <header>
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <a href="/">To the start page</a>
        </p>
      </header>
    </Layout>
  );
}
