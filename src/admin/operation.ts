/**
 * An admin operation as a value: what it is for, who may call it, what it takes
 * and what it does. The control socket, the command line and
 * `docs/operations.md` are loops over these values.
 *
 * Input is JSON with named fields; whatever is wrong with it is one refusal,
 * which names the field.
 *
 * @module
 */
import * as v from "valibot";
import { Refusal } from "../base/refusal.ts";
import type { AdminContext } from "./context.ts";
import type { LiveServer } from "./live_server.ts";

/**
 * What a token needs at least. Each scope includes those before it: `read`
 * shows, `accounts` also manages people, `full` may do everything.
 */
export type Scope = "read" | "accounts" | "full";

type Fields = v.ObjectEntries;
type Schema<F extends Fields> = v.StrictObjectSchema<F, undefined>;

export interface Operation<F extends Fields = Fields, Output = unknown> {
  /** For people, in the imperative. */
  readonly summary: string;
  readonly scope: Scope;
  /** Whether it may change anything. */
  readonly changes: boolean;
  readonly input: Schema<F>;
  /** Fields of the result that no record may hold; those of the input are marked themselves. */
  readonly secretOutputs: readonly string[];
  /** Whether it concerns the process that runs, and not what is stored. */
  readonly needsServer: boolean;
  /** Whether it may go on for so long that panels show that it does. */
  readonly takesLong: boolean;
  run(
    context: AdminContext,
    input: v.InferOutput<Schema<F>>,
  ): Promise<Output> | Output;
}

interface Row<F extends Fields, Output>
  extends Pick<Operation<F, Output>, "summary" | "scope" | "changes"> {
  readonly input: F;
  readonly secretOutputs?: readonly (keyof Output & string)[];
  readonly takesLong?: true;
  run: Operation<F, Output>["run"];
}

/** Without fields the input is `{}`. */
export function operation<F extends Fields, Output>(
  row: Row<F, Output>,
): Operation<F, Output> {
  return {
    ...row,
    input: v.strictObject(row.input),
    secretOutputs: row.secretOutputs ?? [],
    needsServer: false,
    takesLong: row.takesLong ?? false,
  };
}

/** An operation on the server itself: without one it is refused as `not_running`. */
export function serverOperation<F extends Fields, Output>(
  row: Omit<Row<F, Output>, "run"> & {
    run(
      live: LiveServer,
      input: v.InferOutput<Schema<F>>,
      context: AdminContext,
    ): Promise<Output> | Output;
  },
): Operation<F, Output> {
  return {
    ...operation<F, Output>({
      ...row,
      run(context, input) {
        const { live } = context;
        if (live === undefined) throw new Refusal("not_running");
        return row.run(live, input, context);
      },
    }),
    needsServer: true,
  };
}

/** @throws {Refusal} `invalid_value`, with the field that is wrong */
export function parseInput<F extends Fields>(
  schema: Schema<F>,
  json: unknown,
): v.InferOutput<Schema<F>> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new Refusal("invalid_value", {
      explanation: "The input must be an object",
    });
  }
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = String(issue.path?.[0]?.key ?? "");
  throw invalidField(clip(field), problemOf(issue, schema.entries));
}

/**
 * What is found wrong with the value of a field while the operation works; the
 * refusal then names the field.
 */
export async function inField<T>(
  field: string,
  work: () => Promise<T> | T,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "invalid_value") {
      throw error;
    }
    throw new Refusal(error.code, { field, ...error.detail });
  }
}

export function invalidField(field: string, problem: string): Refusal {
  return new Refusal("invalid_value", {
    field,
    explanation: `${field}: ${problem}`,
  });
}

/** Never with the value: it may be a secret. */
function problemOf(issue: v.BaseIssue<unknown>, fields: Fields): string {
  if (issue.type !== "strict_object") return issue.message;
  if (issue.expected !== "never") return "it is missing";
  const names = Object.keys(fields);
  return names.length === 0
    ? "there are no fields here"
    : `there is no such field, only ${names.join(", ")}`;
}

const MAX_SHOWN = 40;

function clip(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
