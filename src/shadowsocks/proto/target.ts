/**
 * Where a client wants to: type, host and port, as SOCKS 5 writes an address
 * (RFC 1928 §5).
 *
 * @module
 */

export interface Target {
  readonly port: number;
  /** Octets of the address, behind which something else may follow. */
  readonly size: number;
}

const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;
const PORT_OCTETS = 2;

/**
 * undefined if it is no address, or not whole. The host is only measured: every
 * client is led to us, whatever it calls us.
 */
export function readTarget(octets: Uint8Array): Target | undefined {
  const hostOctets = hostSize(octets);
  if (hostOctets === undefined) return undefined;
  const size = 1 + hostOctets + PORT_OCTETS;
  if (octets.length < size) return undefined;
  const port = octets[size - 2]! << 8 | octets[size - 1]!;
  return port === 0 ? undefined : { port, size };
}

function hostSize(octets: Uint8Array): number | undefined {
  switch (octets[0]) {
    case IPV4:
      return 4;
    case IPV6:
      return 16;
    case NAME:
      return octets[1] ? 1 + octets[1] : undefined; // a name of no octets is none
    default:
      return undefined;
  }
}
