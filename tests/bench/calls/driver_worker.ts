/** The thread that makes calls, or floods: what measures mail beside it does not wait for it. @module */
import { METHODS } from "../../../src/turn/proto/message.ts";
import { encodeMessage } from "../../../src/turn/proto/message.ts";
import { encodeAddress } from "../../../src/app/turn/socket_addresses.ts";
import { DatagramLoop } from "../../../src/app/turn/datagram_loop.ts";
import { HEADROOM } from "../../../src/turn/server/ports.ts";
import { sharedPoll } from "../../../src/net/descriptors/socket_calls.ts";
import { Caller, type CallServer, openSocket } from "./caller.ts";

export type DriverQuestion =
  | {
    readonly kind: "call";
    /** Without one, data goes to the peers directly. */
    readonly server?: CallServer;
    readonly calls: number;
    readonly seconds: number;
  }
  | {
    readonly kind: "flood";
    readonly port: number;
    readonly perSecond: number;
    readonly seconds: number;
  };

export interface CallResult {
  readonly sent: number;
  readonly arrived: number;
  /** From a client to the peer that sends it back, and back. */
  readonly roundTripMs: readonly number[];
}

const DATA_OCTETS = 1000;
const PER_SECOND = 125; // 1 Mbit/s
const LAST_MS = 500;
const WARM_UP_MS = 1000;
const CHUNK = 50;

function openLoop(): DatagramLoop {
  const loop = DatagramLoop.open(sharedPoll(), (error) => {
    throw error;
  });
  if (!loop) throw new Error("The C library is needed");
  return loop;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

interface Line {
  send(octets: Uint8Array): void;
  end(): Promise<void> | void;
  close(): void;
}

async function call(
  { server, calls, seconds }: Extract<DriverQuestion, { kind: "call" }>,
): Promise<CallResult> {
  const loop = openLoop();
  const roundTripMs: number[] = [];
  let arrived = 0;
  let countsFrom = Infinity;
  const onData = (octets: Uint8Array) => {
    const view = new DataView(octets.buffer, octets.byteOffset);
    const sentAt = view.getFloat64(HEADROOM);
    if (sentAt < countsFrom) return;
    arrived++;
    roundTripMs.push(performance.now() - sentAt);
  };
  const peers: { close(): void }[] = [];
  const lines: Line[] = [];
  for (let n = 0; n < calls; n++) {
    const peer = openSocket(
      loop,
      (octets, from, socket) => socket.send(octets, from),
    );
    peers.push(peer.socket);
    lines.push(
      server
        ? await relayed(loop, server, peer.port, onData)
        : direct(loop, peer.port, onData),
    );
  }
  const octets = new Uint8Array(HEADROOM + DATA_OCTETS);
  const view = new DataView(octets.buffer);
  const started = performance.now();
  countsFrom = started + WARM_UP_MS;
  const endsAt = countsFrom + seconds * 1000;
  let sent = 0;
  for (let n = 0;; n++) {
    const due = started + n * 1000 / (PER_SECOND * calls);
    if (due >= endsAt) break;
    while (performance.now() < due) await pause(1);
    const now = performance.now();
    view.setFloat64(HEADROOM, now);
    if (now >= countsFrom) sent++;
    lines[n % calls]?.send(octets);
  }
  await pause(LAST_MS);
  for (const line of lines) {
    await line.end();
    line.close();
  }
  for (const peer of peers) peer.close();
  return { sent, arrived, roundTripMs };
}

async function relayed(
  loop: DatagramLoop,
  server: CallServer,
  port: number,
  onData: (octets: Uint8Array) => void,
): Promise<Line> {
  const caller = new Caller(loop, server, onData);
  await caller.bind({ hostname: "127.0.0.1", port });
  return caller;
}

function direct(
  loop: DatagramLoop,
  port: number,
  onData: (octets: Uint8Array) => void,
): Line {
  const { socket } = openSocket(loop, onData);
  const address = encodeAddress({ hostname: "127.0.0.1", port })!;
  return {
    send: (octets) => socket.send(octets, address),
    end() {},
    close: () => socket.close(),
  };
}

/** Allocate requests without credentials; gives how many a second there were. */
async function flood(
  { port, perSecond, seconds }: Extract<DriverQuestion, { kind: "flood" }>,
): Promise<number> {
  const { socket } = openSocket(openLoop(), () => {});
  const address = encodeAddress({ hostname: "127.0.0.1", port })!;
  const request = encodeMessage({
    method: METHODS.allocate,
    class: "request",
    transactionId: new Uint8Array(12),
    attributes: [],
  });
  const started = performance.now();
  let sent = 0;
  while (true) {
    const seconds_ = (performance.now() - started) / 1000;
    if (seconds_ >= seconds) break;
    const due = seconds_ * perSecond;
    for (let n = 0; n < CHUNK && sent < due; n++, sent++) {
      socket.send(request, address);
    }
    if (sent >= due) await pause(0);
  }
  socket.close();
  return sent / seconds;
}

const scope = globalThis as unknown as {
  onmessage(event: MessageEvent<DriverQuestion>): void;
  postMessage(answer: CallResult | number): void;
};

scope.onmessage = async ({ data }) => {
  scope.postMessage(
    data.kind === "call" ? await call(data) : await flood(data),
  );
};
