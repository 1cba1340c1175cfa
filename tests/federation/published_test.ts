import assert from "node:assert/strict";
import { systemRandom } from "../../src/base/random.ts";
import { Resolver } from "../../src/dns/resolver.ts";
import {
  mtaStsId,
  mtaStsPolicy,
} from "../../src/federation/published/mta_sts_policy.ts";
import { PublishedNames } from "../../src/federation/published/published_names.ts";
import {
  type PublishedRecord,
  webForm,
  zoneLine,
} from "../../src/federation/published/record.ts";
import type { PublishedFacts } from "../../src/federation/published/records.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../../src/app/system_time.ts";
import { TestAuthority } from "../harness/authority.ts";
import type { ZoneName } from "../harness/dns_server.ts";
import { dkimTest, type DkimWorld } from "./dkim_world.ts";

const POLICY = mtaStsPolicy(
  { mode: "enforce", maxAge: 86_400 },
  "mx.a.example",
);
const FACTS: Omit<PublishedFacts, "keys"> = {
  domains: ["a.example"],
  mailHost: "mx.a.example",
  addresses: ["127.0.0.1"],
  mtaSts: POLICY,
  services: [{ service: "imaps", port: 993 }],
  issuer: "letsencrypt.org",
};

function namesOf(
  { keys, server }: DkimWorld,
  more: Partial<ConstructorParameters<typeof PublishedNames>[0]> = {},
): PublishedNames {
  return new PublishedNames({
    keys,
    lookUps: () =>
      new Resolver({
        servers: () => [server.server],
        timeoutMs: 60_000,
        clock: SYSTEM_CLOCK,
        random: systemRandom,
      }),
    facts: () => FACTS,
    certificateProblem: () => undefined,
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    httpsPort: 9,
    ...more,
  });
}

function shown({ need, type, name, value }: PublishedRecord): string {
  return `${need} ${type} ${name} ${value.replace(/p=[^;]{20,}/, "p=…")}`;
}

dkimTest("all that is to be published", async (world) => {
  const records = await namesOf(world).records();
  assert.deepEqual(records.map(shown), [
    "required A a.example 127.0.0.1",
    "required MX a.example 10 mx.a.example.",
    "required TXT default._domainkey.a.example v=DKIM1; k=rsa; p=…; s=email; t=s",
    "recommended TXT default-ed25519._domainkey.a.example v=DKIM1; k=ed25519; p=…; s=email; t=s",
    "recommended TXT a.example v=spf1 mx a ~all",
    "recommended TXT _dmarc.a.example v=DMARC1; p=reject; adkim=s; aspf=s",
    "recommended TXT _adsp._domainkey.a.example dkim=discardable",
    `required TXT _mta-sts.a.example v=STSv1; id=${mtaStsId(POLICY)}`,
    "required CNAME mta-sts.a.example mx.a.example.",
    "optional CNAME www.a.example mx.a.example.",
    "optional SRV _imaps._tcp.a.example 0 1 993 mx.a.example.",
    'optional CAA a.example 0 issue "letsencrypt.org"',
    "required A mx.a.example 127.0.0.1",
    "optional PTR 1.0.0.127.in-addr.arpa mx.a.example.",
  ]);
});

dkimTest("each in the forms that providers take", async (world) => {
  const records = await namesOf(world).records();
  const [key, mx, alias] = [2, 1, 8].map((at) => records[at]!);
  const strings = [...zoneLine(key!).matchAll(/"([^"]*)"/g)].map(([, one]) =>
    one!
  );
  assert.match(
    zoneLine(key!),
    /^default\._domainkey\.a\.example\. 3600 IN TXT "/,
  );
  assert.ok(strings.length > 1 && strings.every((one) => one.length <= 255));
  assert.equal(strings.join(""), key!.value);
  assert.deepEqual(webForm(key!), {
    type: "TXT",
    host: "default._domainkey",
    value: key!.value,
  });
  assert.equal(zoneLine(mx!), "a.example. 3600 IN MX 10 mx.a.example.");
  assert.deepEqual(webForm(mx!), {
    type: "MX",
    host: "@",
    value: "10 mx.a.example",
  });
  assert.equal(webForm(alias!).value, "mx.a.example");
  const unknown = { ...FACTS, addresses: [] };
  const [address] = await namesOf(world, { facts: () => unknown }).records();
  assert.match(zoneLine(address!), /^; a\.example\. 3600 IN A \(/);
});

dkimTest(
  "a relay whose domains are addresses has nothing to publish",
  async (world) => {
    const none = { ...FACTS, domains: [], mailHost: "192.0.2.1" };
    const names = namesOf(world, { facts: () => none });
    assert.deepEqual(await names.check(), {
      records: [],
      hosts: [],
      strays: [],
    });
  },
  [],
);

const HOST = { A: ["127.0.0.1"] };
const ZONE: Readonly<Record<string, ZoneName>> = {
  "a.example": {
    A: ["127.0.0.1"],
    MX: ["10 mx.a.example"],
    TXT: ["v=spf1 mx a ~all", "other"],
  },
  "mx.a.example": HOST,
  "_dmarc.a.example": { TXT: ["v=DMARC1; p=quarantine"] },
  "_adsp._domainkey.a.example": { TXT: ["dkim=discardable"] },
  "_mta-sts.a.example": { TXT: [`v=STSv1; id=${mtaStsId(POLICY)}`] },
  "mta-sts.a.example": { CNAME: ["mx.a.example"] },
  "www.a.example": { A: ["127.0.0.1"] },
  "1.0.0.127.in-addr.arpa": { PTR: ["mx.a.example"] },
};
/** What is not as it should be, given what else the DNS says. */
const CASES: readonly (readonly [
  what: string,
  zone: Readonly<Record<string, ZoneName | undefined>>,
  faults: readonly string[],
])[] = [
  ["nothing is wrong", {}, []],
  [
    "a host in place of another",
    { "a.example": { ...ZONE["a.example"], MX: ["10 mail.b.example"] } },
    ["MX a.example wrong: mx.a.example is not among them"],
  ],
  [
    "a dot that is missing",
    {
      "a.example": { ...ZONE["a.example"], MX: ["10 mx.a.example.a.example"] },
    },
    [
      "MX a.example wrong: it names mx.a.example.a.example: the dot at the end of the host is missing",
    ],
  ],
  [
    "a domain that takes no mail",
    { "a.example": { ...ZONE["a.example"], MX: ["0 ."] } },
    ["MX a.example wrong: it says that the domain takes no mail"],
  ],
  [
    "a name with the domain twice",
    {
      "_dmarc.a.example": undefined,
      "_dmarc.a.example.a.example": { TXT: ["v=DMARC1; p=reject"] },
    },
    [
      "TXT _dmarc.a.example wrong: it is at _dmarc.a.example.a.example: the domain was added to a name that had it already, write the name below the domain, or a dot at its end",
    ],
  ],
  [
    "texts that are missing, or too lax",
    {
      "a.example": { ...ZONE["a.example"], TXT: ["v=spf1 -all"] },
      "_dmarc.a.example": { TXT: ["v=DMARC1; p=none"] },
      "_adsp._domainkey.a.example": undefined,
      "_mta-sts.a.example": { TXT: ["v=STSv1; id=1"] },
    },
    [
      "TXT a.example wrong: it lets nobody send",
      "TXT _dmarc.a.example wrong: it lets others write in this name",
      "TXT _adsp._domainkey.a.example missing: there is no such record",
      "TXT _mta-sts.a.example wrong: its id is not that of our policy: others keep the one before",
    ],
  ],
  [
    "two texts of a kind, of which none counts",
    {
      "a.example": {
        ...ZONE["a.example"],
        TXT: ["v=spf1 mx -all", "v=spf1 a -all"],
      },
    },
    ["TXT a.example wrong: there are several, so that none counts"],
  ],
  [
    "no text of the kind among others",
    { "a.example": { ...ZONE["a.example"], TXT: ["other"] } },
    ["TXT a.example missing: there is no such record"],
  ],
  [
    "names that lead elsewhere",
    {
      "mta-sts.a.example": { A: ["127.0.0.2"] },
      "www.a.example": undefined,
      "1.0.0.127.in-addr.arpa": { PTR: ["b.example"] },
    },
    [
      "CNAME mta-sts.a.example wrong: it leads elsewhere than mx.a.example",
      "CNAME www.a.example missing: there is no such record",
      "PTR 1.0.0.127.in-addr.arpa wrong: another one is there",
    ],
  ],
  [
    "an address of another machine",
    {
      "mx.a.example": { A: ["127.0.0.2"] },
      "www.a.example": { A: ["127.0.0.2"] },
    },
    ["A mx.a.example wrong: 127.0.0.1 is not among them"],
  ],
  [
    "a server that does not tell",
    { "_dmarc.a.example": { trouble: "SERVFAIL" } },
    ["TXT _dmarc.a.example unknown: Cannot look up _dmarc.a.example: SERVFAIL"],
  ],
];

for (const [what, zone, faults] of CASES) {
  dkimTest(`the check of records finds ${what}`, async (world) => {
    world.settings.ed25519 = false;
    await world.keys.ready();
    world.publish();
    for (const [name, records] of Object.entries({ ...ZONE, ...zone })) {
      if (records) world.server.zone.set(name, records);
    }
    const facts = { ...FACTS, services: [], issuer: undefined };
    const { records } = await namesOf(world, { facts: () => facts }).check();
    assert.deepEqual(
      records.filter(({ state }) => state !== "ok").map((
        { record: { type, name }, state, problem },
      ) => `${type} ${name} ${state}: ${problem}`),
      faults,
    );
  });
}

dkimTest("a policy that cannot be fetched is told", async (world) => {
  for (const [name, records] of Object.entries(ZONE)) {
    world.server.zone.set(name, records);
  }
  const problem = "our certificate is not for this name";
  const { records } = await namesOf(world, {
    certificateProblem: () => problem,
  }).check();
  const policy = records.find(({ record }) =>
    record.name === "mta-sts.a.example"
  );
  assert.deepEqual([policy?.state, policy?.problem], ["wrong", problem]);
});

dkimTest(
  "hosts that mail is brought to are asked for /mxdeliv",
  async (world) => {
    for (const [name, records] of Object.entries(ZONE)) {
      world.server.zone.set(name, records);
    }
    const authority = await TestAuthority.make();
    const good = await authority.issue(["mx.a.example"]);
    const other = await authority.issue(["other.example"]);
    let reply = new Response("501 5.5.4 X-Mail-To is missing\n", {
      status: 400,
    });
    async function problemOf(pair: typeof good): Promise<string | undefined> {
      const server = Deno.serve({
        hostname: "127.0.0.1",
        port: 0,
        cert: pair.chainPem,
        key: pair.keyPem,
        onListen() {},
      }, () => reply.clone());
      try {
        const names = namesOf(world, {
          httpsPort: server.addr.port,
          roots: [authority.rootPem],
        });
        const [host] = (await names.check()).hosts;
        assert.equal(host?.host, "mx.a.example");
        return host.problem;
      } finally {
        await server.shutdown();
      }
    }
    assert.equal(await problemOf(good), undefined);
    assert.match(
      await problemOf(other) ?? "",
      /is for another name.*do not take/,
    );
    reply = new Response("<html>", { status: 404 });
    assert.match(
      await problemOf(good) ?? "",
      /has no \/mxdeliv \(status 404\)/,
    );
    const { hosts } = await namesOf(world).check();
    assert.match(hosts[0]?.problem ?? "", /Nobody answers on port 9/);
  },
);
