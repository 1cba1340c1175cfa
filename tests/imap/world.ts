/** What dialogues with IMAP sessions take place in. @module */
import type { ImapBackend } from "../../src/imap/server/backend.ts";
import { MemoryBackend } from "./memory_backend.ts";

export const MESSAGE =
  "From: bob@relay.example\r\nSubject: hi\r\n\r\nhello\r\n";

export interface World {
  readonly backend: ImapBackend;
  deliver(mailbox: string, flags: number): Promise<void>;
  remove(mailbox: string, uids: readonly number[]): Promise<void>;
  /** What was reported as a bug. */
  readonly bugs: readonly unknown[];
  /** Other actions of a script. */
  act?(name: string): void;
  close?(): Promise<void>;
}

export function memoryWorld(
  setUp?: (backend: MemoryBackend) => void,
): World & { readonly backend: MemoryBackend } {
  const backend = new MemoryBackend();
  setUp?.(backend);
  return {
    backend,
    bugs: backend.bugs,
    deliver(mailbox, flags) {
      backend.mail.deliver(mailbox, MESSAGE, { flags });
      return Promise.resolve();
    },
    remove(mailbox, uids) {
      backend.mail.remove(mailbox, uids);
      return Promise.resolve();
    },
  };
}
