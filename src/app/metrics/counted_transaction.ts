/** Counts messages as they come in, whichever way. @module */
import { Refusal } from "../../base/refusal.ts";
import type { Metrics } from "../../observe/metrics/metrics.ts";
import type {
  SmtpService,
  SmtpTransaction,
} from "../../smtp/server/backend.ts";

/** As other programs of this kind name them. */
export const MODULES: Readonly<Record<SmtpService, "smtp" | "submission">> = {
  mx: "smtp",
  submission: "submission",
};

type Way = SmtpService | "mxdeliv" | "web";

const DIRECTIONS: Readonly<Record<Way, string>> = {
  mx: "inbound",
  mxdeliv: "inbound",
  submission: "submission",
  web: "submission",
};

export function countedTransaction(
  inner: SmtpTransaction,
  way: Way,
  metrics: Metrics,
): SmtpTransaction {
  const direction = DIRECTIONS[way];
  let octets = 0;
  let isOver = false;
  function step(result: "started" | "completed" | "aborted"): void {
    if (way === "mxdeliv" || way === "web" || isOver) return;
    isOver = result !== "started";
    metrics.count("smtp_transactions_total", MODULES[way], result);
  }
  step("started");
  return {
    addRecipient: (forwardPath) => inner.addRecipient(forwardPath),
    write(piece) {
      octets += piece.length;
      return inner.write(piece);
    },
    async finish() {
      try {
        await inner.finish();
      } catch (error) {
        step("aborted");
        const result = error instanceof Refusal ? "refused" : "failed";
        metrics.count("messages_total", direction, result);
        throw error;
      }
      step("completed");
      metrics.count("messages_total", direction, "accepted");
      metrics.tally("message_bytes_total", direction).count += octets;
    },
    discard() {
      step("aborted");
      return inner.discard();
    },
  };
}
