import assert from "node:assert/strict";
import { createServer } from "node:net";
import { bindReason, portHolder } from "./bind_reason.ts";

Deno.test("bindReason() names the program that has the port", () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  try {
    Deno.listen({ hostname: "127.0.0.1", port });
    assert.fail("the port is taken");
  } catch (error) {
    assert.match(
      bindReason(error, port, "listen.imap"),
      new RegExp(
        `^\\S+ \\(pid ${Deno.pid}\\) has this port: end that, or choose another in listen.imap$`,
      ),
    );
  } finally {
    taken.close();
  }
});

Deno.test("portHolder() knows that nobody has a port", () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  assert.match(portHolder(port) ?? "", new RegExp(`\\(pid ${Deno.pid}\\)$`));
  taken.close();
  assert.equal(portHolder(port), undefined);
});

Deno.test("bindReason() names the ways out when a port needs a privilege", () => {
  const error = Object.assign(new Error("bind EACCES 0.0.0.0:25"), {
    code: "EACCES",
  });
  const reason = bindReason(error, 25, "listen.smtp");
  for (
    const way of [
      "AmbientCapabilities=CAP_NET_BIND_SERVICE",
      "as root",
      `setcap cap_net_bind_service=+ep ${Deno.execPath()}`,
      "sysctl net.ipv4.ip_unprivileged_port_start=25",
      "another port in listen.smtp",
    ]
  ) assert.ok(reason.includes(way), reason);
});

Deno.test("bindReason() knows an address that is another machine's, however it is told", async () => {
  const server = createServer();
  const failed = new Promise((resolve) => server.once("error", resolve));
  server.listen({ host: "192.0.2.77", port: 0 });
  for (
    const error of [
      await failed,
      Object.assign(new Error("bind"), { code: "EADDRNOTAVAIL" }),
    ]
  ) {
    assert.match(
      bindReason(error, 25, "listen.smtp"),
      /^this machine does not have this address .*in listen\.smtp$/,
    );
  }
});

for (const code of ["EADDRNOTAVAIL", "EAFNOSUPPORT", "EMFILE", "EINVAL"]) {
  Deno.test(`bindReason() says ${code} in words`, () => {
    const error = Object.assign(new Error(`bind ${code} 0.0.0.0:25`), { code });
    assert.match(bindReason(error, 25, "listen.smtp"), /^[a-z]+ [a-z]+ /);
  });
}
