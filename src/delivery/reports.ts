/**
 * Tells senders here which recipients elsewhere did not get their mail. What has
 * failed stays on record until its report is stored, in the same commit: a crash
 * between the two loses no report and makes none twice.
 *
 * @module
 */
import { nowSeconds } from "../base/clock.ts";
import type { QueueId } from "../base/ids.ts";
import { Refusal } from "../base/refusal.ts";
import type { DelayedMessage, FailedMessage } from "../store/queue.ts";
import type { DeliveryParts } from "./parts.ts";
import { formatDelay, formatReport, type ReportParts } from "./report.ts";

const AT_ONCE = 100;
/** So long it is waited for others of the same message to fail: clients mark it as failed once. */
const TOGETHER_SECONDS = 30;

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
  | "outbound"
  | "arrived"
  | "reportBug"
>;

export class Reports {
  readonly #parts: ReportsParts;
  readonly #form: Omit<ReportParts, "hint">;
  /** Messages of which no report can be made; they hold up no others. */
  readonly #untold = new Set<QueueId>();

  constructor(parts: ReportsParts) {
    const { clock, random, domains, hostname } = parts;
    this.#parts = parts;
    this.#form = { clock, random, domain: domains.primary, hostname };
  }

  /** Reports all that has failed; to be called at the start. */
  async tellAll(): Promise<void> {
    await this.#tellSome(() => true);
  }

  /** Reports what has failed and waits for no other failure. */
  async tellDue(): Promise<void> {
    const { outbound } = this.#parts;
    await this.#tellSome(({ message, waiting, ageSeconds }) =>
      (waiting === 0 || ageSeconds >= TOGETHER_SECONDS) &&
      !outbound.isAwaited(message)
    );
  }

  /** That it is late. @throws {Refusal} if the store takes nothing */
  async tellDelayed(delayed: DelayedMessage): Promise<void> {
    const { mail, clock, settings, arrived } = this.#parts;
    const { octets, headerOctets } = formatDelay(delayed, this.#form);
    await mail.accept({
      content: { kind: "inline", octets },
      headerOctets,
      recipients: [delayed.account],
      arrivedAt: nowSeconds(clock),
      quota: settings().quota,
      ignoreQuota: true,
    });
    arrived([delayed.account]);
  }

  async #tellSome(isDue: (failed: FailedMessage) => boolean): Promise<void> {
    let after: QueueId | undefined;
    for (;;) {
      const some = await this.#parts.queue.failures(after, AT_ONCE);
      for (const failed of some) {
        if (isDue(failed)) await this.#try(failed);
      }
      if (some.length < AT_ONCE) return;
      after = some.at(-1)!.message;
    }
  }

  /** @throws {Refusal} if the store takes nothing */
  async #try(failed: FailedMessage): Promise<void> {
    if (this.#untold.has(failed.message)) return;
    try {
      await this.#tell(failed);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      this.#untold.add(failed.message);
      this.#parts.reportBug(error);
    }
  }

  /** One report for all recipients that are named. */
  async #tell(failed: FailedMessage): Promise<void> {
    const { mail, clock, settings, counters } = this.#parts;
    const { octets, headerOctets } = formatReport(failed, {
      ...this.#form,
      hint: settings().reportHint,
    });
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
    this.#parts.outbound.failed(failed.recipients);
    for (const { outcome } of results) {
      if (outcome === "delivered") this.#parts.arrived([failed.account]);
      counters.add(
        outcome === "delivered" ? "reports_stored" : "reports_undeliverable",
      );
    }
  }
}
