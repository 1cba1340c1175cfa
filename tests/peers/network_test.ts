/** The ground that tests of federation stand on does what it says. @module */
import assert from "node:assert/strict";
import { ImapClient } from "../harness/imap_client.ts";
import { LineConnection } from "../harness/line_connection.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";

async function greeting(connecting: Promise<LineConnection>): Promise<string> {
  const wire = await connecting;
  try {
    return await wire.readLine();
  } finally {
    wire.close();
  }
}

networkTest(
  "relays of a network are found by name, trusted, and cut off",
  async () => {
    await using network = await Network.make();
    const [one, other, literal] = await Promise.all([
      RelayHost.start(network, { domain: "one.example" }),
      RelayHost.start(network, { domain: "other.example" }),
      RelayHost.start(network),
    ]);
    const { rootPem } = network.authority;

    const mail = await SmtpClient.connect(other.place("smtp", one.host));
    await mail.exchange("EHLO mx.one.example", 250);
    mail.close();
    const throughDns = ["one.example", "mx.one.example"].map((name) =>
      greeting(LineConnection.open(literal.host.place(name, 993), rootPem))
    );
    for (const text of await Promise.all(throughDns)) {
      assert.match(
        text,
        /^\* OK/,
      );
    }
    const overSix = one.host.place(other.host.ipv6, 25);
    assert.match(await greeting(LineConnection.open(overSix)), /^220 /);
    const selfSigned = literal.place("imap_tls", one.host);
    await assert.rejects(
      LineConnection.open(selfSigned, rootPem),
      /ertificate/,
    );

    const smtp = other.place("smtp", one.host);
    await other.host.barriers({
      from: [one.host],
      ports: [25],
      answer: "reset",
    });
    await assert.rejects(LineConnection.open(smtp), /refused/);
    const fromLiteral = LineConnection.open(other.place("smtp", literal.host));
    assert.match(await greeting(fromLiteral), /^220 /);
    await other.host.barriers();
    assert.match(await greeting(LineConnection.open(smtp)), /^220 /);

    await other.host.unplug();
    let isOpen = false;
    const waiting = LineConnection.open(smtp).finally(() => isOpen = true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(isOpen, false, "nobody answers, and nobody refuses");
    await other.host.plug();
    assert.match(await greeting(waiting), /^220 /);

    await network.removeName("mx.other.example");
    await assert.rejects(LineConnection.open(smtp), /lookup|resolve|known/);
  },
);

networkTest(
  "a person signs up, writes and reads on a relay of a network",
  async () => {
    await using network = await Network.make();
    for (
      const relay of [
        await RelayHost.start(network, { domain: "one.example" }),
        await RelayHost.start(network),
      ]
    ) {
      const certificate = await relay.trusted();
      const address = `ann@${relay.domain}`;
      const imap = await ImapClient.connect(
        relay.place("imap_tls"),
        certificate,
      );
      await imap.login(address, "a password of Ann");
      const smtp = await SmtpClient.submit(
        relay.place("submission_tls"),
        certificate,
        address,
        "a password of Ann",
      );
      const payload = await encryptedPayload(900);
      await smtp.send(
        [address],
        messageOctets({ from: address, id: "1", payload }),
      );
      const { untagged } = await imap.expectOk("STATUS INBOX (MESSAGES)");
      assert.match(untagged[0]!.text, /MESSAGES 1\)/);
      smtp.close();
      imap.close();
      await relay.end("SIGKILL");
      await relay.run();
      assert.match(await relay.command("status"), /ann|account|running/i);
    }
  },
);
