/**
 * Has another version take over from the one that serves, or brings that one
 * back. Whoever is killed in between leaves a mark, and the next one ends what
 * was begun: forward if the new version serves, else back.
 *
 * @module
 */
import { UpgradeFailed } from "./failure.ts";
import { type BegunSwitch, SwitchMark } from "./switch_mark.ts";
import type { SwitchGuard } from "./switch_guard.ts";
import type { VersionTree } from "./version_tree.ts";

/** The service that runs the program. */
export interface SwitchedService {
  /** Version of the server that answers; undefined: none does. */
  served(): Promise<string | undefined>;
  /** The same, of the one that is left when no process hands over to another any more. */
  atRest(): Promise<string | undefined>;
  /** From now on it is known whether this version has taken mail. */
  watchForMail(version: string): void;
  hasTakenMail(version: string): boolean;
  watchNoLonger(): void;
  stop(): Promise<void>;
  /** Whether the program of before cannot open what there is; the service is stopped. */
  needsCopy(program: string): Promise<boolean>;
  /** Puts it in the place of what is there, by the program that made it; the service is stopped. */
  restoreDatabase(copy: string, program: string): Promise<void>;
  /** Resolves when this version serves. @throws {Error} when it does not */
  restart(version: string): Promise<void>;
}

export interface SwitchParts {
  readonly tree: VersionTree;
  readonly service: SwitchedService;
  readonly guard: SwitchGuard;
  tell(step: string): void;
}

export type NewSwitch = Omit<BegunSwitch, "back" | "before">;

/** @throws {UpgradeFailed} `unhealthy`; then the version before is in its place */
export async function switchServed(
  wanted: NewSwitch,
  parts: SwitchParts,
): Promise<void> {
  const { tree, service, guard, tell } = parts;
  const begun = { ...wanted, before: tree.previous ?? null, back: false };
  service.watchForMail(begun.says);
  await guard.arm(begun.previous);
  markOf(parts).write(begun);
  tree.activate(begun.version);
  tell(`Version ${begun.version} takes over`);
  await takeOver(begun, parts);
}

async function takeOver(
  begun: BegunSwitch,
  parts: SwitchParts,
): Promise<void> {
  try {
    await parts.service.restart(begun.says);
  } catch (error) {
    await goBack(begun, parts, error);
  }
  await end(parts);
}

/** From here on nothing is begun; what is left of it goes. */
async function end({ tree, service, guard }: SwitchParts): Promise<void> {
  new SwitchMark(tree.places.root).remove();
  service.watchNoLonger();
  await guard.disarm();
}

/**
 * What one that was killed has begun. What is there then is a version that
 * serves, unless none did before.
 *
 * @returns which of the two is in its place; undefined: nothing was begun
 * @throws {UpgradeFailed} `unhealthy` if the new version does not serve
 */
export async function endBegun(
  parts: SwitchParts,
): Promise<"version" | "previous" | undefined> {
  const { tree, service, tell } = parts;
  const begun = markOf(parts).read();
  if (!begun) {
    await end(parts);
    return undefined;
  }
  const { version, previous, says, previous_says } = begun;
  if (begun.back) {
    tell(`Ending the way back to version ${previous}, which was interrupted`);
    const left = await wayBack(begun, parts);
    await end(parts);
    return left;
  }
  const served = await service.atRest();
  if (served === undefined) {
    tell(`Ending the switch to version ${version}, which was interrupted`);
    tree.activate(version);
    await takeOver(begun, parts);
    return "version";
  }
  if (served === says && says !== previous_says) {
    tree.activate(version);
    await end(parts);
    return "version";
  }
  // what it has got since then is in no copy: all begins anew
  tell(`The switch to version ${version} was interrupted, and is undone`);
  tree.goBack(previous, begun.before ?? undefined);
  await end(parts);
  return "previous";
}

/**
 * Resolves if the new version stays, and serves after all.
 *
 * @throws {UpgradeFailed} `unhealthy`
 */
async function goBack(
  begun: BegunSwitch,
  parts: SwitchParts,
  cause: unknown,
): Promise<void> {
  const { previous, copy } = begun;
  parts.tell(`It does not serve; back to version ${previous}`);
  const reason = messageOf(cause);
  let left: "version" | "previous";
  try {
    left = await wayBack(begun, parts);
  } catch (error) {
    if (error instanceof UpgradeFailed) throw error;
    throw new UpgradeFailed(
      "unhealthy",
      `${reason}. Version ${previous} is in its place again, but does not serve either: ${
        messageOf(error)
      }${copy === null ? "" : `. A copy of the database is ${copy}`}`,
    );
  }
  if (left === "version") return;
  await end(parts);
  throw new UpgradeFailed(
    "unhealthy",
    `${reason}. Version ${previous} serves again`,
  );
}

/**
 * Each step may be done again by whoever comes after one that was killed.
 *
 * @returns which of the two serves
 * @throws {UpgradeFailed} `unhealthy` if the new version stays and does not serve
 */
async function wayBack(
  begun: BegunSwitch,
  parts: SwitchParts,
): Promise<"version" | "previous"> {
  const { tree, service } = parts;
  const { previous, says, previous_says, copy } = begun;
  markOf(parts).write({ ...begun, back: true });
  tree.goBack(previous, begun.before ?? undefined);
  // while it serves nobody else has opened the database, and it has new mail
  const served = says === previous_says ? undefined : await service.served();
  if (served === previous_says) return "previous";
  if (copy !== null) {
    const program = tree.binaryOf(previous);
    await service.stop();
    // not after a new version that died before it changed that, nor a second time
    if (await service.needsCopy(program)) {
      if (service.hasTakenMail(says)) return await stay(begun, copy, parts);
      await service.restoreDatabase(copy, program);
    }
  }
  await service.restart(previous_says);
  return "previous";
}

/** What it has taken is in its database alone, which the version before cannot open. */
async function stay(
  { version, previous, says }: BegunSwitch,
  copy: string,
  parts: SwitchParts,
): Promise<"version"> {
  const { tree, service, tell } = parts;
  tell(
    `Version ${version} has taken mail, which version ${previous} cannot read: it stays`,
  );
  tree.activate(version);
  const reason = await service.restart(says).then(() => undefined, messageOf);
  await end(parts);
  if (reason !== undefined) {
    throw new UpgradeFailed(
      "unhealthy",
      `${reason}. It stays all the same: it has taken mail, and version ${previous} cannot open its database. The way back without that mail, while no server runs: ${
        tree.binaryOf(previous)
      } backup restore ${copy} --force, then "versions use ${previous}"`,
    );
  }
  return "version";
}

function markOf({ tree }: SwitchParts): SwitchMark {
  return new SwitchMark(tree.places.root);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
