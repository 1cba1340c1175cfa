/**
 * Two ends of a call in this browser, which may reach each other through the
 * relay alone: what works here works between two phones that cannot see each
 * other.
 *
 * @module
 */

export interface IceAccess {
  readonly urls: readonly string[];
  readonly username: string;
  readonly password: string;
}

/** What the relay carried, and how long it took there and back. */
export interface RelayedCall {
  /** Addresses of the relay, as the ends had them. */
  readonly addresses: readonly string[];
  readonly connectedMs: number;
  readonly roundTripMs: number;
}

const PATIENCE_MS = 15_000;

/** @throws {Error} when nothing came through in time */
export async function callThroughRelay(
  { urls, username, password }: IceAccess,
): Promise<RelayedCall> {
  const configuration: RTCConfiguration = {
    iceServers: [{ urls: [...urls], username, credential: password }],
    iceTransportPolicy: "relay",
  };
  const ends = [
    new RTCPeerConnection(configuration),
    new RTCPeerConnection(configuration),
  ] as const;
  const began = performance.now();
  try {
    return await withPatience(converse(ends, began));
  } finally {
    for (const end of ends) end.close();
  }
}

async function converse(
  [caller, callee]: readonly [RTCPeerConnection, RTCPeerConnection],
  began: number,
): Promise<RelayedCall> {
  const addresses = new Set<string>();
  exchange(caller, callee, addresses);
  exchange(callee, caller, addresses);
  callee.ondatachannel = ({ channel }) => {
    channel.onmessage = ({ data }) => channel.send(data);
  };
  const channel = caller.createDataChannel("test");
  const isOpen = new Promise<void>((resolve) => {
    channel.onopen = () => resolve();
  });
  await caller.setLocalDescription(await caller.createOffer());
  await callee.setRemoteDescription(caller.localDescription!);
  await callee.setLocalDescription(await callee.createAnswer());
  await caller.setRemoteDescription(callee.localDescription!);
  await isOpen;
  const connectedMs = performance.now() - began;
  const sent = performance.now();
  await new Promise<void>((resolve) => {
    channel.onmessage = () => resolve();
    channel.send("there and back");
  });
  return {
    addresses: [...addresses],
    connectedMs,
    roundTripMs: performance.now() - sent,
  };
}

function exchange(
  from: RTCPeerConnection,
  to: RTCPeerConnection,
  addresses: Set<string>,
): void {
  from.onicecandidate = ({ candidate }) => {
    if (!candidate?.candidate) return;
    const [, , , , address, port] = candidate.candidate.split(" ");
    addresses.add(`${address}:${port}`);
    void to.addIceCandidate(candidate);
  };
}

function withPatience<T>(work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      setTimeout(
        () => reject(new Error("nothing came through the relay")),
        PATIENCE_MS,
      );
    }),
  ]);
}
