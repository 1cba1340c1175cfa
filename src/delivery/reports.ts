/**
 * Tells senders here which recipients elsewhere did not get their mail. What has
 * failed stays on record until its report is stored, in the same commit: a crash
 * between the two loses no report and makes none twice.
 *
 * @module
 */
import { nowSeconds } from "../base/clock.ts";
import type { QueueId } from "../base/ids.ts";
import type { FailedMessage } from "../store/queue.ts";
import type { DeliveryParts } from "./parts.ts";
import { formatReport, type ReportParts } from "./report.ts";

const AT_ONCE = 100;

export type ReportsParts = Pick<
  DeliveryParts,
  | "mail"
  | "queue"
  | "clock"
  | "random"
  | "domains"
  | "hostname"
  | "counters"
  | "settings"
>;

export class Reports {
  readonly #parts: ReportsParts;
  readonly #form: ReportParts;

  constructor(parts: ReportsParts) {
    const { clock, random, domains, hostname } = parts;
    this.#parts = parts;
    this.#form = { clock, random, domain: domains.primary, hostname };
  }

  /** Reports what of one message has failed so far, if nobody has. */
  async tellOf(message: QueueId): Promise<void> {
    const before = (message - 1) as QueueId;
    const [failed] = await this.#parts.queue.failures(before, 1);
    if (failed?.message === message) await this.tell(failed);
  }

  /** Reports all that has failed; to be called at the start. */
  async tellAll(): Promise<void> {
    let after: QueueId | undefined;
    for (;;) {
      const some = await this.#parts.queue.failures(after, AT_ONCE);
      for (const failed of some) await this.tell(failed);
      if (some.length < AT_ONCE) return;
      after = some.at(-1)!.message;
    }
  }

  /** One report for all recipients that are named. */
  async tell(failed: FailedMessage): Promise<void> {
    const { mail, clock, settings, counters } = this.#parts;
    const { octets, headerOctets } = formatReport(failed, this.#form);
    const { results } = await mail.accept({
      content: { kind: "inline", octets },
      headerOctets,
      recipients: [failed.account],
      arrivedAt: nowSeconds(clock),
      quota: settings().quota,
      ignoreQuota: true,
      reports: {
        message: failed.message,
        recipients: failed.recipients.map(({ n }) => n),
      },
    });
    for (const { outcome } of results) {
      counters.add(
        outcome === "delivered" ? "reports_stored" : "reports_undeliverable",
      );
    }
  }
}
