/** A message from another place until all of it is there. @module */
import { Refusal } from "../base/refusal.ts";
import type { CrlfLines } from "../pgp/line_ends.ts";
import type { Examination, Judgement } from "./inbound.ts";
import type { MessageDigest } from "./message_digest.ts";
import type { MessageIntake, StagedMessage } from "./message_intake.ts";

/** A message on its way in, with what is learned of it. */
export interface Receiving {
  readonly intake: MessageIntake;
  readonly digest: MessageDigest;
  /** Of others than our users. */
  readonly examination: Examination | undefined;
  /** Of what did not come over SMTP; signatures are made over CRLF too (RFC 6376 §5.3). */
  readonly lines: CrlfLines | undefined;
}

/** What the header is refused for goes before what the body is. @throws {Refusal} */
export async function whole(
  { intake, examination }: Receiving,
): Promise<StagedMessage> {
  try {
    const message = await intake.finish();
    if (examination?.refusal) throw examination.refusal;
    return message;
  } catch (error) {
    if (!examination || !(error instanceof Refusal)) throw error;
    switch (error.code) {
      case "encryption_needed":
        throw examination.refusal ?? error;
      case "local_sender_unauthenticated":
        throw new Refusal("own_author");
      default:
        throw error;
    }
  }
}

/** @throws {Refusal} `no_such_user` */
export function tellNobody(judgement: Judgement | undefined): void {
  if (judgement?.authenticated) throw new Refusal("no_such_user");
}
