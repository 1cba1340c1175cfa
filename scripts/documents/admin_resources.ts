/** The document of what the admin API has beside its operations, from the table of resources. @module */
import { noteOf } from "../../src/admin/fields.ts";
import type { Resource, ResourceAction } from "../../src/api/admin/resource.ts";
import { RESOURCES } from "../../src/api/admin/resources/table.ts";
import { PEER_SETTINGS } from "../../src/api/admin/resources/settings/peer_settings.ts";

type Field = Parameters<typeof noteOf>[0];

const NAMED = new Map(
  PEER_SETTINGS.map((peer) => [`/admin/settings/${peer.name}`, peer]),
);

function fieldText(name: string, field: Field): string {
  const isOptional = field.type === "optional";
  let inner = field;
  while ("wrapped" in inner) inner = inner.wrapped as Field;
  const { kind = "", meaning = "" } = noteOf(inner) ?? {};
  const says = [kind, meaning].filter((text) => text !== "").join("; ");
  const shown = says === "" ? "" : `: ${says}`;
  return `- \`${name}\`${isOptional ? " (optional)" : ""}${shown}`;
}

function methodText(
  [method, action]: readonly [string, ResourceAction],
): string {
  const { scope, changes, body = {} } = action;
  const fields = Object.entries(body).map(([name, field]) =>
    fieldText(name, field)
  );
  const says = `**${method}**: scope \`${scope}\`, ${
    changes ? "recorded" : "only reads"
  }.`;
  return fields.length === 0 ? says : `${says}\n\n${fields.join("\n")}`;
}

function section({ path, methods }: Resource): string {
  return `### \`${path}\`\n\n${
    Object.entries(methods).map(methodText).join("\n\n")
  }\n`;
}

export function adminResources(): string {
  const sections = RESOURCES.filter(({ path }) => !NAMED.has(path))
    .map(section);
  const names = PEER_SETTINGS.map(({ name, key, setting, absence }) =>
    `- \`${name}\` (\`${key}\`): ${
      setting === undefined
        ? `not here. ${absence}`
        : setting === name
        ? "of the same name"
        : `our \`${setting}\``
    }`
  );
  return `# Resources of the admin API

Scripts and panels of madmail know these names and shapes; ours uses
[operations](operations.md), which can do more. A request is a POST to
\`admin.path\` with \`{"method":"GET","resource":"/admin/status","headers":{"Authorization":"Bearer TOKEN"},"body":{}}\`;
the answer has HTTP status 200 and
\`{"status":200,"resource":"/admin/status","body":{…},"error":null}\`. What is
wrong is a \`status\` of 400 with \`error\` and, where one is to blame, the
\`field\`; a field that is not listed here is wrong too. 404 is what is not there,
405 a method that a resource has not, 409 what is there already, is locked, or
wants to be confirmed.

What differs from madmail, and why:

- \`restart_required\` is true only where a restart is needed: what is set is in
  force at once, and a port that cannot be had is refused (409) and not stored.
- Secrets are shown as \`{"value":"","is_set":true,"secret":true}\`. \`GET\` with
  \`{"reveal":true}\` gives one, to a token of scope \`full\`, and is recorded.
- \`is_set\` says that an admin has set it. What is not set has an empty value,
  but for those settings that panels read without it.
- A quota of 0 is the default, and \`{"unlimited":true}\` is none; sizes are never 0
  or negative.
- Whoever deletes an account that is not there gets 404, and its name is not
  blocked. \`delete_all\` wants \`{"confirm":"DOMAIN"}\`.
- Without a field in its body, \`GET /admin/accounts\` gives all accounts, as
  panels of madmail expect it; with one, some at a time.
- Mail of strangers is never passed on, and Shadowsocks comes over TCP and UDP
  alone: those switches are there, stay off, and say why.

## Settings

Each is \`/admin/settings/NAME\`: \`GET\`, and \`POST\` with
\`{"action":"set","value":…}\` or \`{"action":"reset"}\`. \`PATCH /admin/settings\`
changes several, all or none, by these names or [ours](settings.md); null takes
one back.

${names.join("\n")}

## Everything else

${sections.join("\n")}`;
}
