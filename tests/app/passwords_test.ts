/** A password is the same octets by every way in. @module */
import assert from "node:assert/strict";
import { fromLatin1, latin1 } from "../../src/base/octets.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { LineConnection } from "../harness/line_connection.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { DOMAIN, program, Server } from "../harness/server.ts";

const CONFIG = `
[auth]
fail_delay_ms = 10
fail_burst = 1000
max_failures_per_connection = 100
`;

/** One character an octet. */
const PASSWORDS: readonly [string, string][] = [
  ["letters of other alphabets", utf8("pässwörd-пароль")],
  ["an emoji", utf8("𝄞 emoji %&=+#")],
  ["what atoms may not have", 'quote"back\\sl{5}*%()'],
  ["octets that are no text", "\xff\xfe\x80\xc3(\xf0\x9d..."],
];

function utf8(text: string): string {
  return latin1(new TextEncoder().encode(text));
}

/** One attempt by one way: whether it succeeded. */
type Way = (
  server: Where,
  address: string,
  password: string,
) => Promise<boolean>;

interface Where {
  readonly server: Server;
  readonly certificate: string;
}

function imap(
  send: (
    wire: LineConnection,
    address: string,
    password: string,
  ) => Promise<void>,
): Way {
  return async ({ server, certificate }, address, password) => {
    const client = await ImapClient.connect(server.ports.imapTls, certificate);
    await send(client.wire, address, password);
    const { text } = await client.readResponse();
    client.close();
    if (text.startsWith("X OK")) return true;
    assert.match(text, /^X NO \[AUTHENTICATIONFAILED\]/);
    return false;
  };
}

function smtp(
  lines: (address: string, password: string) => string[],
): Way {
  return async ({ server, certificate }, address, password) => {
    const wire = await LineConnection.open(
      server.ports.submissionTls,
      certificate,
    );
    await wire.readLine();
    await wire.write("EHLO x\r\n");
    while ((await wire.readLine())[3] === "-");
    let line = "";
    for (const sent of lines(address, password)) {
      await wire.write(`${sent}\r\n`);
      line = await wire.readLine();
    }
    wire.close();
    if (line.startsWith("235")) return true;
    assert.match(line, /^535/);
    return false;
  };
}

const WAYS: Readonly<Record<string, Way>> = {
  quoted: imap((wire, address, password) => {
    const quoted = password.replaceAll(/["\\]/g, "\\$&");
    return wire.write(
      fromLatin1(`X LOGIN "${address}" "${quoted}"\r\n`),
    );
  }),
  literal: imap((wire, address, password) =>
    wire.write(
      fromLatin1(
        `X LOGIN ${address} {${password.length}+}\r\n${password}\r\n`,
      ),
    )
  ),
  authenticate: imap((wire, address, password) =>
    wire.write(
      `X AUTHENTICATE PLAIN ${btoa(`\0${address}\0${password}`)}\r\n`,
    )
  ),
  plain: smtp((
    address,
    password,
  ) => [`AUTH PLAIN ${btoa(`\0${address}\0${password}`)}`]),
  login: smtp((
    address,
    password,
  ) => ["AUTH LOGIN", btoa(address), btoa(password)]),
};

Deno.test("a password is the same octets by every way in", async (test) => {
  const server = await Server.start({ config: CONFIG });
  const where = { server, certificate: await server.certificate() };
  try {
    const ways = Object.entries(WAYS);
    for (const [i, [kind, password]] of PASSWORDS.entries()) {
      const [first, create] = ways[i % ways.length]!;
      await test.step(`made by ${first}, of ${kind}`, async () => {
        const address = `${first}.xx@${DOMAIN}`;
        assert.equal(await create(where, address, password), true, "made");
        for (const [name, way] of ways) {
          assert.equal(await way(where, address, password), true, name);
        }
        await assertApart(where, address, password);
      });
    }
    await test.step("as a hash from the command line", async () => {
      const entries = await Promise.all(
        PASSWORDS.map(async ([, password], i) => ({
          username: `imported${i}@${DOMAIN}`,
          hash: await hashOf(password),
        })),
      );
      const file = `${server.stateDir}/import.json`;
      await Deno.writeTextFile(file, JSON.stringify(entries));
      await server.command("accounts", "import", file);
      for (const [i, [, password]] of PASSWORDS.entries()) {
        const address = `imported${i}@${DOMAIN}`;
        assert.equal(await WAYS.quoted!(where, address, password), true);
        await assertApart(where, address, password);
      }
    });
    await test.step("a new one ends all sessions", () => change(where));
    await test.step("as /new hands it out", () => signUps(where));
  } finally {
    await server.dispose();
  }
});

async function change({ server, certificate }: Where): Promise<void> {
  const address = `changes.it@${DOMAIN}`;
  const before = "a password of old";
  const after = "a password of new";
  const { ports } = server;
  const idle = await ImapClient.connect(ports.imapTls, certificate);
  await idle.login(address, before);
  await idle.expectOk("SELECT INBOX");
  await idle.idle();
  const busy = await ImapClient.connect(ports.imapTls, certificate);
  await busy.login(address, before);
  const sender = await SmtpClient.submit(
    ports.submissionTls,
    certificate,
    address,
    before,
  );
  const other = await ImapClient.connect(ports.imapTls, certificate);
  await other.login(`another.one@${DOMAIN}`, before);
  await server.command("accounts", "password", address, "--password", after);
  for (const client of [idle, busy]) {
    const { text } = await client.readResponse();
    assert.equal(text, "* BYE Password has been changed");
    client.close();
  }
  await sender.expect(421);
  sender.close();
  await other.expectOk("NOOP");
  other.close();
  const where = { server, certificate };
  assert.equal(await WAYS.plain!(where, address, before), false);
  assert.equal(await WAYS.quoted!(where, address, after), true);
}

/** Others of the same length, and what a lossy decoder makes of it. */
async function assertApart(where: Where, address: string, password: string) {
  const lossy = utf8(new TextDecoder().decode(fromLatin1(password)));
  const others = [
    password.replace(/[^ -~]|[a-z]/, "\xfd"),
    ...(lossy === password ? [] : [lossy]),
  ];
  for (const other of others) {
    assert.notEqual(other, password);
    assert.equal(await WAYS.literal!(where, address, other), false, "literal");
    assert.equal(await WAYS.plain!(where, address, other), false, "plain");
  }
}

async function hashOf(password: string): Promise<string> {
  const [command, ...args] = program();
  const child = new Deno.Command(command, {
    args: [...args, "hash", "--stdin"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(fromLatin1(`${password}\n`));
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder().decode(stdout).trim();
}

async function signUps(where: Where): Promise<void> {
  const [, text] = PASSWORDS[0]!;
  const shown = new TextDecoder().decode(fromLatin1(text));
  const json = "application/json";
  const form = "application/x-www-form-urlencoded";
  const made = await post(where, json, {
    body: `{"username":"bynew.json","password":"${shown}"}`,
  });
  assert.equal(made.status, 200, made.body);
  const { password, dclogin_url } = JSON.parse(made.body);
  assert.equal(password, shown);
  const linked = /[?&]p=([^&]*)/.exec(dclogin_url)![1]!;
  assert.equal(decodeURIComponent(linked), shown);
  assert.equal(await WAYS.quoted!(where, `bynew.json@${DOMAIN}`, text), true);
  const formed = await post(where, form, {
    body: `username=bynew.form&password=${encodeURIComponent(shown)}`,
  });
  assert.equal(formed.status, 200, formed.body);
  assert.equal(await WAYS.plain!(where, `bynew.form@${DOMAIN}`, text), true);
  for (
    const [type, body] of [
      [form, "username=bynew.none&password=%FF%FE%FD%FC%FB%FA%F9%F8%F7"],
      [form, "username=bynew.none&password=\xff\xfe\xfd12345678"],
      [json, '{"username":"bynew.none","password":"\\ud800\\ud80012345678"}'],
      [json, '{"username":"bynew.none","password":"\xff\xfe\xfd12345678"}'],
    ] as const
  ) {
    const refused = await post(where, type, { body });
    assert.equal(refused.status, 400, `${type} ${body}: ${refused.body}`);
  }
}

/** @param body one character an octet, unless it has characters over 255 */
async function post(
  { server, certificate }: Where,
  type: string,
  { body }: { body: string },
): Promise<{ status: number; body: string }> {
  const wire = await LineConnection.open(server.ports.https, certificate);
  const octets = /[^\0-\xff]|ä/.test(body)
    ? new TextEncoder().encode(body)
    : fromLatin1(body);
  await wire.write(
    `POST /new HTTP/1.1\r\nHost: ${DOMAIN}\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${octets.length}\r\n\r\n`,
  );
  await wire.write(octets);
  const status = Number((await wire.readLine()).split(" ")[1]);
  let length: number | undefined;
  for (let line = await wire.readLine(); line !== "";) {
    const [name = "", value = ""] = line.split(": ");
    if (name.toLowerCase() === "content-length") length = Number(value);
    line = await wire.readLine();
  }
  length ??= parseInt(await wire.readLine(), 16); // one chunk
  const answer = await wire.readOctets(length);
  wire.close();
  return { status, body: new TextDecoder().decode(answer) };
}
