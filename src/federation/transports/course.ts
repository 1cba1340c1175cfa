/**
 * What one attempt has come to so far: who is done, what was heard of the
 * others, and why nobody could be asked where that was so.
 *
 * @module
 */
import type { DeliveryNote, LeasedRecipient } from "../../store/queue.ts";
import type { NoWay, NoWayReason } from "../destination.ts";
import type { Attempt } from "../transport.ts";
import {
  afterHttp,
  endVerdict,
  type HttpVerdict,
} from "../verdicts/http_verdict.ts";
import type { NoWayVerdict } from "../verdicts/no_way_verdict.ts";
import { passingNote, type Verdict } from "../verdicts/verdict.ts";

/** What HTTP said, until another way says something that counts more. */
interface Heard {
  readonly verdict: Extract<HttpVerdict, { kind: "elsewhere" }>;
  /** How many were in the request. */
  readonly together: number;
}

export class Course {
  readonly #recipients: readonly LeasedRecipient[];
  readonly #verdicts = new Map<number, Verdict>();
  readonly #heard = new Map<number, Heard>();
  readonly #open: Set<number>;
  readonly #noWays: NoWay[] = [];
  readonly #judge: (noWay: NoWay) => NoWayVerdict;
  #noWayVerdict: NoWayVerdict | undefined;
  #unreached: DeliveryNote | undefined;

  /** @param judge What it means that names lead nowhere; asked once. */
  constructor(
    recipients: readonly LeasedRecipient[],
    judge: (noWay: NoWay) => NoWayVerdict,
  ) {
    this.#judge = judge;
    this.#recipients = recipients;
    this.#open = new Set(recipients.map(({ n }) => n));
  }

  /** Those for whom there is no answer that counts yet. */
  get open(): LeasedRecipient[] {
    return this.#recipients.filter(({ n }) => this.#open.has(n));
  }

  get isDone(): boolean {
    return this.#open.size === 0;
  }

  /** Somebody has answered about somebody. */
  get isReached(): boolean {
    return this.#verdicts.size > 0 || this.#heard.size > 0;
  }

  /** Mail would come back to this relay: lesser hosts are not asked (RFC 5321 §5.1). */
  get isLoop(): boolean {
    return this.#noWays.some(({ reason }) => reason === "routing_loop");
  }

  /** Why nobody could be asked, as far as was seen last. */
  get lastUnreached(): DeliveryNote | undefined {
    return this.#unreached;
  }

  /** Nothing but names that lead nowhere, which is how it stays. */
  get isHopeless(): boolean {
    return !this.isReached && !this.#unreached &&
      this.#nowhere()?.kind === "permanent";
  }

  /** Those of the open ones for whom HTTP has not refused it for good. */
  get openForHttp(): LeasedRecipient[] {
    return this.open.filter(({ n }) =>
      this.#heard.get(n)?.verdict.otherwise !== "permanent"
    );
  }

  settle(n: number, verdict: Verdict): void {
    const heard = this.#heard.get(n)?.verdict;
    this.#verdicts.set(n, heard ? afterHttp(heard, verdict) : verdict);
    this.#open.delete(n);
  }

  hear(recipients: readonly LeasedRecipient[], verdict: HttpVerdict): void {
    const together = recipients.length;
    for (const { n } of recipients) {
      if (verdict.kind === "elsewhere") {
        this.#heard.set(n, { verdict, together });
      } else this.settle(n, endVerdict(verdict, together));
    }
  }

  unreached(note: DeliveryNote): void {
    this.#unreached = note;
  }

  noWay(noWay: NoWay): void {
    this.#noWays.push(noWay);
  }

  /** At the end of a host: what HTTP refused for good stays so, with nobody to ask besides. */
  closeRefused(): void {
    for (const [n, { verdict, together }] of this.#heard) {
      if (!this.#open.has(n) || verdict.otherwise !== "permanent") continue;
      this.settle(n, endVerdict(verdict, together));
    }
  }

  /** At the end of a route: who was put off may go another one. */
  reopen(): void {
    for (const [n, { kind }] of this.#verdicts) {
      if (kind === "temporary") this.#open.add(n);
    }
  }

  /** Who was put off may go a way of last resort, which refuses nobody for good: later the usual ways may do. */
  async lastResort(visit: () => Promise<void>): Promise<void> {
    this.reopen();
    const before = new Map(this.#verdicts);
    const tried = [...this.#open];
    await visit();
    for (const n of tried) {
      const verdict = this.#verdicts.get(n);
      if (verdict?.kind !== "permanent" && verdict?.kind !== "apart") continue;
      const note = passingNote(verdict.note);
      this.#verdicts.set(n, before.get(n) ?? { kind: "temporary", note });
    }
  }

  /** At the end of a route that another one takes the place of. */
  forgetNowhere(): void {
    this.#noWays.length = 0;
  }

  end(): Attempt {
    const verdicts = new Map(this.#verdicts);
    for (const [n, { verdict, together }] of this.#heard) {
      if (!verdicts.has(n)) verdicts.set(n, endVerdict(verdict, together));
    }
    if (verdicts.size > 0) {
      return { kind: "answered", verdicts: this.#completed(verdicts) };
    }
    if (this.#unreached) return { kind: "unreached", note: this.#unreached };
    const verdict = this.#nowhere();
    if (!verdict) return { kind: "unreached", note: NOBODY };
    if (verdict.kind === "unreached") return verdict;
    return {
      kind: "answered",
      verdicts: new Map(this.#recipients.map(({ n }) => [n, verdict])),
    };
  }

  /** The attempt was ended: of the others nothing is known. */
  cut(): Attempt {
    return { kind: "answered", verdicts: new Map(this.#verdicts) };
  }

  /** What may pass counts before what does not. */
  #nowhere(): NoWayVerdict | undefined {
    const noWay = this.#noWays.find(({ reason }) => PASSING.has(reason)) ??
      this.#noWays[0];
    if (noWay) this.#noWayVerdict ??= this.#judge(noWay);
    return this.#noWayVerdict;
  }

  #completed(verdicts: Map<number, Verdict>): Map<number, Verdict> {
    const note = this.#unreached ?? NOBODY;
    for (const { n } of this.#recipients) {
      if (!verdicts.has(n)) verdicts.set(n, { kind: "temporary", note });
    }
    return verdicts;
  }
}

const PASSING: ReadonlySet<NoWayReason> = new Set([
  "dns_temporary",
  "no_host_address",
]);

const NOBODY: DeliveryNote = {
  status: "4.4.1", // RFC 3463 §3.5
  text: "no server could be asked",
};
