/**
 * Calls of the C library that move datagrams without a promise for each. Where
 * there is no such library they are absent, and whoever calls does without.
 *
 * @module
 */
import { openLibrary } from "./c_library.ts";

const SYMBOLS = {
  dup: { parameters: ["i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "buffer"],
    result: "i32",
  },
  recvfrom: {
    parameters: ["i32", "buffer", "u32", "i32", "buffer", "buffer"],
    result: "i32", // no datagram holds more
  },
  sendto: {
    parameters: ["i32", "buffer", "u32", "i32", "buffer", "u32"],
    result: "i32",
  },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  wait_elsewhere: {
    name: "epoll_wait",
    parameters: ["i32", "buffer", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
} as const;

export type SocketCalls = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let loaded: { readonly calls: SocketCalls | undefined } | undefined;

/** undefined where there are none. */
export function socketCalls(): SocketCalls | undefined {
  loaded ??= { calls: openLibrary(SYMBOLS) };
  return loaded.calls;
}

const CLOSE_ON_EXEC = 0x80000; // fcntl.h

let poll: number | undefined;

/**
 * A descriptor of epoll(7) that lives as long as the process: a thread that ends
 * closes what it opened by Deno's means, and a descriptor like this one it
 * would leave behind. undefined where there is none.
 */
export function sharedPoll(): number | undefined {
  poll ??= socketCalls()?.epoll_create1(CLOSE_ON_EXEC) ?? -1;
  return poll < 0 ? undefined : poll;
}

export const MAX_ADDRESS_OCTETS = 28; // struct sockaddr_in6
// asm-generic/socket.h
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SOCK_DGRAM = 2; // bits/socket_type.h
const MAX_TRIED = 64;

/**
 * Opens a socket of datagrams and finds its descriptor, by its address.
 *
 * @param isSame Of the address as getsockname(2) gives it.
 * @returns No descriptor when it was not where it was to be expected.
 */
export function withDescriptor<Opened>(
  calls: SocketCalls,
  bind: () => Opened,
  isSame: (address: Uint8Array, opened: Opened) => boolean,
): { readonly opened: Opened; readonly descriptor: number | undefined } {
  // the next one is the lowest that is free, unless another thread takes it
  const next = calls.dup(0);
  if (next >= 0) calls.close(next);
  const opened = bind();
  for (let tried = 0; next >= 0 && tried < MAX_TRIED; tried++) {
    const descriptor = next + tried;
    const address = addressOf(calls, descriptor);
    if (address && isSame(address, opened)) return { opened, descriptor };
  }
  return { opened, descriptor: undefined };
}

/** undefined for what is no socket of datagrams. */
function addressOf(
  { getsockname, getsockopt }: SocketCalls,
  descriptor: number,
): Uint8Array | undefined {
  const type = new Int32Array(1);
  const length = new Uint32Array([type.byteLength]);
  const found = getsockopt(descriptor, SOL_SOCKET, SO_TYPE, type, length);
  if (found !== 0 || type[0] !== SOCK_DGRAM) return undefined;
  const address = new Uint8Array(MAX_ADDRESS_OCTETS);
  length[0] = MAX_ADDRESS_OCTETS;
  if (getsockname(descriptor, address, length) !== 0) return undefined;
  return address.subarray(0, length[0]);
}
