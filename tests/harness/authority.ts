/** An authority for tests, and certificates from it. @module */
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { isIP } from "node:net";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;

export interface IssuedPair {
  readonly chainPem: string;
  readonly keyPem: string;
}

export class TestAuthority {
  private constructor(
    readonly certificate: X509Certificate,
    readonly keys: CryptoKeyPair,
  ) {}

  static async make(name = "Test authority"): Promise<TestAuthority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: crypto.getRandomValues(new Uint8Array(8)).toHex(),
      name: [{ CN: [name] }],
      notBefore: new Date(Date.now() - 100 * DAY_MS),
      notAfter: new Date(Date.now() + 100 * DAY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      ],
    });
    return new TestAuthority(certificate, keys);
  }

  get rootPem(): string {
    return `${this.certificate.toString("pem")}\n`;
  }

  /** One that this one vouches for. */
  async subordinate(name: string): Promise<TestAuthority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      serialNumber: crypto.getRandomValues(new Uint8Array(8)).toHex(),
      subject: [{ CN: [name] }],
      issuer: this.certificate.subject,
      notBefore: new Date(Date.now() - 90 * DAY_MS),
      notAfter: new Date(Date.now() + 90 * DAY_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      ],
    });
    return new TestAuthority(certificate, keys);
  }

  /** @param validDays From and to, counted from now. */
  async issue(
    names: readonly string[],
    validDays: readonly [number, number] = [-1, 30],
    wanted?: CryptoKeyPair,
  ): Promise<IssuedPair> {
    const keys = wanted ?? await newKeys();
    const [from, to] = validDays;
    const certificate = await X509CertificateGenerator.create({
      serialNumber: crypto.getRandomValues(new Uint8Array(8)).toHex(),
      subject: [{ CN: [names[0]!] }],
      issuer: this.certificate.subject,
      notBefore: new Date(Date.now() + from * DAY_MS),
      notAfter: new Date(Date.now() + to * DAY_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new SubjectAlternativeNameExtension(names.map((value) => ({
          type: isIP(value) ? "ip" as const : "dns" as const,
          value,
        }))),
      ],
    });
    const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
    const body = new Uint8Array(key).toBase64().replaceAll(/.{64}/g, "$&\n");
    return {
      chainPem: `${certificate.toString("pem")}\n`,
      keyPem:
        `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
    };
  }
}

async function newKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(ALGORITHM, true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
}
