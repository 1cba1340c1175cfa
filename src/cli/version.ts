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

/** The texts under which the packages in the executable are passed on. */
export function licenseTexts(): string {
  return builtText("licenses.txt") ??
    "Not an executable: the packages are named in deno.json";
}

function builtCommit(): string {
  return builtText("commit.txt") ?? "unknown";
}

/** The build puts it beside the program. */
function builtText(name: string): string | undefined {
  try {
    const file = new URL(`../../build/${name}`, import.meta.url);
    return Deno.readTextFileSync(file).trim();
  } catch {
    return undefined;
  }
}
