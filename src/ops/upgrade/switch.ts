/**
 * Has another version take over from the one that serves, or brings that one
 * back. Whoever is killed in between leaves a mark, and the next one ends what
 * was begun: forward if the new version serves, else back.
 *
 * @module
 */
import { UpgradeFailed } from "./failure.ts";
import { type BegunSwitch, SwitchMark } from "./switch_mark.ts";
import type { VersionTree } from "./version_tree.ts";

/** The service that runs the program. */
export interface SwitchedService {
  /** Version of the server that answers; undefined: none does. */
  served(): Promise<string | undefined>;
  /** Puts it in the place of what is there, by the program that made it; the service is stopped. */
  restoreDatabase(copy: string, program: string): Promise<void>;
  /** Resolves when this version serves. @throws {Error} when it does not */
  restart(version: string): Promise<void>;
}

export interface SwitchParts {
  readonly tree: VersionTree;
  readonly service: SwitchedService;
  tell(step: string): void;
}

export type NewSwitch = Omit<BegunSwitch, "back" | "before">;

/** @throws {UpgradeFailed} `unhealthy`; then the version before is in its place */
export async function switchServed(
  wanted: NewSwitch,
  parts: SwitchParts,
): Promise<void> {
  const { tree, tell } = parts;
  const begun = { ...wanted, before: tree.previous ?? null, back: false };
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
  markOf(parts).remove();
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
  const mark = markOf(parts);
  const begun = mark.read();
  if (!begun) return undefined;
  const { version, previous, says, previous_says } = begun;
  if (begun.back) {
    tell(`Ending the way back to version ${previous}, which was interrupted`);
    await wayBack(begun, parts);
    return "previous";
  }
  const served = await service.served();
  if (served === undefined) {
    tell(`Ending the switch to version ${version}, which was interrupted`);
    tree.activate(version);
    await takeOver(begun, parts);
    return "version";
  }
  if (served === says && says !== previous_says) {
    tree.activate(version);
    mark.remove();
    return "version";
  }
  // what it has got since then is in no copy: all begins anew
  tell(`The switch to version ${version} was interrupted, and is undone`);
  tree.goBack(previous, begun.before ?? undefined);
  mark.remove();
  return "previous";
}

/** @throws {UpgradeFailed} always: `unhealthy` */
async function goBack(
  begun: BegunSwitch,
  parts: SwitchParts,
  cause: unknown,
): Promise<never> {
  const { previous, copy } = begun;
  parts.tell(`It does not serve; back to version ${previous}`);
  const reason = messageOf(cause);
  try {
    await wayBack(begun, parts);
  } catch (error) {
    throw new UpgradeFailed(
      "unhealthy",
      `${reason}. Version ${previous} is in its place again, but does not serve either: ${
        messageOf(error)
      }${copy === null ? "" : `. A copy of the database is ${copy}`}`,
    );
  }
  throw new UpgradeFailed(
    "unhealthy",
    `${reason}. Version ${previous} serves again`,
  );
}

/** Each step may be done again by whoever comes after one that was killed. */
async function wayBack(
  begun: BegunSwitch,
  parts: SwitchParts,
): Promise<void> {
  const { tree, service } = parts;
  const { previous, says, previous_says, copy } = begun;
  const mark = markOf(parts);
  mark.write({ ...begun, back: true });
  tree.goBack(previous, begun.before ?? undefined);
  // while it serves nobody else has opened the database, and it has new mail
  const served = says === previous_says ? undefined : await service.served();
  if (served !== previous_says) {
    if (copy !== null) {
      await service.restoreDatabase(copy, tree.binaryOf(previous));
      mark.write({ ...begun, back: true, copy: null });
    }
    await service.restart(previous_says);
  }
  mark.remove();
}

function markOf({ tree }: SwitchParts): SwitchMark {
  return new SwitchMark(tree.places.root);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
