/**
 * A program of the operator that publishes TXT records: it is called with
 * `present NAME VALUE` and `cleanup NAME VALUE`, and ends when that is done.
 *
 * @module
 */
import { AcmeTrouble } from "../trouble.ts";
import { type ChallengeOffer, dnsValue, type Solver } from "../solvers.ts";

const PUBLISH_MS = 10 * 60_000; // until all servers of a zone have it
const CLEAN_UP_MS = 30_000;
const MAX_SHOWN = 300;

export class DnsHook implements Solver {
  readonly type = "dns-01";
  /** One call after the other: what edits a zone seldom bears company. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(readonly program: string, readonly signal: AbortSignal) {}

  async present(
    { name, keyAuthorization }: ChallengeOffer,
  ): Promise<() => Promise<void>> {
    const record = [
      `_acme-challenge.${name}`,
      await dnsValue(keyAuthorization),
    ];
    await this.#inTurn(async () => {
      const late = AbortSignal.timeout(PUBLISH_MS);
      const signal = AbortSignal.any([this.signal, late]);
      await this.#call(["present", ...record], signal);
    });
    return async () => {
      // what is left behind does no harm
      const late = AbortSignal.timeout(CLEAN_UP_MS);
      await this.#call(["cleanup", ...record], late).catch(() => {});
    };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #call(
    args: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const child = new Deno.Command(this.program, {
        args: [...args],
        stdin: "null",
        stdout: "null",
        stderr: "piped",
        signal,
      }).spawn();
      const said = await firstOctets(child.stderr);
      const { success, code } = await child.status;
      if (success) return;
      const text = new TextDecoder().decode(said).trim();
      throw this.#trouble(`ended with ${code}${text && `: ${text}`}`);
    } catch (error) {
      if (error instanceof AcmeTrouble) throw error;
      throw this.#trouble(error instanceof Error ? error.message : `${error}`);
    }
  }

  #trouble(why: string): AcmeTrouble {
    return new AcmeTrouble(
      "validation",
      `The program of acme.dns_hook, ${this.program}, ${
        why.slice(0, MAX_SHOWN)
      }`,
    );
  }
}

/** Reads all, keeps the beginning. */
async function firstOctets(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array> {
  const kept: number[] = [];
  for await (const piece of stream) {
    kept.push(...piece.subarray(0, MAX_SHOWN - kept.length));
  }
  return new Uint8Array(kept);
}
