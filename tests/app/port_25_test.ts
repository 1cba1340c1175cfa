/** Port 25 of a relay without federation: it is there, says why, and takes nothing. @module */
import assert from "node:assert/strict";
import { message } from "../gate/messages.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";

const ANN = `ann@${DOMAIN}`;
const REFUSED =
  "554 5.7.1 Federation is off: no mail from other servers is taken here";

const REPORT = `From: Mail Delivery System <postmaster@${DOMAIN}>\r\n` +
  "Auto-Submitted: auto-replied\r\n" +
  "Content-Type: multipart/report; boundary=b\r\n\r\n" +
  "--b\r\nContent-Type: text/html\r\n\r\n<b>Hello</b>\r\n" +
  "--b\r\nContent-Type: message/delivery-status\r\n\r\nX: y\r\n--b--\r\n";

Deno.test("port 25 refuses each message with the reason", async () => {
  const server = await Server.start({
    config: "[federation]\nenabled = false\n",
  });
  try {
    const ann = await ImapClient.connect(
      server.ports.imapTls,
      await server.certificate(),
    );
    await ann.login(ANN, "a password of Ann");
    const peer = await SmtpClient.connect(server.ports.smtp);
    await peer.exchange("EHLO mx.other.example", 250);
    const mails = [REPORT, message({ from: "zoe@other.example" }), "x\r\n"];
    for (const mail of mails) {
      for (const sender of ["", "zoe@other.example"]) {
        await peer.exchange(`MAIL FROM:<${sender}>`, 250);
        const relayed = "RCPT TO:<x@elsewhere.example>";
        assert.match(await peer.exchange(relayed, 550), /Relaying denied/);
        await peer.exchange(`RCPT TO:<${ANN}>`, 250);
        await peer.exchange("DATA", 354);
        assert.equal(await peer.exchange(`${mail}.`, 554), REFUSED);
      }
    }
    const local = await peer.exchange(`MAIL FROM:<x@${DOMAIN}>`, 550);
    assert.match(local, /Local sender requires authentication/);
    peer.close();
    const { untagged } = await ann.expectOk("STATUS INBOX (MESSAGES)");
    assert.match(untagged[0]!.text, /MESSAGES 0\)/);
    ann.close();
  } finally {
    await server.dispose();
  }
});
