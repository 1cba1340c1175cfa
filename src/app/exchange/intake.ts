/** What exchangers bring, as mail of other servers. @module */
import { answerTo } from "../../api/mxdeliv/answers.ts";
import { Refusal } from "../../base/refusal.ts";
import type {
  BroughtMessage,
  Intake,
} from "../../federation/exchange/poll/poll_round.ts";
import type { Taken } from "../../federation/exchange/poll/protocols.ts";
import type { LocalDomains } from "../../mail/local_domains.ts";
import type { Relay } from "../relay.ts";
import { largestFromServers } from "../server_mail.ts";

/** Only for recipients here: the way of others leads past this relay. */
export function exchangerIntake(
  relay: Pick<Relay, "delivery" | "domains" | "settings" | "journal">,
): Intake {
  return async (message) => {
    try {
      const recipients = message.recipients.filter((one) =>
        isOurs(one, relay.domains)
      );
      if (recipients.length === 0) throw new Refusal("relaying_denied");
      await take(message, recipients, relay);
      return { kind: "taken" };
    } catch (error) {
      if (error instanceof SyntaxError) return BAD_ADDRESS;
      if (!(error instanceof Refusal)) throw error;
      relay.journal.counters.refused(error.code);
      return refusalOf(error);
    }
  };
}

const BAD_ADDRESS: Taken = {
  kind: "refused",
  code: 501,
  text: "5.1.7 Bad sender address syntax",
};

async function take(
  { exchanger, reversePath, content }: BroughtMessage,
  recipients: readonly string[],
  { delivery, settings }: Pick<Relay, "delivery" | "settings">,
): Promise<void> {
  const { name, trustAuth } = exchanger;
  const transaction = await delivery.begin({
    kind: "exchanger",
    name,
    trusted: trustAuth,
    reversePath,
  });
  const maxOctets = largestFromServers(settings);
  let sizeOctets = 0;
  try {
    for (const one of recipients) await transaction.addRecipient(one);
    for await (const octets of content()) {
      sizeOctets += octets.length;
      if (sizeOctets > maxOctets) throw new Refusal("message_too_large");
      await transaction.write(octets);
    }
    if (sizeOctets === 0) throw new Refusal("message_empty");
    await transaction.finish();
  } finally {
    await transaction.discard();
  }
}

function isOurs(written: string, domains: LocalDomains): boolean {
  try {
    return domains.isLocalAddress(domains.parsePath(written));
  } catch {
    return false;
  }
}

/** The line that other servers would read. */
function refusalOf(refusal: Refusal): Taken {
  const { line } = answerTo(refusal);
  return {
    kind: "refused",
    code: Number(line.slice(0, 3)),
    text: line.slice(4),
  };
}
