/** How a method of a resource is written down: its scope, its body as a schema, what it does. @module */
import * as v from "valibot";
import { Refusal } from "../../../base/refusal.ts";
import type { AdminContext } from "../../../admin/context.ts";
import {
  invalidField,
  parseInput,
  type Scope,
} from "../../../admin/operation.ts";
import {
  type AdminInput,
  type AdminOutput,
  callOperation,
  type OperationName,
} from "../../../admin/operation_table.ts";
import type { ResourceAction, ResourceCall } from "../resource.ts";

type Fields = v.ObjectEntries;

/** A request whose body was read. */
export interface ReadCall<F extends Fields> extends Omit<ResourceCall, "body"> {
  readonly body: v.InferOutput<v.StrictObjectSchema<F, undefined>>;
}

interface Row<F extends Fields> {
  readonly scope: Scope;
  readonly changes: boolean;
  readonly body: F;
  run(call: ReadCall<F>): unknown;
}

export function action<F extends Fields>(row: Row<F>): ResourceAction {
  const { scope, changes, body, run } = row;
  const schema = v.strictObject(body);
  return {
    scope,
    changes,
    body,
    run: (call) =>
      Promise.try(() => run({ ...call, body: parseInput(schema, call.body) })),
  };
}

/** Shows something, for whoever may look; takes nothing. */
export function shows(
  run: (call: ReadCall<Record<never, never>>) => unknown,
  scope: Scope = "read",
): ResourceAction {
  return action({ scope, changes: false, body: {}, run });
}

/** An operation by its name, with the types it has. @throws {Refusal} */
export async function perform<N extends OperationName>(
  context: AdminContext,
  name: N,
  input: AdminInput<N>,
): Promise<AdminOutput<N>> {
  return await callOperation(context, name, input) as AdminOutput<N>;
}

const SCOPES: readonly Scope[] = ["read", "accounts", "full"];

/** What needs more than the method does. @throws {Refusal} `policy_rejection` */
export function demand(scope: Scope, needed: Scope): void {
  if (SCOPES.indexOf(scope) >= SCOPES.indexOf(needed)) return;
  throw new Refusal("policy_rejection", {
    explanation: `This needs a token with the scope ${needed}`,
  });
}

/** Fields that were given, without those that were not. */
export function given<T extends Record<string, unknown>>(
  fields: T,
): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** @throws {Refusal} `invalid_value`, with what there is */
export function unknownAction(known: readonly string[]): never {
  throw invalidField("action", `must be one of ${known.join(", ")}`);
}
