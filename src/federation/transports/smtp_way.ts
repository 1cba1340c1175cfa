/**
 * Mail over SMTP: a session for each host, with TLS as it is demanded, that
 * serves one transaction after the other.
 *
 * @module
 */
import type {
  DeliveryNote,
  LeasedRecipient,
  LeasedUnit,
} from "../../store/queue.ts";
import { smtpVerdicts, troubleVerdict } from "../verdicts/smtp_verdict.ts";
import type { Speaker, Verdict } from "../verdicts/verdict.ts";
import {
  type Connections,
  isVerified,
  type Kept,
  NoConnection,
  type Pool,
  using,
} from "./connections.ts";
import type { Load } from "./http_way.ts";
import type { Outgoing } from "./outgoing.ts";
import type { RelayTransportParts } from "./parts.ts";
import type { Pins } from "./pins.ts";
import type { SmtpSession } from "./smtp_sessions.ts";
import type { Stop, Way } from "./ways.ts";

export interface SmtpAnswer {
  /** By the recipient's number. */
  readonly verdicts: ReadonlyMap<number, Verdict>;
  /** The transaction was answered to its end. */
  readonly isHeard: boolean;
  readonly tlsVerified?: boolean;
  /** The peer takes no message of this size. */
  readonly isTooLarge: boolean;
}

interface KeptSession extends Kept {
  readonly session: SmtpSession;
}

const MAX_TRANSACTIONS = 100;
const TOO_LARGE = "5.3.4"; // RFC 3463 §3.4

export class SmtpWay {
  readonly #parts: RelayTransportParts;
  readonly #connections: Connections;
  readonly #pins: Pins;
  readonly #pool: Pool<KeptSession>;

  constructor(
    parts: RelayTransportParts,
    connections: Connections,
    pins: Pins,
  ) {
    this.#parts = parts;
    this.#pins = pins;
    this.#connections = connections;
    this.#pool = connections.pool();
  }

  /**
   * One transaction.
   *
   * @throws {NoConnection} there is no session of which use can be made
   * @throws {Aborted}
   * @throws {ContentGone}
   */
  async send(
    stop: Stop,
    way: Way,
    recipients: readonly LeasedRecipient[],
    { unit, outgoing, signal }: Load,
  ): Promise<SmtpAnswer> {
    const { host, isNamed } = stop;
    const speaker = { transport: way.name, host: host.name };
    const key = `${way.name} ${way.port} ${way.tls} ${isNamed} ${host.name}`;
    const message = messageOf(recipients, unit, outgoing);
    const numbers = new Map(
      recipients.map(({ n, address }) => [address as string, n]),
    );
    for (;;) {
      const reused = this.#pool.take(key);
      const kept = reused ?? await this.#begin(way, stop, signal);
      const { session, wire } = kept;
      const verified = isVerified(wire);
      const seen = verified === undefined ? {} : { tlsVerified: verified };
      const unfit = unfitNote(session, unit, outgoing, speaker);
      if (unfit) {
        this.#pool.give(key, kept);
        const verdict = { kind: "permanent", note: unfit } as const;
        return {
          verdicts: forAll(recipients, verdict),
          isHeard: true,
          isTooLarge: unfit.status === TOO_LARGE,
          ...seen,
        };
      }
      try {
        const outcome = await using(wire, signal, () => session.send(message));
        if (session.transactions < MAX_TRANSACTIONS) {
          this.#pool.give(key, kept);
        } else kept.end();
        const verdicts = smtpVerdicts(message.recipients, outcome, speaker);
        return {
          verdicts: new Map(
            [...verdicts].map(([address, one]) => [numbers.get(address)!, one]),
          ),
          isHeard: true,
          isTooLarge: [...verdicts.values()].some((verdict) =>
            verdict.kind === "permanent" && verdict.note.status === TOO_LARGE
          ),
          ...seen,
        };
      } catch (error) {
        const trouble = this.#parts.smtp.trouble(error);
        if (!trouble) throw error;
        if (reused && trouble.untouched) continue;
        return {
          verdicts: forAll(recipients, troubleVerdict(trouble, speaker)),
          isHeard: false,
          isTooLarge: false,
          ...seen,
        };
      }
    }
  }

  /** A session up to its last EHLO. Where TLS need not be, its failure costs a second connection. */
  async #begin(
    way: Way,
    stop: Stop,
    signal: AbortSignal,
  ): Promise<KeptSession> {
    const wire = await this.#connections.open(way, stop, signal);
    const { smtp, hostname, settings } = this.#parts;
    const session = smtp.open(wire, {
      name: hostname(),
      finalMs: settings().smtpDataMs,
    });
    let wasOffered = false;
    try {
      await using(wire, signal, async () => {
        await session.greet();
        wasOffered = session.extensions.startTls;
        if (way.isSecure || way.tls === "none") return;
        if (wasOffered) await session.startTls();
        else if (way.tls !== "if_offered") throw new NoTls();
      });
      this.#pins.check(stop, way, wire);
      return { wire, session, end: () => void session.quit() };
    } catch (error) {
      const speaker = { transport: way.name, host: stop.host.name };
      if (error instanceof NoTls) {
        void session.quit();
        throw new NoConnection({ ...speaker, ...NO_TLS });
      }
      wire.abort();
      if (error instanceof NoConnection) throw error;
      const trouble = smtp.trouble(error);
      if (!trouble) throw error;
      if (wasOffered && way.tls === "if_offered") {
        return await this.#begin({ ...way, tls: "none" }, stop, signal);
      }
      throw new NoConnection(troubleVerdict(trouble, speaker).note);
    }
  }
}

class NoTls extends Error {}

const NO_TLS = { status: "4.7.5", text: "the server offers no TLS" };

function messageOf(
  recipients: readonly LeasedRecipient[],
  { reversePath, utf8, eightBit }: LeasedUnit,
  { sizeOctets, content }: Outgoing,
) {
  const names = recipients.map(({ address }) => address as string);
  return {
    reversePath,
    recipients: names,
    sizeOctets,
    utf8,
    eightBit,
    content,
  };
}

/** Why the peer need not be asked. */
function unfitNote(
  { extensions }: SmtpSession,
  { utf8 }: LeasedUnit,
  { sizeOctets }: Outgoing,
  speaker: Speaker,
): DeliveryNote | undefined {
  const { maxSizeOctets = Infinity } = extensions;
  if (sizeOctets > maxSizeOctets) {
    const text = `the server takes no more than ${maxSizeOctets} octets`;
    return { ...speaker, status: TOO_LARGE, text };
  }
  if (utf8 && !extensions.utf8) { // RFC 6531 §3.5
    const text = "the server takes no addresses or fields beyond ASCII";
    return { ...speaker, status: "5.6.7", text };
  }
  return undefined;
}

function forAll(
  recipients: readonly LeasedRecipient[],
  verdict: Verdict,
): Map<number, Verdict> {
  return new Map(recipients.map(({ n }) => [n, verdict]));
}
