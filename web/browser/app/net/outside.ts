/** What the link to the relay needs of the browser: time, lines and when somebody is back. @module */
import type { post } from "./exchange.ts";

/** Gives what calls it off. */
export type Later = (ms: number, work: () => void) => () => void;

export type Line = Pick<
  WebSocket,
  "readyState" | "send" | "close" | "onopen" | "onmessage" | "onclose"
>;

export interface Outside {
  readonly later: Later;
  readonly post: typeof post;
  /** @param path of the relay, with what is behind `?` */
  open(path: string): Line;
  /** There is a network again, or somebody looks again. Gives what ends it. */
  onBack(work: () => void): () => void;
}
