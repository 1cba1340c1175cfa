/** A relay that does not run, a directory of another one, and a look at what came of it. @module */
import assert from "node:assert/strict";
import type { AdminContext } from "../../src/admin/context.ts";
import type { Uid } from "../../src/base/ids.ts";
import { openOffline } from "../../src/cli/offline.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Address } from "../../src/mail/address.ts";
import type { Mailbox } from "../../src/mail/mailbox.ts";
import { Installation } from "../cli/command_line.ts";

export const ANN = "annaxyz12@chat.example";
const ALL = { first: 1 as Uid, last: 0xffff_ffff as Uid };

export interface World {
  readonly relay: Installation;
  /** Of the other relay. */
  readonly root: string;
}

export function importTest(
  name: string,
  work: (world: World) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const relay = new Installation();
    const root = await Deno.makeTempDir({ prefix: "postern-tree-" });
    try {
      await work({ relay, root });
    } finally {
      relay.dispose();
      await Deno.remove(root, { recursive: true });
    }
  });
}

/** What the relay has, looked at as the relay itself does. */
export async function look<T>(
  { relay }: World,
  work: (admin: AdminContext) => Promise<T>,
): Promise<T> {
  const path = `${relay.directory}/postern.toml`;
  const opened = await openOffline(loadConfig({ path }));
  try {
    return await work(opened.admin);
  } finally {
    await opened.close();
  }
}

export interface Seen {
  readonly mailbox: Mailbox;
  /** `uid flags keywords text` of each. */
  readonly messages: readonly string[];
}

export function mailOf(
  world: World,
  address = ANN,
): Promise<Map<string, Seen>> {
  return look(world, async ({ store }) => {
    const account = await store.accounts.find(address as Address);
    assert.ok(account);
    const mail = store.mail.of(account.id, {
      quota: () => assert.fail("only read"),
      seenGraceSeconds: () => undefined,
    });
    const seen = new Map<string, Seen>();
    for (const mailbox of await mail.list()) {
      const rows = await mail.messages(mailbox.id, ALL, 100_000);
      const messages: string[] = [];
      for (const { uid, flags, keywords } of rows) {
        const body = await mail.body(mailbox.id, uid);
        assert.ok(body);
        const pieces = await Array.fromAsync(body);
        const text = await new Blob(pieces as BlobPart[]).text();
        messages.push(`${uid} ${flags} ${keywords} ${text}`);
      }
      seen.set(mailbox.name, { mailbox, messages });
    }
    return seen;
  });
}

/** The report of an import, whether it left something out or not. */
export async function imported(
  { relay, root }: World,
  command: string,
  options = "",
) {
  const { out, err } = await relay.run(
    `${command} ${root} --json ${options}`,
  );
  assert.notEqual(out, "", err);
  return JSON.parse(out).data;
}
