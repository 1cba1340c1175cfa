/**
 * The control socket's language: one JSON request on a line, one JSON response
 * on a line. The file's permissions are the authentication.
 *
 * @module
 */
import type { RefusalCode } from "../base/refusal.ts";

export const CONTROL_SOCKET_NAME = "control.sock";
/** Beside it, for whom it does not answer. */
export const PID_FILE = "pid";
export const STATUS_FILE = "status.json";
/** Of one request, in octets without the line end. */
export const MAX_REQUEST_OCTETS = 1024 * 1024;
/** Of one response, such as a list of all accounts. */
export const MAX_RESPONSE_OCTETS = 256 * 1024 * 1024;
/** A client that has asked nothing so long after it came is disconnected … */
export const FIRST_REQUEST_MS = 5000;
/** … and one that asks nothing more, or does not take its response, after this. */
export const IDLE_MS = 30_000;

/** Why a request was not done: a refusal, a fault of the server, a line over the limit. */
export type ControlFailure = RefusalCode | "internal" | "too_large";

export interface ControlRequest {
  readonly id: number | string | null;
  /** The name of an operation. */
  readonly op: string;
  /** Its input. */
  readonly args: Readonly<Record<string, unknown>>;
}

export type ControlResponse =
  | {
    readonly id: ControlRequest["id"];
    readonly ok: true;
    readonly data: unknown;
  }
  | {
    readonly id: ControlRequest["id"];
    readonly ok: false;
    readonly code: ControlFailure;
    readonly error: string;
    /** Of args: the field that is wrong. */
    readonly field?: string;
  };

/** @throws {SyntaxError} if the line is no request */
export function parseRequest(line: string): ControlRequest {
  const value: unknown = JSON.parse(line);
  if (!isObject(value)) throw new SyntaxError("A request is a JSON object");
  const { id = null, op, args = {} } = value;
  if (id !== null && typeof id !== "number" && typeof id !== "string") {
    throw new SyntaxError("id must be a number or a string");
  }
  if (typeof op !== "string") throw new SyntaxError("op must be a string");
  if (!isObject(args)) throw new SyntaxError("args must be an object");
  return { id, op, args };
}

/** @throws {SyntaxError} if the line is no response */
export function parseResponse(line: string): ControlResponse {
  const value: unknown = JSON.parse(line);
  if (!isObject(value) || typeof value.ok !== "boolean") {
    throw new SyntaxError("The server sent no response");
  }
  const id = value.id as ControlRequest["id"];
  if (value.ok) return { id, ok: true, data: value.data };
  return {
    id,
    ok: false,
    code: String(value.code) as ControlFailure,
    error: String(value.error),
    ...(typeof value.field === "string" ? { field: value.field } : {}),
  };
}

/** Cuts a stream of octets into lines of a bounded length. */
export class LineReceiver {
  #parts: Uint8Array[] = [];
  #size = 0;
  readonly #decoder = new TextDecoder();

  constructor(readonly maxLineOctets: number) {}

  /** The lines that are complete now. @throws {RangeError} when one is too long */
  push(octets: Uint8Array): string[] {
    const lines: string[] = [];
    let rest = octets;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      this.#keep(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      lines.push(this.#take());
    }
    this.#keep(rest);
    return lines;
  }

  #keep(octets: Uint8Array): void {
    this.#size += octets.length;
    if (this.#size > this.maxLineOctets) throw new RangeError("Line too long");
    if (octets.length > 0) this.#parts.push(octets.slice());
  }

  #take(): string {
    const text = this.#parts
      .map((part) => this.#decoder.decode(part, { stream: true })).join("") +
      this.#decoder.decode();
    this.#parts = [];
    this.#size = 0;
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
