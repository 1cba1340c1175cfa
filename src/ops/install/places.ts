/** Where what belongs to an installed relay lies, from its name. @module */
export interface Places {
  /** Of program, unit, user and group. */
  readonly name: string;
  readonly binary: string;
  readonly configDir: string;
  readonly config: string;
  readonly certDir: string;
  readonly stateDir: string;
  readonly runtimeDir: string;
  /** For a log in a file; whoever keeps none leaves it empty. */
  readonly logDir: string;
  readonly manifest: string;
  /** Kept versions of the program, once it was upgraded. */
  readonly versions: string;
  readonly unit: string;
  readonly manPage: string;
  readonly completions: Readonly<Record<Shell, string>>;
}

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export interface PlaceChoice {
  readonly name: string;
  readonly binary?: string;
  readonly configDir?: string;
  readonly stateDir?: string;
}

export function placesOf(choice: PlaceChoice): Places {
  const { name } = choice;
  const configDir = choice.configDir ?? `/etc/${name}`;
  return {
    name,
    binary: choice.binary ?? `/usr/local/bin/${name}`,
    configDir,
    config: `${configDir}/${name}.toml`,
    certDir: `${configDir}/certs`,
    stateDir: choice.stateDir ?? `/var/lib/${name}`,
    runtimeDir: `/run/${name}`,
    logDir: `/var/log/${name}`,
    // root alone may write there: uninstall deletes what it names
    manifest: `${configDir}/install-manifest.json`,
    versions: `/opt/${name}`,
    unit: `/etc/systemd/system/${name}.service`,
    manPage: `/usr/share/man/man1/${name}.1`,
    completions: {
      bash: `/usr/share/bash-completion/completions/${name}`,
      zsh: `/usr/share/zsh/site-functions/_${name}`,
      fish: `/usr/share/fish/vendor_completions.d/${name}.fish`,
    },
  };
}

/** Those that the program would take without being told. */
export function isUsual({ name, configDir, stateDir }: Places): boolean {
  return configDir === `/etc/${name}` && stateDir === `/var/lib/${name}`;
}
