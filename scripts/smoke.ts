/**
 * Proves that `build/postern` stands alone: in an empty directory, without an
 * environment, it starts, takes a sign-up and a message, and stops.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ImapClient } from "../tests/harness/imap_client.ts";
import {
  encryptedPayload,
  messageId,
  messageOctets,
} from "../tests/harness/message.ts";
import { DOMAIN, Server } from "../tests/harness/server.ts";
import { SmtpClient } from "../tests/harness/smtp_client.ts";
import { print, REPOSITORY } from "./repository.ts";

const ADDRESS = `somebody@${DOMAIN}`;
const PASSWORD = "a password of somebody";

async function play(step: (name: string) => void): Promise<void> {
  const server = await Server.start({ isolated: true });
  try {
    step("starts in an empty directory");
    const certificate = await server.certificate();
    const reader = await ImapClient.connect(server.ports.imapTls, certificate);
    await reader.login(ADDRESS, PASSWORD);
    await reader.expectOk("SELECT INBOX");
    step("signs up by a first login");
    const sender = await SmtpClient.submit(
      server.ports.submissionTls,
      certificate,
      ADDRESS,
      PASSWORD,
    );
    const payload = await encryptedPayload(2_000);
    await sender.send(
      [ADDRESS],
      messageOctets({ from: ADDRESS, id: "smoke", payload }),
    );
    sender.close();
    step("takes a message");
    await reader.expectOk("NOOP"); // tells of the new message
    const [message] = await reader.fetch("1:*");
    reader.close();
    assert.ok(message?.octets, "the message is there");
    assert.equal(messageId(message.octets), "smoke");
    step("gives it back");
    const { code } = await server.end("SIGTERM");
    assert.equal(code, 0, server.output);
    step("stops at SIGTERM with 0");
  } finally {
    await server.dispose();
  }
}

Deno.env.set("POSTERN_BINARY", `${REPOSITORY}/build/postern`);
let passed = 0;
let failed = 0;
try {
  await play((name) => {
    passed++;
    print(`ok     ${name}`);
  });
} catch (error) {
  failed = 1;
  print(`FAILED ${error instanceof Error ? error.stack : error}`);
  Deno.exitCode = 1;
}
print(`smoke: ${passed} passed, ${failed} failed, 0 skipped`);
