/** Says before the first message that mail is taken, for whoever would put a copy of the database back. @module */
import type { DeliveryParts } from "../../delivery/parts.ts";
import { sayThatItTakesMail } from "../../ops/upgrade/taken_mail.ts";

type Taking = DeliveryParts["mail"];

/**
 * While it cannot be said, no mail is taken.
 *
 * @param version Of this program.
 */
export function tellingOfFirst(
  mail: Taking,
  stateDir: string,
  version: string,
): Taking {
  let isTold = false;
  function tell(): void {
    if (isTold) return;
    sayThatItTakesMail(stateDir, version);
    isTold = true;
  }
  return {
    async accept(message) {
      if (!message.pretended) tell();
      return await mail.accept(message);
    },
    async append(message) {
      tell();
      return await mail.append(message);
    },
  };
}
