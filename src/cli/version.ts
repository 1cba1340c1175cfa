/** Which program this is. @module */
import { PRODUCT, programName } from "../base/program_name.ts";

/** That of the executable; run from its sources, it has none. */
export const NAME = Deno.build.standalone
  ? programName(Deno.execPath())
  : PRODUCT;
export const VERSION = "0.1.0";

export interface VersionFacts {
  readonly name: string;
  readonly version: string;
  /** Of the sources; "unknown" when it was not built from a repository. */
  readonly commit: string;
  readonly deno: string;
  readonly target: string;
}

export function versionFacts(): VersionFacts {
  return {
    name: NAME,
    version: VERSION,
    commit: builtCommit(),
    deno: Deno.version.deno,
    target: Deno.build.target,
  };
}

/** What is in this program of others, and under which terms. */
export function thirdPartyNotices(): string {
  return Deno.readTextFileSync(new URL("third_party.txt", import.meta.url))
    .trim();
}

/** Public keys of releases that the build has put in, one on a line. */
export function builtReleaseKeys(): readonly string[] {
  return (builtText("release_keys.txt") ?? "").split("\n")
    .filter((line) => line.trim() !== "");
}

/** Of the sources; "unknown" when it was not built from a repository. */
export function builtCommit(): string {
  return builtText("commit.txt") ?? "unknown";
}

/** The build puts it beside the program. */
function builtText(name: string): string | undefined {
  try {
    return Deno.readTextFileSync(
      new URL(`../../build/${name}`, import.meta.url),
    )
      .trim();
  } catch {
    return undefined;
  }
}
