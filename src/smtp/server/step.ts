/** What a command answers. @module */
import type { Reply } from "./replies.ts";

/** A reply, and what the session does after it. */
export interface Step {
  readonly reply: Reply;
  readonly effect?: "close" | "start_tls" | "start_data";
  /** Takes the next line in place of a command. */
  readonly continuation?: (line: string) => Step | Promise<Step>;
  /** A second reply, with which the connection ends. */
  readonly farewell?: Reply;
}
