/**
 * One connection from greeting to end: the only code that waits for a peer.
 *
 * Commands run one after another; what they say is collected and written at
 * once. In between it waits for the peer, and then a change in the selected
 * mailbox, a timer or the end of the session may speak instead of a command:
 * never both at a time. A connection that waits holds one pending read and no
 * buffer.
 *
 * @module
 */
import type { Clock, Timers } from "../../../base/clock.ts";
import { hasLeft } from "../../../base/system_errors.ts";
import { type ImapInput, ImapReceiver } from "../../proto/receiver.ts";
import type { ImapBackend, ImapPeer } from "../backend.ts";
import type { Effect, Step } from "../command.ts";
import { BadDeflate, compressed } from "./compress.ts";
import { bye, ImapInterpreter } from "../interpreter.ts";
import type { ImapOptions } from "../options.ts";
import { Output } from "./output.ts";
import type { Urgency } from "../selected.ts";
import { ImapSession, type SessionContext } from "../session.ts";
import { TICK_MS, type TimerWheel, type Waiting } from "./timer_wheel.ts";
import type { Wire } from "./wire.ts";

/** What all connections share. */
export interface Surroundings {
  readonly backend: ImapBackend;
  readonly options: ImapOptions;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "sleep">;
  readonly wheel: TimerWheel;
  /** From 0 to 1. */
  random(): number;
}

const WRITE_OCTETS = 65_536;
const PROGRESS_OCTETS = 1024;
const SHARE_MS = 10; // after which other connections have their turn
const END_GRACE_MS = 30_000; // for a command that runs when the session must end

export class Connection implements SessionContext, Waiting {
  readonly #shared: Surroundings;
  readonly #receiver: ImapReceiver;
  readonly #interpreter: ImapInterpreter;
  readonly #session: ImapSession;
  readonly #output = new Output();
  readonly #keepaliveMs: number;
  readonly #startedAt: number;
  #wire: Wire;
  #over = false;
  #waiting = false; // for the peer: others may speak
  #speaking: Promise<void> | undefined;
  #speakAgain = false;
  #ending: { readonly text: string; readonly at: number } | undefined;
  #endsUnheard = false; // by us, before anything could be said
  #inputAt: number; // when the last line, or enough of a literal, had come
  #progress = 0; // octets of the literal since then
  #gaveWayAt = 0;
  #outputAt: number;
  #writingSince: number | undefined;
  #handshakeSince: number | undefined; // while TLS begins, by itself or by STARTTLS
  #noticeAt: number | undefined;
  #tick: number | undefined;

  constructor(wire: Wire, shared: Surroundings) {
    this.#wire = wire;
    this.#shared = shared;
    this.#receiver = new ImapReceiver(() => this.#maxLineOctets());
    this.#session = new ImapSession(this, { secure: wire.secure });
    this.#interpreter = new ImapInterpreter(this.#session);
    // Spread, so that clients which came together do not wake together.
    this.#keepaliveMs = shared.options.idleKeepaliveMs *
      (0.9 + 0.2 * shared.random());
    this.#startedAt = this.#inputAt = this.#outputAt = this.monotonic();
    this.#handshakeSince = this.#startedAt;
  }

  get backend(): ImapBackend {
    return this.#shared.backend;
  }

  get options(): ImapOptions {
    return this.#shared.options;
  }

  get peer(): ImapPeer {
    return { address: this.#wire.peerAddress };
  }

  sleep(durationMs: number): Promise<void> {
    return this.#shared.timers.sleep(durationMs);
  }

  monotonic(): number {
    return this.#shared.clock.monotonic();
  }

  now(): number {
    return this.#shared.clock.now();
  }

  /** Resolves when the connection is over. Never rejects. */
  async run(): Promise<void> {
    try {
      await this.#act(this.#interpreter.greeting());
      await this.#flush();
      this.#handshakeSince = undefined;
      while (!this.#over) await this.#turn();
    } catch (error) {
      this.backend.reportBug(error);
    }
    this.#over = true;
    this.#unschedule();
    this.#wire.close();
    await this.#interpreter.end();
  }

  onNotice(urgency: Urgency): void {
    if (!this.#session.idling) return;
    const now = this.monotonic();
    // Two ticks is what the wheel may be late.
    this.#noticeAt ??= now + this.options.noticeDelayMs - 2 * TICK_MS;
    if (urgency === "at_once") {
      this.#noticeAt = now;
      this.#speak();
    } else this.#schedule();
  }

  onEnd(text: string): void {
    if (this.#ending || this.#over) return;
    // There is nobody yet to whom it could be said.
    if (this.#handshakeSince !== undefined) {
      this.#endsUnheard = true;
      return this.#abandon();
    }
    this.#ending = { text, at: this.monotonic() };
    this.#speak();
    this.#schedule();
  }

  due(): void {
    this.#tick = undefined;
    if (this.#over) return;
    const now = this.monotonic();
    const { writeStallMs, handshakeTimeoutMs } = this.options;
    const isStalled = this.#writingSince !== undefined &&
      now - this.#writingSince >= writeStallMs;
    if (
      isStalled ||
      this.#handshakeSince !== undefined &&
        now - this.#handshakeSince >= handshakeTimeoutMs ||
      this.#ending && now - this.#ending.at >= END_GRACE_MS
    ) {
      if (this.#handshakeSince !== undefined) {
        this.backend.countCut("handshake");
        this.#endsUnheard = true;
      } else if (isStalled) this.backend.countCut("stalled");
      return this.#abandon();
    }
    if (now >= this.#silenceEndsAt()) {
      if (!this.#ending) this.backend.countCut("silent");
      this.onEnd("Disconnected for inactivity");
    } else if (this.#session.idling) this.#speak();
    this.#schedule();
  }

  /** One read and all that follows from it. */
  async #turn(): Promise<void> {
    await this.#flush();
    if (this.#ending) return await this.#act(bye(this.#ending.text));
    this.#waiting = true;
    if (this.#noticeAt !== undefined && this.#session.idling) this.#speak();
    this.#schedule();
    const octets = await this.#read();
    this.#waiting = false;
    if (this.#speaking) await this.#speaking;
    if (octets === undefined) this.#over = true;
    if (octets === undefined || this.#over) return;
    this.#gaveWayAt = this.monotonic();
    this.#session.countTraffic(octets.length, 0);
    this.#receiver.push(octets);
    await this.#work();
  }

  async #work(): Promise<void> {
    let input = this.#receiver.next();
    while (input && !this.#over && !this.#ending) {
      this.#note(input);
      for await (const step of this.#interpreter.receive(input)) {
        await this.#act(step);
        if (this.#over) return;
        await this.#giveWay();
      }
      input = this.#receiver.next();
    }
  }

  /** Whoever sends an octet now and then is as silent as one who sends none. */
  #note(input: ImapInput): void {
    if (input.kind === "literal") this.#progress += input.octets.length;
    const isSilent = input.kind === "literal" && !input.last &&
      this.#progress < PROGRESS_OCTETS;
    if (isSilent) return;
    this.#progress = 0;
    this.#inputAt = this.monotonic();
  }

  /** Of who has not shown who he is, no more is read than a login needs. */
  #maxLineOctets(): number {
    const { maxLineOctets, maxPreauthLineOctets } = this.options;
    return this.#session.state === "not_authenticated"
      ? Math.min(maxLineOctets, maxPreauthLineOctets)
      : maxLineOctets;
  }

  /** However much one peer asks for at once, the others are served meanwhile. */
  async #giveWay(): Promise<void> {
    if (this.monotonic() - this.#gaveWayAt < SHARE_MS) return;
    await this.sleep(0);
    this.#gaveWayAt = this.monotonic();
  }

  async #act({ text, octets, effect }: Step): Promise<void> {
    if (text) this.#output.add(text);
    if (octets) this.#output.add(octets);
    if (effect) await this.#perform(effect);
    else if (this.#output.size >= WRITE_OCTETS) await this.#flush();
  }

  async #perform(effect: Effect): Promise<void> {
    if (effect === "skip_literal") return this.#receiver.skipLiteral();
    if (effect === "start_tls" && this.#receiver.pending === 0) {
      return await this.#startTls();
    }
    await this.#flush();
    if (effect === "flush") return;
    // What came after STARTTLS came in clear: it would be trusted once TLS is on.
    if (effect !== "compress" || this.#receiver.pending > 0) {
      if (effect !== "close") this.backend.countCut("too_early");
      this.#over = true;
    } else this.#wire = compressed(this.#wire);
  }

  async #startTls(): Promise<void> {
    this.#handshakeSince = this.monotonic();
    this.#schedule();
    try {
      await this.#wire.startTls(this.#output.take());
      this.#session.secure = true;
    } catch (error) {
      this.#noteBadHandshake(error);
      this.#over = true;
    }
    this.#handshakeSince = undefined;
  }

  /** Nothing is to be told of who has left before it, nor again of what we have ended. */
  #noteBadHandshake(error: unknown): void {
    if (!this.#endsUnheard && !hasLeft(error)) {
      this.backend.countCut("handshake");
    }
  }

  /** Says, while the peer is waited for, what cannot wait until it speaks. */
  #speak(): void {
    if (this.#speaking) this.#speakAgain = true;
    else if (this.#waiting) {
      this.#speaking = this.#speakNow().catch((error) => {
        this.backend.reportBug(error);
        this.#abandon();
      }).finally(() => {
        this.#speaking = undefined;
        if (this.#speakAgain) this.#speak();
      });
    }
  }

  async #speakNow(): Promise<void> {
    do {
      this.#speakAgain = false;
      if (this.#ending) {
        await this.#act(bye(this.#ending.text));
        return this.#wire.close();
      }
      const now = this.monotonic();
      const session = this.#session;
      if (!session.idling) return;
      if (this.#noticeAt !== undefined && now >= this.#noticeAt) {
        this.#noticeAt = undefined;
        if (!session.noticesReady) await session.prepareNotices();
        const { endedMs } = session;
        const text = session.takeNotices({ withholdExpunge: false });
        if (text) this.#output.add(text);
        if (endedMs !== undefined) {
          await this.#flush();
          this.backend.countPush(this.monotonic() - endedMs);
        }
      } else if (now >= this.#outputAt + this.#keepaliveMs) {
        this.#output.add("* OK Still here\r\n");
      }
      await this.#flush();
    } while (this.#speakAgain && !this.#over);
    this.#schedule();
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      return await this.#wire.read();
    } catch (error) {
      if (error instanceof BadDeflate) this.backend.countCut("bad_deflate");
      return undefined;
    }
  }

  async #flush(): Promise<void> {
    if (this.#output.size === 0 || this.#over) return;
    const octets = this.#output.take();
    this.#session.countTraffic(0, octets.length);
    this.#writingSince = this.#outputAt = this.monotonic();
    this.#schedule();
    try {
      await this.#wire.write(octets);
    } catch (error) {
      const isTls = this.#wire.secure && this.#handshakeSince !== undefined;
      if (isTls) this.#noteBadHandshake(error);
      this.#over = true;
    }
    this.#writingSince = undefined;
  }

  #abandon(): void {
    this.#over = true;
    this.#wire.abort();
  }

  /** When a peer that says nothing is sent away. */
  #silenceEndsAt(): number {
    const { preauthTimeoutMs, inactivityTimeoutMs } = this.options;
    if (this.#session.state === "not_authenticated") {
      return this.#startedAt + preauthTimeoutMs;
    }
    return this.#session.idling || !this.#waiting
      ? Infinity
      : this.#inputAt + inactivityTimeoutMs;
  }

  /** When something is to be done without the peer; Infinity for never. */
  #dueAt(): number {
    const { idling } = this.#session;
    return Math.min(
      this.#handshakeSince === undefined
        ? Infinity
        : this.#handshakeSince + this.options.handshakeTimeoutMs,
      this.#ending ? this.#ending.at + END_GRACE_MS : this.#silenceEndsAt(),
      this.#writingSince === undefined
        ? Infinity
        : this.#writingSince + this.options.writeStallMs,
      idling ? this.#outputAt + this.#keepaliveMs : Infinity,
      idling ? this.#noticeAt ?? Infinity : Infinity,
    );
  }

  /** Asks the wheel for the next moment, unless an earlier one is asked for. */
  #schedule(): void {
    if (this.#over) return;
    const dueAt = this.#dueAt();
    const tick = Math.ceil(dueAt / TICK_MS);
    if (this.#tick !== undefined && this.#tick <= tick) return;
    this.#unschedule();
    if (dueAt < Infinity) this.#tick = this.#shared.wheel.add(this, dueAt);
  }

  #unschedule(): void {
    if (this.#tick !== undefined) this.#shared.wheel.cancel(this, this.#tick);
    this.#tick = undefined;
  }
}
