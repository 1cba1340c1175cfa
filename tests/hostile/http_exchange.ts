/** Octets to a port of HTTP, and the answers that come, one by one. @module */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { LIMIT_MS } from "../harness/until.ts";

export interface HttpDoor {
  readonly port: number;
  readonly secure: boolean;
}

export interface RawAnswer {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawExchange {
  readonly answers: readonly RawAnswer[];
  /** What is no answer, behind them. */
  readonly rest: string;
  /** The server ended the connection by itself. */
  readonly closed: boolean;
}

/**
 * Says all of it, and reads until the server closes or, where it keeps the
 * connection, as many answers have come as are waited for.
 *
 * @param parts one character an octet, each sent after the last
 * @param methods of the requests, since an answer to HEAD has no body
 */
export async function converse(
  door: HttpDoor,
  parts: readonly string[],
  { methods, awaited, asks }: {
    readonly methods: readonly string[];
    readonly awaited?: number;
    /** Each part but the first waits for something to come back. */
    readonly asks?: true;
  },
): Promise<RawExchange> {
  const socket = open(door);
  const done = Promise.withResolvers<boolean>();
  const heard = Promise.withResolvers<void>();
  let text = "";
  const timer = setTimeout(
    () =>
      done.reject(new Error(`No end of the answers: ${text.slice(0, 300)}`)),
    LIMIT_MS,
  );
  socket.setEncoding("latin1");
  socket.on("data", (part: string) => {
    text += part;
    heard.resolve();
    const isEnough = awaited !== undefined &&
      readAnswers(text, methods).answers.length >= awaited;
    if (isEnough) done.resolve(false);
  });
  socket.once("end", () => done.resolve(true));
  socket.once("close", () => done.resolve(true));
  socket.on("error", () => done.resolve(true));
  try {
    for (const [at, part] of parts.entries()) {
      if (asks && at > 0) await heard.promise;
      await new Promise((resolve) => socket.write(part, "latin1", resolve));
    }
    const closed = await done.promise;
    return { ...readAnswers(text, methods), closed };
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function open({ port, secure }: HttpDoor): Socket {
  const place = { host: "127.0.0.1", port };
  return secure
    ? connectTls({ ...place, rejectUnauthorized: false })
    : connectTcp(place);
}

/** Strict: what a client of another make would understand, too. */
export function readAnswers(
  text: string,
  methods: readonly string[],
): Omit<RawExchange, "closed"> {
  const answers: RawAnswer[] = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf("\r\n\r\n");
    const [line = "", ...lines] = rest.slice(0, Math.max(end, 0)).split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1]);
    if (end < 0 || !status) return { answers, rest };
    const fields = new Map(lines.map((field) => {
      const colon = field.indexOf(":");
      return [
        field.slice(0, colon).toLowerCase(),
        field.slice(colon + 1).trim(),
      ];
    }));
    const final = answers.filter((one) => one.status >= 200).length;
    const body = bodyOf(rest.slice(end + 4), {
      status,
      fields,
      method: methods[final] ?? "GET",
    });
    if (!body) return { answers, rest };
    answers.push({ status, fields, body: body.text });
    rest = rest.slice(end + 4 + body.size);
  }
}

function bodyOf(
  text: string,
  { status, fields, method }: {
    readonly status: number;
    readonly fields: ReadonlyMap<string, string>;
    readonly method: string;
  },
): { readonly text: string; readonly size: number } | undefined {
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) {
    return { text: "", size: 0 };
  }
  if (fields.get("transfer-encoding") === "chunked") return chunksOf(text);
  const size = fields.get("content-length");
  if (size === undefined) return { text, size: text.length };
  const length = Number(size);
  return text.length < length
    ? undefined
    : { text: text.slice(0, length), size: length };
}

function chunksOf(text: string) {
  let body = "";
  for (let at = 0;;) {
    const end = text.indexOf("\r\n", at);
    const size = parseInt(text.slice(at, Math.max(end, at)), 16);
    if (end < 0 || Number.isNaN(size)) return undefined;
    if (size === 0) return { text: body, size: end + 4 };
    body += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}
