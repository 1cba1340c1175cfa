import assert from "node:assert/strict";
import type { HttpResponse } from "../../http/client/response_receiver.ts";
import {
  afterHttp,
  endVerdict,
  httpTroubleVerdict,
  type HttpVerdict,
  httpVerdict,
} from "./http_verdict.ts";
import type { Verdict } from "./verdict.ts";

const PEER = { transport: "https", host: "mx.far.example" };
const NOW = Date.parse("2026-08-04T10:00:00Z");

interface Sent {
  readonly type?: string;
  readonly retryAfter?: string;
  readonly cut?: boolean;
}

function responseOf(
  status: number,
  body: string,
  sent: Sent = {},
): HttpResponse {
  const fields = new Map<string, string>();
  if (sent.type) fields.set("content-type", sent.type);
  if (sent.retryAfter) fields.set("retry-after", sent.retryAfter);
  return {
    status,
    fields,
    body: new TextEncoder().encode(body),
    cut: sent.cut ?? false,
    reusable: true,
  };
}

function shown(verdict: HttpVerdict): string {
  if (verdict.kind === "delivered") return verdict.kind;
  const { status, transport, host } = verdict.note;
  assert.deepEqual({ transport, host }, PEER);
  if (verdict.kind === "final") return `final ${status}`;
  const { otherwise, notBeforeSeconds: wait, absent } = verdict;
  return [otherwise, status, absent && "absent", wait].filter(Boolean).join(
    " ",
  );
}

const HTML = { type: "text/html; charset=utf-8" };
const ROWS: readonly [number, string, string, Sent?][] = [
  [200, "250 2.0.0 OK\n", "delivered"],
  [200, "250 OK", "delivered"],
  [200, "OK", "delivered"],
  [200, "ok\r\n", "delivered"],
  [200, "200 OK", "delivered"],
  [200, "", "delivered"],
  [202, "", "delivered"],
  [204, "", "delivered"],
  [200, "OK", "delivered", { type: "text/plain" }],
  // what other web servers say
  [200, "<!DOCTYPE html><p>Welcome", "temporary 4.4.1 absent"],
  [200, "<html>", "temporary 4.4.1 absent", { type: "text/plain" }],
  [200, "OK", "temporary 4.4.1 absent", HTML],
  [200, "", "temporary 4.4.1 absent", HTML],
  [200, "250 2.0.0 OK", "temporary 4.4.1 absent", { type: " TEXT/HTML" }],
  [200, "250 OK", "temporary 4.4.1 absent", { cut: true }],
  [200, "Welcome", "temporary 4.4.1 absent"],
  [200, '{"ok":true}', "temporary 4.4.1 absent"],
  [200, "welcome\n250 OK", "temporary 4.4.1 absent"],
  [200, "OK, please log in", "temporary 4.4.1 absent"],
  // a refusal, whatever the status
  [200, "554 5.7.1 no", "permanent 5.7.1"],
  [200, "450 4.2.1 later", "temporary 4.2.1"],
  [400, "523 5.7.1 Encryption Needed: Invalid Unencrypted Mail", "final 5.7.1"],
  [400, "523 Encryption Needed", "final 5.7.1"],
  [403, "Encryption Needed: Invalid Unencrypted Mail", "final 5.7.1"],
  [403, "523 5.7.10 Encryption Needed", "final 5.7.1"],
  [413, "", "final 5.3.4"],
  [413, "message too large", "final 5.3.4"],
  [413, "<html>", "final 5.3.4", HTML],
  [400, "552 Message exceeds maximum size", "final 5.3.4"],
  [403, "Forbidden", "permanent 5.7.1"],
  [403, "554 5.7.1 Policy rejection", "permanent 5.7.1"],
  [400, "554 5.7.1 No valid DKIM signature found", "permanent 5.7.1"],
  [400, "500 Invalid FROM domain literal: x", "permanent 5.7.1"],
  [500, "500 Invalid FROM domain literal: x", "permanent 5.7.1"],
  [404, "550 5.1.1 No such user here", "permanent 5.1.1"],
  [400, "550 no", "permanent 5.0.0"],
  [400, "451 4.3.0 later", "temporary 4.3.0"],
  [400, "450 later", "temporary 4.0.0"],
  [400, "451 4.7.5 DKIM key lookup failed", "temporary 4.7.5"],
  [404, "404 page not found\n", "temporary 4.4.1 absent"],
  [404, "", "temporary 4.4.1 absent"],
  [405, "405 Method Not Allowed", "temporary 4.4.1 absent"],
  [410, "", "temporary 4.4.1 absent"],
  [501, "", "temporary 4.4.1 absent"],
  [301, "", "temporary 4.4.1 absent"],
  [302, "250 OK", "temporary 4.4.1 absent"],
  [308, "", "temporary 4.4.1 absent"],
  [400, "bad request", "temporary 4.3.0"],
  [401, "", "temporary 4.3.0"],
  [407, "", "temporary 4.3.0"],
  [408, "", "temporary 4.4.2"],
  [418, "", "temporary 4.3.0"],
  [425, "", "temporary 4.3.0"],
  [429, "", "temporary 4.7.0 60", { retryAfter: "60" }],
  [429, "450 4.7.0 Too many requests", "temporary 4.7.0 9", {
    retryAfter: "9",
  }],
  [500, "error", "temporary 4.3.0"],
  [502, "502 Bad Gateway", "temporary 4.3.0"],
  [503, "503 Service Unavailable", "temporary 4.3.0 3600", {
    retryAfter: "86400",
  }],
  [504, "", "temporary 4.4.2"],
  [507, "quota", "temporary 4.3.1"],
];
for (const [status, body, expected, sent] of ROWS) {
  const about = sent ? JSON.stringify(sent) : "";
  Deno.test(`${status} ${JSON.stringify(body)} ${about}`, () => {
    const verdict = httpVerdict(responseOf(status, body, sent), PEER, NOW);
    assert.equal(shown(verdict), expected);
    if (verdict.kind === "delivered") return;
    assert.match(verdict.note.text, /^[^\r\n<]{1,300}$/);
  });
}

Deno.test("httpVerdict() of any octets is bounded, and no delivery", () => {
  let seed = 7;
  const next = () => seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  for (let i = 0; i < 300; i++) {
    const body = Uint8Array.from(
      { length: 1 + next() % 4096 },
      () => next() >> 8,
    );
    const response = { ...responseOf(200 + next() % 100, ""), body };
    const verdict = httpVerdict(response, PEER, NOW);
    if (verdict.kind === "delivered") assert.fail(`seed ${i}`);
    assert.ok(Array.from(verdict.note.text).length <= 300);
    assert.doesNotMatch(verdict.note.text, /\p{C}/u);
  }
});

Deno.test("without a response it is tried elsewhere", () => {
  const trouble = (kind: "timeout" | "lost" | "protocol") =>
    shown(httpTroubleVerdict({ kind, message: "no answer" }, PEER));
  assert.equal(trouble("timeout"), "temporary 4.4.2");
  assert.equal(trouble("lost"), "temporary 4.4.2");
  assert.equal(trouble("protocol"), "temporary 4.5.0");
});

Deno.test("endVerdict() refuses for good who is alone", () => {
  const of = (status: number, body: string, recipients: number) =>
    endVerdict(httpVerdict(responseOf(status, body), PEER, NOW), recipients)
      .kind;
  assert.equal(of(404, "550 5.1.1 No such user here", 1), "permanent");
  assert.equal(of(404, "550 5.1.1 No such user here", 2), "apart");
  assert.equal(of(413, "", 2), "permanent");
  assert.equal(of(404, "", 1), "temporary");
  assert.equal(of(200, "OK", 2), "delivered");
});

Deno.test("afterHttp() takes what SMTP says, and the longer wait", () => {
  const http = httpVerdict(
    responseOf(429, "", { retryAfter: "300" }),
    PEER,
    NOW,
  );
  const note = { status: "4.2.1", text: "later" };
  const waits = (smtp: Verdict) => {
    const verdict = afterHttp(http, smtp);
    return verdict.kind === "temporary"
      ? verdict.notBeforeSeconds
      : verdict.kind;
  };
  assert.equal(waits({ kind: "delivered" }), "delivered");
  assert.equal(waits({ kind: "permanent", note }), "permanent");
  assert.equal(waits({ kind: "temporary", note }), 300);
  assert.equal(waits({ kind: "temporary", note, notBeforeSeconds: 900 }), 900);
});
