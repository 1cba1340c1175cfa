/** Where versions of the program are kept. @module */
import { PRODUCT, programName } from "../../base/program_name.ts";

export const INSTALL_ROOT_VARIABLE = "POSTERN_INSTALL_ROOT";

/** @param name Of the program; that of this one if not given. */
export function installRoot(name: string = ownName()): string {
  return Deno.env.get(INSTALL_ROOT_VARIABLE) ?? `/opt/${name}`;
}

function ownName(): string {
  return Deno.build.standalone ? programName(Deno.execPath()) : PRODUCT;
}
