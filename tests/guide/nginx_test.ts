/** The configuration of nginx that the documents show, in a real nginx before a relay. */
import assert from "node:assert/strict";
import { connect } from "node:tls";
import { TestAuthority } from "../harness/authority.ts";
import { reservePorts } from "../harness/ports.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { REPOSITORY } from "../harness/server_process.ts";

const NGINX = "/usr/sbin/nginx";
const IS_THERE = await Deno.stat(NGINX).then(() => true, () => false);

/** The blocks of this language in the document. */
async function blocks(language: string): Promise<string[]> {
  const text = await Deno.readTextFile(`${REPOSITORY}docs/advanced.md`);
  const pattern = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm");
  return [...text.matchAll(pattern)].map(([, block = ""]) => block);
}

interface Proxied {
  readonly server: Server;
  /** One request through nginx over TLS, and what comes back until it is quiet. */
  ask(request: string): Promise<string>;
}

async function withNginx(test: (proxied: Proxied) => Promise<void>) {
  await using ending = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "postern-nginx-" });
  ending.defer(() => Deno.remove(folder, { recursive: true }));
  const authority = await TestAuthority.make();
  const { chainPem, keyPem } = await authority.issue([DOMAIN]);
  await Deno.writeTextFile(`${folder}/fullchain.pem`, chainPem);
  await Deno.writeTextFile(`${folder}/privkey.pem`, keyPem);
  const [toml = ""] = await blocks("toml");
  const proxies = /^trusted_proxies = .*$/m.exec(toml)?.[0];
  assert.ok(proxies);
  const server = await Server.start({ config: `[http]\n${proxies}\n` });
  ending.defer(() => server.dispose());
  const [port] = reservePorts(1);
  const [shown = ""] = await blocks("nginx");
  const site = shown
    .replaceAll("/etc/letsencrypt/live/chat.example", folder)
    .replace("listen 443 ssl", `listen 127.0.0.1:${port} ssl`)
    .replace("127.0.0.1:8080", `127.0.0.1:${server.ports.http}`);
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    `pid ${folder}/pid;\nerror_log ${folder}/error.log;\ndaemon off;\nuser root;\nevents {}\nhttp {\naccess_log off;\n${places}\n${site}}\n`,
  );
  const args = ["-c", `${folder}/nginx.conf`, "-e", `${folder}/error.log`];
  const checked = await new Deno.Command(NGINX, { args: ["-t", ...args] })
    .output();
  assert.ok(checked.success, new TextDecoder().decode(checked.stderr));
  const nginx = new Deno.Command(NGINX, {
    args,
    stdout: "null",
    stderr: "null",
  }).spawn();
  ending.defer(async () => {
    nginx.kill("SIGTERM");
    await nginx.status;
  });
  const ask = (request: string) => exchange(port!, authority.rootPem, request);
  while (await ask("").catch(() => undefined) === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await test({ server, ask });
}

/** Resolves when the other side ends, or has answered with a head and says no more. */
function exchange(port: number, ca: string, request: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ host: "127.0.0.1", port, ca, servername: DOMAIN });
  let answer = "";
  socket.setEncoding("latin1");
  socket.once("secureConnect", () => {
    if (request === "") end();
    else socket.write(request);
  });
  socket.on("data", (text: string) => {
    answer += text;
    if (/^HTTP\/1.1 101[^]*\r\n\r\n/.test(answer)) end();
  });
  socket.once("end", end);
  socket.once("error", reject);
  function end() {
    socket.destroy();
    resolve(answer);
  }
  return promise;
}

Deno.test({
  name: IS_THERE
    ? "the site, sign-ups and upgrades pass the nginx of the documents"
    : `${NGINX} is not installed: its configuration is not tried`,
  ignore: !IS_THERE,
  async fn() {
    await withNginx(async ({ server, ask }) => {
      const host = `Host: ${DOMAIN}\r\n`;
      const close = "Connection: close\r\n";
      const page = await ask(`GET / HTTP/1.1\r\n${host}${close}\r\n`);
      assert.match(page, /^HTTP\/1\.1 200 /);
      assert.match(page, new RegExp(DOMAIN));
      // it came by HTTPS, so that it is not led there
      assert.doesNotMatch(page, /^location:/im);
      const made = await ask(
        `POST /new HTTP/1.1\r\n${host}${close}Content-Length: 0\r\n\r\n`,
      );
      assert.match(made, /^HTTP\/1\.1 20[01] [^]*"password"/);
      const channel = await ask(
        `GET /relay HTTP/1.1\r\n${host}Connection: upgrade\r\nUpgrade: iroh derp http\r\n\r\n`,
      );
      assert.match(channel, /^HTTP\/1\.1 101 [^]*upgrade: iroh derp http/i);
      assert.ok(server.pid > 0);
    });
  },
});
