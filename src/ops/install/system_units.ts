/**
 * What systemd is told while a relay is installed: of a machine whose files alone
 * are there, only what is to be when it starts.
 *
 * @module
 */
import type { Machine } from "./machine.ts";
import { InstallRefused } from "./refused.ts";

export class SystemUnits {
  readonly #machine: Machine;
  readonly #where: readonly string[];

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#where = machine.isLive ? [] : [`--root=${machine.root}`];
  }

  /** Whether it runs; false of a system that does not. */
  async isActive(unit: string): Promise<boolean> {
    return this.#machine.isLive && (await this.#ask(["is-active", unit])).ok;
  }

  /**
   * Has unit files read that are new. False if there was nothing to do: another
   * system reads them when it starts.
   *
   * @throws {InstallRefused} `failed`
   */
  async read(unit: string): Promise<boolean> {
    if (!this.#machine.isLive) return false;
    const { output } = await this.#ask([
      "show",
      "--property=LoadState,NeedDaemonReload",
      unit,
    ]);
    if (
      /NeedDaemonReload=no/.test(output) && /LoadState=loaded/.test(output)
    ) return false;
    await runCommand(this.#machine, "systemctl", ["daemon-reload"]);
    return true;
  }

  /**
   * Has it start with the system. False if it does already.
   *
   * @throws {InstallRefused} `failed`
   */
  async enable(unit: string): Promise<boolean> {
    if ((await this.#ask(["is-enabled", unit])).ok) return false;
    await runCommand(this.#machine, "systemctl", [
      ...this.#where,
      "enable",
      "--quiet",
      unit,
    ]);
    return true;
  }

  /**
   * Returns when it says that it is ready; false if it runs already.
   *
   * @throws {InstallRefused} `failed`, with the last lines of its log
   */
  async start(unit: string): Promise<boolean> {
    if ((await this.#ask(["is-active", unit])).ok) return false;
    const { ok } = await this.#machine.run("systemctl", ["start", unit]);
    if (ok) return true;
    const { output } = await this.#machine.run("journalctl", [
      "--unit",
      unit,
      "--lines=10",
      "--no-pager",
      "--output=cat",
    ]);
    throw new InstallRefused(
      "failed",
      `${unit} is installed, but does not start:\n${output}`,
    );
  }

  async #ask(args: readonly string[]) {
    return await this.#machine.run("systemctl", [...this.#where, ...args]);
  }
}

/**
 * Runs a command of the system on a machine.
 *
 * @throws {InstallRefused} `failed`, with what it said
 */
export async function runCommand(
  machine: Machine,
  program: string,
  args: readonly string[],
): Promise<void> {
  const { ok, output } = await machine.run(program, args);
  if (ok) return;
  throw new InstallRefused(
    "failed",
    `"${program} ${args.join(" ")}" failed: ${output}`,
  );
}
