/**
 * Ends a switch of versions whose upgrade was killed, without anybody asking for
 * it: a unit of systemd, there as long as the switch lasts. It runs the program
 * of before, which waits until the upgrade has ended, and then ends what that has
 * left; after a power cut the system starts it.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type RunCommand, TEMPORARY } from "../install/machine.ts";
import type { VersionTree } from "./version_tree.ts";

export interface SwitchGuard {
  /** @param version The one before, whose program is there whatever comes. */
  arm(version: string): Promise<void>;
  /** Also what one that was killed has left. */
  disarm(): Promise<void>;
}

export interface GuardOptions {
  readonly tree: VersionTree;
  /** With the words that have the program of before end a switch. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** This process is what the unit has started. */
  readonly isItself: boolean;
  readonly run: RunCommand;
  /** Where units are. */
  readonly units?: string;
  tell(step: string): void;
}

export const UNITS = "/etc/systemd/system";
const TARGET = "multi-user.target.wants";

/** Beside the unit of the relay, and what has it start with the system. */
export function guardFiles(
  name: string,
  units: string = UNITS,
): { readonly unit: string; readonly file: string; readonly wanted: string } {
  const unit = `${name}-way-back.service`;
  return {
    unit,
    file: join(units, unit),
    wanted: join(units, TARGET, unit),
  };
}

export function switchGuard(options: GuardOptions): SwitchGuard {
  const { tree, isItself, run, units = UNITS, tell } = options;
  const { name } = tree.places;
  const { unit, file, wanted } = guardFiles(name, units);

  async function systemctl(...args: string[]): Promise<void> {
    const { ok, output } = await run("systemctl", args);
    if (!ok) throw new Error(`systemctl ${args.join(" ")}: ${output.trim()}`);
  }

  return {
    async arm(version) {
      tree.keepWayBack(version);
      if (!existsSync(join(units, `${name}.service`))) return;
      try {
        writeWhole(file, guardUnit(options));
        link(wanted, join("..", unit));
        await systemctl("daemon-reload");
        await systemctl("start", "--no-block", unit);
      } catch (error) {
        // the switch is as safe as ever as long as nobody kills this process
        tell(
          `If this is killed, only "${name} versions settle" ends it: ${
            error instanceof Error ? error.message : error
          }`,
        );
      }
    },

    async disarm() {
      if (existsSync(file) || isLink(wanted)) {
        if (!isItself) await run("systemctl", ["stop", unit]);
        removeIfThere(wanted);
        removeIfThere(file);
        await run("systemctl", ["daemon-reload"]);
      }
      tree.dropWayBack(); // last: without it, the unit does nothing
    },
  };
}

/** It is never given up: only whoever is killed is started anew. */
export function guardUnit(
  { tree, command, environment }: Pick<
    GuardOptions,
    "tree" | "command" | "environment"
  >,
): string {
  const { name } = tree.places;
  const call = [tree.wayBack, ...command].map(quoted).join(" ")
    .replaceAll("$", "$$$$"); // a variable otherwise
  return [
    `# Written by "${name} upgrade" while a version takes over; it goes after that.`,
    "[Unit]",
    `Description=Ends an upgrade of ${name} that was killed`,
    // the one that is there has had its first try when the system has started
    `After=${name}.service`,
    `ConditionPathExists=${tree.wayBack.replaceAll("%", "%%")}`,
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Type=exec",
    ...Object.entries(environment).map(([key, value]) =>
      `Environment=${quoted(`${key}=${value}`)}`
    ),
    `ExecStart=${call}`,
    "Restart=on-failure",
    "RestartSec=1",
    // what it says itself is what came of it
    "RestartPreventExitStatus=1 2 3 4 5 6 7 8 9 10",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
}

/** systemd.syntax(7), "Quoting"; `%` begins a specifier of systemd.unit(5). */
function quoted(word: string): string {
  const escaped = word.replaceAll(/["\\]/g, "\\$&").replaceAll("%", "%%");
  return /^[\w./:=@+,-]+$/.test(word) ? word : `"${escaped}"`;
}

function writeWhole(path: string, text: string): void {
  const fresh = path + TEMPORARY;
  Deno.writeTextFileSync(fresh, text, { mode: 0o644 });
  sync(fresh);
  Deno.renameSync(fresh, path);
  sync(dirname(path));
}

function link(path: string, target: string): void {
  Deno.mkdirSync(dirname(path), { recursive: true });
  removeIfThere(path);
  Deno.symlinkSync(target, path);
  sync(dirname(path));
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function sync(path: string): void {
  using file = Deno.openSync(path);
  file.syncSync();
}
