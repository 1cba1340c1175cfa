/**
 * Where the TURN thread listens: on each address one group of sockets, which
 * come and go together.
 *
 * @module
 */
import { isAddressInUse } from "../../base/system_errors.ts";
import type { ListenAddress as Wanted } from "../../config/network_kinds.ts";
import { bindReason } from "../../net/bind_reason.ts";
import { takesIpv4Too } from "../../net/dual_stack.ts";
import { formatAddress, type ListenAddress } from "../../net/listener.ts";
import type { BindProblem, TurnListenerName } from "./messages.ts";

export interface SocketGroup {
  close(): Promise<void> | void;
}

interface Open {
  readonly wanted: Wanted;
  readonly address: ListenAddress;
  readonly group: SocketGroup;
}

const ANY_IPV6 = "::";
const ANY_IPV4 = "0.0.0.0";

export class BindFault extends Error {
  override readonly name = "BindFault";
  constructor(readonly problem: BindProblem) {
    super(problem.reason);
  }
}

export class Listening {
  readonly #name: TurnListenerName;
  readonly #open: (address: ListenAddress) => Promise<SocketGroup>;
  #groups: Open[] = [];

  /** @param open Leaves nothing behind when it fails. */
  constructor(
    name: TurnListenerName,
    open: (address: ListenAddress) => Promise<SocketGroup>,
  ) {
    this.#name = name;
    this.#open = open;
  }

  get addresses(): ListenAddress[] {
    return this.#groups.map(({ address }) => address);
  }

  get groups(): SocketGroup[] {
    return this.#groups.map(({ group }) => group);
  }

  /** New ones are open before old ones close. @throws {BindFault} then nothing has changed */
  async apply(wanted: readonly Wanted[]): Promise<void> {
    const kept = this.#groups.filter((open) =>
      wanted.some((one) => isSame(one, open.wanted))
    );
    const fresh: Open[] = [];
    try {
      for (const one of wanted) {
        if (kept.some((open) => isSame(one, open.wanted))) continue;
        fresh.push(...await this.#bind(one));
      }
    } catch (error) {
      for (const { group } of fresh) await group.close();
      throw error;
    }
    const gone = this.#groups.filter((open) => !kept.includes(open));
    this.#groups = [...kept, ...fresh];
    for (const { group } of gone) await group.close();
  }

  async #bind(wanted: Wanted): Promise<Open[]> {
    const { host, port, optional } = wanted;
    if (host === undefined) return await this.#bindAll(wanted);
    const address = { hostname: host, port };
    try {
      return [{ wanted, address, group: await this.#open(address) }];
    } catch (error) {
      if (optional && !isAddressInUse(error)) return [];
      throw this.#fault(address, error);
    }
  }

  /** All addresses of both families, or of the one that the machine has. */
  async #bindAll(wanted: Wanted): Promise<Open[]> {
    const bound: Open[] = [];
    let address = { hostname: ANY_IPV6, port: wanted.port };
    try {
      try {
        bound.push({ wanted, address, group: await this.#open(address) });
        if (takesIpv4Too()) return bound;
      } catch (error) {
        if (isAddressInUse(error)) throw error;
      }
      address = { hostname: ANY_IPV4, port: wanted.port };
      bound.push({ wanted, address, group: await this.#open(address) });
      return bound;
    } catch (error) {
      for (const { group } of bound) await group.close();
      throw this.#fault(address, error);
    }
  }

  #fault(address: ListenAddress, error: unknown): BindFault {
    return new BindFault({
      at: formatAddress(address),
      reason: bindReason(error, address.port, `listen.${this.#name}`),
    });
  }
}

function isSame(a: Wanted, b: Wanted): boolean {
  return a.host === b.host && a.port === b.port;
}
