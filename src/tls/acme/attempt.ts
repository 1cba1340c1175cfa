/**
 * One attempt to get a certificate: up to some orders, each without the ways
 * and names that have failed in the one before.
 *
 * @module
 */
import type { Clock, Timers } from "../../base/clock.ts";
import { type Certificate, covers, parseCertificate } from "../certificate.ts";
import { certificateRequest, type KeyType } from "./certificate_key.ts";
import { Ordering, type OrderWishes } from "./order.ts";
import type { AcmeSession } from "./session.ts";
import type { Solver } from "./solvers.ts";
import { AcmeTrouble, type FailedName } from "./trouble.ts";

export interface Wanted {
  /** Without one of these there is no certificate. */
  readonly required: readonly string[];
  /** Left out when they fail. */
  readonly optional: readonly string[];
}

export interface AttemptParts {
  readonly session: AcmeSession;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "sleep">;
  readonly solvers: readonly Solver[];
  readonly keyPem: string;
  readonly keyType: KeyType;
  readonly wanted: Wanted;
  readonly wishes: Omit<OrderWishes, "names">;
  /** An order that was begun before the process died. */
  readonly pending?: {
    readonly url: string;
    readonly names: readonly string[];
  };
  /** How many orders may be begun. */
  readonly orders: number;
  /** Told of each order before anything is done for it. */
  onOrder(url: string, names: readonly string[]): Promise<void>;
}

export interface Attempted {
  readonly certificate: Certificate;
  readonly leftOut: readonly FailedName[];
}

/** @throws {AcmeTrouble} the last trouble */
export async function attempt(parts: AttemptParts): Promise<Attempted> {
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
    const { session, timers } = parts;
    this.#ordering = new Ordering({
      session,
      timers,
      solversOf: (name) => this.#solversOf(name),
    });
  }

  async takeUp(
    { url, names }: { url: string; names: readonly string[] },
  ): Promise<Attempted> {
    await this.#ordering.authorize(url);
    return await this.#finish(url, names);
  }

  async run(): Promise<Attempted> {
    const { required, optional } = this.parts.wanted;
    for (let left = this.parts.orders; left > 0; left--) {
      const names = [
        ...required,
        ...optional.filter((name) => this.#solversOf(name).length > 0),
      ];
      const { wishes, onOrder } = this.parts;
      try {
        const url = await this.#ordering.begin({ ...wishes, names });
        await onOrder(url, names);
        await this.#ordering.authorize(url);
        return await this.#finish(url, names);
      } catch (error) {
        if (!(error instanceof AcmeTrouble) || left <= 1) throw error;
        const failed = error.more.failed ?? rejectedNames(error, names);
        this.#failed.push(...failed);
        const isHopeless = failed.length === 0 ||
          required.some((name) => this.#solversOf(name).length === 0);
        if (isHopeless) throw error;
      }
    }
    throw new AcmeTrouble("refused", "There were too many orders in this hour");
  }

  async #finish(url: string, names: readonly string[]): Promise<Attempted> {
    const { keyPem, keyType, clock } = this.parts;
    const request = await certificateRequest(keyPem, keyType, names);
    const chainPem = await this.#ordering.finish(url, request);
    const certificate = checked(chainPem, keyPem);
    if (
      names.some((name) => !isFor(certificate, name)) ||
      certificate.notAfter <= clock.now()
    ) {
      throw new AcmeTrouble(
        "protocol",
        "The authority gave another certificate than was ordered",
      );
    }
    const { required, optional } = this.parts.wanted;
    const leftOut = this.#failed.filter(({ name }) =>
      [...required, ...optional].includes(name) && !names.includes(name)
    );
    return { certificate, leftOut };
  }

  /** Those that have not failed for this name. */
  #solversOf(name: string): readonly Solver[] {
    const failed = this.#failed.filter((one) => one.name === name);
    if (failed.some(({ challenge }) => challenge === undefined)) return [];
    return this.parts.solvers.filter(({ type }) =>
      !failed.some(({ challenge }) => challenge === type) &&
      (type === "dns-01" || !name.startsWith("*."))
    );
  }
}

/** Those that the authority takes no order for (RFC 8555 §6.7.1). */
function rejectedNames(
  { more: { problem } }: AcmeTrouble,
  names: readonly string[],
): FailedName[] {
  return (problem?.subproblems ?? []).flatMap(({ name, detail }) =>
    name !== undefined && names.includes(name) ? [{ name, why: detail }] : []
  );
}

function checked(chainPem: string, keyPem: string): Certificate {
  try {
    return parseCertificate(chainPem, keyPem);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AcmeTrouble(
      "protocol",
      `The authority's certificate cannot be used: ${error.message}`,
    );
  }
}

function isFor(certificate: Certificate, name: string): boolean {
  return certificate.names.includes(name) || covers(certificate, name);
}
