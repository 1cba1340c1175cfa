/**
 * One attempt to get a certificate: up to some orders, each without the ways
 * that have failed in the one before.
 *
 * @module
 */
import type { Clock, Timers } from "../../base/clock.ts";
import {
  type Certificate,
  checkServable,
  isFor,
  parseCertificate,
} from "../certificate.ts";
import { certificateRequest, type KeyType } from "./keys/certificate_key.ts";
import { Ordering, type OrderWishes } from "./order.ts";
import type { AcmeSession } from "./session.ts";
import type { Solver } from "./solvers.ts";
import { AcmeTrouble, type FailedName, validationTrouble } from "./trouble.ts";

export interface AttemptParts {
  readonly session: AcmeSession;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "sleep">;
  readonly solvers: readonly Solver[];
  readonly keyPem: string;
  readonly keyType: KeyType;
  /** Common name of the root that chains are to end below; "": any. */
  readonly preferredChain: string;
  /** DNS name or IP address. */
  readonly name: string;
  readonly wishes: Omit<OrderWishes, "name">;
  /** URL of an order that was begun before the process died. */
  readonly pending?: string;
  /** How many orders may be begun. */
  readonly orders: number;
  /** Told of each order before anything is done for it. */
  onOrder(url: string): Promise<void>;
}

/** @throws {AcmeTrouble} the last trouble */
export async function attempt(parts: AttemptParts): Promise<Certificate> {
  if (parts.pending) {
    try {
      return await new Attempt(parts).takeUp(parts.pending);
    } catch (error) {
      if (!(error instanceof AcmeTrouble) || error.kind === "unreachable") {
        throw error;
      }
    }
  }
  return await new Attempt(parts).run();
}

class Attempt {
  readonly #failed: FailedName[] = [];
  readonly #ordering: Ordering;

  constructor(readonly parts: AttemptParts) {
    const { session, timers, preferredChain } = parts;
    this.#ordering = new Ordering({
      session,
      timers,
      preferredChain,
      solvers: () => this.#solvers(),
    });
  }

  async takeUp(url: string): Promise<Certificate> {
    await this.#ordering.authorize(url);
    return await this.#finish(url);
  }

  async run(): Promise<Certificate> {
    const { name, wishes, onOrder } = this.parts;
    const hindered = this.#hindered();
    if (hindered.length > 0 && this.#solvers().length === 0) {
      throw validationTrouble(hindered);
    }
    for (let left = this.parts.orders; left > 0; left--) {
      try {
        const url = await this.#ordering.begin({ ...wishes, name });
        await onOrder(url);
        await this.#ordering.authorize(url);
        return await this.#finish(url);
      } catch (error) {
        if (!(error instanceof AcmeTrouble)) throw error;
        const { failed = [] } = error.more;
        if (failed.length === 0) throw error;
        this.#failed.push(...failed);
        if (left <= 1 || this.#solvers().length === 0) {
          throw validationTrouble([...this.#failed, ...hindered]);
        }
      }
    }
    throw new AcmeTrouble("refused", "There were too many orders in this hour");
  }

  async #finish(url: string): Promise<Certificate> {
    const { keyPem, keyType, clock, name } = this.parts;
    const request = await certificateRequest(keyPem, keyType, name);
    const chainPem = await this.#ordering.finish(url, request);
    const certificate = checked(chainPem, keyPem);
    if (!isFor(certificate, name) || certificate.notAfter <= clock.now()) {
      throw new AcmeTrouble(
        "protocol",
        "The authority gave another certificate than was ordered",
      );
    }
    return certificate;
  }

  /** Those by which no authority could see anything. */
  #hindered(): FailedName[] {
    const { name, solvers } = this.parts;
    return solvers.flatMap((solver) => {
      const why = solver.obstacle?.();
      return why === undefined ? [] : { name, challenge: solver.type, why };
    });
  }

  /** Those that have not failed, and could be looked at. */
  #solvers(): readonly Solver[] {
    if (this.#failed.some(({ challenge }) => challenge === undefined)) {
      return [];
    }
    const isWildcard = this.parts.name.startsWith("*.");
    return this.parts.solvers.filter((solver) =>
      !this.#failed.some(({ challenge }) => challenge === solver.type) &&
      (solver.type === "dns-01" || !isWildcard) &&
      solver.obstacle?.() === undefined
    );
  }
}

function checked(chainPem: string, keyPem: string): Certificate {
  try {
    const certificate = parseCertificate(chainPem, keyPem);
    checkServable(certificate);
    return certificate;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AcmeTrouble(
      "protocol",
      `The authority's certificate cannot be used: ${error.message}`,
    );
  }
}
