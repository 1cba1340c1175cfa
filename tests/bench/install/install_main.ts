/** What `install.ts` measures, in the network that it has made. Prints its rows as JSON. */
import { connect } from "node:tls";
import { Pebble } from "../../certificates/pebble.ts";
import { Core, type MailServer } from "../../e2e/core.ts";
import {
  type ListenerName,
  LISTENERS,
} from "../../../src/config/listener_table.ts";
import type { Row } from "../measure.ts";
import { BootedRoot, until } from "./booted_root.ts";

const DOMAIN = "chat.example";
const CA_FILE = "/etc/postern/authority.pem";
/** What an operator would not have to say; the machine may be busy with other things. */
const CONFIG = `[registration]
max_load_1m = 0
[tls]
mode = "autocert"
[server]
domain = "${DOMAIN}"
state_dir = "/var/lib/postern"
`;
const SERVER: MailServer = {
  domain: DOMAIN,
  endpoint: (service: ListenerName) => ({
    hostname: "127.0.0.1",
    port: LISTENERS[service].port,
  }),
};

const [root = "", binary = ""] = Deno.args;
await using ending = new AsyncDisposableStack();
const pebble = await Pebble.start({ httpPort: 80 });
ending.defer(() => pebble.dispose());
const machine = await BootedRoot.boot(root, { "/srv/postern": binary });
ending.defer(() => machine.dispose());
const config = `${pebble.config(CONFIG).replace(pebble.rootFile, CA_FILE)}`;
await type(`mkdir /etc/postern
cat > ${CA_FILE} <<'EOF'
${await Deno.readTextFile(pebble.rootFile)}
EOF
cat > /etc/postern/postern.toml <<'EOF'
${config}
EOF`);
const core = await Core.start();
ending.defer(() => core.dispose());

const began = performance.now();
const seconds = () => (performance.now() - began) / 1000;
await type(
  `/srv/postern install --simple --domain ${DOMAIN} --start >/dev/null`,
);
const installed = seconds();
const authority = await pebble.rootPem();
const certified = until(
  "certificate from the authority",
  () => isCertified(authority),
).then(seconds);
const ann = await core.signUp(SERVER, "annannann");
const bob = await core.signUp(SERVER, "bobbobbob");
await bob.send(await bob.join(ann), "Hello");
await ann.receiveText("Hello");
const arrived = seconds();
const rows: Row[] = [
  row("install has returned", installed),
  row("the certificate is from the authority", await certified),
  { ...row("a core has its first message", arrived), required: "≤ 60" },
];
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(rows)));

function row(measure: string, value: number): Row {
  return { benchmark: "install", measure, value, unit: "s" };
}

async function type(script: string): Promise<void> {
  const { success, out } = await machine.run(script);
  if (!success) throw new Error(out);
}

/** Whether whoever trusts the authority alone trusts the relay. */
function isCertified(ca: string): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      ...SERVER.endpoint("imap_tls"),
      host: "127.0.0.1",
      servername: DOMAIN,
      ca,
    });
    const end = (is: true | undefined) => {
      socket.destroy();
      resolve(is);
    };
    socket.once("secureConnect", () => end(socket.authorized || undefined));
    socket.once("error", () => end(undefined));
  });
}
