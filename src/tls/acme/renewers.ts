/**
 * Certificates of all names, each by itself: one that fails keeps none of the
 * others from theirs.
 *
 * @module
 */
import { join } from "node:path";
import { BUNDLE_FILE } from "../certificate_bundle.ts";
import { Renewer } from "./renewer.ts";
import type {
  CertificateTrouble,
  Outcome,
  RenewerParts,
  RenewerStatus,
} from "./renewer_parts.ts";

type Shared = Omit<
  RenewerParts,
  "name" | "folder" | "accountFolder" | "obstacle" | "doubt"
>;

export interface RenewersParts extends Shared {
  /** Of all that belongs to certificates from authorities. */
  readonly folder: string;
  /** What there is to be a certificate for, the name that clients connect to first. */
  names(): readonly string[];
  /** Why an authority need not be asked for this name. */
  obstacle(name: string): Promise<string | undefined>;
  /** Why an authority would not find this machine by the first name, as far as anybody here can know. */
  doubt?(name: string): Promise<string | undefined>;
}

export interface Named<What> {
  readonly name: string;
  readonly what: What;
}

/** Where the certificate of a name is kept that is not the first one. */
function folderOf(folder: string, name: string): string {
  return join(folder, "names", name.replace("*", "_"));
}

export class Renewers {
  readonly #parts: RenewersParts;
  readonly #renewers = new Map<string, Renewer>();
  readonly #troubles = new Map<string, CertificateTrouble>();
  #running: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(parts: RenewersParts) {
    this.#parts = parts;
  }

  /** As `Renewer.look`, of all. */
  look(): Promise<readonly Named<Outcome>[]> {
    return this.#each((renewer) => renewer.look());
  }

  /** As `Renewer.order`, of all, or of one name. */
  order(
    options: Parameters<Renewer["order"]>[0],
    name?: string,
  ): Promise<readonly Named<Outcome>[]> {
    return this.#each((renewer) => renewer.order(options), name);
  }

  /** In the order of the names. */
  async status(): Promise<readonly Named<RenewerStatus>[]> {
    return await Promise.all(
      this.#parts.names().map(async (name, at) => ({
        name,
        what: await this.#renewer(name, at === 0).status(),
      })),
    );
  }

  /** When the youngest certificate of all was issued; `status()` asks the DNS, too. */
  async lastIssuedMs(): Promise<number | undefined> {
    const all = await Promise.all(
      this.#parts.names().map((name, at) =>
        this.#renewer(name, at === 0).issuedMs()
      ),
    );
    const issued = all.filter((time) => time !== undefined);
    return issued.length === 0 ? undefined : Math.max(...issued);
  }

  /** Resolves when nothing goes on any more. */
  async close(): Promise<void> {
    this.#ended = true;
    await Promise.all(
      [...this.#renewers.values()].map((renewer) => renewer.close()),
    );
    await this.#running;
  }

  async #each(
    work: (renewer: Renewer) => Promise<Outcome>,
    only?: string,
  ): Promise<readonly Named<Outcome>[]> {
    const names = this.#parts.names();
    this.#forgetTroubles(names);
    const outcomes: Named<Outcome>[] = [];
    for (const [at, name] of names.entries()) {
      if (only !== undefined && name !== only) continue;
      const renewer = this.#renewer(name, at === 0);
      outcomes.push({ name, what: await this.#inTurn(() => work(renewer)) });
    }
    return outcomes;
  }

  /** One order after the other, whoever wants it: they share accounts. */
  #inTurn(work: () => Promise<Outcome>): Promise<Outcome> {
    const outcome = this.#running.then((): Promise<Outcome> | Outcome =>
      this.#ended ? { kind: "skipped", why: "the server ends" } : work()
    );
    this.#running = outcome.catch(() => undefined);
    return outcome;
  }

  #renewer(name: string, isFirst: boolean): Renewer {
    const { folder, keyBefore, ...parts } = this.#parts;
    const own = isFirst ? folder : folderOf(folder, name);
    const known = this.#renewers.get(own + name);
    if (known) return known;
    const renewer = new Renewer({
      ...parts,
      name,
      folder: own,
      accountFolder: folder,
      ...(isFirst && keyBefore ? { keyBefore } : {}),
      obstacle: async () => isFirst ? undefined : await parts.obstacle(name),
      doubt: async () => isFirst ? await parts.doubt?.(name) : undefined,
      onTrouble: (trouble) => this.#tell(name, trouble),
    });
    this.#renewers.set(own + name, renewer);
    return renewer;
  }

  #tell(name: string, trouble: CertificateTrouble | undefined): void {
    if (trouble) this.#troubles.set(name, trouble);
    else this.#troubles.delete(name);
    this.#tellAll();
  }

  /** Of names that are ours no longer. */
  #forgetTroubles(names: readonly string[]): void {
    const gone = [...this.#troubles.keys()]
      .filter((name) => !names.includes(name));
    if (gone.length === 0) return;
    for (const name of gone) this.#troubles.delete(name);
    this.#tellAll();
  }

  #tellAll(): void {
    const troubles = [...this.#troubles.values()];
    const [first] = troubles;
    if (!first) return this.#parts.onTrouble(undefined);
    const times = troubles.flatMap(({ nextMs }) => nextMs ?? []);
    const messages = new Set(troubles.map(({ message }) => message));
    this.#parts.onTrouble({
      message: [...messages].join("; "),
      ...(times.length === 0 ? {} : { nextMs: Math.min(...times) }),
    });
  }
}

/** Of the first name, and of another. */
export function bundleOf(folder: string, name?: string): string {
  return join(
    name === undefined ? folder : folderOf(folder, name),
    BUNDLE_FILE,
  );
}
