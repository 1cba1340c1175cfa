/**
 * One connection of an HTTP/1.1 client: its requests one after another, however
 * many it sent at once (RFC 9112 §9.3.2).
 *
 * While an answer is made and taken, one read is under way: it shows that the
 * peer has left. What it brings waits for the next request; nothing more is read.
 *
 * @module
 */
import type { Wire } from "../../net/wire.ts";
import {
  DEFAULT_LIMITS,
  type HttpExchange,
  type HttpPeer,
  type RouteLimits,
} from "../peer.ts";
import {
  FAULT_STATUS,
  type RequestFault,
  type RequestHead,
} from "../proto/request_head.ts";
import { RequestReceiver } from "../proto/request_receiver.ts";
import { requestUrl } from "../proto/request_url.ts";
import { ALLOWED, CONTINUE, isNoMethod } from "./fixed_answers.ts";
import { established, tunnelRequest } from "./connect.ts";
import { BodyFault, RequestBody } from "./request_body.ts";
import { type Outgoing, outgoing } from "./response_body.ts";
import { type Awaited, ResponseWriter } from "./response_writer.ts";
import type { ConnectionSurroundings } from "./surroundings.ts";
import { headersOf, mayHaveBody, requestOf } from "./web_request.ts";
import {
  type Handover,
  ResumedWire,
  type Takeover,
  type UpgradeRoute,
} from "./upgrade.ts";

const MAX_HEAD_OCTETS = 16_384;
/** For a peer that still sends to see the answer, before the connection is no more. */
const LINGER_MS = 5000;
const LATE = { peer: "silent", us: "late_answer" } as const;
const SHARE_MS = 5; // of the event loop, before others have their turn

type Phase = "idle" | "exchange" | "lingering" | "over";

export class HttpConnection {
  readonly #wire: Wire;
  readonly #around: ConnectionSurroundings;
  readonly #receiver = new RequestReceiver(MAX_HEAD_OCTETS);
  readonly #writer: ResponseWriter;
  #ending = new AbortController();
  #reading: Promise<Uint8Array | undefined> | undefined;
  /** What the last read brought. */
  #lent: Uint8Array | undefined;
  #phase: Phase = "idle";
  #deadline: number;
  #awaited: Awaited = "peer"; // who is late then
  #gaveWayAt = 0;
  /** What the connection is for from now on. */
  #takeover: Handover["run"] | undefined;

  constructor(wire: Wire, around: ConnectionSurroundings) {
    this.#wire = wire;
    this.#around = around;
    this.#writer = new ResponseWriter(wire, {
      clock: around.clock,
      waitUntil: (whom, deadline) => this.#waitFor(whom, deadline),
      stallMs: () => around.limits().sendStallMs,
      reportBug: (error) => around.reportBug(error),
    });
    this.#deadline = this.#in(around.limits().headMs);
  }

  /** Serves it until it ends, or until what is given takes it over. Never rejects. */
  async serve(): Promise<Handover | undefined> {
    try {
      while (await this.#exchange()) await this.#giveWay();
    } catch (error) {
      if (error instanceof TypeError) this.#around.reportBug(error);
      // who left without a word of TLS needs no force, which may take half a second
      if (!(error instanceof Deno.errors.UnexpectedEof)) this.#wire.abort();
    }
    const handover = this.#handover();
    this.#phase = "over";
    if (!handover) this.#wire.close();
    return handover;
  }

  /** Its descriptor is free, whatever its handler still does. */
  lose(): void {
    this.#phase = "over";
    this.#ending.abort();
  }

  /** Ends it after the answer that is under way; endless ones end now. */
  stop(): void {
    this.#ending.abort();
    if (this.#phase === "idle") this.#wire.close();
  }

  /** @param now Monotonic. */
  checkDeadline(now: number): void {
    if (now <= this.#deadline || this.#phase === "over") return;
    if (this.#phase === "idle" && this.#receiver.pending === 0) {
      this.#wire.close();
    } else {
      // after an answer there is nothing that it would have to say
      if (this.#phase !== "lingering") this.#around.onCut(LATE[this.#awaited]);
      this.#wire.abort();
    }
    this.#deadline = Infinity;
  }

  #waitFor(whom: Awaited, deadline: number): void {
    this.#awaited = whom;
    this.#deadline = deadline;
  }

  /** However much one peer asks for at once, the others are served meanwhile. */
  async #giveWay(): Promise<void> {
    const { clock, timers } = this.#around;
    if (clock.monotonic() - this.#gaveWayAt < SHARE_MS) return;
    await timers.sleep(0);
    this.#gaveWayAt = clock.monotonic();
  }

  #in(durationMs: number): number {
    return this.#around.clock.monotonic() + durationMs;
  }

  /** One request and its answer. False if no other one may follow. */
  async #exchange(): Promise<boolean> {
    const head = await this.#nextHead();
    if (head === undefined) return false;
    if (typeof head === "string") return await this.#refuseFault(head);
    this.#phase = "exchange";
    this.#ending = new AbortController();
    if (this.#around.stopping.aborted) this.#ending.abort();
    if (head.method === "CONNECT") return await this.#connect(head);
    if (isNoMethod(head.method)) return await this.#refuse(405, ALLOWED);
    const url = requestUrl(head, this.#wire.secure);
    const headers = url && headersOf(head);
    if (!url || !headers) return await this.#refuseFault("malformed");
    const peer = this.#around.proxies.peerOf(headers, {
      address: this.#wire.peerAddress,
      secure: this.#wire.secure,
    });
    if (peer.secure) url.protocol = "https:";
    const takeover = await this.#upgraded(head, { url, headers, peer });
    if (takeover === "none") {
      return await this.#answer(head, { url, headers, peer });
    }
    return takeover;
  }

  async #answer(
    head: RequestHead,
    { url, peer }: Asked,
  ): Promise<boolean> {
    const limits = { ...DEFAULT_LIMITS };
    const body = this.#bodyOf(head, limits);
    const request = requestOf(head, url, {
      method: head.method,
      body: head.framing.kind === "none" || !mayHaveBody(head.method)
        ? null
        : body.stream,
    });
    if (body.isComplete) this.#watch();
    this.#waitFor("us", this.#in(limits.answerMs));
    const exchange: HttpExchange = {
      ...peer,
      ending: this.#ending.signal,
      countAs: (meter) => this.#wire.countAs?.(meter),
      limit: (given) => {
        Object.assign(limits, given);
        this.#deadline = this.#in(limits.answerMs);
      },
    };
    const answer = head.target === "*"
      ? this.#around.answers.allowed()
      : await this.#handle(request, exchange, body);
    if (!answer) return false;
    return await this.#send(head, { answer, body, limits });
  }

  async #handle(
    request: Request,
    exchange: HttpExchange,
    body: RequestBody,
  ): Promise<Outgoing | undefined> {
    try {
      const response = await this.#around.handler(request, exchange);
      if (response.type === "error") return undefined;
      return await outgoing(request, response);
    } catch (error) {
      if (body.isLost) return undefined; // the peer left: no bug
      if (error instanceof BodyFault) {
        this.#around.onCut(error.fault);
        return this.#around.answers.plain(FAULT_STATUS[error.fault]);
      }
      this.#around.reportBug(error);
      return this.#around.answers.plain(500);
    }
  }

  async #send(
    head: RequestHead,
    { answer, body, limits }: Answer,
  ): Promise<boolean> {
    body.skipReceived();
    const persists = head.persists && body.isComplete &&
      !this.#around.stopping.aborted;
    const isWhole = await this.#writer.send(answer, {
      chunks: head.minorVersion === 1,
      last: !persists,
      until: this.#in(limits.sendMs),
    });
    if (persists && isWhole) {
      this.#phase = "idle";
      this.#waitFor("peer", this.#in(this.#around.limits().idleMs));
      return !this.#around.stopping.aborted;
    }
    if (isWhole) await this.#linger();
    else this.#wire.abort(); // so that half an answer is not taken for all
    return false;
  }

  #refuseFault(fault: RequestFault): Promise<false> {
    this.#around.onCut(fault);
    return this.#refuse(FAULT_STATUS[fault]);
  }

  /** Answers what cannot be served, and ends. */
  async #refuse(
    status: number,
    fields: Record<string, string> = {},
  ): Promise<false> {
    this.#phase = "exchange";
    await this.#writer.send(this.#around.answers.plain(status, fields), {
      chunks: false,
      last: true,
      until: this.#in(DEFAULT_LIMITS.sendMs),
    });
    await this.#linger();
    return false;
  }

  /**
   * Says that no more comes, and waits for the peer to close: octets that it
   * still sends would reset the connection, and the answer be lost (RFC 9112 §9.6).
   */
  async #linger(): Promise<void> {
    this.#phase = "lingering";
    this.#waitFor("peer", this.#in(LINGER_MS));
    this.#receiver.takeRest();
    await this.#wire.closeWrite();
    while (await this.#read() !== undefined);
  }

  /** The next request; undefined when the peer asks no more. */
  async #nextHead(): Promise<RequestHead | RequestFault | undefined> {
    for (;;) {
      const input = this.#receiver.next();
      if (input?.kind === "head") return input.head;
      if (input?.kind === "fault") return input.fault;
      const hadSome = this.#receiver.pending > 0;
      if (hadSome && this.#phase === "idle") this.#beginHead();
      const octets = await this.#read();
      if (octets === undefined) return undefined;
      this.#receiver.push(octets);
      this.#gaveWayAt = this.#around.clock.monotonic();
      if (!hadSome) this.#beginHead();
    }
  }

  #beginHead(): void {
    const until = this.#in(this.#around.limits().headMs);
    if (until < this.#deadline) this.#deadline = until;
  }

  #bodyOf(head: RequestHead, limits: RouteLimits): RequestBody {
    let whole: number | undefined;
    return new RequestBody(head.framing, {
      limits,
      receiver: this.#receiver,
      read: () => {
        const until = whole ??= this.#in(limits.bodyMs);
        const stall = this.#in(this.#around.limits().bodyStallMs);
        return this.#readBy(Math.min(until, stall), until);
      },
      askFor: () =>
        head.awaitsContinue ? this.#wire.write(CONTINUE) : Promise.resolve(),
      onComplete: () => {
        this.#waitFor("us", this.#in(limits.answerMs));
        this.#watch();
      },
    });
  }

  /** Reads on, so that it shows when the peer leaves. */
  #watch(): void {
    const { signal } = this.#ending;
    const left = () => {
      if (signal === this.#ending.signal) this.#ending.abort();
    };
    this.#reading ??= this.#wire.read();
    this.#reading.then((octets) => octets === undefined && left(), left);
  }

  async #readBy(stall: number, whole: number): Promise<Uint8Array | undefined> {
    this.#waitFor("peer", stall);
    const octets = await this.#read();
    // unless nobody waits for it any more
    if (this.#deadline === stall) this.#waitFor("us", whole);
    return octets;
  }

  async #read(): Promise<Uint8Array | undefined> {
    // heads become text, bodies are copied
    if (this.#lent && this.#receiver.pending === 0) {
      this.#wire.release(this.#lent);
    }
    this.#lent = undefined;
    const reading = this.#reading ??= this.#wire.read();
    try {
      return this.#lent = await reading;
    } finally {
      if (this.#reading === reading) this.#reading = undefined;
    }
  }

  /** "none" if it is an ordinary request; else as #exchange(). */
  async #upgraded(head: RequestHead, asked: Asked): Promise<boolean | "none"> {
    const route = head.upgrade === undefined || head.method !== "GET" ||
        head.minorVersion === 0 || head.framing.kind !== "none"
      ? undefined
      : this.#around.upgrades.find(({ path, protocol }) =>
        path === asked.url.pathname &&
        protocol.toLowerCase() === head.upgrade?.toLowerCase()
      );
    if (!route) return "none";
    this.#waitFor("us", this.#in(DEFAULT_LIMITS.answerMs));
    const request = requestOf(head, asked.url);
    const answer = await this.#accept(route, request, asked.peer);
    if (typeof answer !== "function") {
      return await this.#send(head, {
        answer: await outgoing(request, answer),
        body: this.#bodyOf(head, { ...DEFAULT_LIMITS }),
        limits: DEFAULT_LIMITS,
      });
    }
    const { stopping, onCut } = this.#around;
    if (route.meter) this.#wire.countAs?.(route.meter);
    if (route.countsConnections) this.#around.onCountedElsewhere(this.#wire);
    this.#takeover = (wire) => answer({ request, wire, stopping, onCut });
    return false;
  }

  async #connect(head: RequestHead): Promise<false> {
    this.#waitFor("us", this.#in(DEFAULT_LIMITS.answerMs));
    const asked = tunnelRequest(head, this.#wire.peerAddress);
    const tunnel = await this.#around.openTunnel?.(asked);
    if (!tunnel) return await this.#refuse(405, ALLOWED);
    this.#takeover = established(tunnel);
    return false;
  }

  async #accept(
    route: UpgradeRoute,
    request: Request,
    peer: HttpPeer,
  ): Promise<Response | Takeover> {
    try {
      return await route.accept(request, peer);
    } catch (error) {
      this.#around.reportBug(error);
      return new Response("Internal error\n", { status: 500 });
    }
  }

  /** To what the last request asked for. */
  #handover(): Handover | undefined {
    const run = this.#takeover;
    if (!run) return undefined;
    const rest = this.#receiver.takeRest();
    return { run, wire: new ResumedWire(this.#wire, rest, this.#reading) };
  }
}

interface Asked {
  readonly url: URL;
  readonly headers: Headers;
  readonly peer: HttpPeer;
}

interface Answer {
  readonly answer: Outgoing;
  readonly body: RequestBody;
  readonly limits: RouteLimits;
}
