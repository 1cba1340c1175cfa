import type { Brand, BrandedText } from "./brand.ts";

/** Never reused, not even after the account is deleted. */
export type AccountId = Brand<"AccountId">;
export type MailboxId = Brand<"MailboxId">;
export type BlobId = Brand<"BlobId">;
/** Of a message that waits to be sent; ascending, never reused. */
export type QueueId = Brand<"QueueId">;
export type TokenId = Brand<"TokenId">;
/** RFC 3501 §2.3.1.1: 32 bits, ascending, never reused in its mailbox. */
export type Uid = Brand<"Uid">;
/** RFC 3501 §2.3.1.1: with the UID it names a message for ever. */
export type UidValidity = Brand<"UidValidity">;
/** RFC 7162 §3.1: rises with every change of the mailbox; starts at 1. */
export type ModSeq = Brand<"ModSeq">;

/** Where a walk through much of the store stands: only the store reads it. */
export type Cursor = BrandedText<"Cursor">;
