/** `postern install`: from one file to a service. @module */
import { statfs } from "node:fs/promises";
import { nowSeconds } from "../../base/clock.ts";
import { SYSTEM_CLOCK } from "../../app/system_time.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { configText } from "../../config/write.ts";
import { carryOut, type Outcome } from "../../ops/install/carry_out.ts";
import { Machine, runHere } from "../../ops/install/machine.ts";
import { type Places, type Shell } from "../../ops/install/places.ts";
import { makePlan, type Plan } from "../../ops/install/plan.ts";
import { checkPlatform, platformOf } from "../../ops/install/platform.ts";
import {
  shortOfDisk,
  takenPorts,
  unreadableFiles,
} from "../../ops/install/preflight.ts";
import { InstallRefused } from "../../ops/install/refused.ts";
import { describeStep } from "../../ops/install/steps.ts";
import {
  completedConfig,
  type WishedConfig,
  wishedConfig,
  type Wishes,
} from "../../ops/install/wishes.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  confirm,
  flagOption,
} from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { NAME, VERSION } from "../version.ts";
import { completion } from "./completions.ts";
import { manPage } from "./man_page.ts";
import { nextSteps, openPanel, recordsToPublish } from "./next_steps.ts";
import {
  askWishes,
  executable,
  isInteractive,
  optionWishes,
  pathOption,
  readPlaces,
  usage,
} from "./wishes.ts";

async function install(call: Call): Promise<CommandResult> {
  const machine = new Machine(pathOption(call, "root") ?? "", runHere);
  const named = readPlaces(call);
  const isDry = flagOption(call, "dryRun");
  const there = existingConfig(call, named, machine);
  const asks = isInteractive(call, there !== undefined);
  const places = withExisting(call, named, there);
  const options = readOptions(call, machine);
  const typed = asks ? undefined : read(optionWishes(call), places);
  if (!isDry) checkRights(machine, places);
  const warnings = checkPlatform(platformOf(machine), machine, options);
  const wished = typed ?? read(await askWishes(call), places);
  const plan = makePlan({
    ...options,
    places,
    config: wished,
    source: executable(call),
    manPage: manPage(call.table, NAME, VERSION),
    completions: completions(call),
  }, machine);
  const config = effectiveConfig(places, wished, there, options.forceConfig);
  warnings.push(...await foreseen(call, config, machine, places));
  if (isDry) return dryRun(plan, places, config, warnings);
  if (asks) {
    call.terminal.err(`\n${planText(plan)}\n\n`);
    await confirm(call, "Install this?");
  }
  const outcome = await carryOut(plan, machine, {
    nowSeconds: nowSeconds(SYSTEM_CLOCK),
    onDone: (text) => call.quiet || call.terminal.err(`${text}\n`),
  });
  const left = [
    ...outcome.warnings,
    ...options.user ? await unreadableFiles(config, machine, places) : [],
  ];
  return await result(call, {
    machine,
    places,
    config,
    outcome,
    warnings: [...warnings, ...left],
    isLeft: left.length > 0,
    ...options,
  });
}

interface InstallOptions {
  readonly systemd: boolean;
  readonly user: boolean;
  readonly start: boolean;
  readonly forceConfig: boolean;
}

/** @throws {CliError} usage */
function readOptions(call: Call, { isLive }: Machine): InstallOptions {
  const options = {
    systemd: !flagOption(call, "skipSystemd"),
    user: !flagOption(call, "skipUser"),
    start: flagOption(call, "start"),
    forceConfig: flagOption(call, "forceConfig"),
  };
  if (options.start && !options.systemd) {
    throw usage("--start needs a unit, which --skip-systemd leaves out");
  }
  if (options.systemd && !options.user) {
    throw usage("--skip-user needs --skip-systemd: the unit names the user");
  }
  if (options.start && !isLive) {
    throw usage("--start is for this machine, not for a tree of --root");
  }
  return options;
}

/** @throws {InstallRefused} */
function checkRights({ isLive }: Machine, places: Places): void {
  if (!isLive || Deno.uid() === 0) return;
  throw new InstallRefused(
    "permission_denied",
    `Only root may write to ${places.configDir} and ${places.stateDir}: run this as root, or with --dry-run`,
  );
}

/** As it will be. @throws {CliError} usage */
function existingConfig(
  call: Call,
  { config }: Places,
  machine: Machine,
): string | undefined {
  return understood(() =>
    completedConfig(machine.text(config), optionWishes(call))
  );
}

/** The file that is there says where the state is, unless it is told. */
function withExisting(
  call: Call,
  places: Places,
  text: string | undefined,
): Places {
  if (text === undefined || call.choice.stateDirFlag !== undefined) {
    return places;
  }
  const { values, given } = loadConfig({ path: places.config, text });
  return given.has("server.state_dir")
    ? { ...places, stateDir: values.server.stateDir }
    : places;
}

/** @throws {CliError} usage */
function read(wishes: Wishes, places: Places): WishedConfig {
  return understood(() => wishedConfig(wishes, places));
}

/** @throws {CliError} usage, where an option cannot be what it says */
function understood<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SyntaxError) throw usage(error.message);
    throw error;
  }
}

/** What the relay will go by. @throws {ConfigError} */
function effectiveConfig(
  { config }: Places,
  { written }: WishedConfig,
  there: string | undefined,
  force: boolean,
): Config {
  const text = there === undefined || force ? configText(written, []) : there;
  return loadConfig({ path: config, text }).values;
}

function completions(call: Call): Record<Shell, string> {
  return {
    bash: completion("bash", call.table, NAME),
    zsh: completion("zsh", call.table, NAME),
    fish: completion("fish", call.table, NAME),
  };
}

/** What will keep it from working. @throws {InstallRefused} before it is started in vain */
async function foreseen(
  call: Call,
  config: Config,
  machine: Machine,
  places: Places,
): Promise<string[]> {
  const isRoot = Deno.uid() === 0;
  const ports = isRoot ? await takenPorts(config, machine, places) : [];
  if (ports.length > 0 && flagOption(call, "start")) {
    throw new InstallRefused(
      "occupied",
      `${ports.join("; ")}. Stop what has it, or leave out --start`,
    );
  }
  const space = machine.isLive
    ? await statfs("/var").catch(() => undefined)
    : undefined;
  return [
    ...ports,
    ...shortOfDisk(space && space.bavail * space.bsize, "/var"),
  ];
}

function planText({ steps }: Plan): string {
  return steps.map((step) => `- ${describeStep(step)}`).join("\n");
}

function dryRun(
  plan: Plan,
  places: Places,
  config: Config,
  warnings: readonly string[],
): CommandResult {
  return {
    data: {
      dry_run: true,
      primary_domain: config.server.domain,
      config: places.config,
      state_dir: places.stateDir,
      plan: plan.steps.map(describeStep),
      warnings,
    },
    text: [
      `Would see to:\n${planText(plan)}`,
      ...warnings.map((warning) => `warning: ${warning}`),
    ].join("\n"),
  };
}

interface Done extends InstallOptions {
  readonly machine: Machine;
  readonly places: Places;
  readonly config: Config;
  readonly outcome: Outcome;
  readonly warnings: readonly string[];
  /** Something is left for the operator to do before all is as was asked for. */
  readonly isLeft: boolean;
}

async function runs({ machine, places, systemd }: Done): Promise<boolean> {
  if (!systemd || !machine.isLive) return false;
  const unit = `${places.name}.service`;
  return (await machine.run("systemctl", ["is-active", unit])).ok;
}

async function result(call: Call, done: Done): Promise<CommandResult> {
  const { places, config, outcome, machine, warnings, start, systemd } = done;
  const records = machine.isLive
    ? await recordsToPublish(call.access.of(places.config))
    : { failed: "the relay is in another file tree" };
  const panel = machine.isLive && call.options.adminWeb !== false
    ? await openPanel(call.access.of(places.config))
    : undefined;
  const { changed } = outcome;
  const data = {
    installed: true,
    primary_domain: config.server.domain,
    paths_explicit: call.choice.stateDirFlag !== undefined ||
      call.options.configDir !== undefined,
    config: places.config,
    state_dir: places.stateDir,
    service_installed: systemd,
    service_started: start,
    firewall_applied: false,
    man_page: places.manPage,
    completions: places.completions,
    changed,
    warnings,
    dns_records: "records" in records ? records.records : null,
    admin_url: panel && "url" in panel ? panel.url : null,
    login_code: panel && "code" in panel ? panel.code : null,
  };
  const text = [
    changed.length === 0
      ? "All was installed already; nothing has changed."
      : `Installed, in ${changed.length} steps.`,
    ...warnings.map((warning) => `warning: ${warning}`),
    "",
    nextSteps({
      ...done,
      isRunning: start || await runs(done),
      records,
      panel,
    }),
  ].join("\n");
  return { data, text, exit: done.isLeft ? EXIT.partial : EXIT.ok };
}

export const INSTALL_COMMANDS: readonly Command[] = [{
  usage: "install",
  summary:
    "Make this program a service: user, directories, configuration, unit; says first what it will do",
  options: [
    {
      flags: "-s, --simple",
      summary: "ask nothing; --domain or --ip is all that is needed",
    },
    { flags: "-n, --non-interactive", summary: "ask nothing" },
    { flags: "--domain <name>", summary: "domain of the accounts" },
    {
      flags: "--hostname <name>",
      summary: "what clients connect to, if that is not the domain",
    },
    {
      flags: "--ip <address>",
      summary: "public address; without --domain, accounts are at it",
    },
    {
      flags: "--tls-mode <mode>",
      summary:
        "tls.mode of the configuration; unless told, file with --cert-path, autocert with a public domain, else self_signed",
    },
    {
      flags: "--auto-ip-cert",
      summary: "with --ip alone: a certificate from an authority all the same",
    },
    {
      flags: "--acme-email <address>",
      summary: "where the authority may write to",
    },
    {
      flags: "--staging",
      summary:
        "ask the directory for trials of Let's Encrypt, whose certificates nobody trusts",
    },
    { flags: "--cert-path <path>", summary: "certificate chain, leaf first" },
    { flags: "--key-path <path>", summary: "its key" },
    {
      flags: "--registration <who>",
      summary: "open (as it is unless told) or closed",
    },
    {
      flags: "--lang <code>",
      summary: "language of pages: en, fa, ru, es; else each visitor's own",
    },
    {
      flags: "--enable-ss",
      summary: "let clients come through Shadowsocks",
    },
    { flags: "--disable-iroh", summary: "no real-time channels" },
    {
      flags: "--enable-iroh",
      summary: "real-time channels, as it is unless told",
    },
    {
      flags: "--enable-chatmail",
      summary: "as it always is, for command lines of other relays",
    },
    {
      flags: "--http-listen <address>",
      summary: "where HTTP without TLS is served, else port 80 everywhere",
    },
    { flags: "--config-dir <path>", summary: "else /etc/postern" },
    { flags: "--binary-path <path>", summary: "else /usr/local/bin/postern" },
    {
      flags: "--force-config",
      summary:
        "replace a configuration that says something else; a copy of it is kept",
    },
    {
      flags: "--no-admin-web",
      summary: "show no admin panel; else it is at a path that nobody guesses",
    },
    {
      flags: "--skip-systemd",
      summary: "no unit: something else starts the program",
    },
    {
      flags: "--skip-user",
      summary: "no user of its own: all is root's, as in a container",
    },
    {
      flags: "--start",
      summary: "start it, now and with the system; returns when it serves",
    },
    {
      flags: "--root <path>",
      summary: "install into the file tree of another system, as of an image",
    },
    {
      flags: "--from <path>",
      summary: "the executable to install, if not this one",
    },
    { flags: "--dry-run", summary: "say what would be done, and do nothing" },
  ],
  run: install,
}];
