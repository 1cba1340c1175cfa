/** Requests for a tunnel (RFC 9110 §9.3.6). @module */
import type { Wire } from "../../net/wire.ts";
import type { RequestHead } from "../proto/request_head.ts";

export interface TunnelRequest {
  /** As it was sent: a host and a port, if it is as it should be. */
  readonly target: string;
  /** What Proxy-Authorization says; undefined without it, or if it is there twice. */
  readonly authorization: string | undefined;
  readonly peerAddress: string;
}

/** Drives the tunnel from the 200 to its end. */
export type Tunnel = (wire: Wire) => Promise<void>;

/** undefined: there is no such method here, whatever the reason. */
export type OpenTunnel = (
  request: TunnelRequest,
) => Promise<Tunnel | undefined>;

const ESTABLISHED = new TextEncoder().encode(
  "HTTP/1.1 200 Connection established\r\n\r\n",
);

/** The tunnel, behind the answer that it is there. */
export function established(tunnel: Tunnel): Tunnel {
  return async (wire) => {
    // lost: what the tunnel leads to has to end as well
    await wire.write(ESTABLISHED).catch(() => wire.abort());
    await tunnel(wire);
  };
}

export function tunnelRequest(
  { target, fields }: RequestHead,
  peerAddress: string,
): TunnelRequest {
  const found = fields.filter(([name]) => name === "proxy-authorization");
  const authorization = found.length === 1 ? found[0]?.[1] : undefined;
  return { target, authorization, peerAddress };
}
