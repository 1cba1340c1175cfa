import assert from "node:assert/strict";
import { expose, formatFor } from "./exposition.ts";
import { Metrics } from "./metrics.ts";

async function collected() {
  const metrics = new Metrics();
  metrics.count("http_requests_total", '/a"b\\c\n', "GET", "200");
  metrics.observe("event_loop_lag_seconds", 0.3);
  metrics.provide("accounts", () => [[3]]);
  metrics.provide("connections", () => [["imap", 1]]);
  metrics.provide("connections_total", () => [["imap", 9]]);
  return await metrics.collect();
}

Deno.test("the format of Prometheus has counters by their whole name", async () => {
  const { contentType, text } = await expose(
    await collected(),
    [],
    "prometheus",
  );
  assert.equal(contentType, "text/plain; version=0.0.4; charset=utf-8");
  assert.match(text, /^# TYPE chatmail_http_requests_total counter$/m);
  assert.ok(text.includes(
    'chatmail_http_requests_total{route="/a\\"b\\\\c\\n",method="GET",code="200"} 1\n',
  ));
  assert.match(text, /^chatmail_accounts 3$/m);
  assert.match(
    text,
    /^chatmail_event_loop_lag_seconds_bucket\{le="0\.25"\} 0$/m,
  );
  assert.match(
    text,
    /^chatmail_event_loop_lag_seconds_bucket\{le="0\.5"\} 1$/m,
  );
  assert.match(
    text,
    /^chatmail_event_loop_lag_seconds_bucket\{le="\+Inf"\} 1$/m,
  );
  assert.match(text, /^chatmail_event_loop_lag_seconds_sum 0\.3$/m);
  assert.doesNotMatch(text, /# EOF/);
});

Deno.test("OpenMetrics has families without _total, and an end", async () => {
  const { contentType, text } = await expose(
    await collected(),
    [{
      name: "maddy_queue_length",
      type: "gauge",
      help: "Messages that wait",
      samples: [{ labels: { module: "remote_queue" }, value: 4 }],
    }],
    "openmetrics",
  );
  assert.equal(
    contentType,
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
  );
  assert.match(text, /^# TYPE chatmail_http_requests counter$/m);
  assert.match(text, /^chatmail_http_requests_total\{.*\} 1$/m);
  assert.match(text, /_bucket\{le="1\.0"\} 1$/m);
  assert.match(text, /^# TYPE chatmail_connections gauge$/m);
  assert.match(text, /^# TYPE chatmail_connections_total unknown$/m);
  assert.match(text, /^chatmail_connections_total\{service="imap"\} 9$/m);
  assert.match(text, /^maddy_queue_length\{module="remote_queue"\} 4$/m);
  assert.ok(text.endsWith("\n# EOF\n"));
  assert.doesNotMatch(text, /\n\n/);
});

Deno.test("who takes OpenMetrics gets it", () => {
  assert.equal(formatFor("*/*"), "prometheus");
  assert.equal(formatFor(""), "prometheus");
  assert.equal(formatFor("text/plain;version=0.0.4"), "prometheus");
  assert.equal(
    formatFor(
      "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5",
    ),
    "openmetrics",
  );
});
