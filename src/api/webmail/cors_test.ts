import assert from "node:assert/strict";
import { isListed, isOwnOrigin } from "./cors.ts";

const LIST = ["https://app.example", "http://localhost:5173"];

Deno.test("isListed() compares whole origins", () => {
  for (
    const origin of [
      "https://app.example",
      "HTTPS://APP.example:443",
      "http://localhost:5173",
    ]
  ) assert.equal(isListed(origin, LIST), true, origin);
  for (
    const origin of [
      "null",
      "",
      "app.example",
      "http://app.example",
      "https://app.example.evil.example",
      "https://evil.example/https://app.example",
      "https://app.example@evil.example",
      "http://localhost",
      "file://",
      "data:,x",
    ]
  ) assert.equal(isListed(origin, LIST), false, origin);
  assert.equal(isListed("null", ["*"]), true);
  assert.equal(isListed("null", ["null"]), false);
});

Deno.test("isOwnOrigin() is the host that was asked, or another name of it", () => {
  const asked = new URL("https://relay.example:8443/webimap/ws");
  const own = (origin: string) => isOwnOrigin(origin, asked, ["192.0.2.1"]);
  assert.equal(own("https://relay.example:8443"), true);
  assert.equal(own("https://192.0.2.1"), true);
  for (
    const origin of ["https://relay.example", "null", "ftp://192.0.2.1", "x"]
  ) assert.equal(own(origin), false, origin);
});
