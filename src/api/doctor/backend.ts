/** What connecting back needs of the relay; app/ passes the real thing in. @module */
import type { EchoFinding } from "../../http/echo/port_echo.ts";

export interface EchoBackend {
  /** Otherwise there is no such path. */
  readonly isOn: boolean;
  isPort(port: number): boolean;
  /** undefined: nothing may connect to that address. @throws {Refusal} `too_many_requests` */
  look(
    address: string,
    nonce: string,
    ports: readonly number[],
  ): Promise<ReadonlyMap<number, EchoFinding> | undefined>;
  /** What who asks shows there as to an authority; undefined: it does not come through. */
  challenge(address: string, nonce: string): Promise<string | undefined>;
  /** We have asked somebody with this number, and wait for the answer. */
  isAsking(nonce: string): boolean;
}
