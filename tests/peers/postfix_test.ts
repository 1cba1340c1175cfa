/** Mail goes to Debian's Postfix and comes from there, over STARTTLS, with signatures that hold. @module */
import assert from "node:assert/strict";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { NO_POSTFIX, PostfixHost } from "../harness/network/postfix_host.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { until } from "../harness/until.ts";
import { Correspondent } from "./correspondent.ts";

networkTest("Postfix and a relay write to each other", async () => {
  await using network = await Network.make();
  const relay = await RelayHost.start(network, {
    domain: "one.example",
    federation: 'inbound_auth = "strict"',
  });
  const postfix = await PostfixHost.start(network, "peer.example");
  await using ending = new AsyncDisposableStack();
  ending.defer(() => postfix.dispose());
  const ann = await Correspondent.signUp(relay, "ann");
  ending.defer(() => ann.close());

  await ann.write(["zoe@peer.example"], "to-postfix");
  const [came] = await until(
    () => `No mail at Postfix: ${postfix.output}\n${relay.output}`,
    async () => {
      const mail = await postfix.mail();
      return mail.length > 0 && mail;
    },
  );
  assert.ok(came !== undefined);
  const header = came.slice(0, came.indexOf("\n\n"));
  assert.match(header, /dkim=pass \(2048-bit key.*header\.d=one\.example/);
  assert.match(header, /using TLSv1\.3/);
  assert.match(header, /^Return-Path: <ann@one\.example>$/m);

  const zoe = await SmtpClient.connect(postfix.submission, "zoe@peer.example");
  ending.defer(() => zoe.close());
  await zoe.exchange("EHLO localhost", 250);
  const payload = await encryptedPayload(900);
  await zoe.send(
    ["ann@one.example"],
    messageOctets({ from: "zoe@peer.example", id: "from-postfix", payload }),
  );
  await ann.receive("from-postfix");

  // its own report of a mailbox that is not here, from nobody, is signed too
  await zoe.send(
    ["nobody@one.example"],
    messageOctets({ from: "zoe@peer.example", id: "to-nobody", payload }),
  );
  await until(
    () => `Postfix was not told: ${postfix.output}`,
    () =>
      Promise.resolve(
        /to=<nobody@one\.example>.*dsn=5\.\d+\.\d+, status=bounced/.test(
          postfix.output,
        ),
      ),
  );

  const refusal = ann.write(["nobody@peer.example"], "to-nobody-there");
  await assert.rejects(refusal, /550 5\.1\.1/);
}, NO_POSTFIX);
