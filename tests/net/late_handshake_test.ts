/** A handshake whose last packet is lost while the socket that it began at is replaced. */
import assert from "node:assert/strict";
import { REPOSITORY } from "../harness/server_process.ts";

/** The rules that are needed, in a network of its own. */
const TRIAL = `ip link set lo up
nft add table ip late
nft add chain ip late in '{ type filter hook input priority 0 ; }'
nft add rule ip late in tcp dport 9 tcp flags '&' '(syn|ack)' == ack drop`;
const canBe = await new Deno.Command("unshare", {
  args: ["--net", "sh", "-ec", TRIAL],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);

Deno.test({
  name: "whose last packet is lost while a socket is replaced is served",
  ignore: !canBe,
  async fn() {
    const { stdout, stderr } = await new Deno.Command("unshare", {
      args: [
        "--net",
        ...["sh", "-ec", 'ip link set lo up; exec "$@"', "-"],
        ...[Deno.execPath(), "run", "-A", "--no-check"],
        `${REPOSITORY}tests/net/late_handshake_main.ts`,
      ],
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    assert.equal(decoder.decode(stdout), "hello\n", decoder.decode(stderr));
  },
});
