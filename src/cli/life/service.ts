/** The installed relay as an upgrade deals with it: its programs, and the process that runs. @module */
import { isAbsolute } from "node:path";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../../app/system_time.ts";
import { nowSeconds } from "../../base/clock.ts";
import type { Config } from "../../config/schema.ts";
import { type RunCommand, runHere } from "../../ops/install/machine.ts";
import type { StatePlace } from "../../ops/backup/state_files.ts";
import { UpgradeFailed } from "../../ops/upgrade/failure.ts";
import type { ProgramFacts, Service } from "../../ops/upgrade/upgrade.ts";
import {
  hasTakenMail,
  watchForMail,
  watchNoLonger,
} from "../../ops/upgrade/taken_mail.ts";
import { goingBackMark, replaceState } from "../../ops/upgrade/way_back.ts";
import { ControlClient } from "../control_client.ts";

const HEALTHY_WITHIN_MS = 60_000;
const LOOK_MS = 200;
const ANSWER_MS = 5000;
const RESTART_MS = 90_000;
/** As `db check --dry-run` begins. */
const NEWER_DATABASE = "A newer program has written the database";
const COPY_MS = 60 * 60 * 1000;

export interface ServiceOptions {
  readonly config: Config;
  readonly place: StatePlace;
  /** What leads a program to the same configuration: `--config PATH`. */
  readonly configArgs: readonly string[];
  /** Of the unit, if systemd runs it. */
  readonly name: string;
  readonly run?: RunCommand;
}

/** What a program says of itself. @throws {UpgradeFailed} `preflight` if it does not run here */
export async function programFacts(
  program: string,
  run: RunCommand = runHere,
): Promise<ProgramFacts> {
  const { ok, output } = await run(program, ["version", "--json"])
    .catch((error) => ({ ok: false, output: String(error) }));
  try {
    const { data: { version, schema } } = JSON.parse(output);
    if (ok && typeof version === "string") {
      return {
        version,
        schema: typeof schema === "number" ? schema : undefined,
      };
    }
  } catch {
    // it has said something else
  }
  throw new UpgradeFailed(
    "preflight",
    `The program ${program} does not run here${
      /GLIBC|not found|No such file/.test(output)
        ? ", which needs the GNU C library of a newer system"
        : ""
    }: ${output.slice(0, 1000)}`,
  );
}

interface Status {
  readonly pid?: unknown;
  readonly version?: unknown;
  readonly handing_over?: unknown;
}

export function installedService(
  { config, place, configArgs, name, run = runHere }: ServiceOptions,
): Service {
  async function connected<T>(
    work: (client: ControlClient) => Promise<T>,
  ): Promise<T | undefined> {
    const client = await ControlClient.connect(config);
    if (!(client instanceof ControlClient)) return undefined;
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }

  async function served(): Promise<Status | undefined> {
    try {
      const status = await connected((client) =>
        client.ask("status", {}, ANSWER_MS)
      );
      return status as Status | undefined;
    } catch {
      return undefined; // it ends, or has just begun
    }
  }

  async function untilServed(
    isIt: (status: Status) => boolean,
    what: string,
  ): Promise<void> {
    for (let waitedMs = 0;; waitedMs += LOOK_MS) {
      const status = await served();
      if (status && isIt(status)) return;
      if (waitedMs >= HEALTHY_WITHIN_MS) {
        throw new Error(`${what} does not serve`);
      }
      await SYSTEM_TIMERS.sleep(LOOK_MS);
    }
  }

  /** What it says of the operator's pages; undefined: nothing is wrong, or it knows no such command. */
  async function brokenPagesBy(program: string): Promise<string | undefined> {
    if (config.web.wwwDir === "") return undefined;
    const { ok, output } = await run(program, ["html-check", ...configArgs]);
    return !ok && /^broken: /m.test(output) ? output : undefined;
  }

  /** One that knows no such question is judged by the schema that it names. */
  async function opensDatabase(program: string): Promise<boolean> {
    const args = ["db", "check", "--dry-run", ...configArgs];
    const { ok, output } = await run(program, args);
    if (ok || !output.includes(NEWER_DATABASE)) return ok;
    throw new UpgradeFailed("unsuitable", output.trim());
  }

  return {
    async examine(program) {
      const facts = await programFacts(program, run);
      const { ok, output } = await run(program, [
        "config",
        "check",
        ...configArgs,
      ]);
      if (ok) {
        const opens = await opensDatabase(program);
        const brokenPages = await brokenPagesBy(program);
        return {
          ...facts,
          ...(opens ? { opensDatabase: true as const } : {}),
          ...(brokenPages ? { brokenPages } : {}),
        };
      }
      throw new UpgradeFailed(
        "preflight",
        `Version ${facts.version} cannot use the configuration, nothing was changed: ${output}`,
      );
    },

    async served() {
      const status = await served();
      return status === undefined ? undefined : String(status.version);
    },

    async atRest() {
      for (let waitedMs = 0;; waitedMs += LOOK_MS) {
        const status = await served();
        if (status && status.handing_over !== true) {
          return String(status.version);
        }
        // a new process that has just been given the ports does not answer yet
        if (!status && !await isActive(name, run)) return undefined;
        if (waitedMs >= HEALTHY_WITHIN_MS) return undefined;
        await SYSTEM_TIMERS.sleep(LOOK_MS);
      }
    },

    watchForMail: (version) => watchForMail(place.stateDir, version),
    hasTakenMail: (version) => hasTakenMail(place.stateDir, version),
    watchNoLonger: () => watchNoLonger(place.stateDir),

    stop: () => stop(name, run),

    async needsCopy(program) {
      if (goingBackMark(place.stateDir) !== undefined) return true;
      const args = ["db", "check", "--dry-run", ...configArgs];
      return !(await run(program, args)).ok;
    },

    async copyDatabase() {
      const made = await connected((client) =>
        client.ask("backup.create", {}, COPY_MS)
      );
      const { path } = made as { readonly path: unknown };
      // a server says it, and a program is called with it
      if (typeof path === "string" && isAbsolute(path)) return path;
      throw new Error("The server names no path of the backup");
    },

    async restoreDatabase(copy, program) {
      await replaceState(place, nowSeconds(SYSTEM_CLOCK), async () => {
        const { ok, output } = await run(program, [
          "backup",
          "restore",
          copy,
          ...configArgs,
        ]);
        if (!ok) throw new Error(output);
      });
    },

    async restart(version) {
      const answer = await connected((client) =>
        client.ask("restart", {}, RESTART_MS)
      );
      if (answer === undefined) {
        const { ok, output } = await run("systemctl", ["restart", name]);
        if (!ok) throw new Error(`systemctl cannot restart it: ${output}`);
        return await untilServed(
          (status) => status.version === version,
          `version ${version}`,
        );
      }
      const { pid } = answer as { readonly pid: number };
      await untilServed(
        (status) => status.pid === pid && status.version === version,
        `version ${version}`,
      );
    },
  };
}

/** What is just being started, or waits to be, does not count. */
async function isActive(name: string, run: RunCommand): Promise<boolean> {
  return (await run("systemctl", ["is-active", "--quiet", name])).ok;
}

async function stop(name: string, run: RunCommand): Promise<void> {
  await run("systemctl", ["stop", name]);
  await run("systemctl", ["reset-failed", name]);
}
