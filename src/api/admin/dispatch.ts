/**
 * What an envelope asks for, done: an operation by its name, or a resource by
 * its path.
 *
 * @module
 */
import type { Credential, Session } from "../../admin/access/admin_access.ts";
import type { AdminCaller } from "../../admin/access/caller.ts";
import type { AdminContext } from "../../admin/context.ts";
import type { Scope } from "../../admin/operation.ts";
import { callOperation, operationNamed } from "../../admin/operation_table.ts";
import { actorOf } from "../../admin/record.ts";
import { Refusal } from "../../base/refusal.ts";
import { ApiFault, type Envelope } from "./envelope.ts";
import {
  type Resource,
  ResourceAnswer,
  type ResourceMethod,
} from "./resource.ts";
import { RESOURCES } from "./resources/table.ts";

export interface Outcome {
  readonly status: number;
  readonly body: unknown;
}

const RANKS: Readonly<Record<Scope, number>> = {
  read: 0,
  accounts: 1,
  full: 2,
};

/** @throws {ApiFault | Refusal} */
export async function dispatch(
  context: AdminContext,
  envelope: Envelope,
  credential: Credential | Session,
  address: string,
): Promise<Outcome> {
  const caller: AdminCaller = {
    kind: credential.kind,
    name: credential.name,
    address,
    ..."id" in credential ? { session: credential.id } : {},
  };
  const asking: AdminContext = { ...context, origin: "admin", caller };
  if (envelope.resource === undefined) {
    const { method, body } = envelope;
    requireScope(credential, operationNamed(method).scope);
    return { status: 200, body: await callOperation(asking, method, body) };
  }
  return await onResource(asking, envelope, credential, caller);
}

/** What answers say that they are about. */
export function nameOf({ method, resource }: Envelope): string {
  return resource ?? method;
}

const MAX_SHOWN = 100;

async function onResource(
  context: AdminContext,
  { method, resource: path = "", body }: Envelope,
  credential: Credential,
  caller: AdminCaller,
): Promise<Outcome> {
  const found = resourceAt(path);
  if (!found) {
    const shown = path.slice(0, MAX_SHOWN);
    throw new ApiFault(404, "not_found", `unknown resource: ${shown}`);
  }
  const { resource, params } = found;
  const verb = method.toUpperCase();
  const action = Object.hasOwn(resource.methods, verb)
    ? resource.methods[verb as ResourceMethod]
    : undefined;
  if (!action) {
    const allowed = Object.keys(resource.methods).join(", ");
    throw new ApiFault(
      405,
      "method_not_allowed",
      `method ${
        verb.slice(0, 20)
      } not allowed for ${resource.path}, only ${allowed}`,
    );
  }
  requireScope(credential, action.scope);
  const { scope } = credential;
  let isRecorded = false;
  // what a path ends with may be somebody
  const named = context.audit.hidesPeople ? resource.path : path;
  const about = {
    method: verb,
    path: named,
    onRecorded: () => isRecorded = true,
  };
  const inner = { ...context, caller: { ...caller, resource: about } };
  let status = "ok";
  try {
    const answer = await action.run({ context: inner, params, body, scope });
    return answer instanceof ResourceAnswer
      ? answer
      : { status: 200, body: answer };
  } catch (error) {
    status = error instanceof Refusal ? error.code : "internal";
    throw error;
  } finally {
    if (action.changes && !isRecorded) {
      await context.audit.add({
        actor: actorOf(caller),
        ip: caller.address ?? null,
        resource: named,
        method: verb,
        summary: "",
        status,
      });
      if (status === "ok") {
        context.events.publish({
          event: "change",
          data: { resource: resource.path },
        });
      }
    }
  }
}

/** @throws {ApiFault} 403, with both scopes, unless the credential has it */
export function requireScope({ scope }: Credential, needed: Scope): void {
  if (RANKS[scope] >= RANKS[needed]) return;
  throw new ApiFault(
    403,
    "scope",
    `this needs the scope ${needed}, the token has ${scope}`,
  );
}

interface Found {
  readonly resource: Resource;
  readonly params: Readonly<Record<string, string>>;
}

/** A path without parameters goes before one with them. */
function resourceAt(
  path: string,
  resources: readonly Resource[] = RESOURCES,
): Found | undefined {
  const exact = resources.find((resource) => resource.path === path);
  if (exact) return { resource: exact, params: {} };
  const parts = path.split("/");
  for (const resource of resources) {
    const params = match(resource.path.split("/"), parts);
    if (params) return { resource, params };
  }
  return undefined;
}

function match(
  pattern: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, wanted] of pattern.entries()) {
    const part = parts[at] ?? "";
    if (!wanted.startsWith(":")) {
      if (wanted !== part) return undefined;
      continue;
    }
    const value = decoded(part);
    if (value === undefined) return undefined;
    params[wanted.slice(1)] = value;
  }
  return params;
}

/** undefined for nothing, and for what cannot be decoded. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part) || undefined;
  } catch {
    return undefined;
  }
}
