/** The program that runs here, as others may download it. @module */
import { basename, dirname, join } from "node:path";
import type { Downloads } from "../../api/site_backend.ts";
import { RELEASE_FILE, SIGNATURE_SUFFIX } from "../../ops/upgrade/release.ts";

/** undefined where it runs from its sources. */
export function ownProgram(): Downloads | undefined {
  return Deno.build.standalone ? downloadsOf(Deno.execPath()) : undefined;
}

/** Beside it lies what came with it, if it came with a release. */
export function downloadsOf(program: string): Downloads {
  const name = basename(program);
  const documents = [
    name + SIGNATURE_SUFFIX,
    RELEASE_FILE,
    RELEASE_FILE + SIGNATURE_SUFFIX,
  ];
  return {
    program: [`/${name}`, program],
    documents: documents.map((file) =>
      [`/${file}`, join(dirname(program), file)] as const
    ),
  };
}
