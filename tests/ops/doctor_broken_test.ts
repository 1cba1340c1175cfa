/** A relay that is broken in one way after another: the doctor says so, and what it says mends it. */
import assert from "node:assert/strict";
import type { Finding } from "../../src/admin/doctor_control.ts";
import { postern } from "../cli/command_line.ts";
import { TestAuthority } from "../harness/authority.ts";
import { DnsTestServer, type ZoneName } from "../harness/dns_server.ts";
import { freePorts, Server } from "../harness/server.ts";
import { checkWords } from "./finding_words.ts";

const DOMAIN = "chat.example";

class Patient {
  constructor(readonly server: Server, readonly dns: DnsTestServer) {}

  async run(...args: string[]): Promise<string> {
    const { exit, out, err } = await postern(args, {
      POSTERN_CONFIG: this.server.configFile,
    });
    assert.equal(exit, 0, `${args.join(" ")}: ${err}`);
    return out;
  }

  /** What is not well of one check. */
  async ill(id: string): Promise<readonly Finding[]> {
    const { out } = await postern(["doctor", "--json", "--only", id], {
      POSTERN_CONFIG: this.server.configFile,
    });
    const findings: readonly Finding[] = JSON.parse(out).data;
    checkWords(findings);
    return findings.filter((one) =>
      one.id === id && (one.status === "fail" || one.status === "warn")
    );
  }

  /** Puts the record into the DNS that a remedy has in it, as an operator would. */
  publish({ remedy }: Finding): void {
    const line = /^Publish: (\S+?)\. \d+ IN (A|AAAA|MX|TXT) (.+)$/
      .exec(remedy ?? "");
    assert.ok(line, `no record is in "${remedy}"`);
    const [, name = "", type = "", written = ""] = line;
    const value = type === "TXT"
      ? [...written.matchAll(/"([^"]*)"/g)].map(([, part]) => part).join("")
      : written.replace(/\.$/, "");
    const others = this.dns.zone.get(name) ?? {};
    this.dns.zone.set(name, { ...others, [type]: [value] });
  }

  set(name: string, records: ZoneName): void {
    this.dns.zone.set(name, records);
  }
}

async function withPatient(
  test: (patient: Patient, t: Deno.TestContext) => Promise<void>,
  t: Deno.TestContext,
  tls?: string,
): Promise<void> {
  await using dns = DnsTestServer.start({
    [DOMAIN]: { A: ["127.0.0.1"], MX: [`10 ${DOMAIN}`] },
  });
  const server = await Server.start({
    ports: freePorts(),
    server: 'public_ip = ["127.0.0.1"]',
    ...(tls === undefined ? {} : { tls }),
    config: `[dns]
servers = ["127.0.0.1:${dns.server.port}"]
timeout = "60s"
[dkim]
enabled = true
`,
  });
  try {
    await test(new Patient(server, dns), t);
  } finally {
    await server.dispose();
  }
}

Deno.test("records that are wrong are right once what the doctor prints is published", (t) =>
  withPatient(async (patient, t) => {
    const WRONG: [string, string, () => void, RegExp][] = [
      [
        "dns-a",
        "another server's",
        () => patient.set(DOMAIN, { A: ["192.0.2.1"], MX: [`10 ${DOMAIN}`] }),
        /192\.0\.2\.1/,
      ],
      ["dns-mx", "twice the domain", () =>
        patient.set(DOMAIN, {
          A: ["127.0.0.1"],
          MX: [`10 ${DOMAIN}.${DOMAIN}`],
        }), /dot/],
      ["spf", "of others", () =>
        patient.set(DOMAIN, {
          A: ["127.0.0.1"],
          MX: [`10 ${DOMAIN}`],
          TXT: ["v=spf1 ip4:192.0.2.1 -all"],
        }), /./],
      [
        "dmarc",
        "none",
        () => patient.dns.zone.delete(`_dmarc.${DOMAIN}`),
        /no such record/,
      ],
    ];
    for (const [id, what, spoil, message] of WRONG) {
      await t.step(`${id}: ${what}`, async () => {
        spoil();
        const found = await patient.ill(id);
        assert.ok(found.length > 0, `${id} notices nothing`);
        assert.match(found.map(({ detail }) => detail).join("\n"), message);
        for (const one of found) {
          if (one.remedy?.startsWith("Publish: ")) patient.publish(one);
        }
        assert.deepEqual(await patient.ill(id), []);
      });
    }
    await t.step("dkim: of another key", async () => {
      const { keys } = JSON.parse(await patient.run("dkim", "show", "--json"))
        .data;
      for (const { name } of keys) {
        patient.set(name, { TXT: ["v=DKIM1; k=rsa; p=AAAA"] });
      }
      const found = await patient.ill("dkim");
      assert.ok(found.length >= keys.length);
      for (const one of found) patient.publish(one);
      assert.deepEqual(await patient.ill("dkim"), []);
      await patient.run("dkim", "check");
    });
    await t.step("dns-aaaa: of a server that is no more", async () => {
      const before = patient.dns.zone.get(DOMAIN)!;
      patient.set(DOMAIN, { ...before, AAAA: ["2001:db8::1"] });
      const [found] = await patient.ill("dns-aaaa");
      assert.match(found?.remedy ?? "", /[Rr]emove/);
      patient.set(DOMAIN, before);
      assert.deepEqual(await patient.ill("dns-aaaa"), []);
    });
  }, t));

Deno.test("commands that the doctor names mend what they are named for", (t) =>
  withPatient(async (patient, t) => {
    const SPOILT: [string, string[], RegExp, string[]][] = [
      [
        "registration",
        ["registration", "close"],
        /postern registration open/,
        ["registration", "open"],
      ],
      [
        "federation",
        ["federation", "disable"],
        /postern federation enable/,
        ["federation", "enable"],
      ],
    ];
    for (const [id, spoil, remedy, mend] of SPOILT) {
      await t.step(id, async () => {
        if (id === "registration") {
          await patient.run("registration", "token-required", "on");
          await patient.run("registration", "token-required", "off");
        }
        await patient.run(...spoil);
        const [found] = await patient.ill(id);
        assert.match(found?.remedy ?? "", remedy, id);
        await patient.run(...mend);
        assert.deepEqual(await patient.ill(id), []);
      });
    }
    await t.step("disk", async () => {
      const { configFile } = patient.server;
      const before = await Deno.readTextFile(configFile);
      await Deno.writeTextFile(
        configFile,
        `${before}\n[storage]\nmin_free = "900000G"\n`,
      );
      await patient.run("reload");
      const [found] = await patient.ill("disk");
      assert.equal(found?.status, "fail");
      assert.match(found.detail, /No mail is taken/);
      await Deno.writeTextFile(configFile, before);
      assert.notDeepEqual(await patient.ill("config"), []);
      await patient.run("reload");
      assert.deepEqual(await patient.ill("disk"), []);
      assert.deepEqual(await patient.ill("config"), []);
    });
  }, t));

Deno.test("of a certificate from files the doctor says which files are to be new", async (t) => {
  const directory = await Deno.makeTempDir();
  const [cert, key] = [`${directory}/cert.pem`, `${directory}/key.pem`];
  const authority = await TestAuthority.make();
  const write = async (from: number, to: number) => {
    const { chainPem, keyPem } = await authority.issue([DOMAIN], [from, to]);
    await Deno.writeTextFile(cert, chainPem);
    await Deno.writeTextFile(key, keyPem, { mode: 0o600 });
  };
  try {
    await write(-90, -1);
    await withPatient(
      async (patient) => {
        const [found] = await patient.ill("tls");
        assert.equal(found?.status, "fail");
        assert.match(found.detail, /has expired/);
        assert.ok(found.remedy?.includes(cert), found.remedy ?? "");
        assert.match(found.remedy ?? "", /postern reload --scope tls/);
        await write(-1, 90);
        await patient.run("reload", "--scope", "tls");
        const left = await patient.ill("tls");
        assert.ok(
          !left.some(({ detail }) => /expired|ends in/.test(detail)),
          JSON.stringify(left),
        );
        // what a server that does not start for it would say
        await Deno.writeTextFile(cert, "no certificate");
        await patient.server.end("SIGTERM");
        const [unread] = await patient.ill("tls");
        assert.equal(unread?.status, "fail");
        assert.match(unread.detail, /no certificate at \S+ \(.*cert\.pem/);
        assert.ok(unread.remedy?.includes(cert), unread.remedy ?? "");
      },
      t,
      `[tls]\nmode = "file"\ncert = "${cert}"\nkey = "${key}"`,
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
