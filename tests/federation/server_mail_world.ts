/**
 * A relay that takes mail of other servers: over its real site and a real store,
 * with a DNS of the test's own, keys that sign, and time that only the test moves.
 *
 * @module
 */
import { NO_ECHO } from "../harness/no_echo.ts";
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { site } from "../../src/api/site.ts";
import type { MxdelivBackend } from "../../src/api/mxdeliv/backend.ts";
import { concat } from "../../src/base/octets.ts";
import { systemRandom } from "../../src/base/random.ts";
import { Resolver } from "../../src/dns/resolver.ts";
import {
  KnownSigners,
  SIGNER,
  type Signer,
  SIGNERS,
} from "../../src/federation/inbound/known_signers.ts";
import {
  RequestGuard,
  type RequestLimits,
} from "../../src/federation/inbound/request_guard.ts";
import {
  type InboundSettings,
  ServerMail,
} from "../../src/federation/inbound/server_mail.ts";
import {
  FederationPolicy,
  type PolicySettings,
} from "../../src/federation/policy/policy.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import { parseHeader } from "../../src/mail/header.ts";
import { DkimBodyHash } from "../../src/mailauth/dkim_body_hash.ts";
import { dkimSignature } from "../harness/dkim_signature.ts";
import { RecordSet } from "../../src/store/record_set.ts";
import { Relay } from "../delivery/relay.ts";
import { messageOf, octets, pkesk3, seipd1 } from "../gate/messages.ts";
import { DnsTestServer } from "../harness/dns_server.ts";
import { FACTS } from "../harness/test_site.ts";
import {
  NO_SHARING,
  NO_WEBMAIL,
  NOBODY_SERVED,
  NOT_HIDDEN,
} from "../harness/test_site.ts";
import { TestTime } from "../harness/test_time.ts";

/** The address that requests come from, unless a test says another. */
export const PEER = "192.0.2.7";
export const ZOE = "zoe@peer.example";

const KEYS = new Map<string, { key: KeyObject; record: string }>();

/** One for each domain of this process: making them takes long. */
function keyOf(domain: string): { key: KeyObject; record: string } {
  let known = KEYS.get(domain);
  if (!known) {
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const spki = pair.publicKey.export({ type: "spki", format: "der" });
    known = {
      key: pair.privateKey,
      record: `v=DKIM1; k=rsa; p=${spki.toString("base64")}`,
    };
    KEYS.set(domain, known);
  }
  return known;
}

export function keyRecord(domain: string): string {
  return keyOf(domain).record;
}

/** The message with a signature of the domain before it. */
export function signed(
  text: string,
  domain = "peer.example",
  atMs = TIME_MS,
): string {
  const bodyAt = text.indexOf("\r\n\r\n") + 4;
  const hash = new DkimBodyHash();
  hash.update(octets(text.slice(bodyAt)));
  const field = dkimSignature(
    parseHeader(octets(text.slice(0, bodyAt))),
    hash.digest(),
    {
      domain,
      selector: "one",
      algorithm: "rsa-sha256",
      key: keyOf(domain).key,
    },
    atMs / 1000,
  );
  return new TextDecoder().decode(field) + text;
}

const TIME_MS = 1_800_000_000_000;

export interface Mail {
  readonly from?: string;
  readonly id?: string;
  readonly sizeOctets?: number;
}

/** An encrypted message; each id is a message of its own. */
export function encrypted(
  { from = ZOE, id = "1", sizeOctets = 900 }: Mail = {},
): string {
  const text = messageOf(concat([pkesk3, seipd1(sizeOctets)]));
  return `From: <${from}>\r\nMessage-ID: <${id}@localhost>\r\n` +
    text.replace(/^(?:From|Message-ID|Subject): .*\r\n/gmi, "");
}

export interface ReportFacts {
  readonly from?: string;
  /** Of the message that it is about. */
  readonly about?: string;
  readonly id?: string;
}

/** RFC 3464, as a server writes it that could not deliver. */
export function report(
  {
    from = "MAILER-DAEMON@peer.example",
    about = "<m1@relay.example>",
    id = "r",
  }: ReportFacts = {},
): string {
  return [
    `From: ${from} (Mail Delivery System)`,
    "To: ann@relay.example",
    `Message-ID: <${id}@peer.example>`,
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    "Content-Type: multipart/report; report-type=delivery-status;",
    ' boundary="q"',
    "",
    "--q",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "No such user.",
    "",
    "--q",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.peer.example",
    "",
    "Final-Recipient: rfc822; bob@peer.example",
    "Action: failed",
    "Status: 5.1.1",
    "",
    "--q",
    "Content-Type: text/rfc822-headers",
    "",
    "From: <ann@relay.example>",
    `Message-ID: ${about}`,
    "",
    "--q--",
    "",
  ].join("\r\n");
}

/** A message that anybody can read. */
export function clear({ from = ZOE, id = "c" }: Mail = {}): string {
  return `From: <${from}>\r\nTo: <ann@relay.example>\r\n` +
    `Message-ID: <${id}@localhost>\r\nSubject: hello\r\n\r\nHello\r\n`;
}

export class ServerMailWorld {
  /** What statistics were told. */
  readonly counted: string[] = [];
  readonly time = new TestTime(TIME_MS);
  settings: InboundSettings = {
    auth: "open",
    checkLiterals: true,
    antiEnumeration: true,
    requireKnown: true,
  };
  policy: PolicySettings = {
    enabled: true,
    mode: "open",
    rules: [],
    dismissed: [],
  };
  limits: RequestLimits = {
    perAddress: 30,
    total: 200,
    perMinute: 600,
    spoolOctets: 1_000_000,
  };
  maxOctets = 200_000;
  takesPlain = true;
  readonly refusals: string[] = [];
  relay!: Relay;
  inbound!: ServerMail;
  signers!: KnownSigners;
  records!: RecordSet<Signer>;
  readonly guard = new RequestGuard(this.time, () => this.limits);
  handler!: ReturnType<typeof site>;

  private constructor(readonly dns: DnsTestServer) {}

  static async open(): Promise<ServerMailWorld> {
    const world = new ServerMailWorld(DnsTestServer.start({
      "one._domainkey.peer.example": { TXT: [keyRecord("peer.example")] },
    }));
    world.relay = await Relay.open(async (store) => {
      world.records = await RecordSet.open({
        store,
        collection: SIGNERS,
        schema: SIGNER,
        onUnreadable: assert.fail,
        reportBug: assert.fail,
      });
      world.signers = new KnownSigners({
        records: world.records,
        livedSeconds: () => store.clock.seconds() + world.#olderSeconds,
        reportBug: assert.fail,
      });
      world.inbound = new ServerMail({
        statistics: {
          received: (domain) => void world.counted.push(`received ${domain}`),
          rejected: (domain) => void world.counted.push(`rejected ${domain}`),
        },
        dns: world.newResolver(),
        clock: world.time,
        signers: world.signers,
        queue: store.queue,
        policy: () => new FederationPolicy(world.policy, OURS),
        settings: () => world.settings,
        onTrusted: (address) => world.guard.trust(address),
      });
      return world.inbound;
    });
    world.handler = site({
      serving: NOBODY_SERVED,
      sharing: NO_SHARING,
      webmail: NO_WEBMAIL,
      backend: {
        echo: NO_ECHO,
        facts: () => FACTS,
        register: () => assert.fail(),
        countRefusal: () => assert.fail(),
        mtaStsPolicy: () => assert.fail(),
        pageWait: () => 0,
        invitation: () => Promise.resolve(undefined),
        stealth: () => NOT_HIDDEN,
      },
      mail: world.#backend(),
      clock: world.time,
      timers: world.time,
      random: systemRandom,
    });
    return world;
  }

  #olderSeconds = 0;

  /** What the relay has learned of signers is older by now. */
  age(seconds: number): void {
    this.#olderSeconds += seconds;
  }

  newResolver(): Resolver {
    return new Resolver({
      servers: () => [this.dns.server],
      timeoutMs: 60_000,
      clock: this.time,
      random: systemRandom,
    });
  }

  /** Forgets what was asked of the DNS before. */
  set(name: string, records: Parameters<DnsTestServer["zone"]["set"]>[1]) {
    this.dns.zone.set(name, records);
  }

  #backend(): MxdelivBackend {
    return {
      takesPlain: () => this.takesPlain,
      maxOctets: () => this.maxOctets,
      enter: (address) => this.guard.enter(address),
      begin: ({ peer, reversePath, sizeOctets }) =>
        this.relay.delivery.begin(
          { kind: "mxdeliv", peer, reversePath },
          sizeOctets,
        ),
      countRefusal: (code) => this.refusals.push(code),
      reportBug: (error) => this.relay.bugs.push(error),
    };
  }

  /** Status and the one line of the answer. */
  async post(
    text: string | ReadableStream<Uint8Array>,
    {
      to = ["ann@relay.example"],
      reversePath = ZOE,
      address = PEER,
      secure = true,
      path = "/mxdeliv",
    }: Partial<PostOptions> = {},
  ): Promise<string> {
    const headers = new Headers();
    if (reversePath !== "") headers.append("x-mail-from", reversePath);
    for (const one of to) headers.append("x-mail-to", one);
    const scheme = secure ? "https" : "http";
    const response = await this.handler(
      new Request(`${scheme}://relay.example${path}`, {
        method: "POST",
        headers,
        body: typeof text === "string" ? octets(text) : text,
      }),
      {
        address,
        secure,
        limit() {},
        ending: new AbortController().signal,
      },
    );
    const body = await response.text();
    assert.match(body, /^\d{3} [^\n]*\n$/);
    const retry = response.headers.get("retry-after");
    return `${response.status} ${body.trimEnd()}` +
      (retry === null ? "" : ` (${retry})`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    assert.deepEqual(this.relay.bugs, []);
    this.records.close();
    await this.relay.close();
    await this.dns[Symbol.asyncDispose]();
  }
}

export interface PostOptions {
  readonly to: readonly string[];
  readonly reversePath: string;
  readonly address: string;
  readonly secure: boolean;
  readonly path: string;
}

const OURS = new LocalDomains({
  domains: ["relay.example", "[192.0.2.1]"],
  aliases: { "alias.example": "relay.example" },
});

export function worldTest(
  name: string,
  run: (world: ServerMailWorld) => Promise<void>,
): void {
  Deno.test(name, async () => {
    await using world = await ServerMailWorld.open();
    await run(world);
  });
}
