/**
 * The envelope that requests to the admin API and its answers are in. Its HTTP
 * status is 200 whatever came of it, as programs for other relays expect.
 *
 * @module
 */
import { Refusal } from "../../base/refusal.ts";
import { readText } from "../../http/body.ts";
import { REFUSAL_STATUSES } from "./refusal_statuses.ts";

/** What is wrong with a request, before anything is done. */
export class ApiFault extends Error {
  override readonly name = "ApiFault";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly detail: {
      readonly retryAfterSeconds?: number | undefined;
      readonly field?: string | undefined;
      /** Methods that there are instead. */
      readonly allow?: string;
    } = {},
  ) {
    super(message);
  }
}

export interface Envelope {
  /** As it was written: a verb, or an operation. */
  readonly method: string;
  readonly resource: string | undefined;
  /** What stands in for the Authorization field. */
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  readonly octets: number;
}

const MAX_NAME = 500;
const VERB = /^(?:get|head|post|put|patch|delete|options)$/i;

/** @throws {ApiFault} 400, 413 */
export async function readEnvelope(
  request: Request,
  maxOctets: number,
): Promise<Envelope> {
  const text = await readJsonText(request, maxOctets);
  const json = objectIn(text);
  const { method = "GET", resource, headers = {}, body } = json;
  const isWellFormed = typeof method === "string" &&
    method.length <= MAX_NAME &&
    (resource === undefined ||
      (typeof resource === "string" && resource.length <= MAX_NAME)) &&
    isObject(headers) &&
    Object.values(headers).every((value) => typeof value === "string") &&
    // a verb alone says nothing of what it is for
    (resource !== undefined ||
      json.method !== undefined && !VERB.test(method));
  if (!isWellFormed) throw unreadable();
  if (body !== undefined && body !== null && !isObject(body)) {
    throw new ApiFault(400, "invalid_request", "body must be an object");
  }
  return {
    method,
    resource: resource as string | undefined,
    authorization: fieldOf(headers as Record<string, string>),
    body: isObject(body) ? body : {},
    octets: text.length,
  };
}

/** A JSON object and nothing else. @throws {ApiFault} 400, 413 */
export async function readObject(
  request: Request,
  maxOctets: number,
): Promise<Record<string, unknown>> {
  return objectIn(await readJsonText(request, maxOctets));
}

/** A page of another site cannot send this type without being asked first. */
async function readJsonText(
  request: Request,
  maxOctets: number,
): Promise<string> {
  const type = request.headers.get("content-type") ?? "application/json";
  if (!/^application\/json *(?:;|$)/i.test(type)) throw unreadable();
  try {
    return await readText(request, maxOctets);
  } catch (error) {
    if (error instanceof SyntaxError) throw unreadable();
    if (error instanceof Refusal && error.code === "message_too_large") {
      throw tooLarge();
    }
    throw error;
  }
}

export function wrongMethod(allow: string): ApiFault {
  return new ApiFault(405, "method_not_allowed", "method not allowed", {
    allow,
  });
}

export function tooLarge(): ApiFault {
  return new ApiFault(413, "too_large", "request body too large");
}

function objectIn(text: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unreadable();
  }
  if (!isObject(json)) throw unreadable();
  return json;
}

function unreadable(): ApiFault {
  return new ApiFault(400, "invalid_request", "invalid JSON request body");
}

function fieldOf(headers: Record<string, string>): string | undefined {
  const found = Object.entries(headers)
    .find(([name]) => name.toLowerCase() === "authorization");
  return found?.[1];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is known of an answer besides what came of it. */
export interface AnswerFrame {
  readonly requestId: number;
  /** Absent while it is not known what was asked for. */
  readonly resource?: string | undefined;
  /** Only who may ask is told. */
  readonly version?: string | undefined;
}

export function success(
  frame: AnswerFrame,
  status: number,
  body: unknown,
): Response {
  return Response.json({
    status,
    ...shown(frame),
    body: body ?? null,
    error: status < 400 ? null : "not done",
    request_id: String(frame.requestId),
  });
}

export function failure(frame: AnswerFrame, fault: ApiFault): Response {
  const { status, code, message, detail } = fault;
  const { retryAfterSeconds, field } = detail;
  return Response.json({
    status,
    ...shown(frame),
    error: message,
    code,
    ...(field === undefined ? {} : { field }),
    ...(retryAfterSeconds === undefined
      ? {}
      : { retry_after: retryAfterSeconds }),
    request_id: String(frame.requestId),
  }, { headers: retryFields(fault) });
}

/** With the status of HTTP itself. */
export function plainFailure(fault: ApiFault, requestId?: number): Response {
  const { status, code, message, detail } = fault;
  const { retryAfterSeconds, field, allow } = detail;
  return Response.json({
    error: message,
    code,
    ...(field === undefined ? {} : { field }),
    ...(retryAfterSeconds === undefined
      ? {}
      : { retry_after: retryAfterSeconds }),
    ...(requestId === undefined ? {} : { request_id: String(requestId) }),
  }, {
    status,
    headers: {
      ...retryFields(fault),
      ...(allow === undefined ? {} : { allow }),
    },
  });
}

function retryFields({ detail }: ApiFault): Record<string, string> {
  const { retryAfterSeconds } = detail;
  return retryAfterSeconds === undefined
    ? {}
    : { "retry-after": String(Math.ceil(retryAfterSeconds)) };
}

function shown({ resource, version }: AnswerFrame): Record<string, string> {
  return {
    ...(resource === undefined ? {} : { resource }),
    ...(version === undefined ? {} : { version }),
  };
}

const RETRY_SECONDS = 60;

/** An expected "no" as the API tells it; undefined: it is a fault of ours. */
export function faultOf(error: unknown): ApiFault | undefined {
  if (error instanceof ApiFault) return error;
  if (!(error instanceof Refusal)) return undefined;
  const { code, message, detail } = error;
  const status = REFUSAL_STATUSES[code];
  return new ApiFault(status, code, message, {
    field: detail.field,
    retryAfterSeconds: detail.retryAfterSeconds ??
      (status === 429 ? RETRY_SECONDS : undefined),
  });
}
