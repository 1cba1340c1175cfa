/**
 * Durable files that no message refers to yet, and the jobs that want to.
 *
 * The same content may go to several jobs; only when all of them have refused
 * it may its file be removed.
 *
 * @module
 */
interface Claim {
  inFlight: number;
  taken: boolean;
}

export class Claims {
  readonly #claims = new Map<string, Claim>();

  /** A file is about to be in its place. */
  open(name: string): void {
    this.#claims.set(name, { inFlight: 0, taken: false });
  }

  /** Whether a message may yet refer to this file. */
  has(name: string): boolean {
    return this.#claims.has(name);
  }

  /** A job is on its way that will refer to it. */
  begin(name: string): void {
    const claim = this.#claims.get(name);
    if (claim) claim.inFlight++;
  }

  /** What became of that job. */
  end(name: string, isTaken: boolean): void {
    const claim = this.#claims.get(name);
    if (!claim) return;
    claim.inFlight--;
    claim.taken ||= isTaken;
    if (claim.taken && claim.inFlight === 0) this.#claims.delete(name);
  }

  /** Whether the file may go; it is forgotten then. */
  release(name: string): boolean {
    const claim = this.#claims.get(name);
    if (!claim || claim.taken || claim.inFlight > 0) return false;
    return this.#claims.delete(name);
  }
}
