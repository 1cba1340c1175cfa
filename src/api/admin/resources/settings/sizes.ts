/** `/admin/message-size` and `/admin/federation-size`: how large a message may be. @module */
import * as v from "valibot";
import { formatSize, parseSize } from "../../../../base/sizes.ts";
import type { AdminContext } from "../../../../admin/context.ts";
import { federationSize } from "../../../../settings/federation_size.ts";
import { invalidField } from "../../../../admin/operation.ts";
import type { Resource } from "../../resource.ts";
import { action, perform, shows } from "../action.ts";

type SizeSetting = "max_message_size" | "max_federation_size";

function effective({ settings }: AdminContext, name: SizeSetting) {
  const bytes = name === "max_federation_size"
    ? federationSize(settings)
    : settings.get(name);
  return { effective_bytes: bytes, effective: formatSize(bytes) };
}

/** What an admin has set; empty: nothing. */
function stored({ settings }: AdminContext, name: SizeSetting): string {
  const { source, value } = settings.view(name);
  return source === "db" ? value : "";
}

/** What holds without it. */
function withoutRow({ settings }: AdminContext, name: SizeSetting): string {
  return settings.view(name).default ||
    settings.view("max_message_size").value;
}

/** The names under which other relays keep it. */
function named(context: AdminContext, name: SizeSetting) {
  const size = stored(context, name);
  return name === "max_message_size"
    ? { appendlimit: size, max_message_size: size }
    : { max_federation_size: size };
}

/** @throws {Refusal} `invalid_value` */
function octetsIn(written: string | number): number {
  let octets: number;
  try {
    octets = parseSize(String(written));
  } catch (error) {
    throw invalidField(
      "size",
      error instanceof Error ? error.message : "must be a size",
    );
  }
  if (octets > 0) return octets;
  throw invalidField("size", "must be more than 0");
}

function sizeResource(path: string, name: SizeSetting): Resource {
  return {
    path,
    methods: {
      GET: shows(({ context }) => {
        const file = withoutRow(context, name);
        return {
          ...effective(context, name),
          ...named(context, name),
          config_bytes: parseSize(file),
          config: file,
        };
      }),
      PUT: action({
        scope: "full",
        changes: true,
        body: {
          size: v.union([v.string(), v.number()], "must be a size, as 100M"),
        },
        async run({ context, body }) {
          const value = `${octetsIn(body.size)}B`;
          await perform(context, "settings.set", { name, value });
          return {
            size: stored(context, name),
            ...effective(context, name),
            ...named(context, name),
          };
        },
      }),
      DELETE: action({
        scope: "full",
        changes: true,
        body: {},
        async run({ context }) {
          await perform(context, "settings.reset", { name });
          return { reset: true, ...effective(context, name) };
        },
      }),
    },
  };
}

export const SIZE_RESOURCES: readonly Resource[] = [
  sizeResource("/admin/message-size", "max_message_size"),
  sizeResource("/admin/federation-size", "max_federation_size"),
];
