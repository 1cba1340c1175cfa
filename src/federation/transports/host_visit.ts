/**
 * Asks one host, over the ways that lead there, until somebody has answered for
 * everybody; and learns from it for the next time.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { DeliveryNote, LeasedRecipient } from "../../store/queue.ts";
import type { AttemptSeen, SeenResult } from "../attempt_seen.ts";
import type { HttpVerdict } from "../verdicts/http_verdict.ts";
import { isAboutOurSignature, type Verdict } from "../verdicts/verdict.ts";
import { NoConnection } from "./connections.ts";
import type { Course } from "./course.ts";
import type { HostMemory } from "./host_memory.ts";
import { type HttpWay, type Load, requestBatches } from "./http_way.ts";
import type { RelayTransportParts } from "./parts.ts";
import type { Pins } from "./pins.ts";
import type { SmtpAnswer, SmtpWay } from "./smtp_way.ts";
import type { Stop, Way } from "./ways.ts";

export interface HostVisitParts
  extends Pick<RelayTransportParts, "settings" | "onAttempt" | "onAlarm"> {
  readonly clock: Clock;
  readonly memory: HostMemory;
  readonly http: HttpWay;
  readonly smtp: SmtpWay;
  readonly pins: Pins;
}

/** How it went with one way. */
type Heard = "answered" | "absent" | "nobody";

export class HostVisit {
  readonly #parts: HostVisitParts;
  readonly #stop: Stop;
  readonly #load: Load;
  readonly #course: Course;
  /** Over HTTPS nobody was there. */
  #httpsIsAbsent = false;

  constructor(parts: HostVisitParts, stop: Stop, load: Load, course: Course) {
    this.#parts = parts;
    this.#stop = stop;
    this.#load = load;
    this.#course = course;
  }

  /**
   * @throws {Aborted}
   * @throws {ContentGone}
   */
  async run(): Promise<void> {
    const course = this.#course;
    if (this.#isKnownTooLarge()) return;
    for (const way of this.#ways()) {
      if (course.isDone) return;
      if (way.http) await this.#byHttp(way);
      else await this.#bySmtp(way);
      if (course.isLoop) return;
    }
    course.closeRefused();
  }

  /** HTTPS comes after SMTP where it is known that nobody is there. */
  #ways(): readonly Way[] {
    const { memory } = this.#stop;
    const ways = this.#parts.pins.ways(this.#stop);
    const { httpsNegativeTtlSeconds } = this.#parts.settings();
    const isAbsent = memory !== undefined &&
      this.#parts.memory.isAbsent(memory, httpsNegativeTtlSeconds);
    if (!isAbsent) return ways;
    const https = ways.filter(({ name }) => name === "https");
    const others = ways.filter(({ name }) => name !== "https");
    const smtp = others.findIndex(({ name }) => name === "smtp");
    return smtp < 0 ? ways : others.toSpliced(smtp + 1, 0, ...https);
  }

  #isKnownTooLarge(): boolean {
    const { host, memory } = this.#stop;
    const limit = memory && this.#parts.memory.tooLarge(memory);
    if (!limit || this.#load.outgoing.sizeOctets < limit) return false;
    const note = {
      status: "5.3.4", // RFC 3463 §3.4
      text: `the server takes no message of ${limit} octets or more`,
      host: host.name,
    };
    for (const { n } of this.#course.open) {
      this.#course.settle(n, { kind: "permanent", note });
    }
    return true;
  }

  async #byHttp(way: Way): Promise<void> {
    for (const recipients of requestBatches(this.#course.openForHttp)) {
      const heard = await this.#request(way, recipients);
      if (way.name === "https" && heard !== "answered") {
        this.#httpsIsAbsent = true;
      }
      if (heard === "nobody") return;
    }
  }

  async #request(
    way: Way,
    recipients: readonly LeasedRecipient[],
  ): Promise<Heard> {
    const { http, memory, clock } = this.#parts;
    const { outgoing } = this.#load;
    const beganMs = clock.monotonic();
    try {
      const answer = await http.send(this.#stop, way, recipients, this.#load);
      const { verdict, isHeard } = answer;
      const name = this.#stop.memory;
      this.#course.hear(recipients, verdict);
      if (name !== undefined && verdict.kind === "delivered") {
        if (way.name === "https") memory.learnServed(name);
      }
      if (verdict.kind !== "delivered") {
        this.#alarm(verdict.note);
        if (name !== undefined && verdict.note.code === 413) {
          memory.learnTooLarge(name, outgoing.sizeOctets);
        }
      }
      this.#see(way, recipients, beganMs, {
        result: isHeard ? httpResult(verdict) : "unreached",
        ...("note" in verdict && { text: verdict.note.text }),
        ...verifiedOf(answer),
      });
      if (!isHeard) return "nobody";
      return verdict.kind === "elsewhere" && verdict.absent
        ? "absent"
        : "answered";
    } catch (error) {
      this.#missed(way, recipients, beganMs, error);
      return "nobody";
    }
  }

  async #bySmtp(way: Way): Promise<void> {
    const { smtp, memory, clock } = this.#parts;
    const name = this.#stop.memory;
    const recipients = this.#course.open;
    const beganMs = clock.monotonic();
    try {
      const answer = await smtp.send(this.#stop, way, recipients, this.#load);
      for (const [n, verdict] of answer.verdicts) {
        this.#course.settle(n, verdict);
      }
      const notes = notesOf(answer);
      for (const note of notes.slice(0, 1)) this.#alarm(note);
      const result = smtpResult(answer);
      if (name !== undefined && answer.isTooLarge) {
        memory.learnTooLarge(name, this.#load.outgoing.sizeOctets);
      }
      if (name !== undefined && result === "delivered" && this.#httpsIsAbsent) {
        memory.learnAbsent(name);
      }
      this.#see(way, recipients, beganMs, {
        result,
        ...(notes[0] && result !== "delivered" && { text: notes[0].text }),
        ...verifiedOf(answer),
      });
    } catch (error) {
      this.#missed(way, recipients, beganMs, error);
      if (name !== undefined) memory.forgetAbsent(name);
    }
  }

  /** @throws what tells of more than a host that could not be asked */
  #missed(
    way: Way,
    recipients: readonly LeasedRecipient[],
    beganMs: number,
    error: unknown,
  ): void {
    if (!(error instanceof NoConnection)) throw error;
    const { note, noWay } = error;
    const { isNamed } = this.#stop;
    // an admin's host that DNS does not know may come back
    if (noWay && (!isNamed || noWay.reason === "routing_loop")) {
      this.#course.noWay(noWay);
    } else this.#course.unreached(note);
    const { text } = note;
    this.#see(way, recipients, beganMs, { result: "unreached", text });
  }

  #see(
    way: Way,
    recipients: readonly LeasedRecipient[],
    beganMs: number,
    seen: Pick<AttemptSeen, "result" | "text" | "tlsVerified">,
  ): void {
    const { unit, outgoing } = this.#load;
    const { clock, onAttempt } = this.#parts;
    onAttempt({
      destination: unit.destination,
      host: this.#stop.host.name,
      way: way.name,
      recipients: recipients.length,
      tookMs: clock.monotonic() - beganMs,
      sizeOctets: outgoing.sizeOctets,
      ...seen,
    });
  }

  #alarm(note: DeliveryNote): void {
    if (!isAboutOurSignature(note)) return;
    const { destination } = this.#load.unit;
    this.#parts.onAlarm({ kind: "signature_refused", destination, note });
  }
}

function httpResult(verdict: HttpVerdict): SeenResult {
  switch (verdict.kind) {
    case "delivered":
      return "delivered";
    case "final":
      return "refused";
    case "elsewhere":
      return verdict.otherwise === "permanent" ? "refused" : "deferred";
  }
}

function smtpResult({ verdicts, isHeard }: SmtpAnswer): SeenResult {
  const kinds = new Set([...verdicts.values()].map(({ kind }) => kind));
  if (kinds.has("delivered")) return "delivered";
  if (!isHeard) return "unreached";
  return kinds.has("permanent") || kinds.has("apart") ? "refused" : "deferred";
}

function notesOf({ verdicts }: SmtpAnswer): DeliveryNote[] {
  return [...verdicts.values()].flatMap((verdict: Verdict) =>
    verdict.kind === "delivered" ? [] : [verdict.note]
  );
}

function verifiedOf(
  { tlsVerified }: { readonly tlsVerified?: boolean },
): { tlsVerified?: boolean } {
  return tlsVerified === undefined ? {} : { tlsVerified };
}
