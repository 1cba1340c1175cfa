/** For what connections are ended before their time. @module */
import type { RequestFault } from "../proto/request_head.ts";
import type { WebSocketFault } from "../proto/web_socket_receiver.ts";

/** For what a connection is ended: what the peer did, but for `late_answer`. */
export type HttpCut =
  | RequestFault
  | WebSocketFault
  /** Nothing came, or was taken, for too long. */
  | "silent"
  /** Our answer was not there when the time of its route was over. */
  | "late_answer"
  | "handshake";
