/** What somebody sees who probes the ports of HTTP: octets, not what they mean. @module */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { LIMIT_MS } from "../harness/until.ts";

export interface Door {
  readonly port: number;
  /** undefined: no TLS; empty: TLS without a name. */
  readonly serverName?: string;
}

export interface Probe {
  readonly method: string;
  readonly target: string;
  /** Undefined: HTTP/1.0 without one. */
  readonly host?: string | undefined;
  readonly fields?: readonly string[];
  readonly body?: string;
}

const NEXT = "GET /next HTTP/1.1\r\nHost: chat.example\r\n" +
  "Connection: close\r\n\r\n";

/**
 * All that comes until the server closes, without the dates. A second request
 * follows, so that it shows too whether the connection stays.
 */
export async function probe(door: Door, asked: Probe): Promise<string> {
  const { method, target, host, fields = [], body } = asked;
  const version = host === undefined ? "HTTP/1.0" : "HTTP/1.1";
  const lines = [
    `${method} ${target} ${version}`,
    ...(host === undefined ? [] : [`Host: ${host}`]),
    ...fields,
    ...(body === undefined ? [] : [`Content-Length: ${body.length}`]),
  ];
  const text = await exchange(
    door,
    `${lines.join("\r\n")}\r\n\r\n${body ?? ""}${NEXT}`,
  );
  return text.replaceAll(/^date: .*$/gim, "date: …");
}

async function exchange(door: Door, request: string): Promise<string> {
  const socket = open(door);
  socket.setEncoding("latin1");
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => done.reject(new Error(`No end of the answer: ${text}`)),
    LIMIT_MS,
  );
  let text = "";
  socket.on("data", (part: string) => text += part);
  socket.once("end", () => done.resolve());
  socket.once("close", () => done.resolve());
  socket.on("error", () => done.resolve());
  socket.write(request, "latin1");
  try {
    await done.promise;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
  return text;
}

function open({ port, serverName }: Door): Socket {
  if (serverName === undefined) {
    return connectTcp({ host: "127.0.0.1", port });
  }
  return connectTls({
    host: "127.0.0.1",
    port,
    rejectUnauthorized: false, // its own certificate
    ...(serverName === "" ? {} : { servername: serverName }),
  });
}

/** Of the first answer: what a person or program would go by. */
export function answerOf(text: string): {
  readonly status: number;
  readonly fields: readonly string[];
  readonly body: string;
} {
  const end = text.indexOf("\r\n\r\n");
  const [line = "", ...fields] = text.slice(0, end).split("\r\n");
  return {
    status: Number(line.split(" ")[1]),
    fields: fields.map((field) => field.slice(0, field.indexOf(":"))),
    body: text.slice(end + 4).split("HTTP/1.1 ")[0] ?? "",
  };
}
