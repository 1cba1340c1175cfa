/**
 * Gets the certificate of one name from an authority, and renews it in time. Nothing waits
 * for it: until it has one, and when it fails, what was served is served.
 *
 * @module
 */
import { join } from "node:path";
import { type Certificate, isFor } from "../certificate.ts";
import { BUNDLE_FILE, readBundle, writeBundle } from "../certificate_bundle.ts";
import { accountKeyFor, openAccount } from "./account.ts";
import { attempt } from "./attempt.ts";
import {
  afterFailure,
  earliestAttempt,
  ordersLeft,
  recentOrders,
  withoutWaiting,
} from "./back_off.ts";
import {
  type AcmeState,
  NO_STATE,
  noteDoubt,
  readState,
  shownState,
  writeState,
} from "./kept_state.ts";
import { askedLater, NameLook } from "./dns/name_look.ts";
import { keyForOrder } from "./keys/order_key.ts";
import { profileFor } from "./profile.ts";
import { renewalId, renewalMs } from "./renewal.ts";
import { afterAsking, askRenewalWindow } from "./renewal_info.ts";
import type {
  AcmeOptions,
  Outcome,
  RenewerParts,
  RenewerStatus,
} from "./renewer_parts.ts";
import { AcmeSession } from "./session.ts";
import { AcmeTrouble, filesTrouble } from "./trouble.ts";

/** An order that cannot be noted would be made again and again. */
const AFTER_FILES_MS = 10 * 60_000;
/** Before it was written no certificate ends: the machine's clock is wrong then. */
const FIRST_POSSIBLE_MS = Date.UTC(2025, 0);

export class Renewer {
  readonly #parts: RenewerParts;
  readonly #ending = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  #busy = false;
  #resumeMs = -Infinity; // monotonic
  readonly #name: NameLook;

  constructor(parts: RenewerParts) {
    this.#parts = parts;
    this.#name = new NameLook(parts, parts.clock);
  }

  get bundlePath(): string {
    return join(this.#parts.folder, BUNDLE_FILE);
  }

  /** Orders one if it is due and the time has come. Never rejects with what an authority does. */
  look(): Promise<Outcome> {
    return this.#oneByOne(async () => {
      const options = await this.#parts.options();
      if (!options) return this.#elsewhere();
      if (this.#parts.clock.monotonic() < this.#resumeMs) {
        return skipped("its files could not be used not long ago");
      }
      const state = await this.#state();
      const why = await this.#due(options, state);
      if (why === undefined) return skipped("it is not due");
      const obstacle = await this.#name.obstacle();
      if (obstacle !== undefined) return this.#hindered(obstacle);
      const doubt = await this.#name.weigh(state.doubtedSinceMs);
      await noteDoubt(this.#statePath, doubt);
      if (doubt.kind === "hold") {
        this.#parts.onTrouble({ message: askedLater(doubt.why) });
        return skipped(doubt.why);
      }
      const nowMs = this.#parts.clock.now();
      const waiting = doubt.kind === "ended" ? withoutWaiting(state) : state;
      const nextMs = earliestAttempt(waiting, nowMs);
      if (nextMs > nowMs) {
        const { message = "there were too many orders" } = state.lastError ??
          {};
        this.#parts.onTrouble({ message, nextMs });
        return skipped("the last order failed not long ago");
      }
      return await this.#order(options);
    });
  }

  /**
   * Orders one now, though the last order failed just now. Only what an
   * authority has forbidden stays so.
   */
  order(
    { newKey = false, onlyIfDue = false }: {
      readonly newKey?: boolean;
      readonly onlyIfDue?: boolean;
    } = {},
  ): Promise<Outcome> {
    return this.#oneByOne(async () => {
      const options = await this.#parts.options();
      if (!options) return this.#elsewhere();
      const state = await this.#state();
      if (onlyIfDue && await this.#due(options, state) === undefined) {
        return skipped("it is not due");
      }
      const { limitedUntilMs = 0 } = state;
      if (limitedUntilMs > this.#parts.clock.now()) {
        const until = new Date(limitedUntilMs).toISOString().slice(0, 16);
        return skipped(`the authority takes no order before ${until}Z`);
      }
      const obstacle = await this.#parts.obstacle();
      if (obstacle !== undefined) return this.#hindered(obstacle);
      return await this.#order(options, newKey);
    });
  }

  async status(): Promise<RenewerStatus> {
    const certificate = await this.#certificate();
    const options = await this.#parts.options();
    const state = await shownState(this.#statePath, this.#parts.clock.now());
    return {
      certificate,
      obstacle: certificate
        ? undefined
        : await this.#parts.obstacle() ?? await this.#name.doubt(),
      busy: this.#busy,
      state,
      renewalMs: certificate && options &&
        renewalMs(certificate, state, options),
      earliestMs: earliestAttempt(state, this.#parts.clock.now()),
    };
  }

  /** From when on the one that there is counts, in milliseconds; asks nobody else. */
  async issuedMs(): Promise<number | undefined> {
    return (await this.#certificate())?.notBefore;
  }

  /** Resolves when nothing goes on any more. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  #elsewhere(): Outcome {
    this.#parts.onTrouble(undefined);
    return skipped("certificates are not from an authority");
  }

  /** It is no trouble: the name is not used. */
  #hindered(obstacle: string): Outcome {
    this.#parts.onTrouble(undefined);
    return skipped(obstacle);
  }

  #oneByOne(work: () => Promise<Outcome>): Promise<Outcome> {
    const outcome = this.#running.then(async (): Promise<Outcome> => {
      if (this.#ending.signal.aborted) return skipped("the server ends");
      this.#busy = true;
      try {
        return await work();
      } catch (error) { // as of a file that the configuration names
        const ofFiles = filesTrouble(error);
        const trouble = error instanceof AcmeTrouble ? error : ofFiles;
        if (!trouble) throw error;
        this.#parts.onTrouble({ message: trouble.message });
        if (ofFiles) {
          this.#resumeMs = this.#parts.clock.monotonic() + AFTER_FILES_MS;
        }
        return { kind: "failed", trouble };
      } finally {
        this.#busy = false;
      }
    });
    this.#running = outcome.catch(() => undefined);
    return outcome;
  }

  /** Why an order is due; undefined if none is. */
  async #due(
    options: AcmeOptions,
    state: AcmeState,
  ): Promise<string | undefined> {
    const nowMs = this.#parts.clock.now();
    if (nowMs < FIRST_POSSIBLE_MS) return undefined;
    const certificate = await this.#certificate();
    if (!certificate) return "there is none";
    if (state.issued && state.issued.directory !== options.directory) {
      return "it is from another authority";
    }
    const known = await this.#askAuthority(options, certificate, state);
    if (renewalMs(certificate, known, options) <= nowMs) return "its time";
    return isFor(certificate, this.#parts.name) ? undefined : "another name";
  }

  /** When it wants the certificate renewed; what cannot be asked is asked again later. */
  async #askAuthority(
    options: AcmeOptions,
    certificate: Certificate,
    state: AcmeState,
  ): Promise<AcmeState> {
    const { clock, random } = this.#parts;
    const { fingerprint } = certificate;
    const isKnown = state.renewal?.fingerprint === fingerprint;
    const isFresh = (state.askAgainMs ?? 0) > clock.now();
    if (isFresh && (isKnown || state.renewal === undefined)) return state;
    const answer = await this.#withSession(
      options,
      (session) => askRenewalWindow(session, certificate, clock.now()),
    );
    const next = afterAsking(state, { answer, fingerprint, random: random() });
    await this.#keep(next);
    return next;
  }

  async #order(options: AcmeOptions, newKey = false): Promise<Outcome> {
    const outcome = await this.#orderOne(options, newKey);
    this.#parts.onOutcome?.(outcome);
    return outcome;
  }

  async #orderOne(options: AcmeOptions, newKey: boolean): Promise<Outcome> {
    const { onTrouble, onIssued } = this.#parts;
    try {
      const certificate = await this.#withSession(
        options,
        (session) => this.#attempt(session, options, newKey),
      );
      await onIssued(certificate);
      onTrouble(undefined);
      return { kind: "issued", certificate };
    } catch (error) {
      if (this.#ending.signal.aborted) return skipped("the server ends");
      if (!(error instanceof AcmeTrouble)) throw error;
      const nextMs = await this.#fail(error);
      onTrouble({ message: error.message, nextMs });
      return { kind: "failed", trouble: error };
    }
  }

  async #attempt(
    session: AcmeSession,
    options: AcmeOptions,
    newKey: boolean,
  ): Promise<Certificate> {
    const { name, clock, timers, solvers } = this.#parts;
    const state = await this.#state();
    const old = await this.#certificate();
    const profile = profileFor(
      options.profile,
      name,
      await session.directory(),
    );
    await openAccount(session, options.account);
    const isSameAuthority = state.issued?.directory === options.directory;
    const replaces = old && isSameAuthority
      ? renewalId(old.chainPem)
      : undefined;
    const { pending } = state;
    const takenUp = pending?.directory === options.directory && !newKey &&
        pending.names.length === 1 && pending.names[0] === name
      ? pending.url
      : undefined;
    const keyPem = await keyForOrder({
      folder: this.#parts.folder,
      keyType: options.keyType,
      isKept: takenUp !== undefined || options.reuseKey && !newKey,
      before: async () => old?.keyPem ?? await this.#parts.keyBefore?.(),
    });
    const certificate = await attempt({
      session,
      clock,
      timers,
      solvers: solvers(this.#ending.signal),
      keyPem,
      keyType: options.keyType,
      preferredChain: options.preferredChain,
      name,
      wishes: {
        ...(profile === undefined ? {} : { profile }),
        ...(replaces === undefined ? {} : { replaces }),
      },
      ...(takenUp === undefined ? {} : { pending: takenUp }),
      orders: ordersLeft(state, clock.now()) || 1,
      onOrder: (url) => this.#noteOrder(options.directory, url),
    });
    await writeBundle(this.bundlePath, certificate);
    await this.#keep({
      ...NO_STATE,
      ordersMs: (await this.#state()).ordersMs,
      issued: {
        directory: options.directory,
        fingerprint: certificate.fingerprint,
      },
    });
    return certificate;
  }

  async #noteOrder(directory: string, url: string): Promise<void> {
    const state = await this.#state();
    const nowMs = this.#parts.clock.now();
    await this.#keep({
      ...state,
      ordersMs: [...recentOrders(state, nowMs), nowMs],
      pending: { directory, url, names: [this.#parts.name] },
    });
  }

  /** Says when to try again. */
  async #fail(trouble: AcmeTrouble): Promise<number> {
    const { clock, random } = this.#parts;
    const { pending, ...state } = afterFailure(await this.#state(), trouble, {
      nowMs: clock.now(),
      random: random(),
    });
    // what the network has interrupted goes on where it was
    const isInterrupted = trouble.kind === "unreachable" && pending;
    await this.#keep(isInterrupted ? { ...state, pending } : state);
    return earliestAttempt(state, clock.now());
  }

  async #withSession<T>(
    { directory }: AcmeOptions,
    work: (session: AcmeSession) => Promise<T>,
  ): Promise<T> {
    const { accountFolder, clock } = this.#parts;
    const transport = await this.#parts.transport();
    try {
      return await work(
        new AcmeSession({
          directoryUrl: directory,
          key: await accountKeyFor(accountFolder, directory),
          transport,
          clock,
          signal: this.#ending.signal,
        }),
      );
    } finally {
      transport.close();
    }
  }

  /** undefined too for one that cannot be used: it is obtained anew. */
  async #certificate(): Promise<Certificate | undefined> {
    return await readBundle(this.bundlePath).catch(() => undefined);
  }

  #state(): Promise<AcmeState> {
    return readState(this.#statePath);
  }

  #keep(state: AcmeState): Promise<void> {
    return writeState(this.#statePath, state);
  }

  get #statePath(): string {
    return join(this.#parts.folder, "state.json");
  }
}

function skipped(why: string): Outcome {
  return { kind: "skipped", why };
}
