/** What a listening socket holds that nobody has accepted yet. @module */
import { socketCalls } from "./socket_calls.ts";

const IPPROTO_TCP = 6; // netinet/in.h
// linux/tcp.h
const TCP_INFO = 11;
const TCP_LISTEN = 10;
// struct tcp_info as far as it is needed; of a listening socket, `tcpi_unacked` is
// the length of its queue
const INFO_OCTETS = 32;
const STATE_AT = 0;
const UNACKED_AT = 24;

/**
 * Connections that wait at those of the descriptors that are listening sockets; 0
 * where the system does not say.
 */
export function waitingAt(descriptors: readonly number[]): number {
  const calls = socketCalls();
  if (!calls) return 0;
  let count = 0;
  for (const descriptor of descriptors) {
    const info = new DataView(new ArrayBuffer(INFO_OCTETS));
    const length = new Uint32Array([INFO_OCTETS]);
    const octets = new Uint8Array(info.buffer);
    const failed = calls.getsockopt(
      descriptor,
      IPPROTO_TCP,
      TCP_INFO,
      octets,
      length,
    );
    if (failed !== 0 || info.getUint8(STATE_AT) !== TCP_LISTEN) continue;
    count += info.getUint32(UNACKED_AT, true);
  }
  return count;
}
