/** Where OpenPGP comes from: a script of its own, since it is large and not needed at once. @module */
import { Unreachable } from "../net/mail_link.ts";
import type * as OpenPgp from "../../openpgp.ts";

export type { Message, PrivateKey, PublicKey } from "../../openpgp.ts";
type Module = typeof OpenPgp;

let load: () => Promise<Module> = () => {
  const path = document.querySelector<HTMLElement>("[data-openpgp]")?.dataset
    .openpgp;
  if (!path) throw new Error("The page does not name OpenPGP");
  return import(new URL(path, document.baseURI).href);
};
let loaded: Promise<Module> | undefined;

/** @throws {Unreachable} when it cannot be fetched; the next call tries again */
export function openPgp(): Promise<Module> {
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw new Unreachable("OpenPGP does not come", { cause: error });
  });
  return loaded;
}

/** In place of the script, where there is no page. */
export function useOpenPgp(module: Module): void {
  load = () => Promise.resolve(module);
  loaded = undefined;
}
