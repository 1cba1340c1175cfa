/** Where each listener listens, once settings have had their say. @module */
import { perListener } from "../config/listener_table.ts";
import { fileAddresses, type Listeners } from "../config/listeners.ts";
import type { ListenAddress } from "../config/network_kinds.ts";
import type { Config } from "../config/schema.ts";
import type { SettingName, SettingValue } from "./registry.ts";

export interface SettingReader {
  get<N extends SettingName>(name: N): SettingValue<N>;
}

/** The file's addresses with the settings' ports, loopback or nothing. */
export function effectiveListeners(
  config: Config,
  settings: SettingReader,
): Listeners {
  const file = fileAddresses(config);
  return perListener((name) => {
    if (!settings.get(`${name}_enabled`)) return [];
    const port = settings.get(`${name}_port`);
    // a port set at run time also opens a listener that the file leaves out
    const base = file[name].length === 0 && port !== undefined
      ? [{ port }]
      : file[name];
    const addresses = base.flatMap((address): ListenAddress[] => {
      const chosen = port ?? address.port;
      if (!settings.get(`${name}_local_only`)) {
        return [{ ...address, port: chosen }];
      }
      return [
        { host: "127.0.0.1", port: chosen },
        { host: "::1", port: chosen, optional: true },
      ];
    });
    return unique(addresses);
  });
}

function unique(addresses: readonly ListenAddress[]): ListenAddress[] {
  const byName = new Map(
    addresses.map((address) => [`${address.host} ${address.port}`, address]),
  );
  return [...byName.values()];
}
