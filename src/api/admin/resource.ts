/**
 * A resource of the admin API as a value: the names and shapes that scripts and
 * panels of other relays know. The API is a loop over these values; what they do
 * is done by operations.
 *
 * @module
 */
import type { ObjectEntries } from "valibot";
import type { AdminContext } from "../../admin/context.ts";
import type { Scope } from "../../admin/operation.ts";

export type ResourceMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One request, after its caller was found to have the scope. */
export interface ResourceCall {
  readonly context: AdminContext;
  /** Decoded parts of the path: `/admin/accounts/:address` gives `address`. */
  readonly params: Readonly<Record<string, string>>;
  /** Empty when there was none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What the caller may do. */
  readonly scope: Scope;
}

/** A body for `status` other than 200. */
export class ResourceAnswer {
  constructor(readonly status: number, readonly body: unknown) {}
}

export interface ResourceAction {
  readonly scope: Scope;
  /** Whether it is written down in the audit log. */
  readonly changes: boolean;
  /** What the body may have, for documents; `run` reads it. */
  readonly body?: ObjectEntries;
  /**
   * Gives the body, of a `ResourceAnswer` or of status 200.
   *
   * @throws {Refusal}
   */
  run(call: ResourceCall): Promise<unknown>;
}

export interface Resource {
  /** Begins with `/admin/`; `:name` stands for one part. */
  readonly path: string;
  readonly methods: Readonly<Partial<Record<ResourceMethod, ResourceAction>>>;
}
