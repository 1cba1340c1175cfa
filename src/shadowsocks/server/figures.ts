/** What Shadowsocks has done since the start: numbers only, about nobody. @module */

/**
 * Why a client got nothing. "stranger": it does not have the key; "replayed": it
 * sent what was sent before; "port": no service is there for it; "slow": it took
 * too long to say what it wants; "unset": there is no key.
 */
export type TunnelRefusal =
  | "stranger"
  | "replayed"
  | "port"
  | "slow"
  | "unset";

export class TunnelFigures {
  /** Of what clients sent, without what sealed it. */
  octetsIn = 0;
  /** Of what went to clients. */
  octetsOut = 0;
  /** Streams that reached a service. */
  streams = 0;
  readonly refused: Record<TunnelRefusal, number> = {
    stranger: 0,
    replayed: 0,
    port: 0,
    slow: 0,
    unset: 0,
  };
}
