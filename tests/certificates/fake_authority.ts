/**
 * An authority in memory, for what real ones do seldom: old nonces, limits,
 * orders that end by themselves, silence.
 *
 * @module
 */
import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  Pkcs10CertificateRequest,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { decodeBase64url } from "../../src/tls/acme/base64url.ts";
import type {
  AcmeRequest,
  AcmeResponse,
  AcmeTransport,
} from "../../src/tls/acme/transport.ts";
import { AcmeTrouble } from "../../src/tls/acme/trouble.ts";
import { TestAuthority } from "../harness/authority.ts";

export const DIRECTORY_URL = "https://authority.example/directory";
const BASE = "https://authority.example";
const DAY_MS = 86_400_000;
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";

interface FakeName {
  readonly name: string;
  readonly type: string;
  status: "pending" | "valid" | "invalid";
  error?: unknown;
}

interface FakeOrder {
  status: string;
  readonly names: FakeName[];
  readonly profile: string | undefined;
  readonly replaces: string | undefined;
  chain?: string;
}

export interface Said {
  readonly status: number;
  readonly problem: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly subproblems?: readonly unknown[];
}

/** Thrown in place of an answer: the process that asked is no more. */
export class Killed extends Error {}

export class FakeAuthority implements AcmeTransport {
  readonly orders: FakeOrder[] = [];
  /** All paths that were asked for, in order. */
  readonly asked: string[] = [];
  readonly accounts = new Set<string>();
  certificates = 0;
  lifetimeDays = 90;
  /** So many of the next requests have a nonce that is too old. */
  oldNonces = 0;
  isSilent = false;
  /** What the next requests for a path are told instead. */
  readonly refusals = new Map<string, Said>();
  /** The process dies when it asks for such a path. */
  killAt: RegExp | undefined;
  /** Problem of a name, if it cannot be seen to be ours. */
  verdict: (name: string, type: string) => string | undefined = () => undefined;
  window: { start: string; end: string } | undefined;
  profiles: Record<string, string> | undefined = {
    default: "",
    shortlived: "",
  };
  /** Of its account. */
  contact: readonly string[] | undefined;
  #nonce = 0;
  readonly #nonces = new Set<string>();

  private constructor(
    readonly authority: TestAuthority,
    readonly nowMs: () => number,
  ) {}

  static async make(nowMs: () => number): Promise<FakeAuthority> {
    return new FakeAuthority(await TestAuthority.make(), nowMs);
  }

  /** All orders are over: it knows none of them any more. */
  forgetOrders(): void {
    for (const order of this.orders) order.status = "forgotten";
  }

  close(): void {}

  async request({ method, url, body }: AcmeRequest): Promise<AcmeResponse> {
    const path = url.slice(BASE.length);
    this.asked.push(path);
    if (this.killAt?.test(path)) throw new Killed(path);
    if (this.isSilent) throw new AcmeTrouble("unreachable", "no answer");
    if (method !== "POST") return this.#open(path);
    const jws = JSON.parse(body ?? "{}");
    const header = decoded(jws.protected) as {
      nonce: string;
      url: string;
      jwk?: unknown;
    };
    if (!this.#nonces.delete(header.nonce) || header.url !== url) {
      return refused({ status: 400, problem: "malformed" });
    }
    if (this.oldNonces > 0) {
      this.oldNonces--;
      return this.#answer(refused({ status: 400, problem: "badNonce" }));
    }
    const said = this.refusals.get(path);
    if (said) return this.#answer(refused(said));
    const payload = jws.payload === "" ? undefined : decoded(jws.payload);
    return this.#answer(await this.#signed(path, payload, header));
  }

  #open(path: string): AcmeResponse {
    if (path === "/directory") {
      return json({
        newNonce: `${BASE}/nonce`,
        newAccount: `${BASE}/account`,
        newOrder: `${BASE}/order`,
        renewalInfo: `${BASE}/renewal`,
        meta: this.profiles ? { profiles: this.profiles } : {},
      });
    }
    if (path.startsWith("/renewal/") && this.window) {
      const headers = { "retry-after": "3600" };
      return json({ suggestedWindow: this.window }, { headers });
    }
    if (path === "/nonce") return this.#answer(json({}));
    return refused({ status: 404, problem: "malformed" });
  }

  async #signed(
    path: string,
    // deno-lint-ignore no-explicit-any
    payload: any,
    header: { jwk?: unknown },
  ): Promise<AcmeResponse> {
    if (path === "/account") {
      this.accounts.add(JSON.stringify(header.jwk));
      this.contact ??= payload.contact ?? [];
      return json({ contact: this.contact }, {
        headers: { location: `${BASE}/account/1` },
      });
    }
    if (path === "/account/1") {
      this.contact = payload.contact;
      return json({ contact: this.contact });
    }
    if (path === "/order") {
      this.orders.push({
        status: "pending",
        profile: payload.profile,
        replaces: payload.replaces,
        names: payload.identifiers.map((
          { type, value }: { type: string; value: string },
        ) => ({ name: value, type, status: "pending" })),
      });
      const url = `${BASE}/order/${this.orders.length - 1}`;
      return json({}, { headers: { location: url } });
    }
    const [, what, id = "", at = ""] = path.split("/");
    const order = this.orders[Number(id)];
    if (!order || order.status === "forgotten") {
      return refused({ status: 404, problem: "malformed" });
    }
    const name = order.names[Number(at)];
    switch (what) {
      case "order":
        return json(this.#shown(order, id));
      case "authz":
        return json(authorization(name!, `${id}/${at}`));
      case "challenge": {
        const problem = this.verdict(name!.name, "http-01");
        if (problem === "pending") return json({});
        name!.status = problem === undefined ? "valid" : "invalid";
        name!.error = { type: `urn:ietf:params:acme:error:${problem}` };
        if (problem !== undefined) order.status = "invalid";
        else if (order.names.every(({ status }) => status === "valid")) {
          order.status = "ready";
        }
        return json({});
      }
      case "finalize":
        order.chain = await this.#issue(payload.csr);
        order.status = "valid";
        return json(this.#shown(order, id));
      case "certificate":
        return { status: 200, headers: new Headers(), body: order.chain! };
      default:
        return refused({ status: 404, problem: "malformed" });
    }
  }

  #shown({ status, names, chain }: FakeOrder, id: string) {
    return {
      status,
      authorizations: names.map((_, at) => `${BASE}/authz/${id}/${at}`),
      finalize: `${BASE}/finalize/${id}`,
      ...(chain === undefined
        ? {}
        : { certificate: `${BASE}/certificate/${id}` }),
    };
  }

  async #issue(csr: string): Promise<string> {
    this.certificates++;
    const request = new Pkcs10CertificateRequest(decodeBase64url(csr));
    const names = request.extensions.find(({ type }) =>
      type === SUBJECT_ALTERNATIVE_NAME
    )!;
    const certificate = await X509CertificateGenerator.create({
      serialNumber: crypto.getRandomValues(new Uint8Array(8)).toHex(),
      subject: "",
      issuer: this.authority.certificate.subject,
      notBefore: new Date(this.nowMs()),
      notAfter: new Date(this.nowMs() + this.lifetimeDays * DAY_MS),
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
      publicKey: request.publicKey,
      signingKey: this.authority.keys.privateKey,
      extensions: [
        names,
        await AuthorityKeyIdentifierExtension.create(
          this.authority.keys.publicKey,
        ),
      ],
    });
    return `${certificate.toString("pem")}\n`;
  }

  #answer(response: AcmeResponse): AcmeResponse {
    const nonce = `nonce-${this.#nonce++}`;
    this.#nonces.add(nonce);
    response.headers.set("replay-nonce", nonce);
    return response;
  }
}

function authorization(name: FakeName, id: string) {
  return {
    identifier: { type: name.type, value: name.name },
    status: name.status,
    challenges: [{
      type: "http-01",
      url: `${BASE}/challenge/${id}`,
      token: `token-${id.replace("/", "-")}`,
      status: name.status,
      ...(name.error === undefined ? {} : { error: name.error }),
    }],
  };
}

function decoded(part: string): unknown {
  return JSON.parse(new TextDecoder().decode(decodeBase64url(part)));
}

function json(
  value: unknown,
  { headers = {} }: { headers?: Record<string, string> } = {},
): AcmeResponse {
  return {
    status: 200,
    headers: new Headers({ "content-type": "application/json", ...headers }),
    body: JSON.stringify(value),
  };
}

function refused(
  { status, problem, headers = {}, subproblems }: Said,
): AcmeResponse {
  return {
    status,
    headers: new Headers({
      "content-type": "application/problem+json",
      ...headers,
    }),
    body: JSON.stringify({
      type: `urn:ietf:params:acme:error:${problem}`,
      detail: `said ${problem}`,
      subproblems,
    }),
  };
}
