/**
 * What is recorded of a change: a row of the audit log and an event for panels,
 * from this one place, whatever surface asked for it.
 *
 * @module
 */
import type { AuditLog } from "./access/audit.ts";
import { type AdminCaller, COMMAND_LINE } from "./access/caller.ts";
import type { AdminEventName, AdminEvents } from "./events.ts";
import { noteOf } from "./fields.ts";
import { codeOf } from "./long_work.ts";
import type { Operation } from "./operation.ts";

export interface Recording {
  readonly audit: AuditLog;
  readonly events: AdminEvents;
  readonly caller?: AdminCaller;
}

/** Does what changes something, and records it. @throws whatever `work` throws */
export async function recorded<T>(
  recording: Recording,
  change: {
    readonly name: string;
    readonly operation: Operation;
    readonly input: Readonly<Record<string, unknown>>;
  },
  work: () => Promise<T> | T,
): Promise<T> {
  const { name, operation, input } = change;
  const { audit, events, caller = COMMAND_LINE } = recording;
  const row = {
    actor: actorOf(caller),
    ip: caller.address ?? null,
    resource: caller.resource?.path ?? name,
    method: caller.resource?.method ?? "",
    summary: caller.resource === undefined
      ? summaryOf(operation, input, audit.hidesPeople)
      : `${name} ${summaryOf(operation, input, audit.hidesPeople)}`.trim(),
  };
  caller.resource?.onRecorded();
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await audit.add({ ...row, status: codeOf(error) });
    throw error;
  }
  events.publish({
    event: eventOf(name),
    data: shownOf(name, operation, input),
  });
  await audit.add({ ...row, status: "ok" });
  return result;
}

export function actorOf({ kind, name }: AdminCaller): string {
  return kind === "cli" ? "cli" : `${kind}:${name}`;
}

const EVENTS: Readonly<Record<string, AdminEventName>> = {
  settings: "settings",
  registration: "settings",
  ports: "settings",
  stealth: "settings",
  federation: "settings",
  endpoint_cache: "settings",
  exchangers: "settings",
  sharing: "settings",
  language: "settings",
  admin_web: "settings",
  accounts: "account",
  blocklist: "account",
  quota: "account",
  mailboxes: "account",
  registration_tokens: "account",
  sessions: "account",
  queue: "queue",
  reload: "reload",
};

/** By the first word of the operation. */
function eventOf(name: string): AdminEventName {
  const [area = ""] = name.split(".");
  return Object.hasOwn(EVENTS, area) ? EVENTS[area] ?? "change" : "change";
}

/** What is named, where it is no secret. */
const NAMING = ["name", "username", "key", "domain", "task"];

function shownOf(
  name: string,
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const named = NAMING.flatMap((field) => {
    const value = input[field];
    return typeof value === "string" && isShown(operation, field)
      ? [[field, clip(value)]]
      : [];
  });
  return { operation: name, ...Object.fromEntries(named), ...keysIn(input) };
}

const MAX_KEYS = 100;

/** What is changed where several values are, by name: what they are is nobody's business here. */
function keysIn(
  input: Readonly<Record<string, unknown>>,
): { readonly keys?: readonly string[] } {
  const entries = Object.values(input).find((value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
  );
  return entries === undefined
    ? {}
    : { keys: Object.keys(entries as object).slice(0, MAX_KEYS).map(clip) };
}

const MAX_VALUE = 80;
const MAX_SUMMARY = 300;

/** `username=ann quota=1G password=(set)` */
function summaryOf(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  hidesPeople: boolean,
): string {
  const text = Object.entries(input)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => {
      const isOpen = isShown(operation, field) &&
        !(hidesPeople && isPerson(operation, field));
      return `${field}=${shown(value, isOpen)}`;
    }).join(" ");
  return text.length > MAX_SUMMARY ? `${text.slice(0, MAX_SUMMARY)}…` : text;
}

function isShown({ input }: Operation, field: string): boolean {
  const schema = input.entries[field];
  return schema !== undefined && !noteOf(schema).secret;
}

function isPerson({ input }: Operation, field: string): boolean {
  const schema = input.entries[field];
  return schema !== undefined && noteOf(schema).person;
}

/** Of several values, their names; of a secret, that it is there. */
function shown(value: unknown, isOpen: boolean): string {
  if (Array.isArray(value)) return `(${value.length} entries)`;
  if (typeof value === "object" && value !== null) {
    const names = Object.keys(value).slice(0, MAX_KEYS).map(clip);
    return `(${names.join(", ")})`;
  }
  return isOpen ? clip(String(value)) : "(set)";
}

function clip(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, " ");
  return line.length > MAX_VALUE ? `${line.slice(0, MAX_VALUE)}…` : line;
}
