/** One GET over a connection of its own (RFC 9112); redirects are the caller's. @module */
import type { Timers } from "../../base/clock.ts";
import { HttpTrouble, type HttpWire } from "./post.ts";
import {
  type HttpResponse,
  RESPONSE_FAULTS,
  ResponseReceiver,
} from "./response_receiver.ts";

export interface GetRequest {
  readonly host: string;
  /** Path and query. */
  readonly target: string;
  /** More of the body is not read. */
  readonly maxBodyOctets: number;
}

/**
 * Closes the connection in any case.
 *
 * @throws {HttpTrouble}
 */
export async function get(
  wire: HttpWire,
  { host, target, maxBodyOctets }: GetRequest,
  { timers, totalMs }: { readonly timers: Timers; readonly totalMs: number },
): Promise<HttpResponse> {
  let late = false;
  const stop = timers.every(totalMs, () => {
    late = true;
    wire.close();
  });
  const receiver = new ResponseReceiver(maxBodyOctets);
  try {
    const head =
      `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    await wire.write(new TextEncoder().encode(head));
    while (!receiver.next()) {
      const octets = await wire.read();
      if (!octets) receiver.finish();
      else receiver.push(octets);
    }
  } catch (error) {
    const kind = late ? "timeout" : "lost";
    const message = error instanceof Error ? error.message : String(error);
    throw new HttpTrouble(kind, message, false);
  } finally {
    stop();
    wire.close();
  }
  const input = receiver.next();
  if (late) throw new HttpTrouble("timeout", "no answer in time", false);
  if (input?.kind === "response") return input.response;
  throw new HttpTrouble(
    "protocol",
    RESPONSE_FAULTS[input?.fault ?? "no_response"],
    false,
  );
}
