import assert from "node:assert/strict";
import { makeSelfSigned } from "../../tls/self_signed.ts";
import { fetchReason, isOfCertificate } from "./fetch_reason.ts";
import { reservePorts } from "../../../tests/harness/ports.ts";
import { LIMIT_MS } from "../../../tests/harness/until.ts";

async function failureOf(
  url: string,
  trusted: readonly string[] = [],
): Promise<unknown> {
  using client = Deno.createHttpClient({
    http2: false,
    caCerts: [...trusted],
  });
  try {
    const signal = AbortSignal.timeout(LIMIT_MS);
    const response = await fetch(url, { client, signal });
    await response.body?.cancel();
  } catch (error) {
    return error;
  }
  throw new TypeError("It was answered");
}

const sentence = /^[a-z][^()]*(\([a-z/.]*\))?$/;

Deno.test("a name that does not resolve, and a port where nobody listens", async () => {
  const unknown = await failureOf("https://nobody.invalid/directory");
  assert.match(fetchReason(unknown), /^the name does not resolve;/);
  const [port] = reservePorts(1);
  const refused = await failureOf(`https://127.0.0.1:${port}/directory`);
  assert.match(fetchReason(refused), /^the connection is refused/);
  for (const error of [unknown, refused]) {
    assert.match(fetchReason(error), sentence);
    assert.ok(!isOfCertificate(error));
  }
});

Deno.test("silence, and who hangs up or speaks no TLS", async () => {
  assert.match(
    fetchReason(new DOMException("The operation was aborted", "TimeoutError")),
    /^no answer in time/,
  );
  const answers: [string, RegExp][] = [
    ["", /^the connection is broken off/],
    ["HTTP/1.1 400 Bad Request\r\n\r\n", /speaks no TLS/],
  ];
  for (const [answer, expected] of answers) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      const connection = await listener.accept();
      await connection.read(new Uint8Array(1024));
      await connection.write(new TextEncoder().encode(answer));
      connection.close();
    })();
    const error = await failureOf(`https://127.0.0.1:${listener.addr.port}/`);
    await serving;
    assert.match(fetchReason(error), expected);
  }
});

Deno.test("a certificate that is not trusted, too old, or for other names", async () => {
  const now = Date.now();
  const [own, old] = await Promise.all(
    [now, now - 100 * 86_400_000].map((nowMs) =>
      makeSelfSigned({ names: ["localhost"], nowMs, days: 30 })
    ),
  );
  const rows: [typeof own, string, boolean, RegExp][] = [
    [own, "localhost", false, /^its certificate is not trusted/],
    [own, "127.0.0.1", true, /^its certificate is for other names/],
    [old, "localhost", true, /^its certificate has expired/],
  ];
  for (const [certificate, host, isTrusted, expected] of rows) {
    const { chainPem: cert, keyPem: key } = certificate!;
    using listener = Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert,
      key,
    });
    const serving = listener.accept()
      .then((connection) =>
        connection.handshake().finally(() => connection.close())
      )
      .catch(() => {});
    const url = `https://${host}:${listener.addr.port}/`;
    const error = await failureOf(url, isTrusted ? [cert] : []);
    await serving;
    assert.match(fetchReason(error), expected);
    assert.ok(isOfCertificate(error));
  }
});

Deno.test("what has no words here stays as it is, without the address", () => {
  const said = "error sending request for url (https://a.example/x): strange";
  assert.equal(fetchReason(new TypeError(said)), "strange");
  assert.equal(fetchReason("strange"), "strange");
});
