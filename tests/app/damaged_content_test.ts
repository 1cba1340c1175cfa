/** A damaged message on the wire: left out, told once, and in nobody's way. @module */
import assert from "node:assert/strict";
import { ImapClient } from "../harness/imap_client.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { DOMAIN, filesBelow, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";

const ANN = `ann.damage@${DOMAIN}`;
const PASSWORD = "a password nobody guesses";

Deno.test("a truncated content file is skipped before its literal is announced", async () => {
  const server = await Server.start();
  try {
    const certificate = await server.certificate();
    const imap = await ImapClient.connect(server.ports.imapTls, certificate);
    await imap.login(ANN, PASSWORD);
    const smtp = await SmtpClient.submit(
      server.ports.submissionTls,
      certificate,
      ANN,
      PASSWORD,
    );
    const known = new Set<string>();
    for (const id of ["first", "second", "third"]) {
      const payload = await encryptedPayload(150_000);
      await smtp.send([ANN], messageOctets({ from: ANN, id, payload }));
      for await (const path of filesBelow(`${server.stateDir}/blobs`)) {
        if (known.has(path)) continue;
        known.add(path);
        if (id === "second") await Deno.truncate(path, 70_000);
      }
    }
    smtp.close();
    assert.equal(known.size, 3);
    await imap.expectOk("SELECT INBOX");
    for (
      const items of [
        "BODY.PEEK[]",
        "BODY.PEEK[HEADER] BODY.PEEK[TEXT]",
        "FLAGS BODY.PEEK[]<100000.70000>",
        "BODYSTRUCTURE",
        "BODY[]",
      ]
    ) {
      const { untagged } = await imap.expectOk(`UID FETCH 1:3 (UID ${items})`);
      const uids = untagged.flatMap(({ text }) =>
        /FETCH \(.*UID (\d+).*\)$/s.exec(text)?.slice(1) ?? []
      );
      assert.deepEqual([...new Set(uids)].sort(), ["1", "3"], items);
    }
    await imap.expectOk("UID SEARCH TEXT xyz");
    await imap.expectOk("NOOP");
    imap.close();
    const lines = server.output.split("\n").filter((line) =>
      line.includes("content_damaged path=")
    );
    assert.equal(lines.length, 1, server.output);
    assert.match(lines[0]!, /blobs\/.*it has 70000 of \d+ octets/);
    const status = JSON.parse(await server.command("status", "--json")).data;
    assert.ok(
      status.degraded.some((one: { code: string }) =>
        one.code === "content_damaged"
      ),
    );
  } finally {
    await server.dispose();
  }
});
