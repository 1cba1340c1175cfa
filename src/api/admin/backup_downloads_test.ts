import assert from "node:assert/strict";
import { TestTime } from "../../../tests/harness/test_time.ts";
import type { Credential } from "../../admin/access/admin_access.ts";
import type { AdminContext } from "../../admin/context.ts";
import { Refusal } from "../../base/refusal.ts";
import { BrokenOff, type HttpExchange } from "../../http/peer.ts";
import { BackupDownloads } from "./backup_downloads.ts";

const NAME = "20300131T120000Z";
const CREDENTIAL = { kind: "token", name: "root", scope: "full" } as Credential;

type Failure = "create" | "pack" | "audit" | "remove";

/** Backups that never come to their end. */
function downloads(failing?: Failure) {
  const done: string[] = [];
  const step = <T>(what: Failure, value: T): Promise<T> => {
    if (what === failing) return Promise.reject(new Error(what));
    done.push(what);
    return Promise.resolve(value);
  };
  const context = {
    clock: new TestTime(),
    domains: { primary: "chat.example" },
    events: { publish() {} },
    audit: {
      hidesPeople: false,
      add: ({ resource }: { resource: string }) =>
        resource === "backup" ? step("audit", undefined) : Promise.resolve(),
    },
    backups: {
      create: () => step("create", { name: NAME }),
      pack: () =>
        step(
          "pack",
          new ReadableStream({
            pull: (controller) => controller.enqueue(new Uint8Array(1000)),
            cancel: () => void done.push("cancel"),
          }),
        ),
      remove: () => step("remove", undefined),
    },
  } as unknown as AdminContext;
  const subject = new BackupDownloads();
  return {
    done,
    ask(method: "GET" | "POST", ending = new AbortController(), body?: string) {
      return subject.answer(context, {
        below: method === "GET" ? `/backup/${NAME}` : "/backup",
        request: new Request("https://chat.example/", {
          method,
          ...(body === undefined
            ? {}
            : { body, headers: { "content-type": "application/json" } }),
        }),
        exchange: {
          address: "192.0.2.1",
          secure: true,
          ending: ending.signal,
          limit() {},
        } as HttpExchange,
        credential: CREDENTIAL,
      });
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Refusal && error.code === "task_running";
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

Deno.test("who leaves while the backup is being made leaves nothing behind", async () => {
  const { ask, done } = downloads();
  const ending = new AbortController();
  ending.abort();
  await ask("POST", ending);
  await settle();
  assert.deepEqual(done, ["create", "pack", "audit", "cancel", "remove"]);
  await (await ask("POST")).body?.cancel();
});

Deno.test("a download that breaks off when the server stops does not pass for whole", async () => {
  const { ask, done } = downloads();
  const ending = new AbortController();
  const reader = (await ask("POST", ending)).body!.getReader();
  assert.equal((await reader.read()).value?.length, 1000);
  await assert.rejects(ask("GET"), isBusy);
  ending.abort();
  await assert.rejects(reader.read(), BrokenOff);
  await settle();
  assert.deepEqual(done.slice(-2), ["cancel", "remove"]);
  await (await ask("GET")).body?.cancel();
});

for (const failing of ["create", "pack", "audit"] as const) {
  Deno.test(`a failure of ${failing} leaves nothing, and the place to the next`, async () => {
    const { ask, done } = downloads(failing);
    for (let round = 0; round < 2; round++) {
      await assert.rejects(ask("POST"), new Error(failing));
      if (failing !== "create") assert.equal(done.at(-1), "remove");
    }
  });
}

Deno.test("a backup that cannot be removed does not hold the place", async () => {
  const { ask } = downloads("remove");
  for (let round = 0; round < 2; round++) {
    const { body } = await ask("POST");
    await assert.rejects(body!.cancel(), /^Error: remove$/);
  }
  const ending = new AbortController();
  await ask("POST", ending);
  ending.abort();
  await settle();
  await (await ask("GET")).body?.cancel();
});

Deno.test("a download is made nowhere else", async () => {
  const { ask, done } = downloads();
  await assert.rejects(
    ask("POST", new AbortController(), '{"directory":"/srv"}'),
    ({ detail }: Refusal) => detail.field === "directory",
  );
  assert.deepEqual(done, []);
});
