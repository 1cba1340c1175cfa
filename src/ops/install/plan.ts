/** From what is asked for and what is there to a list of steps. @module */
import { isServiceName } from "../../base/program_name.ts";
import { completed } from "../../config/edit.ts";
import { loadConfig } from "../../config/load.ts";
import { keyNamed, valueOf } from "../../config/schema.ts";
import { configText } from "../../config/write.ts";
import type { Machine } from "./machine.ts";
import { type Manifest, type ManifestEntry, readManifest } from "./manifest.ts";
import type { Places, Shell } from "./places.ts";
import { SHELLS } from "./places.ts";
import { InstallRefused } from "./refused.ts";
import type { ConfigStep, Step } from "./steps.ts";
import { unitText } from "./unit.ts";
import type { WishedConfig } from "./wishes.ts";

export interface InstallRequest {
  readonly places: Places;
  readonly config: WishedConfig;
  /** The executable that is to be copied, as a path for this process. */
  readonly source: string;
  readonly manPage: string;
  readonly completions: Readonly<Record<Shell, string>>;
  /** A unit, read by systemd. */
  readonly systemd: boolean;
  /** A user of the service's own; else all is root's, as in a container. */
  readonly user: boolean;
  /** Also let it run, now and after each start of the system. */
  readonly start: boolean;
  /** Replace a configuration that says something else. */
  readonly forceConfig: boolean;
  /** Nothing but what a certificate needs. */
  readonly certOnly: boolean;
}

export interface Plan {
  readonly places: Places;
  readonly user: boolean;
  readonly steps: readonly Step[];
  readonly earlier: Manifest | undefined;
  /** Text of the configuration that the relay will have. */
  readonly config: string;
}

/**
 * @throws {InstallRefused} if something of somebody else is in the way
 * @throws {ConfigError} if the configuration that is there cannot be used
 */
export function makePlan(request: InstallRequest, machine: Machine): Plan {
  const { places, user } = request;
  checkNames(places, machine);
  const earlier = readManifest(machine, places);
  const config = configStep(request, machine);
  const steps = allSteps(request, config.step);
  const ours = new Set(earlier?.entries.map(({ path }) => path));
  for (const step of steps) {
    if (step.kind !== "file" && step.kind !== "binary") continue;
    if (step.part !== "documents" && !ours.has(step.path)) {
      checkFree(step, machine);
    }
  }
  // one of an installation that is there, or of its beginning
  if (earlier?.stateDir !== places.stateDir) {
    checkStateDir(places.stateDir, machine);
  }
  if (user) checkUser(places.name, machine);
  return { places, user, steps, earlier, config: config.result };
}

function allSteps(request: InstallRequest, config: ConfigStep): Step[] {
  const { places, systemd, user, start, certOnly } = request;
  const { name, unit, stateDir, configDir, certDir } = places;
  const steps: Step[] = [{ kind: "manifest", path: places.manifest }];
  if (user) steps.push({ kind: "user", name, home: stateDir });
  steps.push(
    directory(configDir, 0o750, "group", "config"),
    directory(certDir, 0o750, "group", "config"),
    directory(stateDir, 0o700, "service", "data"),
    { kind: "hand_over", path: stateDir },
    config,
  );
  if (certOnly) return steps;
  steps.push(
    {
      kind: "binary",
      part: "binary",
      path: places.binary,
      source: request.source,
      mode: 0o755,
      owner: "root",
    },
    document(places.manPage, request.manPage),
    ...SHELLS.map((shell) =>
      document(places.completions[shell], request.completions[shell])
    ),
  );
  if (!systemd) return steps;
  const service = `${name}.service`;
  steps.push(
    directory(places.logDir, 0o700, "service", "data"),
    {
      kind: "file",
      part: "service",
      path: unit,
      text: unitText(places),
      mode: 0o644,
      owner: "root",
    },
    { kind: "read_units", unit: service },
  );
  if (start) {
    steps.push(
      { kind: "enable", unit: service },
      { kind: "start", unit: service },
    );
  }
  return steps;
}

function directory(
  path: string,
  mode: number,
  owner: "group" | "service",
  part: "config" | "data",
): Step {
  return { kind: "directory", path, mode, owner, part };
}

/** Nothing that the relay needs. */
function document(path: string, text: string): Step {
  return {
    kind: "file",
    part: "documents",
    path,
    text,
    mode: 0o644,
    owner: "root",
    optional: true,
  };
}

/** @throws {ConfigError} */
function configStep(
  request: InstallRequest,
  machine: Machine,
): { readonly step: ConfigStep; readonly result: string } {
  const { places: { name, config }, config: wished, forceConfig } = request;
  const text = configText(wished.written, [
    `Configuration of ${name}. A key that is not here has its built-in value:`,
    `"${name} config show --effective" lists all, "${name} config check" reads`,
    `the file as the server will.`,
  ]);
  const found = machine.text(config);
  // what a link leads to belongs to something else
  const isWhole = found === undefined || machine.look(config)?.isSymlink;
  const whole = isWhole
    ? { text: found, added: [] }
    : completed(found, wished.written);
  const step: ConfigStep = {
    kind: "config",
    part: "config",
    path: config,
    mode: 0o640,
    owner: "group",
    text,
    ...(whole.text === undefined || whole.added.length === 0
      ? {}
      : { completed: { text: whole.text, added: whole.added } }),
    conflicts: whole.text === undefined || whole.text === text
      ? []
      : conflicts(config, whole.text, wished),
    force: forceConfig,
  };
  const isReplaced = forceConfig && step.conflicts.length > 0;
  return { step, result: isReplaced ? text : whole.text ?? text };
}

function conflicts(
  path: string,
  text: string,
  { asked }: WishedConfig,
): string[] {
  const { values } = loadConfig({ path, text });
  return [...asked].flatMap(([key, value]) => {
    const { format } = keyNamed(key).kind;
    const there = format(valueOf(values, key));
    const wanted = format(value);
    return there === wanted
      ? []
      : [`${key} is "${there}" there, and "${wanted}" was asked for`];
  });
}

const PROGRAM_DIRECTORIES = [
  "/usr/bin",
  "/usr/sbin",
  "/bin",
  "/sbin",
];
const UNIT_DIRECTORIES = [
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
  "/run/systemd/system",
];

function checkNames({ name, binary }: Places, machine: Machine): void {
  if (!isServiceName(name)) {
    throw new InstallRefused(
      "occupied",
      `The program is called "${name}", and so would be its user and its directories: call it by up to 31 small letters, digits, "-" and "_"`,
    );
  }
  const taken = [
    ...PROGRAM_DIRECTORIES.map((path) => `${path}/${name}`),
    ...UNIT_DIRECTORIES.map((path) => `${path}/${name}.service`),
  ].find((path) => path !== binary && machine.look(path) !== undefined);
  if (taken === undefined) return;
  throw new InstallRefused(
    "occupied",
    `The system has something else of this name, ${taken}: give the program another name`,
  );
}

function checkFree(
  step: Extract<Step, { kind: "file" | "binary" }>,
  machine: Machine,
): void {
  const there = machine.look(step.path);
  if (there === undefined || isSameFile(machine.at(step.path), step)) return;
  if (step.kind === "file" && machine.text(step.path) === step.text) return;
  throw new InstallRefused(
    "occupied",
    `${step.path} is there, and no installation has made it: move it away`,
  );
}

/** The program may have been copied there and started there. */
function isSameFile(
  path: string,
  step: Extract<Step, { kind: "file" | "binary" }>,
): boolean {
  if (step.kind !== "binary") return false;
  return Deno.realPathSync(path) === Deno.realPathSync(step.source);
}

/** What a relay leaves in its directory. */
const TRACES = ["chat.db", "lock"];
const TOO_HIGH_UP = 2;

function checkStateDir(path: string, machine: Machine): void {
  const there = machine.look(path);
  if (
    path.split("/").length - 1 < TOO_HIGH_UP || there?.isDirectory === false
  ) {
    throw new InstallRefused(
      "occupied",
      `${path} cannot be the state directory: name a directory for it alone, and no link`,
    );
  }
  const names = machine.list(path);
  if (names.length === 0 || TRACES.some((one) => names.includes(one))) return;
  throw new InstallRefused(
    "occupied",
    `${path} cannot be the state directory: it holds something else, such as ${
      names[0]
    }`,
  );
}

function checkUser(name: string, machine: Machine): void {
  const account = machine.account(name);
  if (account === undefined) return;
  const { uid, shell } = account;
  if (uid !== 0 && /\/(?:nologin|false)$/.test(shell)) return;
  throw new InstallRefused(
    "occupied",
    `There is a user ${name} who can log in: give the program another name`,
  );
}

/** What the plan makes that was not there before. */
export function newEntries(
  { steps }: Plan,
  machine: Machine,
): ManifestEntry[] {
  return steps.flatMap((step) => {
    switch (step.kind) {
      case "directory":
      case "file":
      case "binary":
      case "config": {
        const { path, part, kind } = step;
        if (isKept(step, machine)) return [];
        return [{ path, part, directory: kind === "directory" }];
      }
      default:
        return [];
    }
  });
}

/** The operator's own: a directory with something in it, or a configuration. */
function isKept(step: Step, machine: Machine): boolean {
  switch (step.kind) {
    case "directory":
      return step.part === "data" && machine.list(step.path).length > 0;
    case "config":
      return machine.look(step.path) !== undefined;
    default:
      return false;
  }
}
