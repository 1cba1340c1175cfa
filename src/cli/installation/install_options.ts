/** What `install` understands, and what of it is about how it goes on. @module */
import type { Machine } from "../../ops/install/machine.ts";
import { type Call, type CommandOption, flagOption } from "../command.ts";
import { NAME } from "../version.ts";
import { usage } from "./wishes.ts";

export interface InstallOptions {
  readonly systemd: boolean;
  readonly user: boolean;
  readonly start: boolean;
  readonly forceConfig: boolean;
  readonly certOnly: boolean;
  /** Wait for a certificate from the authority. */
  readonly obtain: boolean;
}

/** @throws {CliError} usage */
export function readOptions(call: Call, { isLive }: Machine): InstallOptions {
  if (flagOption(call, "turnOffTls")) {
    throw usage(
      "--turn-off-tls does not exist here: without TLS everybody on the way reads passwords and mail. A certificate is not needed for it: the relay makes one itself, and its sign-up links tell apps to accept that",
    );
  }
  const certOnly = flagOption(call, "certOnly");
  const options = {
    systemd: !flagOption(call, "skipSystemd") && !certOnly,
    user: !flagOption(call, "skipUser"),
    start: flagOption(call, "start") || flagOption(call, "startService"),
    forceConfig: flagOption(call, "forceConfig"),
    certOnly,
    obtain: call.options.obtainCertificate !== false && isLive,
  };
  if (certOnly && (options.start || !isLive)) {
    throw usage(
      `--cert-only makes no service: leave out ${
        isLive ? "--start" : "--root"
      }`,
    );
  }
  if (options.start && !options.systemd) {
    throw usage("--start needs a unit, which --skip-systemd leaves out");
  }
  if (options.systemd && !options.user) {
    throw usage("--skip-user needs --skip-systemd: the unit names the user");
  }
  if (options.start && !isLive) {
    throw usage("--start is for this machine, not for a tree of --root");
  }
  return options;
}

/** Of options that do nothing here. */
export function optionNotes(call: Call): string[] {
  if (!flagOption(call, "firewall")) return [];
  return [
    `no firewall was changed: "${NAME} firewall print" lists what the relay needs`,
  ];
}

export const INSTALL_OPTIONS: readonly CommandOption[] = [
  {
    flags: "-s, --simple",
    summary: "ask nothing; --domain or --ip is all that is needed",
  },
  { flags: "-n, --non-interactive", summary: "ask nothing" },
  { flags: "--domain <name>", summary: "domain of the accounts" },
  {
    flags: "--hostname <name>",
    summary: "what clients connect to, if that is not the domain",
  },
  {
    flags: "--ip <address>",
    summary: "public address; without --domain, accounts are at it",
  },
  {
    flags: "--tls-mode <mode>",
    summary:
      "tls.mode of the configuration; unless told, file with --cert-path, autocert with a public domain, else self_signed",
  },
  {
    flags: "--auto-ip-cert",
    summary: "with --ip alone: a certificate from an authority all the same",
  },
  {
    flags: "--acme-email <address>",
    summary: "where the authority may write to",
  },
  {
    flags: "--obtain-certificate",
    summary: "wait for the certificate of an authority, as is done unless told",
  },
  {
    flags: "--no-obtain-certificate",
    summary: "leave it to the server to get one, and do not wait for it",
  },
  {
    flags: "--cert-only",
    summary:
      "make no service: directories, configuration and certificate alone",
  },
  {
    flags: "--staging",
    summary:
      "ask the directory for trials of Let's Encrypt, whose certificates nobody trusts",
  },
  { flags: "--cert-path <path>", summary: "certificate chain, leaf first" },
  { flags: "--key-path <path>", summary: "its key" },
  {
    flags: "--registration <who>",
    summary: "open (as it is unless told) or closed",
  },
  {
    flags: "--lang <code>",
    summary: "language of pages: en, fa, ru, es; else each visitor's own",
  },
  {
    flags: "--enable-ss",
    summary: "let clients come through Shadowsocks",
  },
  { flags: "--disable-iroh", summary: "no real-time channels" },
  {
    flags: "--enable-iroh",
    summary: "real-time channels, as it is unless told",
  },
  {
    flags: "--enable-chatmail",
    summary: "as it always is, for command lines of other relays",
  },
  {
    flags: "--http-listen <address>",
    summary: "where HTTP without TLS is served, else port 80 everywhere",
  },
  { flags: "--config-dir <path>", summary: "else /etc/postern" },
  { flags: "--binary-path <path>", summary: "else /usr/local/bin/postern" },
  {
    flags: "--force-config",
    summary:
      "replace a configuration that says something else; a copy of it is kept",
  },
  {
    flags: "--no-admin-web",
    summary: "show no admin panel; else it is at a path that nobody guesses",
  },
  {
    flags: "--skip-systemd",
    summary: "no unit: something else starts the program",
  },
  {
    flags: "--skip-user",
    summary: "no user of its own: all is root's, as in a container",
  },
  {
    flags: "--start",
    summary: "start it, now and with the system; returns when it serves",
  },
  {
    flags: "--root <path>",
    summary: "install into the file tree of another system, as of an image",
  },
  {
    flags: "--from <path>",
    summary: "the executable to install, if not this one",
  },
  {
    flags: "--turn-off-tls",
    summary:
      "refused: whoever is on the way would read passwords; it is for command lines of other relays",
  },
  {
    flags: "--install-service",
    summary: "as it always is, for command lines of other relays",
  },
  { flags: "--start-service", summary: "the same as --start" },
  {
    flags: "--firewall",
    summary:
      'changes no firewall: "postern firewall print" lists what it needs',
  },
  { flags: "--dry-run", summary: "say what would be done, and do nothing" },
];
