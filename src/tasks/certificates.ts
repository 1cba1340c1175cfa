/** Gets the certificate, when somebody asks for it: a server does so by itself. @module */
import type { Task } from "./task.ts";

export const renewCertificate: Task = {
  name: "renew-certificate",
  aliases: ["renew-cert", "cert-renew", "certificate-renew"],
  description:
    "Get a certificate from the authority, if it is due; a running server does so by itself",
  schedule: { kind: "manual" },
  isEnabled: () => true,
  async run({ renewCertificate, dryRun }) {
    if (dryRun) {
      return { skipped: true, detail: "There is no dry run of this task" };
    }
    return { detail: await renewCertificate() };
  },
};
