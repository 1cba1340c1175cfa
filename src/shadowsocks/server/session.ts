/**
 * One client: what it wants, and then its octets and those of the service in
 * both directions until both have ended.
 *
 * Whoever does not have the key hears nothing, and is read from as if what it
 * sent could still become a request: neither an answer nor the moment of an end
 * tells it what is here.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { KeyRing } from "./aead.ts";
import type { ShadowsocksBackend } from "./backend.ts";
import { ChunkReader, ChunkWriter } from "./chunks.ts";
import type { TunnelFigures, TunnelRefusal } from "./figures.ts";
import { MasterKey } from "./keys.ts";
import { OctetSource } from "./octet_source.ts";
import { readRequest, type StreamRequest } from "./request.ts";
import type { SeenSalts } from "./salts.ts";
import type { Wire } from "./wire.ts";

const SHORTEST_SILENCE_MS = 30_000;
const LONGEST_SILENCE_MS = 90_000;

export interface SessionSurroundings {
  readonly backend: ShadowsocksBackend;
  readonly salts: SeenSalts;
  readonly figures: TunnelFigures;
  readonly clock: Clock;
  readonly random: Random;
}

export class Session {
  readonly #wire: Wire;
  readonly #around: SessionSurroundings;
  readonly #keys: KeyRing;
  #service: Wire | undefined;
  #phase: "asking" | "silent" | "tunnel" | "over" = "asking";
  #deadline: number;

  constructor(wire: Wire, around: SessionSurroundings) {
    this.#wire = wire;
    this.#around = around;
    this.#keys = new KeyRing(around.backend.aead());
    this.#deadline = this.#in(around.backend.limits().handshakeMs);
  }

  /** Drives it until its descriptors are free. Never rejects. */
  async run(): Promise<void> {
    try {
      await this.#serve();
      this.#wire.close();
      this.#service?.close();
    } catch {
      // one of the two is lost
      this.abort();
    }
    this.#keys.end();
    await this.#wire.gone;
    await this.#service?.gone;
  }

  /** Ends it at once. Safe to repeat. */
  abort(): void {
    this.#phase = "over";
    this.#deadline = Infinity;
    this.#wire.abort();
    this.#service?.abort();
  }

  /** @param now Monotonic. */
  checkDeadline(now: number): void {
    if (now <= this.#deadline) return;
    // what comes too late ends as what is wrong does
    if (this.#phase === "asking") this.#fallSilent("slow");
    else this.abort();
  }

  async #serve(): Promise<void> {
    const { backend, salts, clock } = this.#around;
    const access = backend.access();
    const key = access && MasterKey.of(access.method, access.password);
    if (!key) return await this.#turnDown("unset");
    const source = new OctetSource(this.#wire);
    const now = () => Math.floor(clock.now() / 1000);
    const request = await readRequest(source, {
      key,
      salts,
      aead: this.#keys,
      now,
    });
    if (request === "left" || this.#phase !== "asking") {
      return await this.#hearOut();
    }
    if (typeof request === "string") return await this.#turnDown(request);
    const service = await this.#reach(request.port);
    if (!service) return;
    this.#lives();
    await Promise.all([
      this.#up(
        service,
        request,
        new ChunkReader(source, request.opener, key.method),
      ),
      this.#down(
        service,
        new ChunkWriter({
          key,
          requestSalt: request.salt,
          salt: this.#freshSalt(key),
          aead: this.#keys,
          now,
        }),
      ),
    ]);
  }

  /** undefined if nothing is to be had there, or nobody wants it any more. */
  async #reach(port: number): Promise<Wire | undefined> {
    const { backend, figures } = this.#around;
    this.#phase = "tunnel";
    this.#lives();
    const service = await backend.reach(port, this.#wire.peerAddress);
    if (!service) figures.refused.port++;
    else if (this.#isOver) service.abort();
    else {
      figures.streams++;
      return this.#service = service;
    }
  }

  /** Changes while others are waited for. */
  get #isOver(): boolean {
    return this.#phase === "over";
  }

  async #turnDown(why: TunnelRefusal): Promise<void> {
    this.#fallSilent(why);
    await this.#hearOut();
  }

  /** From now on nothing is said, until the peer leaves or a while has gone by. */
  #fallSilent(why: TunnelRefusal): void {
    const { figures, random } = this.#around;
    figures.refused[why]++;
    this.#phase = "silent";
    const [high = 0, low = 0] = random(2);
    const share = (high * 256 + low) / 65_536;
    this.#deadline = this.#in(
      SHORTEST_SILENCE_MS + share * (LONGEST_SILENCE_MS - SHORTEST_SILENCE_MS),
    );
  }

  async #hearOut(): Promise<void> {
    for (;;) {
      const octets = await this.#wire.read();
      if (octets === undefined) return;
      this.#wire.release(octets);
    }
  }

  async #up(
    service: Wire,
    { first }: StreamRequest,
    chunks: ChunkReader,
  ): Promise<void> {
    let octets: Uint8Array | undefined = first;
    while (octets) {
      if (octets.length > 0) await service.write(octets);
      this.#around.figures.octetsIn += octets.length;
      this.#lives();
      octets = await chunks.read();
    }
    await service.closeWrite();
  }

  async #down(service: Wire, chunks: ChunkWriter): Promise<void> {
    for (;;) {
      const octets = await service.read();
      if (octets === undefined) break;
      const sealed = chunks.seal(octets);
      this.#around.figures.octetsOut += octets.length;
      service.release(octets);
      await this.#wire.write(sealed);
      this.#lives();
    }
    await this.#wire.closeWrite();
  }

  /** Ours count as seen, since what we send could be sent back to us. */
  #freshSalt({ method }: MasterKey): Uint8Array {
    const salt = this.#around.random(method.keyOctets);
    this.#around.salts.add(salt);
    return salt;
  }

  #lives(): void {
    if (this.#phase !== "tunnel") return;
    this.#deadline = this.#in(this.#around.backend.limits().idleMs);
  }

  #in(durationMs: number): number {
    return this.#around.clock.monotonic() + durationMs;
  }
}
