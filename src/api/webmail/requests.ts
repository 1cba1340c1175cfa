/** What a request for mail over HTTP asks for, read from its URL and body. @module */
import type { Context } from "hono";
import * as v from "valibot";
import { readText } from "../../http/body.ts";
import type { SiteEnv } from "../site_backend.ts";
import type { Action } from "./action.ts";
import { badRequest, WebmailFault } from "./faults.ts";
import { MAX_UID } from "./reading.ts";

export type WebContext = Context<SiteEnv>;

/** A whole number of the query; `initial` where there is none. @throws {WebmailFault} */
export function numberOf(
  context: WebContext,
  name: string,
  initial: number,
): number {
  const text = context.req.query(name);
  if (text === undefined) return initial;
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (number <= MAX_UID) return number;
  throw badRequest(`invalid ${name}`);
}

/** Of the path. @throws {WebmailFault} */
export function uidOf(context: WebContext): number {
  const text = context.req.param("uid") ?? "";
  const uid = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (uid <= MAX_UID) return uid;
  throw badRequest("invalid uid");
}

export function mailboxOf(context: WebContext): string {
  return context.req.query("mailbox") ?? "INBOX";
}

/** @throws {WebmailFault} it is no JSON, or says not that it is */
export async function jsonOf(
  { req }: WebContext,
  maxOctets: number,
): Promise<unknown> {
  const type = req.header("content-type") ?? "";
  if (!/^application\/json *(?:;|$)/i.test(type)) {
    throw new WebmailFault(
      415,
      "Content-Type must be application/json",
      "unsupported_media_type",
    );
  }
  let text: string;
  try {
    text = await readText(req.raw, maxOctets);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest("invalid JSON: it is not UTF-8");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`invalid JSON: ${reasonOf(error)}`);
  }
}

/** @param what is wrong then, for people @throws {WebmailFault} */
export function inputOf<Input>(
  { input }: Pick<Action<Input>, "input">,
  value: unknown,
  what: string,
): Input {
  if (Array.isArray(value)) throw badRequest(`${what}: not an object`);
  const result = v.safeParse(input, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = issue.path?.map(({ key }) => String(key)).join(".") ?? "";
  const reason = path === "" ? issue.message : `${path}: ${issue.message}`;
  throw badRequest(`${what}: ${reason.slice(0, 200)}`);
}

/** Without the text that could not be read. */
function reasonOf(error: unknown): string {
  const { message } = error as SyntaxError;
  return message.replace(/,? ?".*$/s, "").slice(0, 100) || "unreadable";
}
