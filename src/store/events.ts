/**
 * What a store tells of. An event comes after the change is durable and, for
 * changes of this process, before the promise of who made it resolves.
 *
 * @module
 */
import type { AccountId, MailboxId, ModSeq } from "../base/ids.ts";
import type { RecordChange } from "./records.ts";

export type StoreEvent =
  | { readonly kind: "settings" }
  | { readonly kind: "blocklist" }
  | {
    readonly kind: "account";
    readonly account: AccountId;
    /** `ended`: it may have no sessions any more. */
    readonly what: "ended" | "password";
  }
  | {
    readonly kind: "mailbox";
    readonly mailbox: MailboxId;
    readonly modSeq: ModSeq;
  }
  | { readonly kind: "queue" }
  | { readonly kind: "records"; readonly change: RecordChange }
  /** Others have changed something, nobody knows what: look again at all that was kept. */
  | { readonly kind: "missed" };

/** May not throw. */
export type StoreListener = (event: StoreEvent) => void;
