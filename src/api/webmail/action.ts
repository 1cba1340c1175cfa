/**
 * What a client of mail over HTTP can have done, as a value: over REST and over
 * a WebSocket it is the same.
 *
 * @module
 */
import * as v from "valibot";
import type { HttpPeer } from "../../http/peer.ts";
import { MAX_UID } from "./reading.ts";
import type { WebAccount, WebmailBackend } from "./backend.ts";

/** Somebody who has logged in and asks. */
export interface Visit {
  readonly backend: WebmailBackend;
  readonly account: WebAccount;
  readonly peer: HttpPeer;
  /** Nobody waits for the answer any more. */
  readonly ending: { readonly aborted: boolean };
}

export interface Action<Input = unknown, Output = unknown> {
  readonly input: v.GenericSchema<unknown, Input>;
  run(visit: Visit, input: Input): Promise<Output> | Output;
}

/** With the types of its input; unknown members are left out. */
export function action<F extends v.ObjectEntries, Output>(
  row: {
    readonly input: F;
    run(
      visit: Visit,
      input: v.InferOutput<v.ObjectSchema<F, undefined>>,
    ): Promise<Output> | Output;
  },
): Action<v.InferOutput<v.ObjectSchema<F, undefined>>, Output> {
  const { run } = row;
  const input = v.object(row.input) as unknown as v.GenericSchema<
    unknown,
    v.InferOutput<v.ObjectSchema<F, undefined>>
  >;
  return { input, run };
}

/** JSON text in place of a value: of what is too large to be one. */
export class JsonPieces {
  /** @param sizeOctets Of the message that it holds. */
  constructor(
    readonly pieces: AsyncIterable<string>,
    readonly sizeOctets: number,
  ) {}
}

const MAX_NAME = 1024;

/** Older clients leave out what has one meaning. */
export const mailbox = v.optional(
  v.pipe(v.string(), v.maxLength(MAX_NAME)),
  "INBOX",
);
export const name = v.optional(v.pipe(v.string(), v.maxLength(MAX_NAME)), "");
export const uid = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(0),
  v.maxValue(MAX_UID),
);
/** Absent: of no message, or of none before. */
export const uidOrNone = v.optional(uid, 0);
