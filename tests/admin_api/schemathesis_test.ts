/**
 * The description of the admin API against a server, by somebody else's program:
 * schemathesis asks what the description allows and what it does not, and
 * complains of answers that it does not have.
 */
import assert from "node:assert/strict";
import { OPERATIONS } from "../../src/admin/operation_table.ts";
import { RESOURCES } from "../../src/api/admin/resources/table.ts";
import { Server } from "../harness/server.ts";
import { adminToken, adminUrl } from "../harness/admin_client.ts";

const PROGRAM = "schemathesis";
const IS_THERE = await isThere();
async function isThere(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(PROGRAM, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

/** What ends the server, the token or the port by which it is asked, or writes where a text says. */
const LEFT_OUT =
  /^(?:stop|restart|upgrade|admin\.rotate|admin_tokens\.remove|admin_sessions\.end|admin_web\..*|settings\.(?:set|change|reset)|ports\..*|stealth\..*|backup\..*|mail\.export|import\..*|certificate\..*|dkim\.import|db\..*|accounts\.(?:import|export)|federation\.(?:import|export)|doctor.*|dns\..*|domains?\..*|log\.level)$/;
const LEFT_OUT_RESOURCES =
  /^\/admin\/(?:restart|reload|settings|services|backup|certificate|dns|tokens|sessions|stealth)/;

/** The description without those. */
// deno-lint-ignore no-explicit-any
function safe(description: any): unknown {
  const [root = ""] = Object.keys(description.paths);
  for (const path of Object.keys(description.paths)) {
    const name = path.slice(root.length + 1);
    if (LEFT_OUT.test(name)) delete description.paths[path];
  }
  const schema =
    description.paths[root].post.requestBody.content["application/json"].schema;
  // deno-lint-ignore no-explicit-any
  schema.oneOf = schema.oneOf.filter(({ title }: any) =>
    title !== "An operation" && !LEFT_OUT_RESOURCES.test(title)
  );
  return description;
}

Deno.test("the description names every operation and resource, and is for callers alone", async () => {
  const server = await Server.start();
  try {
    const url = `${adminUrl(server)}/openapi.json`;
    const stranger = await fetch(url);
    await stranger.body?.cancel();
    assert.equal(stranger.status, 401);
    const description = await (await fetch(url, {
      headers: { authorization: `Bearer ${await adminToken(server)}` },
    })).json();
    assert.equal(description.openapi, "3.1.0");
    for (const name of Object.keys(OPERATIONS)) {
      assert.ok(description.paths[`/api/admin/${name}`]?.post, name);
    }
    const text = JSON.stringify(description.paths["/api/admin"]);
    for (const { path } of RESOURCES) {
      assert.ok(text.includes(`"title":"${path}"`), path);
    }
  } finally {
    await server.dispose();
  }
});

Deno.test({
  name: IS_THERE
    ? "schemathesis finds nothing that the description does not say"
    : `${PROGRAM} is not installed: the description is not checked`,
  ignore: !IS_THERE,
  async fn() {
    const server = await Server.start();
    const directory = await Deno.makeTempDir({ prefix: "postern-schema-" });
    try {
      const token = await adminToken(server);
      const headers = { authorization: `Bearer ${token}` };
      const url = `${adminUrl(server)}/openapi.json`;
      const file = `${directory}/openapi.json`;
      const description = safe(await (await fetch(url, { headers })).json());
      await Deno.writeTextFile(file, JSON.stringify(description));
      await Deno.writeTextFile(
        `${directory}/schemathesis.toml`,
        '[checks]\nnot_a_server_error.expected-statuses = ["2xx", "4xx", "501", "503", "507"]\n',
      );
      const check = async (...more: string[]) => {
        const { success, stdout, stderr } = await new Deno.Command(PROGRAM, {
          args: [
            "run",
            file,
            `--url=http://127.0.0.1:${server.endpoint("http").port}`,
            `--header=Authorization: Bearer ${token}`,
            "--phases=examples,coverage,fuzzing",
            "--seed=1",
            "--generation-database=none",
            ...more,
          ],
          cwd: directory,
          stdout: "piped",
          stderr: "piped",
          env: { NO_COLOR: "1" },
        }).output();
        const output = new TextDecoder().decode(stdout) +
          new TextDecoder().decode(stderr);
        assert.ok(success, output.slice(-12_000));
      };
      const examples = Deno.env.get("SCHEMATHESIS_EXAMPLES");
      await check(
        "--exclude-path=/api/admin",
        `--max-examples=${examples ?? "2"}`,
        // a text may be of the right form and yet name nothing
        "--exclude-checks=positive_data_acceptance",
      );
      await check(
        "--include-path=/api/admin",
        `--max-examples=${examples ?? "100"}`,
        // what came of it is inside
        "--exclude-checks=positive_data_acceptance,negative_data_rejection,ignored_auth,missing_required_header",
      );
      assert.ok(!server.output.includes("bug where="), server.output);
    } finally {
      await server.dispose();
      await Deno.remove(directory, { recursive: true });
    }
  },
});
