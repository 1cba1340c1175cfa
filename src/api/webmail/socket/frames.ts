/** What goes over a WebSocket of web mail: JSON, a frame each. @module */

/** Given back as it came, so that a client finds what it asked. */
export type RequestId = string | number | undefined;

export type SocketRequest =
  | { readonly kind: "ping" }
  | {
    readonly kind: "action";
    readonly id: RequestId;
    readonly action: string;
    readonly data: unknown;
  }
  | { readonly kind: "unreadable" };

const UNREADABLE: SocketRequest = { kind: "unreadable" };

/** Never throws. */
export function readFrame(message: string | Uint8Array): SocketRequest {
  const value = parsed(message);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return UNREADABLE;
  }
  const frame = value as Readonly<Record<string, unknown>>;
  if (frame.type === "ping") return { kind: "ping" };
  const { req_id, action, data } = frame;
  if (typeof action !== "string") return UNREADABLE;
  return { kind: "action", id: idOf(req_id), action, data: data ?? {} };
}

/** Without an id where the request had none. */
export function resultFrame(id: RequestId, dataJson: string): string {
  return frame(id, "result", dataJson);
}

export function errorFrame(id: RequestId, text: string): string {
  return frame(id, "error", JSON.stringify(text));
}

/** What nobody asked for. */
export function pushFrame(action: string, data: unknown): string {
  return frame(undefined, action, JSON.stringify(data));
}

export const PONG = pushFrame("pong", {});

function frame(id: RequestId, action: string, dataJson: string): string {
  const member = id === undefined ? "" : `"req_id":${JSON.stringify(id)},`;
  return `{${member}"action":"${action}","data":${dataJson}}`;
}

const MAX_ID = 256;

function idOf(value: unknown): RequestId {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.length <= MAX_ID
    ? value
    : undefined;
}

function parsed(message: string | Uint8Array): unknown {
  try {
    return JSON.parse(
      typeof message === "string"
        ? message
        : new TextDecoder("utf-8", { fatal: true }).decode(message),
    );
  } catch {
    return undefined;
  }
}
