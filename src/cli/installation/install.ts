/** `postern install`: from one file to a service. @module */
import { nowSeconds } from "../../base/clock.ts";
import { SYSTEM_CLOCK } from "../../app/system_time.ts";
import { fileListeners } from "../../config/listeners.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { carryOut, type Outcome } from "../../ops/install/carry_out.ts";
import { Machine, runHere } from "../../ops/install/machine.ts";
import { type Places, type Shell } from "../../ops/install/places.ts";
import { makePlan, type Plan } from "../../ops/install/plan.ts";
import { checkPlatform, platformOf } from "../../ops/install/platform.ts";
import { unreadableFiles } from "../../ops/install/preflight.ts";
import { InstallRefused } from "../../ops/install/refused.ts";
import { describeStep } from "../../ops/install/steps.ts";
import {
  certificateFiles,
  completedConfig,
  type Seen,
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
import { certificatePlace, firstCertificate } from "./first_certificate.ts";
import { foreseen, lookUpName, type NameFacts } from "./foreseen.ts";
import {
  INSTALL_OPTIONS,
  type InstallOptions,
  optionNotes,
  readOptions,
} from "./install_options.ts";
import { kernelHints } from "./kernel_hints.ts";
import { manPage } from "./man_page.ts";
import { nextSteps, openPanel, recordsToPublish } from "./next_steps.ts";
import {
  askWishes,
  executable,
  isInteractive,
  optionWishes,
  readPlaces,
  rootOption,
  usage,
} from "./wishes.ts";

async function install(call: Call): Promise<CommandResult> {
  const machine = new Machine(rootOption(call), runHere);
  const named = readPlaces(call);
  const isDry = flagOption(call, "dryRun");
  const options = readOptions(call, machine);
  const there = existingConfig(call, named, machine);
  const asks = isInteractive(call, there !== undefined);
  const places = withExisting(call, named, there);
  if (!asks) read(optionWishes(call), places); // what is wrong is said first
  if (!isDry) checkRights(machine, places);
  const warnings = [
    ...optionNotes(call),
    ...platformNotes(machine, options, isDry),
  ];
  const wishes = asks
    ? await askWishes(call, (wishes) => read(wishes, places))
    : optionWishes(call);
  const planned = (seen?: Seen) =>
    makePlan({
      ...options,
      places,
      config: read(wishes, places, seen),
      source: options.certOnly ? "" : executable(call),
      manPage: manPage(call.table, NAME, VERSION),
      completions: completions(call),
    }, machine);
  const hasFiles = hasCertificate(machine, places);
  const name = await lookUpName(
    configOf(planned({ hasCertificate: hasFiles })),
    machine,
  );
  const plan = planned({ ...name.seen, hasCertificate: hasFiles });
  const config = configOf(plan);
  warnings.push(
    ...name.warnings,
    ...await foreseen({ config, machine, places, ...options }),
  );
  if (isDry) return dryRun(plan, places, config, warnings);
  if (asks) {
    call.terminal.err(
      `\n${planText(plan)}\n${
        warnings.map((one) => `warning: ${one}\n`).join("")
      }\n`,
    );
    await confirm(call, "Install this?");
  }
  const outcome = await carryOut(plan, machine, {
    nowSeconds: nowSeconds(SYSTEM_CLOCK),
    onDone: (text) => call.quiet || call.terminal.err(`${text}\n`),
  });
  const done = {
    machine,
    places,
    config,
    outcome,
    ...options,
    isRunning: options.start || await runs(machine, places, options),
  };
  const left = [
    ...outcome.warnings,
    ...options.user ? await unreadableFiles(config, machine, places) : [],
    ...await certificate(call, done, name),
  ];
  return await result(call, {
    ...done,
    warnings: [...warnings, ...left],
    isLeft: left.length > 0,
  });
}

/** @throws {InstallRefused} where it cannot be done; a plan is shown all the same */
function platformNotes(
  machine: Machine,
  options: InstallOptions,
  isDry: boolean,
): string[] {
  try {
    return checkPlatform(platformOf(machine), machine, options);
  } catch (error) {
    if (!isDry || !(error instanceof InstallRefused)) throw error;
    return [error.message];
  }
}

/** Gets the first one from the authority; says why it has none. */
async function certificate(
  call: Call,
  { config, places, isRunning, obtain }: Omit<Done, "warnings" | "isLeft">,
  name: NameFacts,
): Promise<string[]> {
  if (!obtain || config.tls.mode !== "autocert") return [];
  const later = isRunning
    ? "the relay has one of its own until then, and tries on"
    : `the relay tries on when it runs, and so does "${NAME} certificate get"`;
  if (name.isElsewhere) {
    return [
      `the authority cannot find this machine by its name yet, and was not asked: ${later}`,
    ];
  }
  if (!call.quiet) {
    call.terminal.err(
      `certificate from ${new URL(config.acme.directory).host} …\n`,
    );
  }
  const why = await firstCertificate(call.access.of(places.config), isRunning);
  return why === undefined
    ? []
    : [`there is no certificate from the authority yet (${why}); ${later}`];
}

/** What the relay will go by. @throws {ConfigError} */
function configOf({ places, config }: Plan): Config {
  return loadConfig({ path: places.config, text: config }).values;
}

function hasCertificate(machine: Machine, { certDir }: Places): boolean {
  return Object.values(certificateFiles(certDir))
    .every((path) => machine.look(path) !== undefined);
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
function read(wishes: Wishes, places: Places, seen?: Seen): WishedConfig {
  return understood(() => wishedConfig(wishes, places, seen));
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

function completions(call: Call): Record<Shell, string> {
  return {
    bash: completion("bash", call.table, NAME),
    zsh: completion("zsh", call.table, NAME),
    fish: completion("fish", call.table, NAME),
  };
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
  readonly isRunning: boolean;
  readonly warnings: readonly string[];
  /** Something is left for the operator to do before all is as was asked for. */
  readonly isLeft: boolean;
}

async function runs(
  machine: Machine,
  places: Places,
  { systemd }: InstallOptions,
): Promise<boolean> {
  if (!systemd || !machine.isLive) return false;
  const unit = `${places.name}.service`;
  return (await machine.run("systemctl", ["is-active", unit])).ok;
}

async function result(call: Call, done: Done): Promise<CommandResult> {
  if (done.certOnly) return await certificateResult(done);
  const { places, config, outcome, machine, warnings, start, systemd } = done;
  const records = machine.isLive
    ? await recordsToPublish(call.access.of(places.config))
    : { failed: "the relay is in another file tree" };
  const panel = machine.isLive && call.options.adminWeb !== false
    ? await openPanel(call.access.of(places.config))
    : undefined;
  const { changed } = outcome;
  const kernel = machine.isLive
    ? kernelHints((path) => machine.text(path), {
      calls: fileListeners(config).turn.length > 0,
    })
    : [];
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
    sysctl: kernel.map(({ line }) => line),
    dns_records: "records" in records ? records.records : null,
    admin_url: panel && "url" in panel ? panel.url : null,
    login_code: panel && "code" in panel ? panel.code : null,
  };
  const text = [
    changed.length === 0
      ? "All was installed already; nothing has changed."
      : `Installed: ${changed.length} ${
        changed.length === 1 ? "step was" : "steps were"
      } done.`,
    ...warnings.map((warning) => `warning: ${warning}`),
    "",
    nextSteps({
      ...done,
      records,
      panel,
      kernel,
    }),
  ].join("\n");
  return { data, text, exit: done.isLeft ? EXIT.partial : EXIT.ok };
}

/** Of `--cert-only`. */
async function certificateResult(
  { config, places, warnings, isLeft }: Done,
): Promise<CommandResult> {
  const { cert, key } = await certificatePlace(config);
  const data = {
    cert_only: true,
    primary_domain: config.server.domain,
    tls_mode: config.tls.mode,
    cert_path: cert,
    key_path: key,
    config: places.config,
    warnings,
  };
  const text = [
    `Certificate: ${cert}`,
    `Key: ${key}`,
    ...warnings.map((warning) => `warning: ${warning}`),
    `"${NAME} install" without --cert-only makes a service of it.`,
  ].join("\n");
  return { data, text, exit: isLeft ? EXIT.partial : EXIT.ok };
}

export const INSTALL_COMMANDS: readonly Command[] = [{
  usage: "install",
  summary:
    "Make this program a service: user, directories, configuration, unit; says first what it will do",
  options: INSTALL_OPTIONS,
  timeout: "15m",
  run: install,
}];
