/** What an operator has to do, and can, once a relay is installed. @module */
import type { AdminOutput } from "../../admin/operation_table.ts";
import { qrText } from "../../api/qr_text.ts";
import { isPublicAddress } from "../../dns/address_kind.ts";
import { literalIp } from "../../mail/address.ts";
import type { Config } from "../../config/schema.ts";
import type { Places } from "../../ops/install/places.ts";
import { type Access } from "../access.ts";
import { describeFailure } from "../exit_codes.ts";
import { moment } from "../text.ts";
import { NAME } from "../version.ts";
import type { KernelHint } from "./kernel_hints.ts";

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

/** Of the panel that `install` shows; undefined: there shall be none. */
export type Panel = AdminOutput<"admin_web.install"> | {
  readonly failed: string;
};

const CODE_LIFETIME = "15m";

/** Shows the panel, to whoever has the code. */
export async function openPanel(access: Access): Promise<Panel> {
  try {
    return await access.call("admin_web.install", { lifetime: CODE_LIFETIME });
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
  readonly panel?: Panel | undefined;
  readonly kernel: readonly KernelHint[];
}

export function nextSteps(done: NextSteps): string {
  return [
    ...recordLines(done.records),
    ...serviceLines(done),
    "",
    `Firewall: "${NAME} firewall print" lists the rules for ufw, nftables and firewalld.`,
    ...kernelLines(done.kernel),
    ...certificateLines(done.config),
    `Web page: https://${webHost(done.config)}/`,
    ...panelLines(done.panel),
  ].join("\n");
}

function kernelLines(hints: readonly KernelHint[]): string[] {
  if (hints.length === 0) return [];
  return [
    `Kernel: for many users, put this into /etc/sysctl.d/60-${NAME}.conf, then "sysctl --system":`,
    ...hints.flatMap((
      { line, now, why },
    ) => [`  # it is ${now}: ${why}`, `  ${line}`]),
  ];
}

function panelLines(panel: Panel | undefined): string[] {
  if (panel === undefined) {
    return [`Admin panel: off; "${NAME} admin-web enable" shows it.`];
  }
  if ("failed" in panel || panel.url === null) {
    const why = "failed" in panel ? panel.failed : "there is no web site";
    return [`Admin panel: ${why}; "${NAME} admin-login" tries again.`];
  }
  return [
    "",
    qrText(panel.url),
    `Admin panel: ${panel.url}`,
    `Good for one login, until ${
      moment(panel.expires_at)
    }; "${NAME} admin-login" makes another link.`,
  ];
}

function certificateLines({ tls, acme, server }: Config): string[] {
  switch (tls.mode) {
    case "file":
      return [];
    case "self_signed":
      return [
        "Certificate: one that the relay makes itself; people sign up by the link or code of its web page, which tells their app to accept it.",
        ...isPublicAddress(literalIp(server.domain) ?? "")
          ? [
            `"${NAME} certificate acme" has Let's Encrypt give one for the address, if port 80 or 443 is open: apps accept that as it is.`,
          ]
          : [],
      ];
    case "autocert":
      return [
        `Certificate: from ${
          new URL(acme.directory).host
        }, to whose terms of service "autocert" agrees, once port 80 or 443 of the name leads here; until then one that the relay makes itself. "${NAME} status --details" shows which it has.`,
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
