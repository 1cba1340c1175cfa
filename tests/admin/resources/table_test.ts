/** What holds for every resource of the admin API. @module */
import assert from "node:assert/strict";
import { RESOURCES } from "../../../src/api/admin/resources/table.ts";
import { Refusal } from "../../../src/base/refusal.ts";
import { withRelay } from "../relay.ts";

Deno.test("paths of resources are written once, and as the API reads them", () => {
  const paths = RESOURCES.map(({ path }) => path);
  assert.deepEqual(paths, [...new Set(paths)]);
  for (const path of paths) {
    assert.match(path, /^\/admin(?:\/:?[a-z][a-z0-9_-]*)+$/);
  }
});

Deno.test("every resource can be looked at by GET, or changes alone", () => {
  for (const { path, methods } of RESOURCES) {
    assert.notEqual(Object.keys(methods).length, 0, path);
    for (const [method, action] of Object.entries(methods)) {
      if (method !== "GET") assert.ok(action.changes, `${method} ${path}`);
      if (action.changes && method !== "GET") {
        assert.notEqual(action.scope, "read", `${method} ${path}`);
      }
    }
  }
});

Deno.test("a field that no resource has is refused by its name, and nothing is done", async () => {
  await withRelay(async (context) => {
    for (const { path, methods } of RESOURCES) {
      for (const [method, action] of Object.entries(methods)) {
        await assert.rejects(
          action.run({
            context,
            params: { address: "nobody@relay.example", name: "nobody" },
            body: { "no such field": true },
            scope: "full",
          }),
          (error) =>
            error instanceof Refusal && error.code === "invalid_value" &&
            error.detail.field !== undefined,
          `${method} ${path}`,
        );
      }
    }
    assert.equal(await context.store.accounts.countAbout(), 0);
    assert.ok(
      context.settings.list().every(({ source }) => source !== "db"),
    );
  });
});
