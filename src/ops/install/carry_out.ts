/**
 * Does the steps of a plan, each only where it is not done already. Killed in
 * the middle, it is begun anew: every file is the old one or the new one.
 *
 * @module
 */
import { relative } from "node:path";
import { keptPaths } from "../../files/state_access.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { sameContent } from "./content.ts";
import { giveStray } from "./give_stray.ts";
import {
  type Account,
  type Machine,
  type Ownership,
  TEMPORARY,
} from "./machine.ts";
import { extended, manifestText } from "./manifest.ts";
import { newEntries, type Plan } from "./plan.ts";
import { InstallRefused } from "./refused.ts";
import {
  type BinaryStep,
  type ConfigStep,
  describeStep,
  type DirectoryStep,
  type FileStep,
  type HandOverStep,
  type Owner,
  type Step,
  type UnitsStep,
  type UserStep,
} from "./steps.ts";
import { runCommand, SystemUnits } from "./system_units.ts";

export interface Outcome {
  /** What was done, in words; nothing: all was there. */
  readonly changed: readonly string[];
  readonly warnings: readonly string[];
}

/** As a relay has it unless told. */
const DATABASE = "chat.db";
const SHELL = "/usr/sbin/nologin";
const MODE_BITS = 0o7777;
const FOR_OTHERS = 0o007;

/**
 * @param nowSeconds Names the copy of a configuration that is replaced.
 * @param onDone Told of each change.
 * @throws {InstallRefused} if a command of the system fails
 */
export async function carryOut(
  plan: Plan,
  machine: Machine,
  { nowSeconds, onDone = () => {} }: {
    readonly nowSeconds: number;
    onDone?(text: string): void;
  },
): Promise<Outcome> {
  const worker = new Worker(plan, machine, nowSeconds);
  for (const step of plan.steps) {
    if (await worker.perform(step)) onDone(describeStep(step));
  }
  return worker;
}

/** One run through a plan. */
class Worker implements Outcome {
  readonly changed: string[] = [];
  readonly warnings: string[] = [];
  readonly #plan: Plan;
  readonly #machine: Machine;
  readonly #units: SystemUnits;
  readonly #nowSeconds: number;
  /** Before the first of it is made. */
  readonly #manifest: string;
  /** What a service that runs takes up only when it starts anew. */
  #isProgramNew = false;
  /** What it takes up when it is told to. */
  #isConfigNew = false;

  constructor(plan: Plan, machine: Machine, nowSeconds: number) {
    this.#plan = plan;
    this.#machine = machine;
    this.#units = new SystemUnits(machine);
    this.#nowSeconds = nowSeconds;
    const { places: { name, stateDir }, user, earlier } = plan;
    this.#manifest = manifestText(extended(earlier, {
      name,
      stateDir,
      user: user && machine.account(name) === undefined,
      entries: newEntries(plan, machine),
    }));
  }

  /** Says whether there was something to do. */
  async perform(step: Step): Promise<boolean> {
    // of an installation that was killed
    if ("path" in step) this.#machine.remove(step.path + TEMPORARY);
    const isChanged = await this.#perform(step);
    if (isChanged) this.changed.push(describeStep(step));
    return isChanged;
  }

  #perform(step: Step): boolean | Promise<boolean> {
    switch (step.kind) {
      case "user":
        return this.#makeUser(step);
      case "directory":
        return this.#makeDirectory(step);
      case "manifest":
        return this.#writeManifest(step.path);
      case "file": {
        const isWritten = this.#writeDocument(step);
        if (step.part === "service") this.#isProgramNew ||= isWritten;
        return isWritten;
      }
      case "config": {
        const isWritten = this.#writeConfig(step);
        this.#isConfigNew ||= isWritten;
        return isWritten;
      }
      case "binary":
        return this.#copyProgram(step);
      case "hand_over":
        return this.#handOver(step);
      case "read_units":
        return this.#readUnits(step);
      case "enable":
        return this.#units.enable(step.unit);
      case "start":
        return this.#units.start(step.unit);
    }
  }

  /** Its directory may have to wait for the group. */
  #writeManifest(path: string): boolean {
    const { configDir } = this.#plan.places;
    if (this.#machine.look(configDir) === undefined) {
      this.#machine.makeDirectory(configDir, 0o750, this.#ownership("root"));
    }
    return this.#write({ path, mode: 0o600, owner: "root" }, this.#manifest);
  }

  async #makeUser({ name, home }: UserStep): Promise<boolean> {
    const machine = this.#machine;
    if (machine.account(name) !== undefined) return false;
    const hasGroup = (machine.text("/etc/group") ?? "").split("\n")
      .some((line) => line.startsWith(`${name}:`));
    await runCommand(machine, "useradd", [
      ...machine.isLive ? [] : ["--prefix", machine.root],
      "--system",
      ...hasGroup ? ["--gid", name] : ["--user-group"],
      "--home-dir",
      home,
      "--no-create-home",
      "--shell",
      SHELL,
      "--comment",
      "Chatmail relay",
      name,
    ]);
    return true;
  }

  #makeDirectory({ path, mode, owner }: DirectoryStep): boolean {
    const there = this.#machine.look(path);
    const wanted = this.#ownership(owner);
    if (there === undefined) {
      this.#machine.makeDirectory(path, mode, wanted);
      return true;
    }
    if (!there.isDirectory) {
      throw new InstallRefused(
        "occupied",
        `${path} is there, and no directory`,
      );
    }
    // the service's own is handed over when all in it is
    const isOwned = owner === "service" || isOwnedBy(there, wanted);
    const tight = (there.mode ?? 0) & MODE_BITS & mode;
    if (isOwned && tight === ((there.mode ?? 0) & MODE_BITS)) return false;
    this.#machine.setAccess(path, tight, isOwned ? ownershipOf(there) : wanted);
    return true;
  }

  #writeDocument(step: FileStep): boolean {
    try {
      return this.#write(step, step.text);
    } catch (error) {
      if (step.optional !== true) throw error;
      this.warnings.push(`${step.path} cannot be written: ${reasonOf(error)}`);
      return false;
    }
  }

  #write(
    { path, mode, owner }: {
      readonly path: string;
      readonly mode: number;
      readonly owner: Owner;
    },
    text: string,
  ): boolean {
    const wanted = this.#ownership(owner);
    const there = this.#machine.look(path);
    if (
      there?.isFile && isOwnedBy(there, wanted) &&
      ((there.mode ?? 0) & MODE_BITS) === mode &&
      this.#machine.text(path) === text
    ) return false;
    this.#machine.writeFile(path, text, mode, wanted);
    return true;
  }

  /** One that is there is the operator's. */
  #writeConfig(step: ConfigStep): boolean {
    const { path, mode, owner, text, completed, conflicts, force } = step;
    if (this.#machine.look(path) === undefined) return this.#write(step, text);
    const isReplaced = force && conflicts.length > 0;
    if (completed !== undefined && !isReplaced) {
      this.#write(step, completed.text);
      if (conflicts.length === 0) return true;
    }
    if (conflicts.length === 0) return this.#setReadable(step);
    const wanted = this.#ownership(owner);
    if (force) {
      const kept = `${path}.bak-${this.#nowSeconds}`;
      this.#machine.copyFile(this.#machine.at(path), kept, mode, wanted);
      this.warnings.push(`${path} is replaced; what it was is ${kept}`);
      return this.#write(step, text);
    }
    const beside = `${path}.new`;
    this.warnings.push(
      ...conflicts.map((conflict) => `${path}: ${conflict}`),
      `${path} is left as it is, ${beside} is what was asked for: compare them, or replace it with --force-config`,
    );
    return this.#write({ path: beside, mode, owner }, text);
  }

  /** The service has to read it, and nobody else may: there are secrets in it. */
  #setReadable({ path, owner, mode }: ConfigStep): boolean {
    const there = this.#machine.look(path);
    const wanted = this.#ownership(owner);
    if (!there?.isFile || there.uid !== wanted.uid) return false;
    const isTight = ((there.mode ?? 0) & FOR_OTHERS) === 0;
    if (isTight && isOwnedBy(there, wanted)) return false;
    this.#machine.setAccess(path, mode, wanted);
    return true;
  }

  async #copyProgram(
    { source, path, mode, owner }: BinaryStep,
  ): Promise<boolean> {
    const place = this.#machine.at(path);
    const there = this.#machine.look(path);
    const wanted = this.#ownership(owner);
    if (there?.isFile && await sameContent(source, place)) {
      if (
        isOwnedBy(there, wanted) && ((there.mode ?? 0) & MODE_BITS) === mode
      ) return false;
      this.#machine.setAccess(path, mode, wanted);
      return true;
    }
    try {
      this.#machine.copyFile(source, path, mode, wanted);
    } catch (error) {
      throw new InstallRefused(
        "failed",
        `${path} cannot be written: ${reasonOf(error)}`,
      );
    }
    this.#isProgramNew = true;
    return true;
  }

  /** Of what the service owns already, only what commands of root have left. */
  #handOver({ path }: HandOverStep): boolean {
    const service = this.#ownership("service");
    const there = this.#machine.look(path);
    if (there === undefined) return false;
    if (isOwnedBy(there, service)) return this.#giveStrays(path, service);
    if (there.uid !== this.#machine.rootOwner.uid) {
      this.warnings.push(
        `${path} belongs to another user: "chown -R ${this.#plan.places.name}: ${path}" gives it to the service`,
      );
      return false;
    }
    this.#giveTree(path, service);
    return true;
  }

  /** The service could have made links to what is not its own: none of those. */
  #giveStrays(path: string, service: Ownership): boolean {
    if (service.uid === 0) return false;
    const stateDir = this.#machine.at(path);
    const given = keptPaths({ stateDir, database: DATABASE })
      .filter((one) => giveStray(stateDir, relative(stateDir, one), service));
    return given.length > 0;
  }

  /**
   * The directory last: as long as it is root's, this is not done, and nobody
   * else changes what is in it. One of the service stays as it is.
   */
  #giveTree(path: string, owner: Ownership): void {
    const there = this.#machine.look(path);
    if (there?.isDirectory && there.uid === this.#machine.rootOwner.uid) {
      for (const name of this.#machine.list(path)) {
        this.#giveTree(`${path}/${name}`, owner);
      }
    }
    this.#machine.giveTo(path, owner);
  }

  async #readUnits({ unit }: UnitsStep): Promise<boolean> {
    const isNew = this.#isProgramNew || this.#isConfigNew;
    if (isNew && await this.#units.isActive(unit)) {
      this.warnings.push(
        this.#isProgramNew
          ? `${unit} still runs what was there before: systemctl restart ${unit}`
          : `${unit} still goes by the configuration before: systemctl reload ${unit}`,
      );
    }
    return await this.#units.read(unit);
  }

  #ownership(owner: Owner): Ownership {
    const { rootOwner } = this.#machine;
    const service = this.#service();
    if (owner === "root" || service === undefined) return rootOwner;
    const { uid, gid } = service;
    return owner === "group" ? { uid: rootOwner.uid, gid } : { uid, gid };
  }

  #service(): Account | undefined {
    const { places: { name }, user } = this.#plan;
    return user ? this.#machine.account(name) : undefined;
  }
}

function ownershipOf({ uid, gid }: Deno.FileInfo): Ownership {
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

function isOwnedBy(there: Deno.FileInfo, { uid, gid }: Ownership): boolean {
  return there.uid === uid && there.gid === gid;
}
