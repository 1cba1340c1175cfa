import "reflect-metadata";
import assert from "node:assert/strict";
import {
  AuthorityKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { renewalAsChosen, renewalByLifetime, renewalId } from "./renewal.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

async function certificate(serial: string, keyId?: string): Promise<string> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial,
    name: "CN=relay.example",
    notBefore: new Date(0),
    notAfter: new Date(1e12),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: keyId === undefined
      ? []
      : [new AuthorityKeyIdentifierExtension(keyId)],
  });
  return made.toString("pem");
}

Deno.test("renewalId() is that of the example in RFC 9773 §4.1", async () => {
  const keyId = "69885b6b87464041e1b37b847ba0ae2cde01c8d4";
  assert.equal(
    renewalId(await certificate("0087654321", keyId)),
    "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE",
  );
  assert.equal(renewalId(await certificate("01")), undefined);
});

Deno.test("a certificate is renewed when a part of its life is left", () => {
  const life = { notBefore: 1000, notAfter: 2000 };
  assert.equal(renewalByLifetime(life, 0.3), 1700);
  assert.equal(renewalAsChosen(1500, life), 1500);
  assert.equal(renewalAsChosen(5000, life), 1900, "not too late");
});
