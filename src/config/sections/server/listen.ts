/** Where each listener of the table is bound. @module */
import { list } from "../../kinds.ts";
import {
  LISTENER_NAMES,
  type ListenerName,
  listenerRow,
} from "../../listener_table.ts";
import { type ListenAddress, listenAddress } from "../../network_kinds.ts";
import { type Key, key } from "../key.ts";

type ListenKeys = {
  readonly [N in ListenerName as `listen.${N}`]: Key<readonly ListenAddress[]>;
};

export const LISTEN: ListenKeys = listenKeys();

function listenKeys(): ListenKeys {
  const addresses = list(listenAddress, { max: 16 });
  return Object.fromEntries(
    LISTENER_NAMES.map((name) => {
      const { port, isOffByDefault, summary } = listenerRow(name);
      const initial = isOffByDefault ? [] : [{ port }];
      return [`listen.${name}`, key(addresses, initial, summary)];
    }),
  ) as ListenKeys;
}
