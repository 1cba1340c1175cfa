/**
 * One order, from the name to the chain (RFC 8555 §7.4). Each step asks the
 * authority how far it is, so that an order whose client has died is taken up
 * where it was.
 *
 * @module
 */
import { isIP } from "node:net";
import type { Timers } from "../../base/clock.ts";
import { chosenChain } from "./chain_choice.ts";
import type { AcmeSession } from "./session.ts";
import {
  AUTHORIZATION,
  type Authorization,
  ORDER,
  type Order,
  readShape,
} from "./shapes.ts";
import type { Solver } from "./solvers.ts";
import {
  AcmeTrouble,
  describeProblem,
  type FailedName,
  readProblem,
  validationTrouble,
} from "./trouble.ts";

export interface OrderWishes {
  /** DNS name or IP address. */
  readonly name: string;
  readonly profile?: string;
  /** What it replaces (RFC 9773 §5). */
  readonly replaces?: string;
}

export interface OrderParts {
  readonly session: AcmeSession;
  readonly timers: Pick<Timers, "sleep">;
  /** Common name of the root that chains are to end below; "": any. */
  readonly preferredChain: string;
  /** Who may solve a challenge, in the order in which to try. */
  solvers(): readonly Solver[];
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
const VALIDATION_MS = 60_000;
const ISSUANCE_MS = 120_000;

export class Ordering {
  readonly #parts: OrderParts;

  constructor(parts: OrderParts) {
    this.#parts = parts;
  }

  /** @returns Its URL. @throws {AcmeTrouble} */
  async begin({ name, profile, replaces }: OrderWishes): Promise<string> {
    const { session } = this.#parts;
    const { newOrder } = await session.directory();
    const wishes = {
      identifiers: [
        { type: isIP(name) ? "ip" : "dns", value: name }, // RFC 8738 §3
      ],
      ...(profile === undefined ? {} : { profile }),
    };
    const order = (more: object) =>
      session.post(newOrder, { ...wishes, ...more });
    const { headers } = replaces === undefined
      ? await order({})
      : await order({ replaces }).catch((error) => {
        // it was replaced before, or is unknown there: that does not matter
        if (isAboutReplacing(error)) return order({});
        throw error;
      });
    const url = headers.get("location");
    if (url !== null) return url;
    throw new AcmeTrouble("protocol", "The authority names no order");
  }

  /**
   * Shows that the name is ours.
   *
   * @throws {AcmeTrouble} `validation` with what has failed
   */
  async authorize(url: string): Promise<void> {
    const order = await this.#order(url);
    if (order.status !== "pending") return;
    for (const authorization of order.authorizations) {
      await this.#solve(authorization);
    }
  }

  /**
   * Has the certificate made and fetches it.
   *
   * @param request base64url of the DER of a certificate request
   * @returns PEM chain, leaf first
   * @throws {AcmeTrouble}
   */
  async finish(url: string, request: string): Promise<string> {
    const { session } = this.#parts;
    const ready = await this.#until(
      url,
      VALIDATION_MS,
      (order) => order.status !== "pending",
    );
    if (ready.status === "ready") {
      await session.post(ready.finalize, { csr: request });
    }
    const { status, certificate } = await this.#until(
      url,
      ISSUANCE_MS,
      (order) => order.status === "valid",
    );
    if (status !== "valid" || certificate === undefined) {
      throw new AcmeTrouble("protocol", "The authority names no certificate");
    }
    const body = await chosenChain(
      session,
      certificate,
      await session.post(certificate),
      this.#parts.preferredChain,
    );
    return body.endsWith("\n") ? body : `${body}\n`;
  }

  /** @throws {AcmeTrouble} `refused` for one that is invalid */
  async #order(url: string): Promise<Order> {
    const { body } = await this.#parts.session.post(url);
    return refuseInvalid(readShape(ORDER, body, "order"));
  }

  async #until(
    url: string,
    patienceMs: number,
    isDone: (order: Order) => boolean,
  ): Promise<Order> {
    return await this.#poll(patienceMs, async () => {
      const response = await this.#parts.session.post(url);
      const order = refuseInvalid(readShape(ORDER, response.body, "order"));
      return { response, result: isDone(order) ? order : undefined };
    });
  }

  /** @throws {AcmeTrouble} */
  async #solve(url: string): Promise<void> {
    const { session, solvers } = this.#parts;
    const { body } = await session.post(url);
    const authorization = readShape(AUTHORIZATION, body, "authorization");
    if (authorization.status === "valid") return;
    const name = authorization.identifier.value;
    const wanted = authorization.wildcard ? `*.${name}` : name;
    const found = pairOf(authorization, solvers());
    if (found === undefined) {
      const types = authorization.challenges.map(({ type }) => type);
      throw validationTrouble([{
        name: wanted,
        why: `the authority wants ${types.join(" or ") || "nothing"}`,
      }]);
    }
    const { solver, challenge, token } = found;
    const what = { name: wanted, challenge: solver.type };
    const keyAuthorization = `${token}.${session.key.thumbprint}`;
    let remove: () => Promise<void>;
    try {
      remove = await solver.present({ name, token, keyAuthorization });
    } catch (error) {
      if (!(error instanceof AcmeTrouble)) throw error;
      throw validationTrouble([{ ...what, why: error.message }]);
    }
    try {
      await session.post(challenge, {});
      await this.#validated(url, what);
    } finally {
      await remove();
    }
  }

  async #validated(
    url: string,
    what: Pick<FailedName, "name" | "challenge">,
  ): Promise<void> {
    await this.#poll(VALIDATION_MS, async () => {
      const response = await this.#parts.session.post(url);
      const authorization = readShape(
        AUTHORIZATION,
        response.body,
        "authorization",
      );
      switch (authorization.status) {
        case "valid":
          return { response, result: true };
        case "pending":
          return { response, result: undefined };
        default:
          throw validationTrouble([{ ...what, ...whyOf(authorization) }]);
      }
    });
  }

  /** Asks again, less and less often, or when the authority says, until there is a result. */
  async #poll<T>(
    patienceMs: number,
    ask: () => Promise<{
      readonly response: Parameters<AcmeSession["retryAfterMs"]>[0];
      readonly result: T | undefined;
    }>,
  ): Promise<T> {
    const { session, timers } = this.#parts;
    let waitMs = FIRST_WAIT_MS;
    for (let waitedMs = 0;;) {
      const { response, result } = await ask();
      if (result !== undefined) return result;
      if (waitedMs >= patienceMs) {
        throw new AcmeTrouble("unreachable", "The authority takes too long");
      }
      const asked = session.retryAfterMs(response) ?? waitMs;
      const durationMs = Math.min(
        Math.max(asked, FIRST_WAIT_MS),
        patienceMs - waitedMs,
      );
      await timers.sleep(durationMs);
      session.signal.throwIfAborted();
      waitedMs += durationMs;
      waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
    }
  }
}

/** The first solver that the authority has a challenge for. */
function pairOf(
  { challenges }: Authorization,
  solvers: readonly Solver[],
) {
  for (const solver of solvers) {
    const offer = challenges.find(({ type }) => type === solver.type);
    if (offer?.token === undefined) continue;
    return { solver, challenge: offer.url, token: offer.token };
  }
  return undefined;
}

function refuseInvalid(order: Order): Order {
  if (order.status !== "invalid") return order;
  const problem = readProblem(order.error);
  throw new AcmeTrouble(
    "refused",
    `The order is invalid: ${describeProblem(problem)}`,
    { problem },
  );
}

function whyOf(
  { status, challenges }: Authorization,
): Pick<FailedName, "why" | "problem"> {
  const failed = challenges.find(({ error }) => error !== undefined);
  if (failed === undefined) return { why: `the authorization is ${status}` };
  const problem = readProblem(failed.error);
  return { why: describeProblem(problem), problem };
}

function isAboutReplacing(error: unknown): boolean {
  return error instanceof AcmeTrouble &&
    ["alreadyReplaced", "malformed"].some((type) => error.isProblem(type));
}
