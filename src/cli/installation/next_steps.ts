/** What an operator has to do, and can, once a relay is installed. @module */
import type { AdminOutput } from "../../admin/operation_table.ts";
import { literalIp } from "../../mail/address.ts";
import type { Config } from "../../config/schema.ts";
import type { Places } from "../../ops/install/places.ts";
import { type Access } from "../access.ts";
import { describeFailure } from "../exit_codes.ts";
import { NAME } from "../version.ts";

type Records = AdminOutput<"dns.records">;

/** Or why they cannot be told now. */
export type RecordsKnown = Records | { readonly failed: string };

/** Asks the server if it runs, else the database, which has the keys. */
export async function recordsToPublish(access: Access): Promise<RecordsKnown> {
  try {
    return await access.call("dns.records", {});
  } catch (error) {
    return { failed: describeFailure(error).message };
  } finally {
    await access.close();
  }
}

export interface NextSteps {
  readonly places: Places;
  readonly config: Config;
  readonly systemd: boolean;
  readonly isRunning: boolean;
  readonly changed?: readonly string[];
  readonly records: RecordsKnown;
}

export function nextSteps(done: NextSteps): string {
  return [
    ...recordLines(done.records),
    ...serviceLines(done),
    "",
    `Firewall: "${NAME} firewall print" lists the rules for ufw, nftables and firewalld.`,
    ...certificateLines(done.config),
    `Web page: https://${webHost(done.config)}/`,
  ].join("\n");
}

function certificateLines({ tls, acme }: Config): string[] {
  switch (tls.mode) {
    case "file":
      return [];
    case "self_signed":
      return [
        "Certificate: one that the relay makes itself; people sign up by the link or code of its web page, which tells their app to accept it.",
      ];
    case "autocert":
      return [
        `Certificate: from ${
          new URL(acme.directory).host
        }, to whose terms of service "autocert" agrees, once port 80 of the name leads here; until then one that the relay makes itself. "${NAME} status --details" shows which it has.`,
      ];
  }
}

function recordLines(known: RecordsKnown): string[] {
  if ("failed" in known) {
    return [`DNS: "${NAME} dns records" lists what to publish.`, ""];
  }
  if (known.records.length === 0) return [];
  return [
    `Publish in the DNS ("${NAME} dns check" looks whether it is there):`,
    ...known.records.map(({ zone }) => `  ${zone}`),
    "",
  ];
}

function serviceLines({ systemd, isRunning, places }: NextSteps): string[] {
  if (!systemd) return [`Run: ${places.binary} --config ${places.config} run`];
  return [
    isRunning
      ? `It runs: "${NAME} status".`
      : `Start: systemctl enable --now ${NAME}`,
    `Log: journalctl --unit ${NAME} --follow`,
  ];
}

function webHost({ server }: Config): string {
  const host = server.hostname ?? literalIp(server.domain) ?? server.domain;
  return host.includes(":") ? `[${host}]` : host;
}
