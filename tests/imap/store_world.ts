/** The real store behind IMAP sessions, with nothing in between but the account. @module */
import type { AccountId, Uid } from "../../src/base/ids.ts";
import { Refusal } from "../../src/base/refusal.ts";
import type {
  AppendReceiver,
  ImapAppend,
} from "../../src/imap/server/backend.ts";
import type { Address } from "../../src/mail/address.ts";
import { DELETED } from "../../src/mail/mailbox.ts";
import type { QuotaPolicy } from "../../src/store/mail.ts";
import { openTestStore } from "../store/engines.ts";
import type { Store } from "../../src/store/store.ts";
import { MemoryBackend } from "./memory_backend.ts";
import { MESSAGE, type World } from "./world.ts";

const QUOTA: QuotaPolicy = {
  defaultOctets: 1 << 30,
  whenFull: "reject",
  trimFrom: 100,
  trimTo: 100,
  protectSeconds: 0,
};

const latin1 = new TextDecoder("latin1");

export async function storeWorld(): Promise<World> {
  const stateDir = await Deno.makeTempDir();
  const bugs: unknown[] = [];
  const store = await openTestStore({
    stateDir,
    onBug: (error) => bugs.push(error),
  });
  const account = await store.accounts.create({
    address: "ann@relay.example" as Address,
    passwordHash: "",
    origin: "admin",
    createdAt: 0,
  });
  const mail = store.mail.of(account, {
    quota: () => QUOTA,
    seenGraceSeconds: () => undefined,
  });
  const append = (message: ImapAppend) => receiverFor(store, account, message);
  const memory = new MemoryBackend();
  return {
    backend: {
      limits: () => memory.limits(),
      countRefusal() {},
      countCommand() {},
      countCut() {},
      countPush() {},
      reportBug: (error) => bugs.push(error),
      login: async (address, password) => ({
        ...await memory.login(address, password),
        id: account,
        mail,
        append: (message) => Promise.resolve(append(message)),
      }),
    },
    bugs,
    async deliver(name, flags) {
      const mailbox = (await mail.find(name))!.id;
      const octets = new TextEncoder().encode(MESSAGE);
      const message = { mailbox, sizeOctets: octets.length, flags };
      const receiver = append({ ...message, keywords: [] });
      await receiver.write(octets);
      await receiver.finish();
    },
    async remove(name, uids) {
      const mailbox = (await mail.find(name))!.id;
      const ranges = uids.map((uid) => ({
        first: uid as Uid,
        last: uid as Uid,
      }));
      await mail.storeFlags({
        mailbox,
        uids: ranges,
        mode: "add",
        flags: DELETED,
        keywords: [],
      });
      await mail.expunge(mailbox, ranges);
    },
    async close() {
      await store.close();
      await Deno.remove(stateDir, { recursive: true });
    },
  };
}

function receiverFor(
  store: Store,
  account: AccountId,
  message: ImapAppend,
): AppendReceiver {
  const staging = store.staging.stage();
  let text = ""; // one character an octet
  return {
    write(octets) {
      text += latin1.decode(octets);
      return staging.write(octets);
    },
    discard: () => staging.discard(),
    async finish() {
      if (staging.sizeOctets === 0) throw new Refusal("message_empty");
      return await store.mail.append({
        account,
        mailbox: message.mailbox,
        content: await staging.finish(),
        headerOctets: headerLength(text),
        flags: message.flags,
        keywords: message.keywords,
        internalDate: message.internalDate ?? 1_767_604_087,
        quota: QUOTA,
      });
    },
  };
}

function headerLength(text: string): number {
  const end = text.startsWith("\r\n") ? -2 : text.indexOf("\r\n\r\n");
  return end === -1 ? text.length : end + 4;
}
