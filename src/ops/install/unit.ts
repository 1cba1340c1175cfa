/**
 * The unit for systemd, version 247 (Debian 11) or newer.
 *
 * @module
 */
import type { Places } from "./places.ts";

/** What one service may hold open: connections, most of all. */
const FILES = 131_072;

/**
 * `MemoryDenyWriteExecute` is missing on purpose: the JavaScript engine
 * compiles into memory. Nor is there a `ConfigurationDirectory`, with which
 * systemd would open the directory to everybody.
 */
export function unitText(places: Places): string {
  const { name, binary, config, stateDir } = places;
  const atUsualPlace = stateDir === `/var/lib/${name}`;
  const lines = [
    `# Written by "${name} install"; put changes into "systemctl edit ${name}".`,
    "[Unit]",
    `Description=Chatmail relay (${name})`,
    `Documentation=man:${name}(1)`,
    "After=network-online.target nss-lookup.target",
    "Wants=network-online.target",
    // it is tried again as long as it takes
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Type=notify",
    "NotifyAccess=main",
    "TimeoutStartSec=120",
    "TimeoutStopSec=30",
    "WatchdogSec=60",
    `ExecStart=${binary} --config ${config} run`,
    // says what is wrong with the file, where a signal would not
    `ExecReload=${binary} --config ${config} reload`,
    `User=${name}`,
    `Group=${name}`,
    "UMask=0077",
    ...atUsualPlace
      ? [`StateDirectory=${name}`, "StateDirectoryMode=0700"]
      : [],
    `RuntimeDirectory=${name}`,
    "RuntimeDirectoryMode=0750",
    `LogsDirectory=${name}`,
    "LogsDirectoryMode=0700",
    `WorkingDirectory=${stateDir}`,
    "",
    "AmbientCapabilities=CAP_NET_BIND_SERVICE",
    "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
    "NoNewPrivileges=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    ...isBelowHome(stateDir) ? [] : ["ProtectHome=yes"],
    "ProtectSystem=strict",
    ...atUsualPlace ? [] : [`ReadWritePaths=${stateDir}`],
    "ProtectProc=invisible",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "RestrictSUIDSGID=yes",
    "RestrictRealtime=yes",
    "RestrictNamespaces=yes",
    "LockPersonality=yes",
    "RemoveIPC=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
    "",
    `LimitNOFILE=${FILES}`,
    "LimitNPROC=512",
    "Restart=on-failure",
    "RestartSec=2",
    // a command line or a file that is wrong stays wrong
    "RestartPreventExitStatus=2 7",
    "KillMode=mixed",
    "KillSignal=SIGTERM",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  ];
  return `${lines.join("\n")}\n`;
}

function isBelowHome(path: string): boolean {
  return /^\/(?:home|root|run\/user)\//.test(path);
}
