/** What tests of DKIM keys share: keys over a real store, and a DNS that shows what the test says. @module */
import { systemRandom } from "../../src/base/random.ts";
import { Resolver } from "../../src/dns/resolver.ts";
import { DkimKeys } from "../../src/federation/dkim/dkim_keys.ts";
import {
  DkimSigner,
  type SigningSettings,
} from "../../src/federation/dkim/dkim_signer.ts";
import {
  DKIM_COLLECTION,
  KEY_ROW,
  recordName,
  recordText,
} from "../../src/federation/dkim/key_rows.ts";
import { KeyWatch } from "../../src/federation/dkim/key_watch.ts";
import type { Signing } from "../../src/federation/signer.ts";
import { parseHeader } from "../../src/mail/header.ts";
import { rawSignature } from "../../src/mailauth/raw_signature.ts";
import { RecordSet } from "../../src/store/record_set.ts";
import { DnsTestServer } from "../harness/dns_server.ts";
import { storeTest, type TestStore } from "../store/store_world.ts";

export const BODY = "Hello\r\n";

export interface DkimWorld extends TestStore {
  readonly keys: DkimKeys;
  readonly watch: KeyWatch;
  readonly signer: DkimSigner;
  readonly dns: Resolver;
  readonly server: DnsTestServer;
  readonly directory: string;
  /** What was told last, if anything is wrong. */
  readonly told: { records?: string; files?: string; trouble?: string };
  /** Live. */
  readonly settings: { -readonly [K in keyof Settings]: Settings[K] };
  /** Other domains, over the same store and files, as after a restart. */
  restart(domains?: readonly string[], keyFile?: string): Promise<DkimWorld>;
  /** The DNS shows all keys that it has to show. */
  publish(): void;
}

interface Settings extends SigningSettings {
  readonly selector: string;
  readonly ed25519: boolean;
}

export function dkimTest(
  name: string,
  work: (world: DkimWorld) => Promise<void>,
  domains: readonly string[] = ["a.example"],
): void {
  storeTest(name, async (test) => {
    const directory = await Deno.makeTempDir({ prefix: "postern-dkim-" });
    await using server = DnsTestServer.start();
    try {
      await work(await worldOf(test, { directory, server, domains }));
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

interface Place {
  readonly directory: string;
  readonly server: DnsTestServer;
  readonly domains: readonly string[];
  readonly keyFile?: string;
}

async function worldOf(test: TestStore, place: Place): Promise<DkimWorld> {
  const { directory, server, domains, keyFile } = place;
  const { clock } = test;
  const told: { records?: string; files?: string; trouble?: string } = {};
  const settings = {
    enabled: true,
    onMissing: "hold" as SigningSettings["onMissing"],
    selector: "default",
    ed25519: true,
  };
  const rows = await RecordSet.open({
    store: test.store,
    collection: DKIM_COLLECTION,
    schema: KEY_ROW,
    onUnreadable: (key) => {
      throw new Error(key);
    },
    reportBug: (error) => {
      throw error;
    },
  });
  const keys = new DkimKeys({
    rows,
    directory: `${directory}/dkim`,
    domains,
    ...(keyFile !== undefined && { keyFile }),
    settings: () => settings,
    clock,
    lived: test.store.clock,
  });
  const dns = new Resolver({
    servers: () => [server.server],
    timeoutMs: 60_000,
    clock,
    random: systemRandom,
  });
  function tell(about: keyof typeof told) {
    return (problem: string | undefined) => {
      if (problem === undefined) delete told[about];
      else told[about] = problem;
    };
  }
  return {
    ...test,
    keys,
    dns,
    server,
    directory: `${directory}/dkim`,
    told,
    settings,
    watch: new KeyWatch({
      keys,
      dns,
      isEnabled: () => settings.enabled,
      onRecords: tell("records"),
      onFiles: tell("files"),
    }),
    signer: new DkimSigner({
      keys,
      signatures: {
        sign: ({ algorithm, key }, octets) =>
          Promise.resolve(rawSignature(algorithm, key, octets)),
      },
      settings: () => settings,
      clock,
      onTrouble: tell("trouble"),
    }),
    restart: (other = domains, file = keyFile) =>
      worldOf(test, {
        ...place,
        domains: other,
        ...(file !== undefined && { keyFile: file }),
      }),
    publish() {
      for (const row of keys.published()) {
        server.zone.set(recordName(row), { TXT: [recordText(row)] });
      }
    },
  };
}

/** A header of a message from there. */
export function headerFrom(address: string): string {
  return [
    `From: <${address}>`,
    "To: <bob@b.example>",
    "Subject: [...]",
    "Message-ID: <1@a.example>",
    "",
    "",
  ].join("\r\n");
}

export async function signed(
  { signer }: Pick<DkimWorld, "signer">,
  address = "ann@a.example",
): Promise<Signing> {
  const { DkimBodyHash } = await import("../../src/mailauth/dkim_body_hash.ts");
  const hash = new DkimBodyHash();
  hash.update(new TextEncoder().encode(BODY));
  return await signer.sign({
    header: parseHeader(new TextEncoder().encode(headerFrom(address))),
    bodyHash: hash.digest(),
  });
}

/** What stands before the message; fails if it waits. */
export async function fieldsOf(
  world: Pick<DkimWorld, "signer">,
  address?: string,
): Promise<string> {
  const signing = await signed(world, address);
  if (signing.kind === "wait") throw new Error("It waits");
  return new TextDecoder().decode(signing.fields);
}

/** Selectors and algorithms in the order of the signatures. */
export function signatures(fields: string): string[] {
  const unfolded = fields.replace(/\r\n[\t ]/g, " ");
  return unfolded.split("\r\n").slice(0, -1).map((line) => {
    const tag = (name: string) =>
      new RegExp(`[;:] *${name}=([^;]+)`).exec(line)?.[1]?.trim();
    return `${tag("a")} ${tag("s")} ${tag("d")}`;
  });
}
