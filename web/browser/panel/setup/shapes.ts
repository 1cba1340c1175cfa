/** What operations on settings and tunnels answer, as far as the panel shows it. @module */

export interface SettingField {
  readonly key: string;
  readonly type:
    | "flag"
    | "choice"
    | "integer"
    | "percentage"
    | "duration"
    | "size"
    | "list"
    | "text";
  /** What is expected, for people. */
  readonly kind: string;
  readonly options: readonly string[] | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly optional: boolean;
  readonly secret: boolean;
  readonly value: string;
  readonly default: string;
  readonly source: "db" | "config" | "default";
  readonly locked: boolean;
  readonly toml: string | null;
  readonly summary: string;
}

interface Tunnel {
  readonly connections: number;
  readonly streams: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
}

export interface ShadowsocksStatus {
  readonly enabled: boolean;
  readonly cipher: string;
  readonly host: string;
  readonly port: number | null;
  readonly traffic: Tunnel | null;
}

export interface HttpProxyStatus {
  readonly enabled: boolean;
  /** Host and port; null: clients reach it nowhere. */
  readonly address: string | null;
  readonly traffic: Tunnel | null;
}
