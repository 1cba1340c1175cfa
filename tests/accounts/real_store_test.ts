/** Accounts over the real store, opened twice as by a server and the command line. @module */
import assert from "node:assert/strict";
import { secretOfText } from "../../src/base/secret.ts";
import { Accounts } from "../../src/accounts/accounts.ts";
import type { AccountOptions } from "../../src/accounts/options.ts";
import { OPTIONS, OTHER_STRONG, PEER, STRONG, WEAK } from "./test_accounts.ts";
import { TestTime } from "../harness/test_time.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { Address } from "../../src/mail/address.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import { openTestStore } from "../store/engines.ts";
import type { TaskWork } from "../../src/tasks/task.ts";
import { finishDeletions } from "../../src/tasks/upkeep.ts";
import type { Store } from "../../src/store/store.ts";
import { inboxOf } from "../store/store_world.ts";

const NAME = "ann.chats@relay.example";

interface Process {
  readonly store: Store;
  readonly accounts: Accounts;
  readonly time: TestTime;
}

async function open(
  stateDir: string,
  options: AccountOptions = OPTIONS,
): Promise<Process> {
  const time = new TestTime(Date.now());
  const store = await openTestStore({ stateDir });
  const accounts = new Accounts({
    store,
    domains: new LocalDomains({ domains: ["relay.example"] }),
    options,
    clock: time,
    timers: time,
    random: systemRandom,
    signUpUrl: () => undefined,
    resources: () => Promise.resolve({}),
    reportBug(error) {
      throw error;
    },
  });
  return { store, accounts, time };
}

async function withProcesses(
  test: (server: Process, cli: Process) => Promise<void>,
): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "postern-accounts-" });
  try {
    const server = await open(stateDir);
    const cli = await open(stateDir);
    try {
      await test(server, cli);
    } finally {
      await cli.store.close();
      await server.store.close();
    }
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
}

Deno.test("catchUp() tells of another process's writes only", async () => {
  await withProcesses(async (server, cli) => {
    const heard: string[] = [];
    await server.store.catchUp(); // the other one has written at its start
    server.store.onEvent(({ kind }) => heard.push(kind));
    await server.accounts.login(NAME, secretOfText(STRONG), PEER);
    await server.store.catchUp();
    assert.ok(!heard.includes("missed"));
    await cli.store.settings.set("language", "en");
    await server.store.catchUp();
    await server.store.catchUp();
    assert.equal(heard.filter((kind) => kind === "missed").length, 1);
  });
});

Deno.test("what the command line does reaches the server's sessions", async () => {
  await withProcesses(async (server, cli) => {
    const { accounts } = server;
    const ended: string[] = [];
    const people: string[] = [];
    for (const name of ["blocked", "deleted", "changed", "pattern"]) {
      people.push(`${name}.one@relay.example`);
      const login = await accounts.login(
        people.at(-1)!,
        secretOfText(STRONG),
        PEER,
      );
      accounts.openSession(login, "imap").onInactive(() => ended.push(name));
    }
    await server.store.catchUp();
    await accounts.settled();
    const found = (address: string) =>
      cli.store.accounts.find(address as Address).then((found) => found!);
    await cli.accounts.block(people[0]!, "test");
    await cli.accounts.remove(await found(people[1]!), "test");
    await cli.accounts.setPassword(await found(people[2]!), OTHER_STRONG);
    await cli.accounts.block("patt*@relay.example", "test");
    await server.store.catchUp();
    await accounts.settled();
    assert.deepEqual(ended.sort(), [
      "blocked",
      "changed",
      "deleted",
      "pattern",
    ]);
    for (const address of people) {
      await assert.rejects(
        accounts.login(address, secretOfText(STRONG), PEER),
        {
          code: "bad_credentials",
        },
      );
    }
    await accounts.login(people[2]!, secretOfText(OTHER_STRONG), PEER);
  });
});

Deno.test("first logins in two processes at once make one account", async () => {
  await withProcesses(async (server, cli) => {
    const logins = await Promise.all(
      Array.from(
        { length: 20 },
        (_, i) =>
          (i % 2 ? server : cli).accounts.login(NAME, secretOfText(WEAK), PEER),
      ),
    );
    assert.equal(new Set(logins.map(({ id }) => id)).size, 1);
    assert.equal(await server.store.accounts.countAbout(), 1);
  });
});

Deno.test("a token of two uses makes two accounts, however many try", async () => {
  await withProcesses(async ({ accounts, store }) => {
    await store.accounts.putToken({ token: "invite", maxUses: 2 });
    const made = await Promise.allSettled(
      Array.from(
        { length: 6 },
        () => accounts.signUp({ token: "invite", peer: PEER }),
      ),
    );
    const codes = made.map((one) =>
      one.status === "fulfilled" ? "ok" : one.reason.code
    );
    assert.equal(codes.filter((code) => code === "ok").length, 2);
    assert.equal(codes.filter((code) => code === "token_invalid").length, 4);
    const token = await store.accounts.findToken("invite");
    assert.deepEqual([token?.used, token?.pending], [2, 2]);
  });
});

Deno.test("a name deleted without a block can be had again, as another account", async () => {
  await withProcesses(async ({ accounts, store }) => {
    const first = await accounts.login(NAME, secretOfText(STRONG), PEER);
    const { uidValidity } = await inboxOf(store, first.id);
    await accounts.remove((await store.accounts.byId(first.id))!);
    const second = await accounts.login(NAME, secretOfText(OTHER_STRONG), PEER);
    assert.equal(second.created, true);
    assert.notEqual(second.id, first.id);
    assert.ok((await inboxOf(store, second.id)).uidValidity > uidValidity);
  });
});

Deno.test("a name is free again when a deletion that was interrupted is finished", async () => {
  await withProcesses(async ({ accounts, store }) => {
    const { id } = await accounts.login(NAME, secretOfText(STRONG), PEER);
    await store.accounts.startDeletion(id);
    await assert.rejects(accounts.login(NAME, secretOfText(STRONG), PEER), {
      code: "busy",
    });
    await finishDeletions.run(
      {
        store,
        dryRun: false,
        pause: () => Promise.resolve(),
      } as unknown as TaskWork,
    );
    assert.equal(
      (await accounts.login(NAME, secretOfText(STRONG), PEER)).created,
      true,
    );
  });
});
