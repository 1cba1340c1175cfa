/**
 * The description of our mail services that clients look for by domain
 * (Mozilla's autoconfig format, version 1.1).
 *
 * @module
 */
import { literalIp } from "../mail/address.ts";

export const AUTOCONFIG_PATHS: readonly string[] = [
  "/.well-known/autoconfig/mail/config-v1.1.xml",
  "/mail/config-v1.1.xml",
  "/autoconfig/mail/config-v1.1.xml",
];

export interface MailService {
  readonly protocol: "imap" | "smtp";
  /** DNS name or IP address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly socket: "SSL" | "STARTTLS";
}

/** @param services In order of preference. */
export function autoconfigXml(
  domain: string,
  kind: "chatmail" | "mail",
  services: readonly MailService[],
): string {
  const name = xml(literalIp(domain) ?? domain);
  return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="${name}">
    <domain>${name}</domain>
    <displayName>${name} ${kind}</displayName>
    <displayShortName>${name}</displayShortName>
${services.map(serverXml).join("")}  </emailProvider>
</clientConfig>
`;
}

function serverXml({ protocol, host, port, socket }: MailService): string {
  const element = protocol === "imap" ? "incomingServer" : "outgoingServer";
  return `    <${element} type="${protocol}">
      <hostname>${xml(host)}</hostname>
      <port>${port}</port>
      <socketType>${socket}</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </${element}>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function xml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}
