/** Addresses of this machine. @module */
import { plainAddress } from "../../base/peer_address.ts";

/** Link-local ones are left out: nobody elsewhere can name them. */
export function listInterfaces(): string[] {
  const addresses = Deno.networkInterfaces()
    .map(({ address }) => plainAddress(address))
    .filter((address) => !/^fe[89ab]/i.test(address));
  return [...new Set(addresses)];
}
