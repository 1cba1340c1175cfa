import assert from "node:assert/strict";
import { reservePorts } from "../../../tests/harness/ports.ts";
import { TestTime } from "../../../tests/harness/test_time.ts";
import { TemporaryAnswers } from "./temporary_answers.ts";

const MOST = 200;
const MORE = 30;

Deno.test("a crowd that says nothing does not keep an authority from the port of HTTPS", async () => {
  const [port = 0] = reservePorts(1);
  const answers = new TemporaryAnswers(new TestTime());
  const crowd: Deno.TcpConn[] = [];
  const ended = new Set<number>();
  const join = async () => {
    const n = crowd.length;
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    crowd.push(conn);
    conn.read(new Uint8Array(1)).catch(() => {}).then(() => ended.add(n));
  };
  await answers.whileAnswering(
    {
      http: undefined,
      https: [{ host: "127.0.0.1", port }],
      types: ["tls-alpn-01"],
    },
    async () => {
      while (crowd.length < MOST + MORE) await join();
      while (ended.size < MORE) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      // the oldest, and no others
      assert.deepEqual([...ended].sort((a, b) => a - b), [
        ...Array(MORE).keys(),
      ]);
    },
  );
  for (const conn of crowd) conn.close();
});
