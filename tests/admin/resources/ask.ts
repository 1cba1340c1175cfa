/** Asks resources of the admin API as its envelope does, without HTTP. @module */
import type { AdminContext } from "../../../src/admin/context.ts";
import type { Scope } from "../../../src/admin/operation.ts";
import {
  type Resource,
  ResourceAnswer,
  type ResourceMethod,
} from "../../../src/api/admin/resource.ts";
import { RESOURCES } from "../../../src/api/admin/resources/table.ts";

export interface Asked {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- JSON, as scripts read it
  readonly body: any;
}

/** @throws {Refusal} */
export async function ask(
  context: AdminContext,
  method: ResourceMethod,
  path: string,
  body: Record<string, unknown> = {},
  scope: Scope = "full",
): Promise<Asked> {
  const { resource, params } = found(path);
  const action = resource.methods[method];
  if (!action) throw new TypeError(`${path} has no ${method}`);
  const given = await action.run({ context, params, body, scope });
  const answer = given instanceof ResourceAnswer
    ? given
    : new ResourceAnswer(200, given);
  return {
    status: answer.status,
    body: JSON.parse(JSON.stringify(answer.body)),
  };
}

function found(path: string): {
  readonly resource: Resource;
  readonly params: Readonly<Record<string, string>>;
} {
  const exact = RESOURCES.find((one) => one.path === path);
  if (exact) return { resource: exact, params: {} };
  const parts = path.split("/");
  for (const resource of RESOURCES) {
    const names = resource.path.split("/");
    if (names.length !== parts.length) continue;
    if (names.every((name, i) => name.startsWith(":") || name === parts[i])) {
      return {
        resource,
        params: Object.fromEntries(
          names.flatMap((name, i) =>
            name.startsWith(":")
              ? [[name.slice(1), decodeURIComponent(parts[i]!)]]
              : []
          ),
        ),
      };
    }
  }
  throw new TypeError(`There is no ${path}`);
}
