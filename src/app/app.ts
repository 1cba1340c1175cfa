/**
 * A whole relay, from its configuration to open ports and back.
 *
 * @module
 */
import type { AdminContext } from "../admin/context.ts";
import type { ReloadReport, ReloadScope } from "../admin/live_server.ts";
import { serverStatus } from "../admin/operations/status.ts";
import { systemRandom } from "../base/random.ts";
import { Refusal } from "../base/refusal.ts";
import { Repeats } from "../base/repeats.ts";
import { LISTENER_NAMES, type ListenerName } from "../config/listener_table.ts";
import type { LoadedConfig } from "../config/load.ts";
import { takeOver } from "../config/reload.ts";
import type { Log } from "../observe/log.ts";
import { openLog } from "../observe/open_log.ts";
import { redactError } from "../observe/redact.ts";
import { catchUncaught } from "../observe/threads.ts";
import { closeRelay } from "./close_relay.ts";
import { assemble, type Assembly } from "./assembly.ts";
import { InstanceLock, SUCCESSOR_PATIENCE_MS } from "./instance_lock.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "./system_time.ts";
import { logShape } from "./running/log_shape.ts";
import { reloadRelay } from "./running/reload.ts";
import { httpsAlpn, isOwnListener } from "./service_listeners.ts";
import { ListenerGroup } from "./services/listener_group.ts";
import { relayServices, statusLine } from "./services/relay_services.ts";
import type { KeyPair } from "../net/listener.ts";
import { inherit, type Inheritance } from "./succession/inheritance.ts";
import { startSuccessor } from "./succession/successor.ts";

export interface AppSource {
  readonly config: LoadedConfig;
  /** Reads the configuration again. @throws {ConfigError} */
  reread(): LoadedConfig;
  readonly version: string;
  /** Of the sources. */
  /** Whose releases it trusts of itself. */
  readonly releaseKeys: readonly string[];
  readonly commit: string;
  /** The socket of the process that this one takes over from. */
  readonly succession?: string | undefined;
}

export interface RunningApp {
  readonly admin: AdminContext;
  /** `https://host[:port]` */
  readonly publicUrl: string;
  reload(scope: ReloadScope): Promise<ReloadReport>;
  /** Writes its status to the log. */
  tellStatus(): Promise<void>;
  /** Logs everything for a quarter of an hour, or no longer; a locked level stays. */
  toggleDebug(): void;
  /** Lets sessions end, writes what is left, closes. Safe to repeat. */
  stop(signal?: string): Promise<void>;
  /** Resolves when it has stopped, whoever asked for it; rejects when it cannot go on. */
  readonly stopped: Promise<void>;
}

/**
 * Starts a relay; when this resolves, all ports accept.
 *
 * @throws {AlreadyRunning} when another server has the state directory
 * @throws {BindFailure} when a port cannot be had
 * @throws {Error} when the store or the certificate cannot be opened
 */
export async function startApp(source: AppSource): Promise<RunningApp> {
  const { values } = source.config;
  const inheritance = source.succession === undefined
    ? undefined
    : await inherit(source.succession, httpsAlpn(values));
  const lock = await InstanceLock.take(
    values.server.stateDir,
    "server",
    SYSTEM_TIMERS,
    inheritance && SUCCESSOR_PATIENCE_MS,
  );
  try {
    const log = logOf(source.config);
    const current = { loaded: source.config };
    const failed = Promise.withResolvers<Error>();
    const assembly = await assemble(current, {
      log,
      lock,
      version: source.version,
      commit: source.commit,
      releaseKeys: source.releaseKeys,
      inheritance,
      onFatal: failed.resolve,
      control: {
        reload: (scope) => app.reload(scope),
        unreadChanges() {
          const { changed, restart } = takeOver(
            current.loaded,
            source.reread(),
          );
          return [...changed, ...restart];
        },
        stop: () => void app.stop(),
        restart: () => app.restart(),
        isHandingOver: () => app.isHandingOver,
      },
    });
    const app: App = new App(source, assembly, lock);
    failed.promise.then((error) => app.fail(error));
    try {
      await app.open(inheritance);
    } catch (error) {
      await app.stop();
      throw error;
    }
    return app;
  } catch (error) {
    lock.release();
    throw error;
  }
}

function logOf({ values: { log, server } }: LoadedConfig): Log {
  const own = new Set([server.domain, ...server.domains]);
  return openLog({
    level: log.level,
    targets: log.targets,
    locked: log.lock,
    shape: logShape(log),
    directory: server.stateDir,
    isOwnDomain: (domain) => own.has(domain),
    clock: SYSTEM_CLOCK,
    random: systemRandom,
  });
}

/** Errors that nobody caught: more than these, and the process had better start anew. */
const CRASHES = { times: 20, withinMs: 60_000 };
const FAREWELL_MS = 500;

class App implements RunningApp {
  readonly #source: AppSource;
  readonly #assembly: Assembly;
  readonly #lock: InstanceLock;
  readonly #listeners: ReadonlyMap<ListenerName, ListenerGroup>;
  readonly #stopped = Promise.withResolvers<void>();
  readonly #crashes = new Repeats(SYSTEM_CLOCK, CRASHES);
  readonly #stopCatching: () => void;
  #stopping: Promise<void> | undefined;
  #handingOver = false;
  /** One after the other: each compares with what the last one left. */
  #reloading: Promise<unknown> = Promise.resolve();

  constructor(source: AppSource, assembly: Assembly, lock: InstanceLock) {
    this.#source = source;
    this.#assembly = assembly;
    this.#lock = lock;
    this.#listeners = new Map(
      LISTENER_NAMES.filter(isOwnListener)
        .map((name) => [name, new ListenerGroup(name, assembly)]),
    );
    this.#stopCatching = catchUncaught((error) => this.#crashed(error));
    this.#stopped.promise.catch(() => {}); // whoever waits for it is told
  }

  get admin(): AdminContext {
    return this.#assembly.admin;
  }

  get publicUrl(): string {
    return this.#assembly.site.publicUrl;
  }

  get stopped(): Promise<void> {
    return this.#stopped.promise;
  }

  /** Opens every port, or takes those that are open, then lets the rest of the work begin. */
  async open(inheritance: Inheritance | undefined): Promise<void> {
    const { relay, log, listeners, certificates, handlers } = this.#assembly;
    relay.settings.onChange("log_level", (level) => log.setLevel(level));
    log.resume(relay.settings.get("log_level"));
    await this.#assembly.supervisor.start(
      relayServices(this.#assembly, [...this.#listeners.values()]),
    );
    if (inheritance) {
      const shown = inheritance.certificates.map(({ chainPem }) => chainPem);
      if (
        shown.join() !== certificates.all.map(({ chainPem }) => chainPem).join()
      ) {
        await listeners.renewCertificates();
      }
      inheritance.reception.open(handlers);
    }
    log.operational({ event: "started", version: this.#source.version });
    await this.#assembly.conditions.tell();
    await this.#assembly.manager.ready(
      statusLine(
        this.#source.config.values.server.domain,
        await this.#assembly.conditions.look(),
      ),
    );
    await this.#holdRoom();
  }

  /** Deletions have room to be written from now on, not from the first message on. */
  async #holdRoom(): Promise<void> {
    try {
      await this.#assembly.relay.store.staging.checkSpace();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // a condition tells of it
    }
  }

  reload(scope: ReloadScope): Promise<ReloadReport> {
    const report = this.#reloading.then(() =>
      this.#assembly.manager.whileReloading(() =>
        reloadRelay(scope, {
          assembly: this.#assembly,
          reread: () => this.#source.reread(),
          listen: (name) =>
            (this.#listeners.get(name) ?? this.#assembly.turn).apply(),
        })
      )
    );
    this.#reloading = report.catch(() => undefined);
    return report;
  }

  get isHandingOver(): boolean {
    return this.#handingOver;
  }

  restart(): Promise<{ readonly pid: number }> {
    this.#handingOver = true;
    const restarted = this.#reloading.then(() => this.#restart());
    this.#reloading = restarted.catch(() => undefined);
    return restarted;
  }

  async #restart(): Promise<{ readonly pid: number }> {
    const { listeners, certificates, succession, manager } = this.#assembly;
    if (this.#stopping) throw new Refusal("busy");
    const { server } = this.#source.config.values;
    let pid: number;
    try {
      await listeners.settle();
      pid = await startSuccessor(server.stateDir, () => {
        const [keyPair, ...others] = certificates.all.map(pairOf);
        if (!keyPair) throw new TypeError("No certificate");
        return { listeners: listeners.giveAway(), keyPair, others };
      });
    } catch (error) {
      await listeners.keep();
      this.#handingOver = false;
      throw error;
    }
    succession.successor = pid;
    await manager.succeededBy(pid);
    void this.stop();
    return { pid };
  }

  async tellStatus(): Promise<void> {
    const message = JSON.stringify(await serverStatus(this.admin));
    this.#assembly.log.operational({ event: "status", message });
  }

  toggleDebug(): void {
    try {
      this.#assembly.log.toggleDebug();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const reason = error.message;
      this.#assembly.log.operational({
        event: "signal_refused",
        signal: "SIGUSR2",
        reason,
      });
    }
  }

  stop(signal?: string): Promise<void> {
    return this.#stopping ??= this.#stop(signal);
  }

  /** Lets `stopped` reject, once what was under way has its temporary reply. */
  async fail(error: unknown): Promise<void> {
    const message = redactError(error);
    this.#assembly.log.operational({ event: "fatal", message });
    await SYSTEM_TIMERS.sleep(FAREWELL_MS);
    this.#stopped.reject(new Error(`The relay cannot go on: ${message}`));
  }

  /** One task of many is lost, but not the relay, unless that goes on. */
  #crashed(error: unknown): void {
    this.#assembly.relay.journal.crash(error);
    if (this.#crashes.add()) void this.fail(error);
  }

  async #stop(signal?: string): Promise<void> {
    const { log, supervisor, relay, sender, manager, succession } =
      this.#assembly;
    const { successor } = succession;
    log.operational({
      event: "stopping",
      ...(signal ? { signal } : {}),
      ...(successor === undefined ? {} : { successor }),
    });
    // of a service that goes on, systemd must not hear that it stops
    if (successor === undefined) await manager.stopping();
    await supervisor.stop();
    await sender.close();
    await closeRelay(relay);
    log.operational({ event: "stopped" });
    log.close();
    manager.close();
    this.#lock.release();
    this.#stopCatching();
    this.#stopped.resolve();
  }
}

function pairOf({ chainPem, keyPem }: KeyPair): KeyPair {
  return { chainPem, keyPem };
}
