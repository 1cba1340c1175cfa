/** `postern run`: the server itself. @module */
import { callOperation } from "../../admin/operation_table.ts";
import type { LoginCode } from "../../admin/operations/access/admin_web.ts";
import type { RunningApp } from "../../app/app.ts";
import { takeSuccession } from "../../app/succession/variable.ts";
import { qrText } from "../../api/qr_text.ts";
import { type ConfigChoice, locateConfig } from "../../config/locate.ts";
import type { Config } from "../../config/schema.ts";
import { systemError } from "../../base/system_errors.ts";
import { makeDirectory, ownerOf } from "../../files/owner.ts";
import { stateObstacle } from "../../files/state_access.ts";
import { formatProblem } from "../../config/problems.ts";
import { movedMark } from "../../ops/move/moved.ts";
import { goingBackFrom, goingBackMark } from "../../ops/upgrade/way_back.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
  textOption,
} from "../command.ts";
import { devAccount } from "../dev_account.ts";
import { CliError, describeFailure, EXIT } from "../exit_codes.ts";
import type { Terminal } from "../terminal.ts";
import { facts } from "../text.ts";
import { settleBeforeStart } from "../settle_replacements.ts";
import { builtCommit, builtReleaseKeys, NAME, VERSION } from "../version.ts";

/** Sessions that do not end by then are ended by the end of the process. */
const STOP_MS = 20_000;
const SIGNAL_EXITS = { SIGINT: 130, SIGTERM: 143 } as const;

async function run(call: Call): Promise<CommandResult> {
  const dev = flagOption(call, "dev");
  const devAddress = textOption(call, "address");
  if (devAddress !== undefined && !dev) {
    throw new CliError("usage", "--address is for --dev", EXIT.usage);
  }
  const choice: ConfigChoice = {
    ...call.choice,
    dev,
    ...(devAddress === undefined ? {} : { devAddress }),
  };
  const config = locateConfig(choice);
  for (const warning of config.warnings) {
    call.terminal.err(`${formatProblem(warning)}\n`);
  }
  if (flagOption(call, "check")) {
    return { data: { valid: true }, text: "The configuration is valid" };
  }
  // only now, so that other commands need not load the whole server
  const { startApp } = await import("../../app/app.ts");
  await settleBeforeStart(
    config.values.server.stateDir,
    (text) => call.terminal.err(`${NAME}: warning: ${text}\n`),
  );
  makeStateDir(config.values.server.stateDir, dev);
  checkState(config.values);
  warnOfRights(config.values.server.stateDir, call.terminal);
  checkNotMoved(config.values.server.stateDir);
  checkNotGoingBack(config.values.server.stateDir);
  const starting = startApp({
    config,
    reread: () => locateConfig(choice),
    version: VERSION,
    commit: builtCommit(),
    releaseKeys: builtReleaseKeys(),
    succession: takeSuccession(),
  });
  const signals = listenToSignals(starting);
  try {
    const app = await starting.catch((error) => {
      throw startFailure(error, config.values.server.stateDir);
    });
    if (dev) {
      await greet(app, call.terminal).catch((error) => {
        if (!signals.askedToStop) throw error;
      });
    }
    // as other relays have it: all is made that a first start makes
    if (flagOption(call, "bootOnce")) void app.stop();
    await app.stopped;
  } finally {
    signals.forget();
  }
  return { data: null, text: "" };
}

/** @throws {CliError} what there belongs to somebody else, and how that is mended */
function checkState({ server, storage }: Config): void {
  const { stateDir } = server;
  const obstacle = stateObstacle({ stateDir, database: storage.database });
  if (obstacle === undefined) return;
  throw new CliError("permission_denied", obstacle, EXIT.permission);
}

/** Ports may need it, the state does not: who takes over such a server has the machine. */
function warnOfRights(stateDir: string, terminal: Terminal): void {
  const owner = ownerOf(stateDir);
  if (Deno.uid() !== 0 || owner === undefined || owner === "root") return;
  terminal.err(
    `${NAME}: warning: the server runs as root, and ${stateDir} belongs to ${owner}: what it makes there is given to that user, who can run it, too ("systemctl start ${NAME}" where it is installed)\n`,
  );
}

/** @throws {CliError} */
function checkNotMoved(stateDir: string): void {
  const mark = movedMark(stateDir);
  if (mark === undefined) return;
  throw new CliError(
    "moved",
    `This relay was handed over to another machine: two of it would tear its mail apart. If that one never served, remove ${mark}`,
    EXIT.failed,
  );
}

/** @throws {CliError} */
function checkNotGoingBack(stateDir: string): void {
  const mark = goingBackMark(stateDir);
  if (mark === undefined) return;
  const aside = goingBackFrom(mark);
  throw new CliError(
    "going_back",
    `An upgrade was killed on its way back to the database of before: "${NAME} upgrade --rollback" ends that. By hand: restore the newest of "${NAME} backup list" and remove ${mark}, or move all that is in ${aside} to ${stateDir} and remove both`,
    EXIT.failed,
  );
}

/** @throws {CliError} why there cannot be one */
function makeStateDir(path: string, dev: boolean): void {
  try {
    makeDirectory(path);
  } catch (error) {
    const { message, exit } = startFailure(error, path);
    // who only tries it out need not be somebody else for that
    const elsewhere = dev && exit === EXIT.permission
      ? ", or in a directory of your own, or with --state-dir"
      : "";
    throw new CliError(
      "state_dir",
      `Cannot use the state directory ${message}${elsewhere}`,
      exit,
    );
  }
}

/** Whatever was not found, it was not what the command line named. */
function startFailure(error: unknown, stateDir: string): CliError {
  const fault = systemError(error);
  if (fault?.code === "ENOSPC" && fault.path === undefined) {
    const message = `Cannot write below ${stateDir}: ${fault.reason}`;
    return new CliError("start_failed", message, EXIT.failed);
  }
  const failure = describeFailure(error);
  return failure.exit === EXIT.not_found || failure.exit === EXIT.conflict
    ? new CliError("start_failed", failure.message, EXIT.failed)
    : failure;
}

/** What somebody who tries it out needs next. */
async function greet(app: RunningApp, terminal: Terminal): Promise<void> {
  const account = await devAccount(app.admin);
  const panel = await panelLink(app);
  const rows = facts([
    ["web", app.publicUrl],
    ["panel", panel],
    ["account", account.email],
    ["password", account.password],
    ["link", account.dclogin],
  ]);
  // the code comes last, so that it is whole on a screen of 24 lines
  terminal.out(
    `\nPostern ${VERSION} runs until Ctrl-C. Open the link in Delta Chat, or scan the code:\n\n` +
      `${rows}\n\n${qrText(account.dclogin)}\n`,
  );
}

/** Lets in once, within the hour; `admin-login` makes another. */
async function panelLink({ admin }: RunningApp): Promise<string> {
  await callOperation(admin, "admin_web.set", { enabled: true });
  const { url } = await callOperation(admin, "admin.login", {
    lifetime: "1h",
  }) as LoginCode;
  return url ?? "-";
}

interface Signals {
  readonly askedToStop: boolean;
  /** They are no longer listened to. */
  forget(): void;
}

/**
 * The first signal to stop asks, a second one insists. One that comes while the
 * relay still starts waits until it runs.
 */
function listenToSignals(starting: Promise<RunningApp>): Signals {
  let asked = false;
  function whenRunning(act: (app: RunningApp) => unknown): void {
    // a relay that cannot start has nothing to do with signals
    starting.then(act, () => {});
  }
  function stop(signal: keyof typeof SIGNAL_EXITS): void {
    if (asked) Deno.exit(SIGNAL_EXITS[signal]);
    asked = true;
    Deno.unrefTimer(setTimeout(() => Deno.exit(0), STOP_MS));
    whenRunning((app) => app.stop(signal));
  }
  const listeners: readonly [Deno.Signal, () => void][] = [
    ["SIGINT", () => stop("SIGINT")],
    ["SIGTERM", () => stop("SIGTERM")],
    // what could not be reloaded is in the log
    ["SIGHUP", () => whenRunning((app) => app.reload("all"))],
    ["SIGUSR1", () => whenRunning((app) => app.tellStatus())],
    ["SIGUSR2", () => whenRunning((app) => app.toggleDebug())],
  ];
  for (const [signal, listener] of listeners) {
    Deno.addSignalListener(signal, listener);
  }
  return {
    get askedToStop() {
      return asked;
    },
    forget() {
      for (const [signal, listener] of listeners) {
        Deno.removeSignalListener(signal, listener);
      }
    },
  };
}

export const RUN_COMMANDS: readonly Command[] = [{
  usage: "run",
  summary: "Run the server; this is what happens without a command, too",
  options: [
    {
      flags: "--dev",
      summary:
        "try it out: no configuration, unprivileged ports of this machine, state in ./data",
    },
    {
      flags: "--address <ip>",
      summary:
        "with --dev: an address of this machine that phones can reach, in place of 127.0.0.1",
    },
    { flags: "--check", summary: "check the configuration, start nothing" },
    {
      flags: "--boot-once",
      summary: "start, with all that the first start makes, and stop",
    },
  ],
  run,
}];
